"""nginx in a container dials loopback, where nothing but itself runs.

`localhost` and `127.0.0.1` are the container (or pod) that nginx runs in, not the machine and not a service beside it.
When nothing there listens on the port the answer is `502`, with `connect() failed (111: Connection refused)` in the
log; `localhost` has two addresses, so it becomes `no live upstreams` after the first request.

Reported when the container runs nginx alone, shares its network with nothing, and nginx itself does not listen on the
port.

Dial the name of the service that has the port.

Basis: measured on nginx 1.22.1 and 1.31.4.

## Fails

```yaml title="compose.yaml"
services:
  edge:
    image: nginx:1.27
    volumes:
      - ./edge.conf:/etc/nginx/conf.d/default.conf:ro
  api:
    image: registry.example/api:1
    expose: ["5000"]
```

```nginx title="edge.conf"
server {
    listen 80;
    location / { proxy_pass http://127.0.0.1:5000; }  # error: [loopback-in-container] "`127.0.0.1`"
}
```

## Passes

```yaml title="compose.yaml"
services:
  edge:
    image: nginx:1.27
    volumes:
      - ./edge.conf:/etc/nginx/conf.d/default.conf:ro
    depends_on: [api]
  api:
    image: registry.example/api:1
    expose: ["5000"]
```

```nginx title="edge.conf"
server {
    listen 80;
    location / { proxy_pass http://api:5000; }
}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.graph.upstreams import HostObstacle, UpstreamHost
from upstreamlint.symptoms import nginx_answers


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each loopback address that leads to nobody."""
    for host in graph.broken(UpstreamHost):
        if host.proxy != "nginx" or host.obstacle is not HostObstacle.LOOPBACK:
            continue
        near = host.near[0] if host.near else None
        yield Finding(
            message=f"`{host.wanted}` is the container of nginx itself, and nothing there listens on the port",
            primary=Label(host.anchor, "the container that nginx runs in"),
            subject=host.owner,
            related=(
                *((Label(near.anchor, near.text),) if near else ()),
                *(Label(anchor, text) for anchor, text in host.far_end),
            ),
            symptom=nginx_answers(
                502, "connect() failed (111: Connection refused) while connecting to upstream"
            ),
            help=f"dial `{near.instead}`"
            if near
            else "dial the name of the service that listens on the port",
            fault=host.wanted,
        )
