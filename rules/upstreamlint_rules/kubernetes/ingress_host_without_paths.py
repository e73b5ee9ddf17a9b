"""A host of an Ingress has no paths: they stand in a rule of their own, behind a dash too many.

A rule that names a host and nothing else makes ingress-nginx serve that host with its default backend only: `404`, whatever is asked. The paths
below, in a rule without a host, are for all other hosts.

Take the dash before `http` away, so that the host and its paths are one rule.

Basis: Kubernetes documentation, Ingress, "Ingress rules"; ingress-nginx internal/ingress/controller/controller.go (`createServers`).

## Fails

```yaml title="app.yaml"
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  selector: {app: web}
  ports: [{port: 80, targetPort: 8080}]
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web}
spec:
  ingressClassName: nginx
  rules:
    - host: shop.example  # warning: [ingress-host-without-paths] "shop.example"
    - http:
        paths:
          - path: /
            pathType: Prefix
            backend:
              service:
                name: web
                port: {number: 80}
```

## Passes

```yaml title="app.yaml"
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  selector: {app: web}
  ports: [{port: 80, targetPort: 8080}]
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web}
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
                port: {number: 80}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, Symptom, rule
from upstreamlint.graph.kubernetes.ingress.bare_hosts import BareHost


@rule(severity=Severity.WARNING)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each host whose paths are not in its rule."""
    for bare in graph.broken(BareHost):
        yield Finding(
            message=f"Ingress `{bare.owner.title}` has no paths for {bare.wanted}: they are in a rule without a host",
            primary=Label(bare.anchor, "a rule of its own, with nothing but the host"),
            subject=bare.owner,
            related=(Label(bare.paths, "in a rule that has no host"),),
            symptom=Symptom(404, log="ingress-nginx: the default backend answers for the host"),
            help="take the dash before `http` away",
            fault=bare.wanted,
        )
