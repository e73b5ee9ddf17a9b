"""A service behind a proxy listens on loopback only.

`127.0.0.1` inside a container is that container. A program bound to it is out of reach for every other container:
the name resolves, the network is shared, and the connection is refused (nginx: 502, `connect() failed (111:
Connection refused)`). It answers when asked from inside (`docker compose exec`), which makes this hard to see.

The address is read from the command (`--bind 127.0.0.1:8000`, `--host localhost` …) and from variables such as
`HOST`. Development servers that bind loopback when told nothing (`flask run`, `uvicorn`, `manage.py runserver`, `ng
serve` …) are reported as warnings.

Bind `0.0.0.0`.

Basis: observed in public reports; each server's documentation for the defaults.

## Fails

```yaml title="compose.yaml"
services:
  web:
    image: nginx:1.27
    volumes: ["./web.conf:/etc/nginx/conf.d/default.conf:ro"]
    depends_on: [api]
  api:
    image: registry.example/api:1
    command: gunicorn shop.wsgi --bind 127.0.0.1:8000  # error: [upstream-binds-loopback] "127.0.0.1:8000"
    expose: ["8000"]
```

```nginx title="web.conf"
server {
    listen 80;
    location / {
        proxy_pass http://api:8000;
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
    command: gunicorn shop.wsgi --bind 0.0.0.0:8000
    expose: ["8000"]
```

```nginx title="web.conf"
server {
    listen 80;
    location / {
        proxy_pass http://api:8000;
    }
}
```
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.answers.cost import Cost, Costs
from upstreamlint.facets.dial import Purpose
from upstreamlint.facets.judgement import Judgement, Obstacle
from upstreamlint.facets.wording import caller, name_of
from upstreamlint.finding import Affected, merged
from upstreamlint.source import Anchor


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each process that is dialled from outside of its container, and only listens inside."""
    costs = Costs(graph)
    together: dict[tuple[int, Anchor], list[Judgement]] = defaultdict(list)
    for found in graph.judged(Obstacle.LOOPBACK_ONLY):
        if found.listen is not None:
            together[id(found.target), found.listen.anchor].append(found)
    for same in together.values():
        first, listen = same[0], same[0].listen
        if listen is None:
            continue
        lost = [costs.of(found) for found in same]
        hit = _hit(graph, first, listen.port, [*zip(same, lost, strict=True)])
        spared = lost[0].spared if not hit and all(one.spared for one in lost) else ""
        what = f"by default (`{listen.text}`)" if listen.implied else f"(`{listen.text}`)"
        yield Finding(
            message=f"`{name_of(first.target)}` listens on loopback only {what}, out of reach for {caller(first.dial)}",
            primary=Label(listen.anchor, "binds the container's own loopback"),
            subject=first.target,
            related=(Label(first.anchor, "dialled from outside of it"),),
            symptom=lost[0].symptom,
            help="bind `0.0.0.0`",
            assumption=first.assumption or spared,
            hit=hit,
        )


def _hit(
    graph: Graph, found: Judgement, port: int | None, lost: list[tuple[Judgement, Cost]]
) -> tuple[Affected, ...]:
    """All that comes to the port; of what comes through pools, the part that no other of the pool takes.

    Who is asked before a request goes on decides what becomes of it.
    """
    asked = [
        a._replace(symptom=its.symptom)
        for one, its in lost
        if one.dial.purpose is Purpose.DEPENDENCY
        for a in graph.affected(one.dial.owner)
    ]
    pooled = {_key(a) for one, its in lost if its.hit is not None for a in graph.affected(one.dial.owner)}
    pooled |= {_key(a) for a in asked}
    every = [a for a in graph.affected(found.target, port=port) if _key(a) not in pooled]
    return merged(
        [*asked, *every, *(a._replace(symptom=its.symptom) for _, its in lost for a in its.hit or ())]
    )


def _key(hit: Affected) -> tuple[Anchor, str, str]:
    return hit.anchor, hit.listener, hit.route
