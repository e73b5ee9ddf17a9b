"""A proxy that resolves names when it starts does not wait for its upstream.

nginx looks literal names up once, at start. A name resolves only while a container of the service runs, and
Compose starts services in any order where `depends_on` says nothing: when the upstream comes second, nginx exits
with `[emerg] host not found in upstream`. Without a `restart` policy it stays down. Where the upstream itself waits for the
proxy, it always comes second.

Add the upstream to the proxy's `depends_on`, and a `restart` policy for later; or let nginx look the name up for
each request (a variable and `resolver 127.0.0.11`).

Basis: nginx, `ngx_parse_url` at start; ZigzagAK/ngx_dynamic_upstream issue 8.

## Fails

```yaml title="compose.yaml"
services:
  web:
    image: nginx:1.27
    volumes: ["./web.conf:/etc/nginx/conf.d/default.conf:ro"]
  api:
    image: registry.example/api:1
    expose: ["8080"]
```

```nginx title="web.conf"
server {
    listen 80;
    location / {
        proxy_pass http://api:8080;  # warning: [depends-on-missing] "before"
    }
}
```

## Passes

```yaml title="compose.yaml"
services:
  web:
    image: nginx:1.27
    volumes: ["./web.conf:/etc/nginx/conf.d/default.conf:ro"]
    depends_on: [api]
  api:
    image: registry.example/api:1
    expose: ["8080"]
```

```nginx title="web.conf"
server {
    listen 80;
    location / {
        proxy_pass http://api:8080;
    }
}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.answers import symptom
from upstreamlint.facets.judgement import Facet
from upstreamlint.graph.compose.start_order import waits_for
from upstreamlint.model.compose import ComposeService, Project
from upstreamlint.places.address import is_address, is_loopback


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each name that may be looked up before its service runs."""
    projects = {id(s): p for p in graph.nodes(Project) for s in p.services.values()}
    for host in graph.judgements if projects else ():
        client = host.dial.caller.service
        targets = [t for t in host.targets if isinstance(t, ComposeService)]
        if host.facet is not Facet.NAME or host.obstacle is not None or not host.dial.at_start:
            continue
        if client is None or not targets or client in targets:
            continue
        project = projects.get(id(client))
        if project is None or project.fragment or _comes_back(client):
            continue
        if any(projects.get(id(t)) is not project or waits_for(client, t, project) for t in targets):
            continue
        if (
            is_address(host.wanted)
            or is_loopback(host.wanted)
            or host.by_host
            or any(_may_be_off(client, t) for t in targets)
        ):
            continue
        name = targets[0].name
        # Where all that have the name wait for the one who looks it up, nobody has it by then.
        turned = all(waits_for(t, client, project) for t in targets)
        first = "starts before" if turned else "may start before"
        yield Finding(
            message=f"`{client.name}` {first} `{name}`, whose name it resolves at start",
            primary=Label(host.anchor, "looked up once, at start"),
            subject=host.owner,
            related=(_related(client, targets[0], turned=turned),),
            symptom=symptom(host),
            help=f"turn the `depends_on` of `{name}` round"
            if turned
            else f"add `{name}` to the `depends_on` of `{client.name}`, and a `restart` policy",
            assumption="" if turned else _RACE,
            fault=host.wanted,
        )


_RACE = "it is not the last of the two to start"


def _related(client: ComposeService, target: ComposeService, *, turned: bool) -> Label:
    """Where the order is written, or not."""
    if not turned:
        return Label(client.anchor, f"no `depends_on` leads to `{target.name}`")
    own = next((d.anchor for d in target.depends_on if d.service.value == client.name.value), target.anchor)
    return Label(own, f"`{target.name}` waits for `{client.name}`")


def _may_be_off(client: ComposeService, target: ComposeService) -> bool:
    """Whether a profile may keep a service away, so that Compose would refuse to wait for it."""
    return bool(target.profiles) and not {p.value for p in target.profiles} & {
        p.value for p in client.profiles
    }


def _comes_back(client: ComposeService) -> bool:
    """Whether the engine starts the proxy again until the name resolves."""
    return client.restart is not None and client.restart.value != "no"
