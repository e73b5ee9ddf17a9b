"""An ExternalName Service names an IP address.

An ExternalName becomes a DNS alias. `10.0.0.7` is taken for a name made of digits, which no DNS server resolves: clients
report `no such host`, a proxy `503` or `502`.

Write the address as Endpoints or an EndpointSlice of a Service without a selector.

Basis: Kubernetes API, `ServiceSpec.externalName`; Kubernetes documentation, "ExternalName".

## Fails

```yaml title="app.yaml"
apiVersion: v1
kind: Service
metadata: {name: db}
spec:
  type: ExternalName
  externalName: 10.0.0.7  # error: [external-name-is-address] "`10.0.0.7`"
```

## Passes

```yaml title="app.yaml"
apiVersion: v1
kind: Service
metadata: {name: db}
spec:
  type: ExternalName
  externalName: db.example.com
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, Symptom, rule
from upstreamlint.graph.references import ExternalTarget
from upstreamlint.places.address import is_address


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each alias of an address."""
    for target in graph.broken(ExternalTarget):
        if not is_address(target.wanted):
            continue
        yield Finding(
            message=f"ExternalName of Service `{target.service.title}` is an address, `{target.wanted}`",
            primary=Label(target.anchor, "read as a name, which does not resolve"),
            subject=target.service,
            symptom=Symptom(503, log="the name does not resolve"),
            help="drop `type` and `externalName`, and write the address as an EndpointSlice",
        )
