"""Compose services wait for one another in a circle.

Compose orders services by `depends_on`, `links`, `volumes_from` and shared namespaces. A circle has no order: the
project does not load (`dependency cycle detected: web -> api -> web`), and nothing starts.

Drop one of the dependencies. Services reach one another without them.

Basis: observed with Compose 5 (`config`).

## Fails

```yaml title="compose.yaml"
services:
  web:
    image: registry.example/web:1
    depends_on: [api]  # error: [depends-on-cycle] "cycle"
  api:
    image: registry.example/api:1
    depends_on: [web]
```

## Passes

```yaml title="compose.yaml"
services:
  web:
    image: registry.example/web:1
    depends_on: [api]
  api:
    image: registry.example/api:1
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, Symptom, rule
from upstreamlint.graph.compose.load_faults import load_faults


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each circle."""
    for project, fault, _ in load_faults(graph):
        if fault.kind == "cycle":
            yield Finding(
                message=fault.message,
                primary=Label(fault.anchor, "part of the circle"),
                subject=f"{project.files[0]}#{project.name}",
                related=tuple(Label(anchor, text) for anchor, text in fault.related),
                symptom=Symptom(log="Compose does not load the project"),
                help="drop one of the dependencies",
                fault=fault.message,
            )
