"""Two services publish the same port of the host.

Only one of them gets it. The engine does not start the other: `Bind for 0.0.0.0:8080 failed: port is already
allocated`. The same happens to the second replica of a service that publishes one fixed port.

Publish one of them on another port, or not at all: a service behind a proxy needs no published port.

Where several pairs of services clash, or the ports come from variables, the project is a catalogue from which users start
what they need: that is [published-ports-shared](published-ports-shared.md).

Basis: engine, port allocator.

## Fails

```yaml title="compose.yaml"
services:
  web:
    image: registry.example/web:1
    ports: ["8080:80"]
  api:
    image: registry.example/api:1
    ports: ["8080:3000"]  # error: [published-port-taken] "8080"
```

## Passes

```yaml title="compose.yaml"
services:
  web:
    image: registry.example/web:1
    ports: ["8080:80"]
  api:
    image: registry.example/api:1
    ports: ["127.0.0.1:8081:3000"]
  debug:
    image: registry.example/debug:1
    profiles: [debug]
    ports: ["8080:3000"]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, Symptom, rule
from upstreamlint.graph.compose.published import are_choices, clashes
from upstreamlint.model.compose import Project


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each published port that an earlier service has already."""
    for project in graph.nodes(Project):
        found = clashes(project)
        if are_choices(project, found):
            continue
        for service, port, other, first in found:
            yield Finding(
                message=f"`{service.name}` publishes port {port.published} of the host, which `{other.name}` has already",
                primary=Label(port.anchor, "only one can have it"),
                subject=service,
                related=(Label(first.anchor, f"published for `{other.name}`"),),
                symptom=Symptom(
                    log="one of them does not start: "
                    f"`Bind for 0.0.0.0:{port.published} failed: port is already allocated`"
                ),
                help="publish it on another port, or not at all",
                fault=port.text,
            )
