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
from collections.abc import Collection, Iterator

from upstreamlint import Finding, Graph, Label, Severity, Symptom, rule
from upstreamlint.graph.compose.load_faults import REPORTED_ELSEWHERE, load_faults
from upstreamlint.model.compose import Project
from upstreamlint.readers.compose import LoadFault
from upstreamlint.suggest import closest

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
            help=_help(project, fault),
            fault=_NAMES.sub("", fault.message),
        )


def _help(project: Project, fault: LoadFault) -> str:
    """What to write instead of a name that is not defined."""
    tables: dict[str, Collection[str]] = {
        "undefined-network": project.networks,
        "undefined-volume": project.volumes,
        "undefined-config": project.configs,
        "undefined-secret": project.secrets,
    }
    if fault.kind not in tables:
        return ""
    name, word = fault.message.rsplit(" ", 1)[-1], fault.kind.removeprefix("undefined-")
    near = closest(name, tables[fault.kind])
    return f"use `{near}`" if near else f"define the {word} `{name}` under `{word}s:`"
