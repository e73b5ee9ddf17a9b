"""What becomes of a route's requests."""

from __future__ import annotations

from upstreamlint.answers.ways import End
from upstreamlint.finding import Diagnostic, Symptom
from upstreamlint.source import Anchor
from upstreamlint.values import StrEnum, frozen


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
    is what decides, `missing` what is not in the files. `owner` is the object that holds the route, `release` what it
    is deployed with; empty for plain files. `hosts` are all hosts that it is for.
    """

    kind: str
    listener: str
    match: str
    anchor: Anchor
    outcome: Outcome
    hosts: tuple[str, ...] = ()
    owner: str = ""
    release: str = ""
    ends: tuple[End, ...] = ()
    symptom: Symptom | None = None
    share: float | None = 0.0
    fault: Diagnostic | None = None
    missing: str = ""
