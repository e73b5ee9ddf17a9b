"""Two programs in one network listen on the same port.

Containers with `network_mode: host` listen on the machine itself, those with `network_mode: service:NAME` in the network of that
service, and the containers of a pod in that of the pod. There a port is one program's: the other one does not start, and exits with
`bind() to 0.0.0.0:80 failed (98: Address already in use)`. So it does where the engine has published the port on the machine
already; the other way round the engine refuses: `failed to bind host port: address already in use`.

Have one of them listen on another port, or give it a network of its own.

Only ports of which the files, or the table of images, say that they are listened on count. HAProxy and Envoy share a port with
others of their kind (`SO_REUSEPORT`).

Basis: `bind(2)`, EADDRINUSE.

## Fails

```yaml title="compose.yaml"
services:
  edge:
    image: nginx:1.27
    network_mode: host
  files:
    image: caddy:2
    network_mode: host
    volumes:
      - ./Caddyfile:/etc/caddy/Caddyfile:ro
```

```caddyfile title="Caddyfile"
:80 {  # error: [port-listened-twice] "port 80"
        respond "ok"
}
```

## Passes

```yaml title="compose.yaml"
services:
  edge:
    image: nginx:1.27
    network_mode: host
  files:
    image: caddy:2
    network_mode: host
    volumes:
      - ./Caddyfile:/etc/caddy/Caddyfile:ro
```

```caddyfile title="Caddyfile"
:8081 {
        respond "ok"
}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, Symptom, rule
from upstreamlint.graph.listened import ListenedTwice


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each port that another program of the same network has."""
    for found in graph.broken(ListenedTwice):
        claim, first = found.claim, found.first
        verb = "publishes" if claim.published else "listens on"
        says = "published" if first.published else "listened on"
        yield Finding(
            message=f"{claim.container.title} {verb} port {claim.port}, which {first.container.title} has in the same network",
            primary=Label(claim.anchor, "only one can have it"),
            subject=found.owner,
            related=(Label(first.anchor, f"{says} here (`{first.text}`)"),),
            symptom=Symptom(
                log=f"one of them does not start: `bind` to port {claim.port} fails with `address already in use`"
            ),
            help="have one of them listen on another port, or give it a network of its own",
            fault=str(claim.port),
        )
