"""A DestinationRule sends all requests to localities where no endpoint is.

Where the `from` of a `distribute` takes a client, only the localities of its `to` get requests: endpoints of all others are left out. When no endpoint
of the host is in one of them, every request is answered `503 no healthy upstream` (`UH`). Unlike `failover`, it asks for no `outlierDetection` first.

The locality of a pod is that of its node (`topology.kubernetes.io/region`, `…/zone`), known from its `nodeSelector` or `nodeAffinity`, or what its label
`istio-locality` says; of an endpoint of a ServiceEntry its `locality`.

List the localities where the endpoints are, or use `failover`.

Basis: Istio documentation, "Locality weighted distribution"; istio, `applyLocalityWeights`; istio/istio issue 33470.

## Fails

```yaml title="shop.yaml"
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: store, namespace: shop}
spec:
  hosts: [store.shop.internal]
  resolution: STATIC
  ports: [{number: 80, name: http, protocol: HTTP}]
  endpoints: [{address: 10.1.0.4, locality: eu-west/eu-west-1}]
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: store, namespace: shop}
spec:
  host: store.shop.internal
  trafficPolicy:
    loadBalancer:
      localityLbSetting:
        distribute:
          - from: "*"
            to:
              "us-east/*": 100  # error: [locality-without-endpoints] "`us-east/*`"
```

## Passes

```yaml title="shop.yaml"
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: store, namespace: shop}
spec:
  hosts: [store.shop.internal]
  resolution: STATIC
  ports: [{number: 80, name: http, protocol: HTTP}]
  endpoints: [{address: 10.1.0.4, locality: eu-west/eu-west-1}]
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: store, namespace: shop}
spec:
  host: store.shop.internal
  trafficPolicy:
    loadBalancer:
      localityLbSetting:
        distribute:
          - from: "*"
            to: {"us-east/*": 20, "eu-west/*": 80}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.finding import merged
from upstreamlint.graph.istio.registry.localities import EmptyLocalities
from upstreamlint.symptoms import NO_HEALTHY_UPSTREAM


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each distribution that leaves no endpoint."""
    for found in graph.broken(EmptyLocalities):
        of = (
            f"subset `{found.subset.name}` of `{found.host}`"
            if found.subset is not None
            else f"`{found.host}`"
        )
        yield Finding(
            message=f"DestinationRule `{found.rule.title}` sends all requests for {of} to `{found.wanted}`, where no endpoint is",
            primary=Label(found.anchor, "endpoints of other localities are left out"),
            subject=found.rule,
            hit=merged(hit for node in found.services for hit in graph.affected(node)),
            related=tuple(Label(near.anchor, near.text) for near in found.near),
            symptom=NO_HEALTHY_UPSTREAM,
            help="list the localities where the endpoints are, or use `failover` with `outlierDetection`",
            fault=found.wanted,
        )
