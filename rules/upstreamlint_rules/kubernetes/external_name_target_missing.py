"""An ExternalName Service stands for a Service that does not exist.

`name.namespace.svc.cluster.local` is a Service of the same cluster. When there is none of that name, the alias leads to
nothing: clients report `no such host`, a proxy answers `503` or `502`.

The rule speaks when a Service of a similar name is near, or the Service lives in another namespace.

Correct the name.

Basis: Kubernetes documentation, "ExternalName" and "DNS for Services and Pods".

## Fails

```yaml title="app.yaml"
apiVersion: v1
kind: Service
metadata: {name: catalog, namespace: shop}
spec:
  selector: {app: catalog}
  ports: [{port: 80, targetPort: 8080}]
---
apiVersion: v1
kind: Service
metadata: {name: alias, namespace: shop}
spec:
  type: ExternalName
  externalName: catalogue.shop.svc.cluster.local  # error: [external-name-target-missing] "catalogue"
```

## Passes

```yaml title="app.yaml"
apiVersion: v1
kind: Service
metadata: {name: catalog, namespace: shop}
spec:
  selector: {app: catalog}
  ports: [{port: 80, targetPort: 8080}]
---
apiVersion: v1
kind: Service
metadata: {name: alias, namespace: shop}
spec:
  type: ExternalName
  externalName: catalog.shop.svc.cluster.local
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.graph.kubernetes.pods.unresolved import unregistered
from upstreamlint.graph.references import ExternalTarget
from upstreamlint.places.address import is_address


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each alias of a Service that is not there."""
    for target in graph.broken(ExternalTarget):
        if target.loop or is_address(target.wanted):
            continue
        yield Finding(
            message=f"ExternalName of Service `{target.service.title}` stands for `{target.wanted}`, which does not exist",
            primary=Label(target.anchor, "no such Service"),
            subject=target.service,
            related=tuple(Label(near.anchor, near.text) for near in target.near),
            symptom=unregistered(graph, target.service),
            fix=target.fix,
            help=f"use `{target.near[0].instead}`" if target.near else "correct the name, or add the Service",
        )
