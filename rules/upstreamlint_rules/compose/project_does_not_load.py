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

from collections.abc import Collection, Iterator

from upstreamlint import Finding, Graph, Label, Severity, Symptom, patterns, rule
from upstreamlint.finding import Edit
from upstreamlint.graph.compose.load_faults import REPORTED_ELSEWHERE, load_faults
from upstreamlint.graph.likeness import is_misspelt
from upstreamlint.graph.mend import respelt
from upstreamlint.model.compose import Project
from upstreamlint.readers.compose.faults import LoadFault
from upstreamlint.refusal.near import meant
from upstreamlint.suggest import closest

_NAMES = patterns.compile(r"services\.[^.]+\.|\.\d+(?: additional properties '[^']*')?")
"""What tells one place of a fault from another: Compose stops at the first. A key of an item is a text of the user's."""


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each reason why Compose does not load a project."""
    for project, fault, doubt in load_faults(graph):
        if fault.kind in REPORTED_ELSEWHERE:
            continue
        yield Finding(
            message=" ".join(fault.message.split()),
            primary=Label(fault.anchor, "refused by Compose"),
            subject=f"{project.files[0]}#{project.name}",
            related=tuple(Label(anchor, text) for anchor, text in fault.related),
            symptom=Symptom(log="Compose does not load the project"),
            fix=_fix(fault, _near(project, fault)),
            help=_help(project, fault),
            assumption=doubt,
            fault="interpolation" if fault.kind == "interpolation" else _NAMES.sub("", fault.message),
        )


def _near(project: Project, fault: LoadFault) -> str | None:
    """The defined name that comes near the one that is not."""
    tables: dict[str, Collection[str]] = {
        "network": project.networks,
        "volume": project.volumes,
        "config": project.configs,
        "secret": project.secrets,
    }
    word = fault.kind.removeprefix("undefined-")
    return closest(_name(fault), tables[word]) if word in tables else None


def _name(fault: LoadFault) -> str:
    return fault.message.rsplit(" ", 1)[-1]


def _written(fault: LoadFault) -> str:
    return fault.anchor.source.text[fault.anchor.start : fault.anchor.end].strip("\"'")


def _fix(fault: LoadFault, near: str | None) -> tuple[Edit, ...]:
    return respelt(fault.anchor, _name(fault), near) if near and is_misspelt(_name(fault), near) else ()


def _help(project: Project, fault: LoadFault) -> str:
    """What to write instead of a name that is not defined."""
    if fault.kind == "schema" and fault.known:
        found = meant(_written(fault), fault.known)
        return f"did you mean `{found[0]}`?" if found else ""
    name, word = _name(fault), fault.kind.removeprefix("undefined-")
    if word not in ("network", "volume", "config", "secret"):
        return ""
    near = _near(project, fault)
    return f"use `{near}`" if near else f"define the {word} `{name}` under `{word}s:`"
