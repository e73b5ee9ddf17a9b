"""What every route answers, as far as the files tell: the fold of its hops, with the fault that decides."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from enum import StrEnum

from upstreamlint.finding import Affected, Diagnostic, Severity, Symptom
from upstreamlint.graph import Graph, Node, Route
from upstreamlint.graph.evidence import Verdict
from upstreamlint.graph.references import Reference
from upstreamlint.source import Anchor
from upstreamlint.values import frozen


class Outcome(StrEnum):
    """What becomes of a route's requests."""

    ANSWERED = "answered"
    """Every way ends at something that runs, and nothing on it is broken."""
    PARTLY = "partly"
    """A part of the requests fails."""
    DOUBTFUL = "in doubt"
    """A fault on the way rests on an assumption."""
    FAILS = "fails"
    """Every request fails."""
    UNKNOWN = "unknown"
    """Something on the way is not in the files."""


@frozen(kw_only=True)
class RouteAnswer:
    """A route, where it ends, and what its clients get.

    `share` is the part of its requests that fails, from 0 to 1; nothing when that depends on the request. `fault`
    is what decides, `missing` what is not in the files.
    """

    kind: str
    listener: str
    match: str
    anchor: Anchor
    outcome: Outcome
    ends: tuple[str, ...] = ()
    symptom: Symptom | None = None
    share: float | None = 0.0
    fault: Diagnostic | None = None
    missing: str = ""


def answers(graph: Graph, diagnostics: Iterable[Diagnostic]) -> list[RouteAnswer]:
    """The answer of every route, in the order of hosts and paths."""
    faults: dict[tuple[Anchor, str, str], list[tuple[Diagnostic, Affected]]] = defaultdict(list)
    for diagnostic in diagnostics:
        if diagnostic.severity is not Severity.INFO and diagnostic.finding.symptom is not None:
            for hit in diagnostic.affects:
                faults[hit.anchor, hit.listener, hit.route].append((diagnostic, hit))
    open_ends = _open_ends(graph)
    found = [
        _answer(graph, route, faults.get((route.anchor, route.listener, route.match), []), open_ends)
        for route in graph.routes
    ]
    return sorted(found, key=lambda a: (a.listener, a.match, a.kind, a.anchor.source.path, a.anchor.start))


def _answer(
    graph: Graph,
    route: Route,
    faults: list[tuple[Diagnostic, Affected]],
    open_ends: dict[int, Reference],
) -> RouteAnswer:
    ends, missing = _ends(graph, route, open_ends)
    worst = min(faults, key=_gravity, default=None)
    if worst is None:
        outcome = Outcome.UNKNOWN if missing else Outcome.ANSWERED
        return RouteAnswer(
            kind=route.kind,
            listener=route.listener,
            match=route.match,
            anchor=route.anchor,
            outcome=outcome,
            ends=ends,
            share=None if missing else 0.0,
            missing=missing,
        )
    diagnostic, _ = worst
    certain = [hit.share for one, hit in faults if one.severity is Severity.ERROR]
    share = None if None in certain else min(1.0, sum(s for s in certain if s is not None))
    if not certain:
        outcome, share = Outcome.DOUBTFUL, worst[1].share
    else:
        outcome = Outcome.FAILS if share == 1.0 else Outcome.PARTLY
    return RouteAnswer(
        kind=route.kind,
        listener=route.listener,
        match=route.match,
        anchor=route.anchor,
        outcome=outcome,
        ends=ends,
        symptom=diagnostic.finding.symptom,
        share=share,
        fault=diagnostic,
        missing=missing,
    )


def _gravity(fault: tuple[Diagnostic, Affected]) -> tuple[int, float, int]:
    """The gravest first: what is certain, then what hits most, then what comes first on the way."""
    diagnostic, hit = fault
    return diagnostic.severity.rank, -(hit.share if hit.share is not None else 0.5), len(hit.chain)


def _ends(graph: Graph, route: Route, open_ends: dict[int, Reference]) -> tuple[tuple[str, ...], str]:
    """What the ways of a route end at, and the first thing on them that is not in the files."""
    ends: dict[str, None] = {}
    missing = ""
    todo: list[Node] = [route]
    seen = {id(route)}
    while todo:
        node = todo.pop()
        reference = open_ends.get(id(node))
        if reference is not None and not missing:
            missing = f"`{reference.wanted}` is not among the files"
        onward = [edge.head for edge in graph.heads(node) if edge.share != 0.0]
        runs = type(node).__name__ in _RUNS
        if runs:
            ends[getattr(node, "title", "") or str(getattr(node, "name", node.id))] = None
        elif not onward and reference is None and not missing:
            missing = (
                "where it leads is not known"
                if node is route
                else f"what is behind `{_name(node)}` is not known"
            )
        # What runs has routes of its own, which answer for themselves.
        for head in () if runs else onward:
            if id(head) not in seen:
                seen.add(id(head))
                todo.append(head)
    return tuple(ends), missing


_RUNS = frozenset({"Workload", "ComposeService"})


def _name(node: Node) -> str:
    return str(
        getattr(node, "title", "")
        or getattr(node, "service_title", "")
        or getattr(node, "name", "")
        or node.id
    )


def _open_ends(graph: Graph) -> dict[int, Reference]:
    """The first reference of each node that leaves the files, or that nobody can follow."""
    found: dict[int, Reference] = {}
    for reference, node in _leaving(graph):
        found.setdefault(id(node), reference)
    return found


def _leaving(graph: Graph) -> Iterator[tuple[Reference, object]]:
    for reference in graph.refs:
        if reference.verdict is Verdict.EXTERNAL:
            yield reference, getattr(reference, "route", None) or reference.owner
