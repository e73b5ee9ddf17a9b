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
        proxy_pass http://prices:8080;  # error: [upstream-not-on-network] "shares no network"
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

## Fails: a proxy that reads labels

```yaml title="compose.yaml"
services:
  bridge:
    image: ghcr.io/jtdowney/tsbridge:v1
    command: --provider docker
  shop:
    image: registry.example/shop:1
    labels:
      tsbridge.enabled: "true"  # error: [upstream-not-on-network] "tsbridge"
      tsbridge.service.port: 3000
    networks: [shops]
networks:
  shops: {}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.answers.cost import Costs
from upstreamlint.facets.judgement import Judgement, Obstacle
from upstreamlint.facets.wording import caller, ends
from upstreamlint.graph.evidence import Verdict
from upstreamlint.model.compose import ComposeService, shared_networks


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each name whose service is on other networks than the one who dials."""
    costs = Costs(graph)
    for found in graph.judged(Obstacle.NO_SHARED_NETWORK):
        client, target = found.dial.caller.service, found.target
        if client is None or not isinstance(target, ComposeService):
            continue
        lost = costs.of(found)
        yield Finding(
            message=_message(found, client, target),
            primary=Label(
                found.anchor, f"{'dialled' if found.dial.by_address else 'looked up'} by {caller(found.dial)}"
            ),
            subject=found.dial.owner,
            related=ends(found),
            symptom=lost.symptom,
            fix=found.fix,
            help=found.remedy or _remedy(found, client, target),
            assumption=lost.assumption,
            fault=found.wanted,
            hit=lost.hit,
            stops=found.stops,
        )


def _message(found: Judgement, client: ComposeService, target: ComposeService) -> str:
    if found.dial.by_address:
        return f"`{client.name}` shares no network with `{target.name}`, which {found.dial.by} dials"
    if shared_networks(client, target):
        return (
            f"`{found.wanted}` is a name of `{target.name}` on another network than those of `{client.name}`"
        )
    return f"`{client.name}` shares no network with `{target.name}`, so `{found.wanted}` does not resolve"


def _remedy(found: Judgement, client: ComposeService, target: ComposeService) -> str:
    # A service in another's network namespace is on that one's networks.
    joining = client.shares or client.name.value
    keys = [place.key for place in target.networks]
    if shared_networks(client, target):
        return f"use `{target.name}`, or give it the alias on a network of `{client.name}`"
    if found.verdict is not Verdict.CONFLICT:
        return f"attach `{joining}` and `{target.name}` to one network"
    if [place.key for place in client.networks] == ["default"]:
        # A service that lists networks is not on the default one any more.
        return f"add `default` to the networks of `{target.name}`"
    if keys == ["default"]:
        return f"add `default` to the networks of `{joining}`"
    return f"attach `{joining}` to the network `{keys[0]}`"
