"""TLS goes to port 80, because the upstream's servers name no port.

A `server` without a port means port 80, whatever the scheme of the `proxy_pass` that leads to it. With `https://` nginx
then starts a TLS handshake on the port of plain HTTP: the answer is `502`, and the log says `wrong version number`.

Write the port of TLS at the server, usually `:443`.

Basis: measured on nginx 1.22.1 and 1.31.4.

## Fails

```nginx title="nginx.conf"
events {}
http {
    upstream shop {
        server 10.0.0.1;  # warning: [upstream-port-defaulted] "port 80"
    }
    server {
        listen 80;
        location / { proxy_pass https://shop; }
    }
}
```

## Passes

```nginx title="nginx.conf"
events {}
http {
    upstream shop {
        server 10.0.0.1:443;
    }
    server {
        listen 80;
        location / { proxy_pass https://shop; }
    }
}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.programs.nginx.references import ProxyPass
from upstreamlint.symptoms import nginx_answers


@rule(severity=Severity.WARNING)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each server without a port that is spoken to in TLS."""
    for passed in graph.references(ProxyPass):
        if passed.target.scheme not in ("https", "grpcs"):
            continue
        for upstream in passed.upstreams:
            for server in upstream.servers:
                if (
                    server.address.port is not None
                    or server.address.kind not in ("name", "ip")
                    or server.service
                ):
                    continue
                yield Finding(
                    message=f"TLS goes to port 80 of `{server.written}`",
                    primary=Label(server.written.anchor, "no port is written, so 80 is dialled"),
                    subject=upstream,
                    related=(Label(passed.target.anchor, "passed in TLS"),),
                    symptom=nginx_answers(502, "SSL_do_handshake() failed (wrong version number)"),
                    help=f"write `{server.written}:443`",
                    fault=server.written.value,
                )
