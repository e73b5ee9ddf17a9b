"""What a user expects to be answered, held against what every route answers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatchcase

from upstreamlint.answers.routes import Outcome, RouteAnswer
from upstreamlint.finding import Finding, Label
from upstreamlint.graph.nodes import taken
from upstreamlint.settings.config import Expected
from upstreamlint.suggest import did_you_mean

RULE = "expectation-not-met"

_ANY = "*"
_CATCH_ALL = ("*", "_", "")


def unmet(expectations: Iterable[Expected], answers: Sequence[RouteAnswer]) -> Iterator[Finding]:
    """What speaks against each expectation: a route that is not proved to be answered, or that there is none."""
    for expectation in expectations:
        host, path = expectation.host, expectation.path
        of_host = _of_host(host, answers)
        taking = list(_taking(path, of_host))
        if not taking:
            known = sorted({name for a in answers for name in a.hosts if name not in _CATCH_ALL})
            what = f"no route of `{host}` takes `{path}`" if of_host else f"no route is for `{host}`"
            yield Finding(
                message=f"{what}{did_you_mean(host, known) if not of_host else ''}",
                primary=Label(expectation.anchor, "expected to be answered"),
                subject=expectation.pattern,
                help=f"add the route, or write `*{path}` for hosts that no route names"
                if not of_host
                else "",
            )
            continue
        failing: dict[str, list[RouteAnswer]] = defaultdict(list)
        for answer in taking:
            if answer.outcome is not Outcome.ANSWERED:
                failing[_why(answer)].append(answer)
        for why, routes in failing.items():
            yield _unproved(expectation, why, routes)


def _of_host(host: str, answers: Sequence[RouteAnswer]) -> list[RouteAnswer]:
    """The routes that name a host; those of a wildcard where none does. `*` is the host of routes that name none."""
    if host == _ANY:
        return [a for a in answers if any(name in _CATCH_ALL for name in a.hosts or ("",))]
    exact = [a for a in answers if any(fnmatchcase(name, host) for name in a.hosts)]
    return exact or [a for a in answers if any(n.startswith("*.") and host.endswith(n[1:]) for n in a.hosts)]


def _taking(path: str, routes: Iterable[RouteAnswer]) -> Iterator[RouteAnswer]:
    """The routes that take a path, of each listener those that ask for most of it. `/api/*` stands for all below `/api/`."""
    below = path.removesuffix(_ANY) if path.endswith(_ANY) else None
    best: dict[tuple[str, str, str, str], int] = defaultdict(int)
    found: list[tuple[tuple[str, str, str, str], int, RouteAnswer]] = []
    for route in routes:
        if below is not None and any(part.startswith(below) for part in route.match.split()):
            yield route
            continue
        asked = taken(route.match, path if below is None else below)
        if asked >= 0:
            key = (route.release, route.kind, route.owner, route.listener)
            best[key] = max(best[key], asked)
            found.append((key, asked, route))
    yield from (route for key, asked, route in found if asked in (0, best[key]))


def _why(answer: RouteAnswer) -> str:
    """The fact that is missing for a proof, or what disproves it."""
    if answer.fault is not None:
        return answer.fault.finding.message
    return answer.missing or "what becomes of it is not known"


def _unproved(expectation: Expected, why: str, routes: Sequence[RouteAnswer]) -> Finding:
    first = routes[0]
    fault = first.fault
    is_certain = first.outcome in (Outcome.FAILS, Outcome.PARTLY)
    where = sorted({answer.release for answer in routes if answer.release})
    related = [Label(answer.anchor, "the route") for answer in routes[:_SHOWN]]
    if fault is not None:
        related.append(Label(fault.finding.primary.anchor, why))
    return Finding(
        message=f"`{expectation.pattern}` is {'not' if is_certain else 'not proved to be'} answered: {why}",
        primary=Label(expectation.anchor, "expected to be answered"),
        subject=expectation.pattern,
        related=tuple(dict.fromkeys(related)),
        symptom=first.symptom,
        help="" if fault is not None else "add what is missing to the files, or expect less",
        note=f"in {', '.join(where[:_SHOWN])}" if where else "",
        fault=why,
    )


_SHOWN = 5
