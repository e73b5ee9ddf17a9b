"""A container dials the machine by a name that its hosts file does not have.

Docker Desktop resolves `host.docker.internal` in every container. The engine on Linux does not: the name needs
an `extra_hosts` entry. Without it nginx exits with `[emerg] host not found in upstream`, Envoy answers `503 no
healthy upstream`, and others 502. It works on the desk and fails on the server.

Add `extra_hosts: ["host.docker.internal:host-gateway"]` to the service. Where nginx looks the name up itself, as Nginx Proxy Manager and SWAG have it do,
only an address helps: its `resolver` does not see `extra_hosts`.

Basis: Docker documentation, `--add-host`; moby issue 40007.

## Fails

```yaml title="compose.yaml"
services:
  web:
    image: nginx:1.27
    volumes: ["./web.conf:/etc/nginx/conf.d/default.conf:ro"]
```

```nginx title="web.conf"
server {
    listen 80;
    location / {
        proxy_pass http://host.docker.internal:3000;  # warning: [host-gateway-missing] "host.docker.internal"
    }
}
```

## Passes

```yaml title="compose.yaml"
services:
  web:
    image: nginx:1.27
    extra_hosts: ["host.docker.internal:host-gateway"]
    volumes: ["./web.conf:/etc/nginx/conf.d/default.conf:ro"]
```

```nginx title="web.conf"
server {
    listen 80;
    location / {
        proxy_pass http://host.docker.internal:3000;
    }
}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.answers import symptom
from upstreamlint.answers.cost import Costs
from upstreamlint.facets.judgement import Obstacle

_OWN_RESOLVER = (
    "name an address, such as that of the network's gateway: a `resolver` does not see `extra_hosts`"
)


@rule(severity=Severity.WARNING)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each name of the machine that only Docker Desktop resolves."""
    costs = Costs(graph)
    for host in graph.judged(Obstacle.HOST_GATEWAY):
        client = host.dial.caller.service
        if client is None:
            continue
        yield Finding(
            message=f"`{host.wanted}` resolves in `{client.name}` on Docker Desktop only",
            primary=Label(host.anchor, "unknown to the engine on Linux"),
            subject=client,
            related=tuple(Label(anchor, text) for anchor, text in host.far_end),
            symptom=symptom(host),
            help=_OWN_RESOLVER
            if host.dial.own_resolver
            else f'add `extra_hosts: ["{host.wanted}:host-gateway"]` to `{client.name}`',
            fault=host.wanted,
            hit=costs.of(host).hit,
            stops=host.stops,
        )
