"""Compose refuses the project.

An unknown key, a value of the wrong type, an undefined volume, keys that exclude each other: `docker compose`
prints the message that is quoted here and starts nothing. What needs the surroundings (variables that must be set,
an `env_file` that is not checked in) is not reported, nor is what a piece of a project lacks.

Mend the place that is named.

Basis: compared with Compose 5 (`config`) over public repositories.

## Fails

```yaml title="compose.yaml"
services:
  web:
    image: registry.example/web:1
    volumes:
      - data:/srv  # error: [project-does-not-load] "undefined volume"
```

```yaml title="other/compose.yaml"
services:
  web:
    image: registry.example/web:1
    depend_on: [db]  # error: [project-does-not-load] "depend_on"
  db:
    image: postgres:16
```

## Passes

```yaml title="compose.yaml"
services:
  web:
    image: registry.example/web:1
    volumes:
      - data:/srv
volumes:
  data: {}
```
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, Symptom, rule
from upstreamlint.graph.compose.load_faults import REPORTED_ELSEWHERE, load_faults

_NAMES = re.compile(r"services\.[^.]+\.|\.\d+")
"""What tells one place of a fault from another: Compose stops at the first."""


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each reason why Compose does not load a project."""
    for project, fault in load_faults(graph):
        if fault.kind in REPORTED_ELSEWHERE:
            continue
        yield Finding(
            message=" ".join(fault.message.split()),
            primary=Label(fault.anchor, "refused by Compose"),
            subject=f"{project.files[0]}#{project.name}",
            related=tuple(Label(anchor, text) for anchor, text in fault.related),
            symptom=Symptom(log="Compose does not load the project"),
            fault=_NAMES.sub("", fault.message),
        )
