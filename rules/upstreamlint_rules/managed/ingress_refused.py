"""The webhook of ingress-nginx refuses an Ingress, so that it does not exist.

Since 1.12 a path with other characters than `A-Z a-z 0-9 . _ - /` wants `pathType: ImplementationSpecific`: a regular expression with `Prefix` is refused. Some
annotations have the whole Ingress refused when their value is none (`limit-rps: 10r/s`, `permanent-redirect` with a variable of nginx). Snippets are refused since 1.9
unless the ConfigMap of the controller says `allow-snippet-annotations: "true"`, and since 1.12 unless it says `annotations-risk-level: Critical` as well.

`kubectl apply` fails; the hosts and paths answer `404`, or as the last Ingress said that was taken. Which release runs and what it is told is read where it is among the files: its Deployment and ConfigMap, or
a release of its chart. Otherwise this is a warning, which says what it takes for granted. Where an Ingress has several such faults, the first is told, as the webhook does.

Basis: kubernetes/ingress-nginx, internal/ingress/controller/controller.go, `CheckIngress`, and its annotations, of which each was asked (`tests/test_ingress_nginx_webhook.py`).

## Fails

```yaml title="app.yaml"
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: shop
  annotations: {nginx.ingress.kubernetes.io/use-regex: "true"}
spec:
  ingressClassName: nginx
  rules:
    - host: shop.example
      http:
        paths:
          - path: /api/(v1|v2)/.*  # warning: [ingress-refused] "cannot be used with pathType Prefix"
            pathType: Prefix
            backend: {service: {name: shop, port: {number: 80}}}
---
apiVersion: v1
kind: Service
metadata: {name: shop}
spec:
  selector: {app: shop}
  ports: [{port: 80}]
```

## Passes

```yaml title="app.yaml"
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: shop
  annotations: {nginx.ingress.kubernetes.io/use-regex: "true"}
spec:
  ingressClassName: nginx
  rules:
    - host: shop.example
      http:
        paths:
          - path: /api/(v1|v2)/.*
            pathType: ImplementationSpecific
            backend: {service: {name: shop, port: {number: 80}}}
---
apiVersion: v1
kind: Service
metadata: {name: shop}
spec:
  selector: {app: shop}
  ports: [{port: 80}]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, Symptom, rule
from upstreamlint.finding import Affected
from upstreamlint.graph.kubernetes.ingress.refused import IngressRefused

_GONE = Symptom(404, log="`kubectl apply` fails: its hosts and paths answer 404")


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each Ingress that is refused."""
    for found in graph.broken(IngressRefused):
        owner = found.owner
        yield Finding(
            message=f"the webhook of ingress-nginx refuses Ingress `{owner.title}`: {found.said}",
            primary=Label(found.anchor, "refused"),
            subject=owner,
            related=tuple(Label(near.anchor, near.text) for near in found.near),
            symptom=_GONE,
            help=found.remedy,
            assumption=found.assumption,
            fault=found.said,
            hit=tuple(Affected(b.host or "*", b.path or "/", 1.0, b.anchor) for b in owner.backends),
        )
