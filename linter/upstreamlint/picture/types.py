"""What a picture is made of, however it is drawn."""

from __future__ import annotations

from upstreamlint.answers.routes import Outcome
from upstreamlint.values import StrEnum, frozen


class State(StrEnum):
    """How a route, or a node on its way, fares; the gravest first."""

    BROKEN = "broken"
    PARTLY = "partly broken"
    AT_RISK = "at risk"
    UNKNOWN = "unknown"
    HEALTHY = "healthy"

    @property
    def rank(self) -> int:
        """0 for the gravest."""
        return _ORDER.index(self)

    @property
    def mark(self) -> str:
        """The sign that tells it without colour."""
        return _MARKS[self]


_ORDER = tuple(State)
_MARKS = {
    State.BROKEN: "✗",
    State.PARTLY: "◐",
    State.AT_RISK: "!",
    State.UNKNOWN: "?",
    State.HEALTHY: "✓",
}

STATES = {
    Outcome.FAILS: State.BROKEN,
    Outcome.PARTLY: State.PARTLY,
    Outcome.DOUBTFUL: State.AT_RISK,
    Outcome.UNKNOWN: State.UNKNOWN,
    Outcome.ANSWERED: State.HEALTHY,
}


class Kind(StrEnum):
    """What a node of a picture is."""

    HOST = "host"
    ROUTE = "route"
    CLUSTER = "cluster"
    WORKLOAD = "workload"
    FAULT = "fault"
    """What a client gets where a route ends at nobody."""


@frozen(kw_only=True)
class Shape:
    """A node: a name for edges, what is written on it, where that is in the files (`path:line`), and how it fares."""

    name: str
    kind: Kind
    title: str
    place: str
    state: State


@frozen(kw_only=True)
class Line:
    """An edge between two nodes, with a word about it (a share of the requests)."""

    tail: str
    head: str
    text: str
    state: State


@frozen(kw_only=True)
class Check:
    """One thing that was looked at on the way of a route: what was asked for, where, and what it came to."""

    verdict: str
    about: str
    wanted: str
    place: str
    is_fine: bool
    is_broken: bool


@frozen(kw_only=True)
class Card:
    """What there is to say about the route of a node."""

    shape: str
    kind: str
    owner: str
    match: str
    answer: str
    ends: str
    why: str
    rule: str
    place: str
    help: str
    missing: str
    checks: tuple[Check, ...]


@frozen(kw_only=True)
class Block:
    """The routes of one host, with all that they lead to; a host of many routes has several blocks."""

    host: str
    state: State
    shapes: tuple[Shape, ...]
    lines: tuple[Line, ...]
    cards: tuple[Card, ...]


@frozen(kw_only=True)
class Group:
    """The hosts of a namespace, or of a folder of files, in a release; plain files have none."""

    release: str
    namespace: str
    state: State
    blocks: tuple[Block, ...]

    @property
    def title(self) -> str:
        """How it is called."""
        return " · ".join(filter(None, (self.release, self.namespace))) or "."


@frozen(kw_only=True)
class Picture:
    """Everything that is drawn, and how many routes are in each state."""

    groups: tuple[Group, ...]
    counts: tuple[tuple[State, int], ...]
