"""Two servers of a gateway show one certificate for different hosts.

Each server with TLS has routes of its own, chosen by the name that TLS asks for. A browser that has opened an HTTP/2 connection to one host sends
requests for another host by the same connection when both resolve to one address and the certificate is for both. The server that the connection came to
has no route for that host: `404` with the flag `NR`, until the connection is closed. Clients that open a connection for each host never see it.

Put both hosts into one server (`hosts: ["*.example.com"]`, or a list), to which both VirtualServices are bound, or give each host a certificate of its own.

Basis: Istio documentation, "404 errors occur when multiple gateways configured with same TLS certificate"; RFC 9113, 9.1.1; istio/istio issue 9429.

## Fails

```yaml title="gateways.yaml"
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: app, namespace: istio-ingress}
spec:
  selector: {istio: ingress}
  servers:
    - port: {number: 443, name: https, protocol: HTTPS}
      hosts: [app.shop.example]
      tls: {mode: SIMPLE, credentialName: wildcard}
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: docs, namespace: istio-ingress}
spec:
  selector: {istio: ingress}
  servers:
    - port: {number: 443, name: https, protocol: HTTPS}
      hosts: [docs.shop.example]
      tls: {mode: SIMPLE, credentialName: wildcard}  # warning: [gateway-certificate-shared] "docs.shop.example"
```

## Passes

```yaml title="gateways.yaml"
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: shop, namespace: istio-ingress}
spec:
  selector: {istio: ingress}
  servers:
    - port: {number: 443, name: https, protocol: HTTPS}
      hosts: [app.shop.example, docs.shop.example]
      tls: {mode: SIMPLE, credentialName: wildcard}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.graph.istio.tls.reused import ReusedConnection
from upstreamlint.symptoms import NO_ROUTE


@rule(severity=Severity.WARNING)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each certificate that a second server shows for other hosts."""
    for found in graph.broken(ReusedConnection):
        yield Finding(
            message=f"browsers may ask for `{found.host}` by a connection to `{found.first}`, whose server does not know it: "
            f"both show the certificate `{found.wanted}`",
            primary=Label(found.anchor, f"Gateway `{found.gateway.title}` shows it for `{found.host}`"),
            subject=found.gateway,
            related=tuple(Label(near.anchor, near.text) for near in found.near),
            symptom=NO_ROUTE._replace(log="for browsers, as long as they keep the connection"),
            help="put the hosts into one server, or give each a certificate of its own",
            fault=found.wanted,
        )
