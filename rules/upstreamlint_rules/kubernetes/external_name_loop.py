"""ExternalName Services stand for each other.

Each ExternalName is a DNS alias for the next, and the last leads back to the first. No resolver ever reaches an address:
clients report `no such host` or a server failure, a proxy answers `503` or `502`.

Let one of them name the host that is really meant.

Basis: RFC 1034, section 3.6.2; Kubernetes API, `ServiceSpec.externalName`.

## Fails

```yaml title="app.yaml"
apiVersion: v1
kind: Service
metadata: {name: a, namespace: shop}
spec:
  type: ExternalName
  externalName: b.shop.svc.cluster.local  # error: [external-name-loop] "back to itself"
---
apiVersion: v1
kind: Service
metadata: {name: b, namespace: shop}
spec:
  type: ExternalName
  externalName: a.shop.svc.cluster.local
```

## Passes

```yaml title="app.yaml"
apiVersion: v1
kind: Service
metadata: {name: a, namespace: shop}
spec:
  type: ExternalName
  externalName: b.shop.svc.cluster.local
---
apiVersion: v1
kind: Service
metadata: {name: b, namespace: shop}
spec:
  type: ExternalName
  externalName: db.example.com
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.graph.kubernetes.pods.unresolved import unregistered
from upstreamlint.graph.references import ExternalTarget


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each alias that leads back to itself."""
    seen: set[int] = set()
    for target in graph.broken(ExternalTarget):
        if not target.loop or id(target.service) in seen:
            continue
        seen.update(id(service) for service in target.loop)
        yield Finding(
            message=f"ExternalName of Service `{target.service.title}` leads back to itself",
            primary=Label(target.anchor, "an alias for a Service that is an alias for this one"),
            subject=target.service,
            related=tuple(Label(s.anchor, f"through Service `{s.title}`") for s in target.loop[:-1]),
            symptom=unregistered(graph, target.service),
            help="name the host that is really meant",
        )
