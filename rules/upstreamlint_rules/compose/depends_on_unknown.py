"""A Compose service needs a service that the project does not have.

`depends_on`, `links`, `volumes_from` and `network_mode: service:` must name services of the project. Otherwise
Compose does not load it, and nothing starts: `service "web" depends on undefined service "api"`. A service that
only starts with a profile is not enough for one that always starts.

Correct the name, or add the service.

Basis: observed with Compose 5 (`config`).

## Fails

```yaml title="compose.yaml"
services:
  web:
    image: registry.example/web:1
    depends_on:
      - database  # error: [depends-on-unknown] "undefined service"
  db:
    image: postgres:16
```

## Passes

```yaml title="compose.yaml"
services:
  web:
    image: registry.example/web:1
    depends_on:
      - db
  db:
    image: postgres:16
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, Symptom, rule
from upstreamlint.graph.compose.load_faults import load_faults
from upstreamlint.graph.likeness import is_misspelt
from upstreamlint.graph.mend import respelt
from upstreamlint.readers.compose.faults import LoadFault
from upstreamlint.suggest import closest


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each service that is needed and not there."""
    for project, fault, doubt in load_faults(graph):
        if fault.kind not in ("undefined-service", "inactive-service"):
            continue
        wanted = fault.anchor.source.text[fault.anchor.start : fault.anchor.end].strip("\"'")
        wanted = wanted.removeprefix("service:")
        absent = fault.kind == "undefined-service"
        near = closest(wanted, fault.known if fault.file else project.services) if absent else None
        here = project.services.get(near or "") if not fault.file else None
        yield Finding(
            message=fault.message,
            primary=Label(fault.anchor, "no such service" if absent else "only starts with a profile"),
            subject=fault.file or f"{project.files[0]}#{project.name}",
            related=(
                *(Label(anchor, text) for anchor, text in fault.related),
                *((Label(here.anchor, "this one has a similar name"),) if here is not None else ()),
            ),
            symptom=Symptom(log="Compose does not load the project"),
            fix=respelt(fault.anchor, wanted, near) if near and is_misspelt(wanted, near) else (),
            help=_help(fault, near),
            assumption=doubt if absent else "the project is started without that profile",
            fault=wanted if absent else fault.message,
        )


def _help(fault: LoadFault, near: str | None) -> str:
    if fault.kind != "undefined-service":
        return "give both the same profile, or set `required: false`"
    if near:
        return f"use `{near}`"
    return f"add the service to `{fault.file}`" if fault.file else "add the service, or drop the dependency"
