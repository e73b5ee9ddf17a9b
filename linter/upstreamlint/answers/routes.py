"""What every route answers, as far as the files tell: the fold of its hops, with the fault that decides."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from upstreamlint.answers.instead import instead
from upstreamlint.answers.outcome import Outcome, RouteAnswer
from upstreamlint.answers.ways import Ways
from upstreamlint.facets.dial import Purpose
from upstreamlint.finding import Affected, Diagnostic, Severity
from upstreamlint.graph import Graph, Route
from upstreamlint.graph.pages import ErrorPage
from upstreamlint.source import Anchor

__all__ = ["Outcome", "RouteAnswer", "answered", "answers", "in_order"]


def answers(graph: Graph, diagnostics: Iterable[Diagnostic], release: str = "") -> list[RouteAnswer]:
    """The answer of every route, in the order of hosts and paths."""
    return in_order(answer for _, answer in answered(Ways(graph), diagnostics, release))


def in_order(found: Iterable[RouteAnswer]) -> list[RouteAnswer]:
    """Answers by host, path, kind and place."""
    return sorted(found, key=lambda a: (a.listener, a.match, a.kind, a.anchor.source.path, a.anchor.start))


def answered(
    ways: Ways, diagnostics: Iterable[Diagnostic], release: str = ""
) -> list[tuple[Route, RouteAnswer]]:
    """Every route with its answer, in the order of the graph."""
    faults: dict[tuple[Anchor, str, str], list[tuple[Diagnostic, Affected]]] = defaultdict(list)
    written = _written(ways.graph)
    for diagnostic in diagnostics:
        if diagnostic.severity is Severity.INFO or diagnostic.finding.symptom is None:
            continue
        in_part = diagnostic.finding.primary.anchor in written and diagnostic.finding.stops is None
        for hit in diagnostic.affects:
            counted = hit._replace(share=None) if in_part else hit
            faults[hit.anchor, hit.listener, hit.route].append((diagnostic, counted))
    pages: dict[int, list[ErrorPage]] = defaultdict(list)
    for page in ways.graph.references(ErrorPage):
        pages[id(page.route)].append(page)

    def plain(route: Route) -> RouteAnswer:
        return _answer(ways, route, faults.get((route.anchor, route.listener, route.match), []), release)

    return [(route, instead(plain(route), pages.get(id(route), ()), plain)) for route in ways.graph.routes]


def _written(graph: Graph) -> set[Anchor]:
    """Where addresses stand in variables and arguments: which requests a program needs them for, nobody can tell."""
    return {j.anchor for j in graph.judgements if j.broken and j.dial.purpose is Purpose.WRITTEN}


def _answer(ways: Ways, route: Route, faults: list[tuple[Diagnostic, Affected]], release: str) -> RouteAnswer:
    missing = ways.missing(route)
    worst = min(faults, key=_gravity, default=None)
    outcome = Outcome.UNKNOWN if missing else Outcome.ANSWERED
    share = None if missing else 0.0
    if worst is not None:
        certain = [hit.share for one, hit in faults if one.severity is Severity.ERROR]
        known = min(1.0, round(sum(s for s in certain if s is not None), 6))
        share = known if known == 1.0 or None not in certain else None
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
        hosts=tuple(route.names),
        owner=route.owner.id,
        release=release,
        ends=ways.ends(route),
        symptom=worst[1].symptom or worst[0].finding.symptom if worst else None,
        share=share,
        fault=worst[0] if worst else None,
        missing=missing,
    )


def _gravity(fault: tuple[Diagnostic, Affected]) -> tuple[int, float, bool, int]:
    """The gravest first: what is certain, then what hits most, what is not even started, and what comes first on the way."""
    diagnostic, hit = fault
    share = hit.share if hit.share is not None else 0.5
    return diagnostic.severity.rank, -share, diagnostic.finding.stops is None, len(hit.chain)
