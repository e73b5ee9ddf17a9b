"""Where a program runs whose configuration is put where it does not look: a script moves the file before it starts."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.containers.container import Container
from upstreamlint.facets.dial import Dial
from upstreamlint.graph.evidence import Verdict
from upstreamlint.graph.index import Index
from upstreamlint.model.compose.ports import container_ports
from upstreamlint.places.found import Found
from upstreamlint.values import replace

_MOVED = "what moves the file into its place leaves the names as they are"


def given(index: Index, dial: Dial) -> tuple[Dial, Found | None, str]:
    """A dial from the container of its program that its file is put into, who answers there, and what makes it doubtful.

    Of several such containers one from which the dial is right counts: they are ways to start one program.
    """
    from upstreamlint.facets.hop import look_up

    source = dial.host_anchor.source
    tried = []
    for container in index.given(source.path):
        if dial.by.lower() in container.traces:
            caller = replace(
                dial.caller, service=container.service, project=container.project, complete=False
            )
            here = replace(dial, caller=caller)
            tried.append((here, look_up(index, here), "" if _names_others(container, dial) else _MOVED))
    fine = (one for one in tried if one[1] is None or not _is_broken(one[1]))
    return next(fine, tried[0] if tried else (dial, None, ""))


def _is_broken(found: Found) -> bool:
    return found.host.verdict.broken or any(port.verdict is not Verdict.FOUND for port in found.ports)


def _names_others(container: Container, dial: Dial) -> bool:
    """Whether the file dials another service of the project by its name and port: names are written as they are looked up."""
    text = dial.host_anchor.source.text
    return any(f"{name}:{number}" in text for name, number in _ends(container, dial.host))


def _ends(container: Container, besides: str) -> Iterator[tuple[str, int]]:
    project = container.project
    for service in project.services.values() if project is not None else ():
        if service.name.value != besides:
            yield from ((service.name.value, port.number) for port in container_ports(service))
