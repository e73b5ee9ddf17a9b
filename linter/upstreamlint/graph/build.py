"""Resources to the graph: the only place where things of different files and tools are joined."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from importlib import import_module

from upstreamlint.facets.dial import Dial
from upstreamlint.facets.hop import judge
from upstreamlint.facets.judgement import Judgement
from upstreamlint.files import parent
from upstreamlint.graph import Graph
from upstreamlint.graph.evidence import Ladder, Verdict
from upstreamlint.graph.index import Index
from upstreamlint.graph.nodes import Edge, Route
from upstreamlint.graph.problems import Problem
from upstreamlint.graph.references import Reference
from upstreamlint.programs.registry import programs

Link = Route | Edge | Reference

LINKERS = (
    ("kubernetes", "services"),
    ("kubernetes", "probes"),
    ("kubernetes", "endpoints"),
    ("kubernetes", "workloads"),
    ("kubernetes", "ingress"),
    ("kubernetes", "ingress_controllers"),
    ("kubernetes", "load_balancers"),
    ("gateway_api", "gateway_api"),
    ("kubernetes", "pod_hosts"),
    ("kubernetes", "policy_selectors"),
    ("istio", "istio"),
    ("compose", "compose"),
)
"""The modules of this package that link, each with the technology that it is for, in their order; programs follow."""


def build(resources: Sequence[object], ladder: Ladder, problems: Iterable[Problem] = ()) -> Graph:
    """Link resources into a graph."""
    index = Index(resources, ladder)
    routes: list[Route] = []
    edges: list[Edge] = []
    references: list[Reference] = []
    for item in _linked(index):
        for one in judge(index, item) if isinstance(item, Dial) else (item,):
            if isinstance(one, Route):
                routes.append(one)
            elif isinstance(one, Edge):
                edges.append(one)
            else:
                references.append(one)
    return Graph(
        tuple(resources),
        tuple(routes),
        tuple(edges),
        tuple(_settled(references, ladder)),
        tuple(problems),
        index.technologies,
    )


def _linked(index: Index) -> Iterator[Link | Dial]:
    """What technologies and programs say; programs with one technology share their linker."""
    for needed, module in LINKERS:
        if needed in index.technologies:
            yield from import_module(f"{__package__}.{module}").link(index)
    linked: set[str] = set()
    for program in programs():
        needed = program.technology
        if not needed or (needed in index.technologies and needed not in linked):
            linked.add(needed)
            yield from program.link(index)


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
