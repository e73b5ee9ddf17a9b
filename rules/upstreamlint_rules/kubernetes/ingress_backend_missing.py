"""An Ingress backend names a Service that is not in its namespace.

An Ingress can only use Services of its own namespace. When the Service is missing, ingress-nginx answers
`503` (or sends the request to its default backend), Traefik `404` or `503`, and GCE does not program the path.

The rule speaks when a Service of a similar name is near, when the Service exists in another namespace, or
when the files are known to be complete; a Service that may be created elsewhere is not reported.

Correct the name, or put the Ingress into the namespace of the Service.

Basis: Kubernetes API, `IngressServiceBackend`; ingress-nginx, `controller.go`.

## Fails

```yaml title="ingress.yaml"
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: shop
  namespace: shop
spec:
  rules:
    - host: shop.example
      http:
        paths:
          - path: /
            pathType: Prefix
            backend:
              service:
                name: store-front  # error: [ingress-backend-missing] "no Service `store-front`"
                port:
                  number: 80
---
apiVersion: v1
kind: Service
metadata:
  name: storefront
  namespace: shop
spec:
  ports:
    - port: 80
```

## Passes

```yaml title="ingress.yaml"
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: shop
  namespace: shop
spec:
  rules:
    - host: shop.example
      http:
        paths:
          - path: /
            pathType: Prefix
            backend:
              service:
                name: made-by-an-operator
                port:
                  number: 80
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.graph.references import BackendService
from upstreamlint.model.kubernetes import Ingress
from upstreamlint.symptoms import INGRESS_UNAVAILABLE


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each backend whose Service is not there."""
    for backend in graph.broken(BackendService):
        if not isinstance(backend.owner, Ingress):
            continue
        namespace = backend.owner.meta.namespace
        where = f" in namespace `{namespace}`" if namespace else ""
        yield Finding(
            message=f"no Service `{backend.wanted}`{where}, which Ingress `{backend.owner.title}` needs",
            primary=Label(backend.anchor, "no such Service in the Ingress's namespace"),
            subject=backend.route,
            related=tuple(Label(near.anchor, near.text) for near in backend.near),
            symptom=INGRESS_UNAVAILABLE,
            help=_help(backend),
            assumption=backend.assumption,
            fault=backend.wanted,
        )


def _help(backend: BackendService) -> str:
    """An Ingress takes a Service of its own namespace only, so a longer name does not help."""
    if not backend.near:
        return "add the Service, or correct the name"
    name, _, rest = backend.near[0].instead.partition(".")
    if not rest:
        return f"use `{name}`"
    there = rest.partition(".")[0]
    return (
        f"move the Ingress to namespace `{there}`, or add an ExternalName Service "
        f"for `{backend.near[0].instead}` beside it"
    )
