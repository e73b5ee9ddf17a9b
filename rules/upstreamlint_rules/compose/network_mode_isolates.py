"""A `network_mode` keeps a proxy and its upstream apart.

A container that uses the machine's network (`host`), none, or that of another service (`service:vpn`) is on no
network of the project. Its own name is registered nowhere: with `service:vpn` it is reached as `vpn`. And a
client with `network_mode: host` cannot resolve service names at all; it reaches others by the ports that they
publish. nginx exits with `[emerg] host not found in upstream`; other proxies answer 502.

Use the name of the service that owns the network, or the published port from the machine's network, or drop
the `network_mode`.

Basis: engine and Compose 5: a container in another's namespace registers no name.

## Fails

```yaml title="compose.yaml"
services:
  web:
    image: nginx:1.27
    volumes: ["./web.conf:/etc/nginx/conf.d/default.conf:ro"]
    depends_on: [downloads]
  vpn:
    image: registry.example/vpn:1
  downloads:
    image: registry.example/downloads:1
    network_mode: service:vpn
```

```nginx title="web.conf"
server {
    listen 80;
    location / {
        proxy_pass http://downloads:8112;  # error: [network-mode-isolates] "`downloads`"
    }
}
```

## Passes

```yaml title="compose.yaml"
services:
  web:
    image: nginx:1.27
    volumes: ["./web.conf:/etc/nginx/conf.d/default.conf:ro"]
    depends_on: [vpn]
  vpn:
    image: registry.example/vpn:1
  downloads:
    image: registry.example/downloads:1
    network_mode: service:vpn
```

```nginx title="web.conf"
server {
    listen 80;
    location / {
        proxy_pass http://vpn:8112;
    }
}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.answers import symptom
from upstreamlint.facets.judgement import Judgement, Obstacle
from upstreamlint.facets.wording import assumption
from upstreamlint.model.compose import ComposeService


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each host that a network mode takes off the project's networks."""
    for host in graph.judged(Obstacle.NETWORK_MODE):
        client, target = host.dial.caller.service, host.target
        if client is None:
            continue
        culprit = target if isinstance(target, ComposeService) and not target.networks else client
        yield Finding(
            message=f"`{host.wanted}` does not resolve from `{client.name}`: `{culprit.name}` is on no network of the project",
            primary=Label(host.anchor, f"looked up by `{client.name}`"),
            subject=host.owner,
            related=tuple(Label(anchor, text) for anchor, text in host.far_end),
            symptom=symptom(host),
            help=_remedy(host, client, culprit),
            assumption=assumption(host),
            fault=host.wanted,
            stops=host.stops,
        )


def _remedy(host: Judgement, client: ComposeService, culprit: ComposeService) -> str:
    project = host.dial.caller.project
    if project is not None and project.podman:
        return f"put `{client.name}` and `{culprit.name}` on one `Network`"
    if not host.near:
        return f"drop the `network_mode` of `{culprit.name}`"
    instead = host.near[0].instead
    if not instead.startswith("host.docker.internal"):
        return f"use `{instead}`"
    entry = "host.docker.internal:host-gateway"
    return (
        f"use `{instead}` with `{entry}` in the `extra_hosts` of `{client.name}`, or drop that `network_mode`"
    )
