"""Services of a catalogue publish the same ports of the host: not all of them can run at once.

A project from which users start what they need (`docker compose up nginx mysql`), or whose ports they set in variables,
often gives two services one port; so do two services that run one image over the same files with other commands. Whoever starts both gets `Bind for 0.0.0.0:8080 failed: port is already allocated`.

Give each service a port of its own, or put alternatives into profiles.

Basis: engine, port allocator. One clash of a project that is started as a whole is
[published-port-taken](published-port-taken.md).

## Fails

```yaml title="compose.yaml"
services:
  nginx:
    image: registry.example/nginx:1
    ports: ["80:80"]
  apache:
    image: registry.example/apache:1
    ports: ["80:80"]  # info: [published-ports-shared] "3 published ports"
  caddy:
    image: registry.example/caddy:1
    ports: ["80:80"]
  mysql:
    image: registry.example/mysql:1
    ports: ["${DB_PORT:-3306}:3306"]
  mariadb:
    image: registry.example/mariadb:1
    ports: ["3306:3306"]
```

## Passes

```yaml title="compose.yaml"
services:
  nginx:
    image: registry.example/nginx:1
    profiles: [nginx]
    ports: ["80:80"]
  apache:
    image: registry.example/apache:1
    profiles: [apache]
    ports: ["80:80"]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.graph.compose.published import Clash, are_choices, clashes
from upstreamlint.model.compose import Project

_SHOWN = 5


@rule(severity=Severity.INFO)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each project in which not all services can run at once."""
    for project in graph.nodes(Project):
        found = clashes(project)
        if not found or not are_choices(project, found):
            continue
        first = found[0]
        count = f"{len(found)} published ports are" if len(found) > 1 else "a published port is"
        yield Finding(
            message=f"{count} wanted by another service of the project too",
            primary=Label(first.port.anchor, _text(first)),
            subject=project,
            related=(
                Label(first.first.anchor, f"published for `{first.other.name}`"),
                *(Label(clash.port.anchor, _text(clash)) for clash in found[1:_SHOWN]),
            ),
            help="give each service a port of its own, or put alternatives into profiles",
        )


def _text(clash: Clash) -> str:
    return f"`{clash.service.name}` publishes {clash.port.published}, as `{clash.other.name}` does"
