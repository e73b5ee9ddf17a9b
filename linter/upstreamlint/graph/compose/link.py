"""The ways into Compose projects: ports that the machine publishes, and addresses that are written."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.facets.published import judge_published
from upstreamlint.graph.compose import checks, mounted, variables
from upstreamlint.graph.index import Index
from upstreamlint.graph.nodes import Edge, Route
from upstreamlint.graph.references import Reference
from upstreamlint.graph.waits import in_loops
from upstreamlint.model.compose import ComposeService, Project
from upstreamlint.places.compose.ports import mentions

Link = Route | Edge | Reference


def link(index: Index) -> Iterator[Link]:
    """A route for every published port, the hops to the containers, and written addresses."""
    yield from variables.link(index)
    yield from mounted.link(index)
    yield from checks.link(index)
    for project in index.of(Project):
        for service in filter(project.settles, project.services.values()):
            yield from in_loops(index, index.containers(service))
    for service in index.of(ComposeService):
        for port in service.ports:
            number = port.text or "any"
            route = Route(
                "published port",
                service,
                f"published port {number}",
                "*",
                port.anchor,
                f"{number}/{port.protocol}",
            )
            yield route
            text = f"port {number} of the machine leads to `{service.name}`"
            yield Edge(route, service, port.anchor, text, port=port.target)
            named = port.target is None or mentions(service, port.target, declared=False)
            yield from judge_published(index, service, port, route, named=named)
