"""What the webhook of cert-manager refuses: Certificates, Issuers and ClusterIssuers.

Source: cert-manager v1.21, `internal/apis/certmanager/validation`. What feature gates allow is left to it.
"""
