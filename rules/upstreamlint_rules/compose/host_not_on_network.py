"""A proxy sends requests to a Compose service that shares no network with it.

A name resolves only between containers on one network. A service that lists any network is not on `default`, and
an alias is only known on the network that it is written for. nginx looks a literal name up when it starts and
exits with `[emerg] host not found in upstream`; a proxy that looks it up later answers 502.

Two projects meet on a network only if both attach their services to it, as `external` in one of them at least.

Attach both services to one network.

Basis: engine, `buildEndpointDNSNames`: names are registered per network; docker/compose issue 12593.

## Fails

```yaml title="compose.yaml"
services:
  web:
    image: nginx:1.27
    volumes: ["./web.conf:/etc/nginx/conf.d/default.conf:ro"]
    depends_on: [prices]
    networks: [public]
  prices:
    image: registry.example/prices:1
    expose: ["8080"]
    networks: [private]
networks:
  public: {}
  private: {}
```

```nginx title="web.conf"
server {
    listen 80;
    location / {
        proxy_pass http://prices:8080;  # error: [host-not-on-network] "shares no network"
    }
}
```

## Passes

```yaml title="compose.yaml"
services:
  web:
    image: nginx:1.27
    volumes: ["./web.conf:/etc/nginx/conf.d/default.conf:ro"]
    depends_on: [prices]
    networks: [public, private]
  prices:
    image: registry.example/prices:1
    expose: ["8080"]
    networks: [private]
networks:
  public: {}
  private: {}
```

```nginx title="web.conf"
server {
    listen 80;
    location / {
        proxy_pass http://prices:8080;
    }
}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.graph.evidence import Verdict
from upstreamlint.graph.upstreams import HostObstacle, UpstreamHost
from upstreamlint.model.compose import ComposeService, shared_networks
from upstreamlint.symptoms import unresolved


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each host whose service is on other networks than the client."""
    for host in graph.broken(UpstreamHost):
        client, target = host.client, next(iter(host.targets), None)
        if host.obstacle is not HostObstacle.NO_SHARED_NETWORK:
            continue
        if not isinstance(client, ComposeService) or not isinstance(target, ComposeService):
            continue
        shared = shared_networks(client, target)
        # A service in another's network namespace is on that one's networks.
        joining = client.shares or client.name.value
        keys = [place.key for place in target.networks]
        remedy = f"attach `{joining}` to the network `{keys[0]}`"
        if shared:
            remedy = f"use `{target.name}`, or give it the alias on a network of `{client.name}`"
        elif host.verdict is not Verdict.CONFLICT:
            remedy = f"attach `{joining}` and `{target.name}` to one network"
        elif [place.key for place in client.networks] == ["default"]:
            # A service that lists networks is not on the default one any more.
            remedy = f"add `default` to the networks of `{target.name}`"
        elif keys == ["default"]:
            remedy = f"add `default` to the networks of `{joining}`"
        yield Finding(
            message=f"`{host.wanted}` is a name of `{target.name}` on another network than those of `{client.name}`"
            if shared
            else f"`{client.name}` shares no network with `{target.name}`, so `{host.wanted}` does not resolve",
            primary=Label(host.anchor, f"looked up by `{client.name}`"),
            subject=host.owner,
            related=tuple(Label(anchor, text) for anchor, text in host.far_end),
            symptom=unresolved(host.proxy, at_start=host.at_start),
            help=remedy,
            assumption="" if host.proxy else "the service dials what is written here",
            fault=host.wanted,
        )
