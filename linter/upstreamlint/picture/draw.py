"""Releases to a picture."""

from __future__ import annotations

import posixpath
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence

from upstreamlint.answers.routes import RouteAnswer, answered
from upstreamlint.answers.ways import Ways, name, runs
from upstreamlint.finding import Severity
from upstreamlint.formats import routes as words
from upstreamlint.graph import Graph, Node, Reference, Route
from upstreamlint.graph.evidence import Verdict
from upstreamlint.picture.types import STATES, Block, Card, Check, Group, Kind, Line, Picture, Shape, State
from upstreamlint.run.engine import Release
from upstreamlint.source import Anchor
from upstreamlint.values import replace

BLOCK = 20
"""So many routes are drawn in one piece: more are neither read nor laid out at once."""

_WRITTEN = "Target"
"""What a mesh route names where that is not there: the fault is drawn instead."""


def draw(releases: Iterable[Release], only: Collection[State] = ()) -> Picture:
    """Everything that travels, or the routes in some states; broken first."""
    groups: dict[tuple[str, str], dict[str, list[tuple[Route, RouteAnswer]]]] = defaultdict(dict)
    hands: dict[str, _Hand] = {}
    counts: Counter[State] = Counter()
    for release in releases:
        ways = Ways(release.graph)
        hands[release.name] = _Hand(ways, _blamed(release))
        for route, answer in answered(ways, release.diagnostics, release.name):
            state = STATES[answer.outcome]
            counts[state] += 1
            if not only or state in only:
                hosts = groups[release.name, _namespace(route, release.name)]
                hosts.setdefault(answer.listener, []).append((route, answer))
    drawn = [_group(hands[key[0]], key, hosts) for key, hosts in groups.items()]
    drawn.sort(key=lambda g: (g.state.rank, g.title))
    return Picture(groups=tuple(drawn), counts=tuple((state, counts[state]) for state in State))


def _namespace(route: Route, release: str) -> str:
    """The namespace of what holds a route; its folder where there is neither one nor a release."""
    meta = getattr(route.owner, "meta", None)
    folder = "" if release else posixpath.dirname(route.anchor.source.path)
    return getattr(meta, "namespace", "") or folder


def _blamed(release: Release) -> dict[int, State]:
    """The nodes that findings blame, by identity."""
    found: dict[int, State] = {}
    for diagnostic in release.diagnostics:
        if diagnostic.severity is Severity.INFO or diagnostic.finding.symptom is None:
            continue
        state = State.BROKEN if diagnostic.severity is Severity.ERROR else State.AT_RISK
        key = id(diagnostic.finding.subject)
        found[key] = min(found.get(key, state), state, key=lambda s: s.rank)
    return found


def _group(hand: _Hand, key: tuple[str, str], hosts: dict[str, list[tuple[Route, RouteAnswer]]]) -> Group:
    blocks = []
    for host, found in hosts.items():
        found.sort(key=lambda one: (STATES[one[1].outcome].rank, one[1].match, one[1].anchor.source.path))
        blocks += [hand.block(host, found[n : n + BLOCK]) for n in range(0, len(found), BLOCK)]
    blocks.sort(key=lambda b: (b.state.rank, b.host))
    state = min((b.state for b in blocks), key=lambda s: s.rank)
    return Group(release=key[0], namespace=key[1], state=state, blocks=tuple(blocks))


