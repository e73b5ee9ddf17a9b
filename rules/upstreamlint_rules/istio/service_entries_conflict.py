"""Two ServiceEntries describe one host and port differently.

Istio merges entries of one host; where they differ in protocol or resolution, one of them wins, and which one is not
the author's choice. Requests may then be sent in the wrong protocol, or to no address.

Keep one of the two, or make them agree.

Basis: istio, `serviceentry/conversion.go`; Istio documentation, message IST0177.

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
  resolution: DNS
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata:
  name: other
  namespace: shop
spec:
  hosts:
    - ledger.example  # warning: [service-entries-conflict] "`ledger.example`"
  location: MESH_EXTERNAL
  ports:
    - number: 443
      name: tls
      protocol: TLS
  resolution: NONE
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
  resolution: DNS
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata:
  name: other
  namespace: shop
spec:
  hosts:
    - other.example
  location: MESH_EXTERNAL
  ports:
    - number: 443
      name: tls
      protocol: TLS
  resolution: NONE
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, Symptom, rule
from upstreamlint.graph.istio.references.gateways import SharedHost
from upstreamlint.model.istio import ServiceEntry

_ONE_WINS = Symptom(log="one of the two is used")


@rule(severity=Severity.WARNING)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each entry that contradicts an earlier one."""
    for shared in graph.broken(SharedHost):
        if not isinstance(shared.owner, ServiceEntry) or not isinstance(shared.other, ServiceEntry):
            continue
        yield Finding(
            message=f"ServiceEntries `{shared.other.title}` and `{shared.owner.title}` disagree "
            f"about `{shared.wanted}`: {shared.why}",
            primary=Label(shared.anchor, "one of the two wins"),
            subject=shared.owner,
            related=tuple(Label(near.anchor, near.text) for near in shared.near),
            symptom=_ONE_WINS,
            help="keep one of the two, or make them agree",
            assumption=shared.assumption,
            fault=shared.wanted,
        )
