"""Labels that hold the address to dial: it is looked up where the proxy that reads them runs."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.documents import Scalar
from upstreamlint.facets.dial import Caller, Dial, spoken
from upstreamlint.facets.hop import judge
from upstreamlint.graph.index import Index
from upstreamlint.graph.nodes import Edge, Route
from upstreamlint.graph.references import Reference
from upstreamlint.model.compose import ComposeService, Project
from upstreamlint.model.compose.names import written_names
from upstreamlint.programs.connectors.origin import origin
from upstreamlint.programs.labels.dialled import by_scheme, port
from upstreamlint.programs.labels.proxies import Runner, runner_for
from upstreamlint.programs.labels.table import LABEL_PROXIES, LabelProxy
from upstreamlint.readers.compose.tree import is_unknown


def link(
    index: Index, service: ComposeService, project: Project, known: list[Runner]
) -> Iterator[Route | Edge | Reference]:
    """The routes to the addresses in a service's labels, from a proxy that is among the files."""
    for row in LABEL_PROXIES:
        for name, entry in service.labels.items() if row.origins is not None else ():
            if row.origins is None or not row.origins.match(name) or not isinstance(entry.value, Scalar):
                continue
            runner = runner_for(service, project, row.name, known)
            if runner is not None and not _is_apart(runner, row):
                yield from _dialled(index, service, project, runner, row, entry.key, entry.value)


def _is_apart(runner: Runner, row: LabelProxy) -> bool:
    """Whether what dials is started by somebody else, on networks that nobody here knows."""
    told = runner.service.environment.get(row.apart)
    return told is not None and told.value.lower() != "false"


def _dialled(
    index: Index,
    service: ComposeService,
    project: Project,
    runner: Runner,
    row: LabelProxy,
    key: Scalar,
    value: Scalar,
) -> Iterator[Route | Edge | Reference]:
    found = origin(value, scheme="http") if "://" in value.value or not row.dials else None
    if found is None or is_unknown(value):
        return
    host = service.labels.get(key.value.rpartition(".")[0] + ".hostname")
    public = host.value.value if host is not None and isinstance(host.value, Scalar) else "*"
    route = Route("label", service, public, "/", key.anchor, key.value)
    yield route
    program = row.dials or row.name
    if (
        found.port is not None
        and found.host in map(str.lower, written_names(service, project))
        and project.settles(service)
    ):
        # The label itself is no word for the port.
        own = frozenset({key.value.lower()})
        how = by_scheme(found.scheme)
        yield from port(index, service, project, program, runner, found.port_anchor, found.port, own, how)
    # What dials is a container of its own, or one that listens on none of the ports that others are reached at.
    caller = Caller(program=program, service=runner.service, project=runner.project, alone=True)
    yield from judge(
        index,
        Dial(
            caller=caller,
            owner=route,
            route=route,
            host=found.host,
            host_anchor=found.host_anchor,
            port=found.port,
            port_anchor=found.port_anchor,
            defaulted=found.defaulted,
            **spoken(found.scheme),
        ),
    )