class _Hand:
    """Draws blocks of one release."""

    def __init__(self, ways: Ways, blamed: dict[int, State]) -> None:
        self._ways = ways
        self._blamed = blamed
        self._checks = _checks(ways.graph)

    def block(self, host: str, routes: Sequence[tuple[Route, RouteAnswer]]) -> Block:
        """Some routes of a host."""
        sheet = _Sheet()
        state = STATES[routes[0][1].outcome]
        start = sheet.shape(host, Kind.HOST, host or "*", "", state)
        cards = []
        for route, answer in routes:
            own = STATES[answer.outcome]
            shape = sheet.shape(id(route), Kind.ROUTE, _match(answer), _place(route.anchor), own)
            sheet.line(start, shape, "", own)
            passed, stops = self._onward(sheet, route, shape)
            self._end(sheet, answer, stops or [shape], own)
            cards.append(_card(answer, shape, [c for node in passed for c in self._checks.get(id(node), ())]))
        return Block(
            host=host,
            state=state,
            shapes=tuple(sheet.shapes.values()),
            lines=tuple(sheet.lines.values()),
            cards=tuple(cards),
        )

    def _onward(self, sheet: _Sheet, route: Route, start: str) -> tuple[list[Node], list[str]]:
        """Draw where a route leads: the nodes that it passes, and the shapes at which it breaks."""
        todo: list[tuple[Node, str]] = [(route, start)]
        passed: dict[int, Node] = {}
        stops: list[str] = []
        while todo:
            node, shape = todo.pop(0)
            if id(node) in passed:
                continue
            passed[id(node)] = node
            for step in () if runs(node) else self._ways.onward(node):
                share = f"{step.share:.0%}" if step.share is not None and step.share < 1 else ""
                for head in step.heads:
                    if type(head).__name__ == _WRITTEN:
                        continue
                    state = self._blamed.get(id(head), State.HEALTHY)
                    if name(head) == name(node) and node is not route:
                        # A Service and its port are one to a reader.
                        sheet.worsen(shape, state)
                        todo.append((head, shape))
                        stops += [shape] if state is State.BROKEN else []
                        continue
                    kind = (
                        Kind.WORKLOAD
                        if runs(head)
                        else Kind.ROUTE
                        if isinstance(head, Route)
                        else Kind.CLUSTER
                    )
                    title = _match_of(head) if isinstance(head, Route) else name(head)
                    key = (kind, title) if kind is not Kind.ROUTE else id(head)
                    drawn = sheet.shape(key, kind, title, _place(head.anchor), state)
                    sheet.line(shape, drawn, share, state)
                    if state is State.BROKEN:
                        passed[id(head)] = head
                        stops.append(drawn)
                    else:
                        todo.append((head, drawn))
        return list(passed.values()), stops

    def _end(self, sheet: _Sheet, answer: RouteAnswer, stops: Iterable[str], state: State) -> None:
        """What stands at the end of a route that is not sound: its answer, or what is missing."""
        if state is State.HEALTHY:
            return
        text = answer.missing if state is State.UNKNOWN else words.answer(answer, short=True)
        place = _place(answer.fault.finding.primary.anchor) if answer.fault else ""
        end = sheet.shape((state, text), Kind.FAULT, text, place, state)
        for shape in stops:
            sheet.line(shape, end, "", state)


class _Sheet:
    """The shapes and lines of a block, each once."""

    def __init__(self) -> None:
        self.shapes: dict[object, Shape] = {}
        self.lines: dict[tuple[str, str], Line] = {}

    def shape(self, key: object, kind: Kind, title: str, place: str, state: State) -> str:
        """The name of a shape, which is drawn when it is not there."""
        if key not in self.shapes:
            self.shapes[key] = Shape(
                name=f"n{len(self.shapes)}", kind=kind, title=title, place=place, state=state
            )
        return self.shapes[key].name

    def worsen(self, name: str, state: State) -> None:
        """Give a shape a graver state, and what leads to it."""
        for key, shape in self.shapes.items():
            if shape.name == name and state.rank < shape.state.rank:
                self.shapes[key] = replace(shape, state=state)
        for ends, line in self.lines.items():
            if line.head == name and state.rank < line.state.rank:
                self.lines[ends] = replace(line, state=state)

    def line(self, tail: str, head: str, text: str, state: State) -> None:
        """Draw a line once, and none from a shape to itself."""
        if tail != head:
            self.lines.setdefault((tail, head), Line(tail=tail, head=head, text=text, state=state))


def _checks(graph: Graph) -> dict[int, list[Check]]:
    """What was looked at, by the node that it is about."""
    found: dict[int, list[Check]] = defaultdict(list)
    for reference in graph.refs:
        about = getattr(reference, "facet", None) or re.sub(
            r"(?<=[a-z])(?=[A-Z])", " ", type(reference).__name__
        )
        check = Check(
            verdict=reference.verdict.value,
            about=str(about).lower(),
            wanted=reference.wanted,
            place=_place(reference.anchor),
            is_fine=reference.verdict is Verdict.FOUND,
            is_broken=reference.broken,
        )
        for node in _about(reference):
            found[id(node)].append(check)
    return found


def _about(reference: Reference) -> Iterator[object]:
    """The node of the graph that a reference is looked at for."""
    dial = getattr(reference, "dial", None)
    node = dial.owner if dial is not None else getattr(reference, "route", None)
    if node is None:
        node = next(filter(None, (getattr(reference, n, None) for n in ("port", "service"))), reference.owner)
    yield node


def _card(answer: RouteAnswer, shape: str, checks: Iterable[Check]) -> Card:
    fault = answer.fault
    return Card(
        shape=shape,
        kind=answer.kind,
        owner=answer.owner,
        match=answer.match,
        answer=words.answer(answer),
        ends=words.ends(answer),
        why=fault.finding.message if fault else "",
        rule=fault.rule if fault else "",
        place=_place(fault.finding.primary.anchor if fault else answer.anchor),
        help=fault.finding.help if fault else "",
        missing="" if fault else answer.missing,
        checks=tuple(dict.fromkeys(checks)),
    )


def _match(answer: RouteAnswer) -> str:
    return answer.match or answer.owner


def _match_of(route: Route) -> str:
    return f"{route.listener}{route.match}"


def _place(anchor: Anchor) -> str:
    return f"{anchor.source.path}:{anchor.line}"
