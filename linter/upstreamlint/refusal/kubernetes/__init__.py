"""What the API server refuses of built-in kinds beyond their schemas: fields that contradict each other.

Source: k8s.io/kubernetes v1.37.2, `pkg/apis/*/validation`.
"""
