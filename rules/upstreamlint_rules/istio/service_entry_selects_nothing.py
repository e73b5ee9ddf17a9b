"""A ServiceEntry whose workloadSelector matches nothing.

The endpoints of such an entry are the pods and WorkloadEntries of its own namespace that carry every label of the
selector. When none does, a STATIC cluster is empty and answers `503 no healthy upstream` (flag `UH`); with DNS no cluster is
made at all, and the answer is `503` with an empty body (flag `NC`).

Select labels that a pod template or WorkloadEntry has.

Basis: istio, `serviceentry/conversion.go`, `cluster_builder.go`; measured with Envoy: 503 UH.

## Fails

```yaml title="mesh.yaml"
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata:
  name: ledger
  namespace: shop
spec:
  hosts:
    - ledger.example
  location: MESH_EXTERNAL
  ports:
    - number: 443
      name: tls
      protocol: TLS
  resolution: STATIC
  workloadSelector:
    labels:
      app: ledgr  # error: [service-entry-selects-nothing] "selects nothing"
---
apiVersion: networking.istio.io/v1
kind: WorkloadEntry
metadata:
  name: ledger
  namespace: shop
spec:
  address: 192.0.2.10
  labels:
    app: ledger
```

## Passes

```yaml title="mesh.yaml"
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata:
  name: ledger
  namespace: shop
spec:
  hosts:
    - ledger.example
  location: MESH_EXTERNAL
  ports:
    - number: 443
      name: tls
      protocol: TLS
  resolution: STATIC
  workloadSelector:
    labels:
      app: ledger
---
apiVersion: networking.istio.io/v1
kind: WorkloadEntry
metadata:
  name: ledger
  namespace: shop
spec:
  address: 192.0.2.10
  labels:
    app: ledger
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.graph.references import EntrySelector
from upstreamlint.symptoms import NO_CLUSTER, NO_HEALTHY_UPSTREAM


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each entry whose selector finds nobody."""
    for selector in graph.broken(EntrySelector):
        entry = selector.entry
        dns = entry.resolution.startswith("DNS")
        near = selector.near
        yield Finding(
            message=f"ServiceEntry `{entry.title}` selects nothing",
            primary=Label(selector.anchor, "no pod or WorkloadEntry of the namespace has these labels"),
            subject=entry,
            related=tuple(Label(candidate.anchor, candidate.text) for candidate in near),
            symptom=NO_CLUSTER if dns else NO_HEALTHY_UPSTREAM,
            fix=selector.fix,
            help=f"select `{near[0].instead}`" if near else "add the WorkloadEntry, or correct the selector",
            assumption=selector.assumption,
        )
