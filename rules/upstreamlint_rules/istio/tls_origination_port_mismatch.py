"""TLS is opened to a port that speaks plain text.

A DestinationRule may add TLS to requests that leave as plain HTTP. The connection still goes to the port of the ServiceEntry: on
port 80 the other side answers in plain text, the handshake fails, and clients get `503` (flag `UF`,
`WRONG_VERSION_NUMBER`).

Give the port of the ServiceEntry a `targetPort: 443`.

Basis: Istio documentation, "Egress TLS Origination"; measured with Envoy: TLS to a plain text port answers 503 UF.

## Fails

```yaml title="mesh.yaml"
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata:
  name: api
  namespace: shop
spec:
  hosts:
    - api.example.com
  location: MESH_EXTERNAL
  ports:
    - number: 80
      name: http
      protocol: HTTP
  resolution: DNS
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata:
  name: api
  namespace: shop
spec:
  host: api.example.com
  trafficPolicy:
    tls:
      mode: SIMPLE  # warning: [tls-origination-port-mismatch] "port 80"
```

## Passes

```yaml title="mesh.yaml"
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata:
  name: api
  namespace: shop
spec:
  hosts:
    - api.example.com
  location: MESH_EXTERNAL
  ports:
    - number: 80
      name: http
      protocol: HTTP
      targetPort: 443
  resolution: DNS
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata:
  name: api
  namespace: shop
spec:
  host: api.example.com
  trafficPolicy:
    tls:
      mode: SIMPLE
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.graph.istio.references.tls import OriginationPort, TlsMode
from upstreamlint.symptoms import CONNECTION_FAILED

_HANDSHAKE = CONNECTION_FAILED._replace(log="TLS WRONG_VERSION_NUMBER")


@rule(severity=Severity.WARNING)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each port for plain text that TLS is opened to."""
    for port in graph.broken(OriginationPort):
        place = next(
            (p.anchor for p in port.entry.ports if port.port in (p.number, p.target)), port.entry.anchor
        )
        yield Finding(
            message=f"DestinationRule `{port.rule.title}` opens TLS to port {port.port} of `{port.rule.host}`, "
            "which is for plain text",
            primary=Label(port.anchor, "TLS is added here"),
            subject=port.rule,
            related=(Label(place, f"the connection goes to port {port.port}"),),
            symptom=_HANDSHAKE,
            help="set `targetPort: 443` on the port of the ServiceEntry",
        )
    for mode in graph.broken(TlsMode):
        if mode.wanted not in ("SIMPLE", "MUTUAL") or mode.workload is None:
            continue
        number = getattr(mode.conflicting, "number", "")
        yield Finding(
            message=f"DestinationRule `{mode.rule.title}` opens TLS to `{mode.host}`, "
            f"whose pods serve port {number} in plain text",
            primary=Label(mode.anchor, "TLS is added here"),
            subject=mode.subset or mode.rule,
            hit=mode.hits,
            related=(
                Label(mode.conflicting.anchor, f"nothing says that `{mode.workload.title}` speaks TLS here"),
            ),
            symptom=_HANDSHAKE,
            help="remove the `tls` block: the sidecars encrypt by themselves",
            assumption="the retries do not find the other pods" if mode.others else "",
        )
