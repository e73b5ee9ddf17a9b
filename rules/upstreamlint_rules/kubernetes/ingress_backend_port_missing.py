"""An Ingress backend names a port that its Service does not have.

The port of a backend is a port of the *Service*, by number or by name, not the container's. When the Service has no
such port, ingress-nginx answers `503`, Traefik `404` or `503`, and GCE and ALB do not program the path. ingress-nginx
alone accepts the number of the `targetPort` too, so for its class that is a warning.

Name a port that the Service has.

Basis: Kubernetes API, `ServiceBackendPort`; ingress-nginx `controller.go`, `serviceEndpoints`.

## Fails

```yaml title="shop.yaml"
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: shop}
spec:
  rules:
    - host: shop.example
      http:
        paths:
          - path: /
            pathType: Prefix
            backend:
              service:
                name: web
                port:
                  number: 8080  # error: [ingress-backend-port-missing] "no port `8080`"
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  ports:
    - port: 80
      targetPort: 8080
```

## Passes

```yaml title="shop.yaml"
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: shop}
spec:
  rules:
    - host: shop.example
      http:
        paths:
          - path: /
            pathType: Prefix
            backend:
              service:
                name: web
                port:
                  number: 80
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  ports:
    - port: 80
      targetPort: 8080
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.graph.references import BackendPort
from upstreamlint.model.kubernetes import Ingress
from upstreamlint.numerals import decimal
from upstreamlint.symptoms import INGRESS_UNAVAILABLE


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each backend port that is not on its Service."""
    for backend in graph.broken(BackendPort):
        if not isinstance(backend.owner, Ingress):
            continue
        service = backend.service
        yield Finding(
            message=f"Service `{service.title}` has no port `{backend.wanted}`, "
            f"which Ingress `{backend.owner.title}` needs",
            primary=Label(backend.anchor, "no such port on the Service"),
            subject=backend.route,
            related=tuple(Label(near.anchor, near.text) for near in backend.near)
            or (Label(service.anchor, "this Service"),),
            symptom=INGRESS_UNAVAILABLE,
            help=_help(backend),
            assumption="the controller is not ingress-nginx, which accepts the target port"
            if backend.accepted
            else "",
            fault=f"{service.id}:{backend.wanted}",
        )


def _help(backend: BackendPort) -> str:
    """A port that was given by name is mended by name, where the Service's port has one."""
    if not backend.near:
        return "name a port that the Service has"
    number = backend.near[0].instead
    target = decimal(number)
    port = backend.service.port(target) if target is not None else None
    if decimal(backend.wanted) is not None or port is None:
        return f"use port `{number}`"
    return f"use the name `{port.name}`" if port.name else f"use `number: {number}` instead of a name"
