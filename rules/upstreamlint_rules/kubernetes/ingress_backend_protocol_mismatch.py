"""A backend speaks TLS or gRPC, and its Ingress does not say so.

Most controllers call a backend with plain HTTP/1.1 unless an annotation names another protocol. They do not look
at the port's name or `appProtocol`. A server of TLS answers `400` itself (nginx, Go), or closes the connection (`502`); a gRPC backend closes
the connection, `502`. What a port speaks is told by its `appProtocol`, by a name like `https`, `tls` or `grpc`, and by the number 443
where it leads to 443 or 8443 and no probe asks it in plain text.

Add the controller's annotation: `nginx.ingress.kubernetes.io/backend-protocol` (`HTTPS`, `GRPC`), `nginx.org/ssl-services` or
`grpc-services`, `alb.ingress.kubernetes.io/backend-protocol`, `haproxy.org/server-ssl`, `konghq.com/protocol` on the Service.

Basis: ingress-nginx documentation, "Backend Protocol"; kubernetes/ingress-nginx issue 4480.

## Fails

```yaml title="app.yaml"
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  selector: {app: web}
  ports: [{name: grpc, port: 9000}]
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: web
spec:
  ingressClassName: nginx
  rules:
    - host: shop.example
      http:
        paths:
          - path: /
            pathType: Prefix
            backend:
              service:
                name: web
                port: {number: 9000}  # warning: [ingress-backend-protocol-mismatch] "GRPC"
```

## Passes

```yaml title="app.yaml"
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  selector: {app: web}
  ports: [{name: grpc, port: 9000}]
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: web
  annotations:
    nginx.ingress.kubernetes.io/backend-protocol: GRPC
spec:
  ingressClassName: nginx
  rules:
    - host: shop.example
      http:
        paths:
          - path: /
            pathType: Prefix
            backend:
              service:
                name: web
                port: {number: 9000}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.graph.kubernetes.ingress.backend_protocols import BackendProtocol


@rule(severity=Severity.WARNING)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each backend that is called with the wrong protocol."""
    for reference in graph.broken(BackendProtocol):
        port = reference.port
        yield Finding(
            message=f"port {port.number} of Service `{reference.service.title}` speaks {reference.wanted}, "
            f"but Ingress `{reference.ingress.title}` calls it with plain HTTP",
            primary=Label(reference.anchor, "called with plain HTTP"),
            subject=reference.ingress,
            related=(Label(reference.said_by, "says what it speaks"),),
            symptom=reference.symptom,
            help=f"add the annotation `{reference.remedy}`",
            fault=port.id,
        )
