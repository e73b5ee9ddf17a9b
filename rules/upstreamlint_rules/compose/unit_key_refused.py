"""Quadlet refuses a unit for one of its keys.

A key that Quadlet does not know in its section makes no warning: of the whole unit no service is made, `systemctl start` finds none, and nobody is
there to whom requests are sent. `/usr/lib/systemd/system-generators/podman-system-generator --dryrun` says so.

Write the key as Podman has it, or move it to the section that it is for.

Basis: podman, pkg/systemd/quadlet/quadlet.go, `checkForUnknownKeys`.

## Fails

```ini title="shop.container"
[Container]
Image=registry.example/shop:1
HealthCheckCmd=curl -f http://127.0.0.1:8000/  # error: [unit-key-refused] "HealthCheckCmd"
Restart=always  # error: [unit-key-refused] "Restart"
```

## Passes

```ini title="shop.container"
[Container]
Image=registry.example/shop:1
HealthCmd=curl -f http://127.0.0.1:8000/
KeyOfALaterRelease=yes

[Service]
Restart=always
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, Symptom, rule
from upstreamlint.graph.mend import respelt
from upstreamlint.model.compose import Project

_NO_SERVICE = "Quadlet makes no service of the unit"


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each key that a unit must not have."""
    for project in graph.nodes(Project):
        for fault in project.faults:
            if fault.kind != "unit-key":
                continue
            written = fault.anchor.source.text[fault.anchor.start : fault.anchor.end]
            meant = fault.known[0]
            moved = meant.startswith("[")
            yield Finding(
                message=f"Quadlet refuses this unit: {fault.message}",
                primary=Label(fault.anchor, f"is for `{meant}`" if moved else f"`{meant}` is meant"),
                subject=f"{fault.anchor.source.path}#{written}",
                symptom=Symptom(log=f"{_NO_SERVICE}: `{fault.message}`"),
                fix=() if moved else respelt(fault.anchor, written, meant),
                help=f"move it to `{meant}`" if moved else f"write `{meant}`",
                fault=written,
            )
