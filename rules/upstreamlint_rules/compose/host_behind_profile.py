"""A proxy needs a service that only starts with a profile.

A service with `profiles` is left out of a plain `docker compose up`. A proxy without one of these profiles
starts all the same, and the name does not resolve: nginx exits with `[emerg] host not found in upstream`, other
proxies answer 502 on that route. With the profile everything works, so this is a warning, but for a proxy that does not start
without: it is needed by all that a plain `up` is for.

Drop the profile, give the proxy the same one, or let the proxy look the name up when a request comes (nginx: a
variable and `resolver 127.0.0.11`).

Basis: Compose specification, profiles; docker/compose issue 9795.

## Fails

```yaml title="compose.yaml"
services:
  web:
    image: nginx:1.27
    volumes: ["./web.conf:/etc/nginx/conf.d/default.conf:ro"]
    restart: unless-stopped
  mail:
    image: registry.example/mail:1
    profiles: [debug]
    expose: ["1080"]
```

```nginx title="web.conf"
server {
    listen 80;
    location / {
        proxy_pass http://mail:1080;  # error: [host-behind-profile] "profile"
    }
}
```

## Passes

```yaml title="compose.yaml"
services:
  web:
    image: nginx:1.27
    volumes: ["./web.conf:/etc/nginx/conf.d/default.conf:ro"]
    restart: unless-stopped
    profiles: [debug]
  mail:
    image: registry.example/mail:1
    profiles: [debug]
    expose: ["1080"]
```

```nginx title="web.conf"
server {
    listen 80;
    location / {
        proxy_pass http://mail:1080;
    }
}
```
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.answers import symptom
from upstreamlint.facets.dial import Purpose
from upstreamlint.facets.judgement import Obstacle
from upstreamlint.model.compose import ComposeService

_FEW = 3


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each host whose only service waits for a profile."""
    found = [
        (host, client, target, target.profiles[0].value)
        for host in graph.judged(Obstacle.BEHIND_PROFILE)
        if (client := host.dial.caller.service) is not None
        and isinstance(target := host.target, ComposeService)
    ]
    named = Counter((client.id, profile) for _, client, _, profile in found)
    for host, client, target, profile in found:
        # Who names many parts of a profile lists it.
        lists = host.stops is None and named[client.id, profile] > _FEW
        yield Finding(
            message=f"`{target.name}` only starts with profile `{profile}`, which `{client.name}` does not need",
            primary=Label(host.anchor, f"looked up by `{client.name}`"),
            subject=client if lists else target if host.dial.purpose is Purpose.WRITTEN else host.owner,
            related=tuple(Label(anchor, text) for anchor, text in host.far_end),
            symptom=symptom(host),
            help=f"drop the profile of `{target.name}`, or give `{client.name}` the profile `{profile}`",
            assumption="" if host.stops is not None else "the profile is not switched on",
            fault=f"profile {profile}" if lists else host.wanted,
            stops=host.stops,
        )
