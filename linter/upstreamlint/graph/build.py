"""Resources to the graph: the only place where things of different files and tools are joined."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from upstreamlint.files import parent
from upstreamlint.graph import (
    Graph,
    compose,
    endpoints,
    gateway_api,
    ingress,
    ingress_controllers,
    istio,
    nginx,
    pod_hosts,
    policy_selectors,
    probes,
    services,
    workloads,
)
from upstreamlint.graph.evidence import Ladder, Verdict
from upstreamlint.graph.index import Index
from upstreamlint.graph.nodes import Edge, Route
from upstreamlint.graph.problems import Problem
from upstreamlint.graph.references import Reference
from upstreamlint.graph.upstreams import UpstreamHost
from upstreamlint.model.compose import ComposeService

Link = Route | Edge | Reference
Linker = Callable[[Index], Iterator[Link]]

LINKERS: tuple[Linker, ...] = (
    services.link,
    probes.link,
    endpoints.link,
    workloads.link,
    ingress.link,
    ingress_controllers.link,
    gateway_api.link,
    pod_hosts.link,
    policy_selectors.link,
    istio.link,
    compose.link,
    nginx.link,
)


def build(resources: Sequence[object], ladder: Ladder, problems: Iterable[Problem] = ()) -> Graph:
    """Link resources into a graph."""
    index = Index(resources, ladder)
    routes: list[Route] = []
    edges: list[Edge] = []
    references: list[Reference] = []
    for linker in LINKERS:
        for item in linker(index):
            if isinstance(item, Route):
                routes.append(item)
            elif isinstance(item, Edge):
                edges.append(item)
            else:
                references.append(item)
    return Graph(
        tuple(resources), tuple(routes), tuple(edges), tuple(_settled(references, ladder)), tuple(problems)
    )


def _settled(references: list[Reference], ladder: Ladder) -> Iterator[Reference]:
    """A closed scope proves absence only when nothing else is missing from it (design: evidence)."""
    missing: dict[str, set[str]] = defaultdict(set)
    for reference in references:
        if reference.verdict in (Verdict.ABSENT, Verdict.EXTERNAL) and not _certain(reference):
            missing[_unit(reference, ladder)].add(reference.wanted)
    for reference in references:
        folder = _unit(reference, ladder)
        hangs = reference.verdict is Verdict.ABSENT and not ladder.complete and not _certain(reference)
        if hangs and len(missing[folder]) > 1:
            yield replace(reference, verdict=Verdict.EXTERNAL)
        else:
            yield reference


def _certain(reference: Reference) -> bool:
    """Whether absence needs no proof: a Compose project is closed, and a proxy that resolves at start dies of each name."""
    return (
        isinstance(reference, UpstreamHost)
        and reference.at_start
        and isinstance(reference.client, ComposeService)
        and reference.verdict is Verdict.ABSENT
    )


def _unit(reference: Reference, ladder: Ladder) -> str:
    """What a reference is deployed with: all of the scope, or its folder."""
    return "" if ladder.whole else parent(reference.anchor.source.path)
