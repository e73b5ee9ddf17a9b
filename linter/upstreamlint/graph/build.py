"""Resources to the graph: the only place where things of different files and tools are joined."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from importlib import import_module

from upstreamlint.facets.judgement import Judgement
from upstreamlint.files import parent
from upstreamlint.graph import Graph
from upstreamlint.graph.evidence import Ladder, Verdict
from upstreamlint.graph.index import Index
from upstreamlint.graph.nodes import Edge, Route
from upstreamlint.graph.problems import Problem
from upstreamlint.graph.references import Reference

Link = Route | Edge | Reference

LINKERS = (
    ("kubernetes", "graph.services"),
    ("kubernetes", "graph.probes"),
    ("kubernetes", "graph.endpoints"),
    ("kubernetes", "graph.workloads"),
    ("kubernetes", "graph.ingress"),
    ("kubernetes", "graph.ingress_controllers"),
    ("gateway_api", "graph.gateway_api"),
    ("kubernetes", "graph.pod_hosts"),
    ("kubernetes", "graph.policy_selectors"),
    ("istio", "graph.istio"),
    ("compose", "graph.compose"),
    ("nginx", "programs.nginx.link"),
    ("connectors", "programs.connectors.link"),
    ("envoy", "programs.envoy.link"),
    ("caddy", "programs.caddy.link"),
    ("haproxy", "programs.haproxy.link"),
)
"""The modules that link, each with the technology that it is for, in their order."""


def build(resources: Sequence[object], ladder: Ladder, problems: Iterable[Problem] = ()) -> Graph:
    """Link resources into a graph."""
    index = Index(resources, ladder)
    routes: list[Route] = []
    edges: list[Edge] = []
    references: list[Reference] = []
    for needed, module in LINKERS:
        if needed not in index.technologies:
            continue
        for item in import_module(f"upstreamlint.{module}").link(index):
            if isinstance(item, Route):
                routes.append(item)
            elif isinstance(item, Edge):
                edges.append(item)
            else:
                references.append(item)
    return Graph(
        tuple(resources),
        tuple(routes),
        tuple(edges),
        tuple(_settled(references, ladder)),
        tuple(problems),
        index.technologies,
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
        isinstance(reference, Judgement)
        and reference.dial.at_start
        and reference.dial.caller.service is not None
        and reference.verdict is Verdict.ABSENT
    )


def _unit(reference: Reference, ladder: Ladder) -> str:
    """What a reference is deployed with: all of the scope, or its folder."""
    return "" if ladder.whole else parent(reference.anchor.source.path)
