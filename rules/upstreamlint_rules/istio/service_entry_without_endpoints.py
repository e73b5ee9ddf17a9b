"""A ServiceEntry of resolution STATIC that lists no endpoint.

`resolution: STATIC` takes the addresses from `endpoints`, or from the pods and WorkloadEntries that
`workloadSelector` matches. With neither the cluster is empty, and every request is answered `503 no healthy upstream`
(flag `UH`). The API accepts such an entry.

List the endpoints, or use `resolution: DNS`.

Basis: istio, `validation.go` (no check of the number of endpoints); measured with Envoy: 503 UH.

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
  resolution: STATIC  # error: [service-entry-without-endpoints] "no endpoints"
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
  endpoints:
    - address: 192.0.2.10
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.model.istio import ServiceEntry
from upstreamlint.symptoms import NO_HEALTHY_UPSTREAM


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each entry that has no address."""
    for entry in graph.nodes(ServiceEntry):
        empty = entry.resolution == "STATIC" and not entry.endpoints and entry.workload_selector is None
        if not empty or entry.meta.patched or entry.resolution_written is None:
            continue
        yield Finding(
            message=f"ServiceEntry `{entry.title}` has no endpoints",
            primary=Label(
                entry.resolution_written.anchor, "addresses are taken from `endpoints`, and there are none"
            ),
            subject=entry,
            related=(Label(entry.anchor, "this ServiceEntry"),),
            symptom=NO_HEALTHY_UPSTREAM,
            help="list `endpoints`, or use `resolution: DNS`",
        )
