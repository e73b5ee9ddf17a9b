"""A variable of a Compose file that nothing sets, while `.env` sets one of nearly its name.

Compose says `The "DOMAINE" variable is not set. Defaulting to a blank string`, and goes on: a rule `Host(``)` is refused by
Traefik, a host name loses a part, a port is gone. The one that `.env` sets must be meant, unless the shell that starts Compose sets
the other.

Write the name as `.env` has it.

Basis: documentation of Compose, interpolation; its warning.

## Fails

```yaml title="compose.yaml"
services:
  shop:
    image: registry.example/shop:1
    labels:
      - traefik.http.routers.shop.rule=Host(`${DOMAINE}`)  # warning: [compose-variable-misspelt] "`DOMAINE`"
```

```ini title=".env"
DOMAIN=shop.example
```

## Passes

```yaml title="compose.yaml"
services:
  shop:
    image: registry.example/shop:1
    labels:
      - traefik.http.routers.shop.rule=Host(`${DOMAIN}`)
```

```ini title=".env"
DOMAIN=shop.example
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, Symptom, rule
from upstreamlint.graph.compose.unset import misspelt
from upstreamlint.graph.mend import respelt
from upstreamlint.model.compose import Project

_SYMPTOM = Symptom(log="Compose warns that the variable is not set, and puts a blank string in its place")


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each variable that misses one of `.env` by a slip of the hand."""
    for project in graph.nodes(Project):
        for found in misspelt(project):
            yield Finding(
                message=f"nothing sets `{found.name}`, and `.env` sets `{found.meant}`",
                primary=Label(found.anchor, "a blank string stands here"),
                subject=project,
                symptom=_SYMPTOM,
                fix=respelt(found.anchor, found.name, found.meant),
                help=f"write `{found.meant}`",
                assumption="the shell that starts Compose does not set it",
                fault=found.name,
            )
