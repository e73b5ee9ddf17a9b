"""What clients get where an error page stands in for a route that fails."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from upstreamlint.answers.outcome import Outcome, RouteAnswer
from upstreamlint.answers.ways import End
from upstreamlint.finding import Symptom
from upstreamlint.graph import Route
from upstreamlint.graph.pages import ErrorPage
from upstreamlint.values import replace

_OWN = frozenset({500, 502, 504})
"""What nginx answers itself when what it passes requests to fails."""
_OK = 200
_FAILED = 400


def instead(
    found: RouteAnswer, pages: Sequence[ErrorPage], answer_of: Callable[[Route], RouteAnswer]
) -> RouteAnswer:
    """An answer, or what an error page makes of it; a page that fails itself is not stood in for."""
    symptom, fault = found.symptom, found.fault
    if symptom is None or symptom.status is None or fault is None or fault.finding.stops is not None:
        return found
    page = next(
        (p for p in pages if symptom.status in p.statuses and (not p.own or symptom.status in _OWN)), None
    )
    if page is None:
        return found
    behind = answer_of(page.page) if page.page is not None else None
    if behind is not None and behind.outcome is Outcome.FAILS:
        return replace(found, symptom=behind.symptom)
    status = page.status
    if status is None:
        status = page.reply if behind is None else _OK
    if (behind is None and page.reply is None) or (
        behind is not None and behind.outcome is not Outcome.ANSWERED
    ):
        missing = f"what `{page.wanted}` answers, which stands in for {symptom.status}, is not known"
        return replace(found, outcome=Outcome.UNKNOWN, symptom=None, share=None, missing=missing)
    if status is None or status >= _FAILED:
        return replace(found, symptom=Symptom(status, log=_says(page)))
    own = () if found.outcome is Outcome.FAILS else found.ends
    ends = {end.name: end for end in (*own, *(behind.ends if behind is not None else ()))}
    shared = tuple(End(e.name, None) for e in ends.values()) if own else tuple(ends.values())
    return replace(
        found, outcome=Outcome.ANSWERED, symptom=Symptom(status, log=_says(page)), share=0.0, ends=shared
    )


def _says(page: ErrorPage) -> str:
    return f"`error_page` sends it to `{page.wanted}`"
