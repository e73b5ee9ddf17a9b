"""Where each node of the graph hands a request on to, and what becomes of it when that is not there."""

from __future__ import annotations

from collections.abc import Collection
from functools import cached_property

from upstreamlint.graph import WORKLOADS, Edge, Graph, Node, Route
from upstreamlint.graph.evidence import Verdict
from upstreamlint.graph.references import Reference
from upstreamlint.typed import cast
from upstreamlint.values import NamedTuple, StrEnum


class Use(StrEnum):
    """How a node uses several that it leads to."""

    SPLIT = "split"
    """Each takes its own share of the requests, and nobody stands in for it."""
    POOL = "pool"
    """Any of them takes any request; those that are gone are passed over."""
    NEEDED = "needed"
    """Each must answer before the request goes on."""
    SOME = "some"
    """Which requests come there depends on what they ask for."""


class Step(NamedTuple):
    """A head of a node: several resources when they are variants of one, of which one is deployed.

    `share` is the part of the node's requests, from 0 to 1, nothing where it depends on the request.
    """

    use: Use
    heads: tuple[Node, ...]
    share: float | None
    edge: Edge | None = None


class End(NamedTuple):
    """What runs at the end of a route, and the part of the route's requests that comes there, if it is known."""

    name: str
    share: float | None


def is_split(ends: Collection[End]) -> bool:
    """Whether ends take requests from each other; variants of one object take all each, since one of them is deployed."""
    shares = [end.share for end in ends]
    return len(shares) > 1 and None not in shares and sum(s or 0 for s in shares) <= _WHOLE


_POOLS = frozenset({"Service", "ServicePort", "Upstream", "Subset", "ComposeService"})
"""The types whose members stand in for each other: what is gone is left out of a Service's endpoints, and passed over
by nginx's `proxy_next_upstream`. Other proxies do so when they check the health of their pool, which is not asked here."""

_DEEP = 10
"""So many hops away from a route, ways that join again and loop are not told apart any more."""
_WHOLE = 1.0001
"""Shares are sums of fractions."""


def runs(node: object) -> bool:
    """Whether a node is something that runs."""
    return type(node).__name__ in WORKLOADS


def workloads(graph: Graph) -> list[Node]:
    """Everything in a graph that runs."""
    return [cast("Node", node) for node in graph.resources if runs(node)]


def name(node: Node) -> str:
    """How reports name a node."""
    return str(
        getattr(node, "title", "")
        or getattr(node, "service_title", "")
        or getattr(node, "name", "")
        or node.id
    )


class Ways:
    """The graph seen from the requests that travel it."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self._ended: dict[int, dict[str, float | None]] = {}
        self._loops = 0

    def onward(self, node: Node) -> list[Step]:
        """Where a node hands requests on to, one step for each thing that it leads to."""
        carriers = self._carriers.get(id(node))
        if carriers:
            return [Step(Use.POOL, (head,), 1.0) for head in carriers]
        edges = [edge for edge in self.graph.heads(node) if edge.share != 0.0]
        grouped: dict[str, list[Edge]] = {}
        for edge in edges:
            grouped.setdefault(f"{type(edge.head).__name__} {edge.head.id}", []).append(edge)
        variants = list(grouped.values())
        shares = [share for group in variants if (share := group[0].share) is not None]
        is_split = len(shares) == len(variants) and sum(shares) <= _WHOLE
        return [
            Step(_use(node, group[0], is_split), tuple(e.head for e in group), group[0].share, group[0])
            for group in variants
        ]

    def ends(self, route: Route) -> tuple[End, ...]:
        """What runs at the ends of a route, and how its requests are spread over that."""
        return tuple(End(*item) for item in self._ends(route, frozenset({id(route)})).items())

    def _ends(self, node: Node, above: frozenset[int]) -> dict[str, float | None]:
        """The names of what runs behind a node, each with its part of the node's requests; worked out once."""
        if id(node) in self._ended:
            return self._ended[id(node)]
        loops = self._loops
        found = self._counted(node, above)
        if self._loops == loops or len(above) > _DEEP:
            # What a loop was cut off from is more when it is asked for itself.
            self._ended[id(node)] = found
        return found

    def _counted(self, node: Node, above: frozenset[int]) -> dict[str, float | None]:
        found: dict[str, float | None] = {}
        steps = self.onward(node)
        for step in steps:
            # Who of a pool takes a request is decided while it travels.
            part = step.share if len(steps) == 1 or step.use is Use.SPLIT else None
            for title, share in self._variants(step, above).items():
                passed = None if share is None or part is None else share * part
                found[title] = _sum(found.get(title, 0.0), passed)
        return found

    def _variants(self, step: Step, above: frozenset[int]) -> dict[str, float | None]:
        """What runs behind a step; of variants that lead to the same, one is deployed."""
        found: dict[str, float | None] = {}
        for head in step.heads:
            # What runs has routes of its own, which answer for themselves.
            if runs(head):
                found[name(head)] = 1.0
            elif id(head) in above:
                self._loops += 1
            else:
                for title, share in self._ends(head, above | {id(head)}).items():
                    known = found.get(title, share)
                    found[title] = None if known is None or share is None else max(known, share)
        return found

    def missing(self, route: Route) -> str:
        """The first thing on the ways of a route that is not in the files; empty when all is."""
        todo: list[Node] = [route]
        seen = {id(route)}
        while todo:
            node = todo.pop()
            reference = self.open_ends.get(id(node))
            if reference is not None:
                return f"`{reference.wanted}` is not among the files"
            steps = [] if runs(node) else self.onward(node)
            if not steps and not runs(node):
                return (
                    "where it leads is not known"
                    if node is route
                    else f"what is behind `{name(node)}` is not known"
                )
            for head in (head for step in steps for head in step.heads):
                if id(head) not in seen:
                    seen.add(id(head))
                    todo.append(head)
        return ""

    @cached_property
    def open_ends(self) -> dict[int, Reference]:
        """The first reference of each node, by its identity, that leaves the files."""
        found: dict[int, Reference] = {}
        for reference in self.graph.refs:
            if reference.verdict is Verdict.EXTERNAL:
                dial = getattr(reference, "dial", None)
                node = dial.owner if dial is not None else getattr(reference, "route", None)
                found.setdefault(id(node or reference.owner), reference)
        return found

    @cached_property
    def _carriers(self) -> dict[int, tuple[Node, ...]]:
        """The workloads behind each subset, which are a part of those behind its host."""
        return {
            id(reference.subset): tuple({id(w): w for w in reference.workloads}.values())  # type: ignore[attr-defined]
            for reference in self.graph.refs
            if type(reference).__name__ == "SubsetLabels" and reference.verdict is Verdict.FOUND
        }


def _sum(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else one + other


def _use(node: Node, edge: Edge, is_split: bool) -> Use:
    if type(node).__name__ in _POOLS and not isinstance(edge.head, Route):
        return Use.POOL
    if edge.share is None:
        return Use.SOME
    if is_split:
        return Use.SPLIT
    # A route that asks another one first has both for all of its requests; a name that means several has too.
    return Use.NEEDED if isinstance(edge.head, Route) else Use.POOL
