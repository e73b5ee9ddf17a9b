"""What the NGINX Ingress Controller of F5 refuses: VirtualServers and VirtualServerRoutes.

Source: nginx/kubernetes-ingress, `pkg/apis/configuration/validation/virtualserver.go`. The API server takes what it refuses; the object then has the state
`Invalid`, and its host answers `404`. Upstreams that nothing defines are told as missing parts, and what only NGINX Plus has is left to it.
"""
