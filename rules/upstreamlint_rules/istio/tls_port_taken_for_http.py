"""TLS is spoken to a port that the mesh takes for plain HTTP or gRPC.

A ServiceEntry declares port 443 of an external host so, and nothing opens TLS to it; or a container with a sidecar calls an `https://` address whose port its ServiceEntry declares so.

The proxies of the mesh parse what is sent to that port as HTTP. Clients that speak TLS themselves are not understood (`400`, flag `DPE`; they see
`wrong version number`); what others send leaves in plain text, and a server that wants TLS answers `400`, or closes the connection (`503`, flag `UC`). An authorization
service behind such a port cannot be asked, and every request is denied.

Declare the port as `TLS` (`HTTPS`, `https-…`) where clients speak TLS themselves. Where they do not, add a DestinationRule with `tls.mode: SIMPLE`, and have them call `http://`.

Basis: Istio documentation, "Traffic Management Problems", sending HTTPS to an HTTP port, and "Egress TLS Origination".

## Fails

```yaml title="mesh.yaml"
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: tokens, namespace: shop}
spec:
  hosts: [tokens.example.com]
  location: MESH_EXTERNAL
  ports:
    - {number: 443, name: grpc, protocol: GRPC}  # warning: [tls-port-taken-for-http] "GRPC"
  resolution: DNS
```

## Passes

```yaml title="mesh.yaml"
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: tokens, namespace: shop}
spec:
  hosts: [tokens.example.com]
  location: MESH_EXTERNAL
  ports:
    - {number: 443, name: grpc, protocol: GRPC}
  resolution: DNS
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: tokens, namespace: shop}
spec:
  host: tokens.example.com
  trafficPolicy:
    tls: {mode: SIMPLE, sni: tokens.example.com}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, Symptom, rule
from upstreamlint.graph.istio.references.tls import PlainEntryPort, TlsCall

_WRONG = "clients that speak TLS themselves see `wrong version number`"


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each port for TLS that the mesh takes for plain HTTP."""
    for found in graph.broken(PlainEntryPort):
        target = found.port.target
        number = found.port.number if target is None else target
        yield Finding(
            message=f"ServiceEntry `{found.entry.title}` declares a port of `{found.host}` as {found.wanted}, "
            f"and its connections go to port {number} without TLS",
            primary=Label(found.anchor, f"{found.wanted} to a port that speaks TLS"),
            subject=found.entry,
            symptom=Symptom(400, "", "DPE", _WRONG),
            help="declare it as `TLS`, or open TLS with a DestinationRule (`tls.mode: SIMPLE`)",
            assumption=found.assumption,
            fault=str(found.port.number),
        )
    for call in graph.broken(TlsCall):
        yield Finding(
            message=f"`{call.workload.title}` opens TLS to port {call.number} of `{call.wanted}`, which the mesh takes for {call.protocol}",
            primary=Label(call.anchor, "the sidecar parses TLS as HTTP"),
            subject=call.workload,
            related=tuple(Label(near.anchor, near.text) for near in call.near),
            symptom=Symptom(400, "", "DPE", _WRONG),
            help="call `http://`, and let the mesh open TLS, or declare the port as `TLS` (`https-…`)",
            fault=f"{call.wanted} {call.number}",
        )
