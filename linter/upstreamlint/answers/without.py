"""What becomes of the routes when some workloads are gone while all else runs on: nothing is read again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

from upstreamlint.answers.loss import Count, test
from upstreamlint.answers.routes import Outcome, RouteAnswer, answered
from upstreamlint.answers.ways import Use, Ways, name, runs, workloads
from upstreamlint.finding import Diagnostic
from upstreamlint.graph import Graph, Node, Route
from upstreamlint.values import NamedTuple, frozen


class Loss(NamedTuple):
    """What a node loses: the part of its requests, from 0 to 1, and whether more fail, depending on what they ask for.

    `via` are the names of the nodes from there to what is gone.
    """

    share: float = 0.0
    more: bool = False
    via: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return self.share > 0 or self.more


NOTHING = Loss()


class LostRoute(NamedTuple):
    """A route that loses requests, and what of them."""

    answer: RouteAnswer
    loss: Loss


@frozen(kw_only=True)
class Without:
    """What the loss of some workloads does to a release: the routes that lose by it, the gravest first.

    `gone` are the workloads, `pods` how many pods or containers of them run, if the files say; `spared` counts the
    routes that are not touched, `dead` those that fail anyway.
    """

    release: str
    gone: tuple[Node, ...]
    pods: int | None
    lost: tuple[LostRoute, ...]
    spared: int
    dead: int

    @property
    def dying(self) -> list[LostRoute]:
        """The routes that lose every request."""
        return [one for one in self.lost if one.loss.share >= 1]


class Loser:
    """The losses of a graph's nodes when some are gone."""

    def __init__(self, ways: Ways, gone: Collection[Node]) -> None:
        self._ways = ways
        self._gone = {id(node) for node in gone}
        self._known: dict[int, Loss] = {}

    def of(self, node: Node) -> Loss:
        """What a node loses; a loop of proxies adds nothing to itself."""
        if id(node) in self._gone:
            return Loss(1.0, via=(name(node),))
        known = self._known.get(id(node))
        if known is None:
            self._known[id(node)] = NOTHING
            known = self._known[id(node)] = self._through(node)
        return known

    def _through(self, node: Node) -> Loss:
        if isinstance(node, Route):
            carriers = self._carriers(node)
            if carriers and all(id(one) in self._gone for one in carriers):
                return Loss(1.0, via=(name(carriers[0]),))
        steps = self._ways.onward(node)
        losses = [(step, self._head(step.heads)) for step in steps]
        if runs(node):
            # Which of its requests come to the routes of the proxy in it, or to what it calls, nobody can tell.
            return _some([loss for _, loss in losses], node)
        pool = [loss for step, loss in losses if step.use is Use.POOL]
        share, more = 0.0, False
        if pool and id(node) not in self._ways.open_ends:
            share = min(loss.share for loss in pool)
            more = all(loss for loss in pool) and any(loss.more for loss in pool)
        for step, loss in losses:
            if step.use is Use.SPLIT:
                share += (step.share or 0.0) * loss.share
                more |= loss.more
            elif step.use is Use.NEEDED:
                share = max(share, loss.share)
                more |= loss.more
            elif step.use is Use.SOME:
                more |= bool(loss)
        if not share and not more:
            return NOTHING
        worst = max((loss for _, loss in losses), key=lambda loss: (loss.share, loss.more))
        return Loss(min(1.0, round(share, 6)), more and share < 1, _behind(node, worst))

    def _head(self, heads: Sequence[Node]) -> Loss:
        """What is lost of variants of one thing: as much as by the one that loses least."""
        return min(map(self.of, heads), key=lambda loss: (loss.share, loss.more), default=NOTHING)

    def _carriers(self, route: Route) -> list[Node]:
        """The workloads whose proxy carries a route out."""
        return [*route.proxies, *(e.tail for e in self._ways.graph.tails(route) if runs(e.tail))]


def _some(losses: Iterable[Loss], node: Node) -> Loss:
    worst = max(losses, key=lambda loss: loss.share, default=NOTHING)
    return Loss(0.0, True, _behind(node, worst)) if worst else NOTHING


def _behind(node: Node, loss: Loss) -> tuple[str, ...]:
    """The way to a loss from a node; a Service and its port have one name."""
    return loss.via if loss.via[:1] == (name(node),) else (name(node), *loss.via)


def without(
    graph: Graph, diagnostics: Iterable[Diagnostic], gone: Sequence[Node], release: str = ""
) -> Without:
    """Which routes of a release lose requests when workloads are gone."""
    ways = Ways(graph)
    return _without(ways, answered(ways, diagnostics, release), gone, release)


def _without(
    ways: Ways, routes: Iterable[tuple[Route, RouteAnswer]], gone: Sequence[Node], release: str
) -> Without:
    loser = Loser(ways, gone)
    lost: list[LostRoute] = []
    spared = dead = 0
    for route, answer in routes:
        if answer.outcome is Outcome.FAILS:
            dead += 1
        elif loss := loser.of(route):
            lost.append(LostRoute(answer, loss))
        else:
            spared += 1
    lost.sort(key=lambda one: (-one.loss.share, one.answer.listener, one.answer.match))
    count = Count(ways.graph)
    numbers = [count.of(node) for node in gone]
    known = None if None in numbers else sum(number or 0 for number in numbers)
    return Without(release=release, gone=tuple(gone), pods=known, lost=tuple(lost), spared=spared, dead=dead)


def single_points(graph: Graph, diagnostics: Iterable[Diagnostic], release: str = "") -> list[Without]:
    """The workloads whose loss alone takes a route down, those that take most first.

    A workload that several files hold a variant of is one.
    """
    ways = Ways(graph)
    routes = answered(ways, diagnostics, release)
    by_id: dict[str, list[Node]] = defaultdict(list)
    for node in workloads(graph):
        by_id[node.id].append(node)
    found = []
    for gone in by_id.values():
        before = _before(graph, gone)
        result = _without(ways, ((r, a) for r, a in routes if id(r) in before), gone, release)
        if result.dying:
            found.append(result)
    return sorted(found, key=lambda w: (-len(w.dying), name(w.gone[0])))


def _before(graph: Graph, nodes: Iterable[Node]) -> set[int]:
    """Everything that leads to some nodes, and the routes that they carry out."""
    todo = list(nodes)
    gone = {id(node) for node in todo}
    todo += [r for r in graph.routes if any(id(p) in gone for p in r.proxies)]
    todo += [e.head for node in tuple(todo) for e in graph.heads(node) if isinstance(e.head, Route)]
    seen = {id(node) for node in todo}
    while todo:
        for edge in graph.tails(todo.pop()):
            if id(edge.tail) not in seen:
                seen.add(id(edge.tail))
                todo.append(edge.tail)
    return seen


def chosen(graph: Graph, words: Iterable[str]) -> list[Node]:
    """The workloads that any of some words means.

    A word is a name (`cart`, `Deployment/cart`, `shop/Deployment/cart`, with `*` for any characters), `zone=NAME` for
    what must run in this zone, or `pod=N` for what runs no more than N pods.
    """
    tests = [test(word, graph) for word in words]
    return [node for node in workloads(graph) if any(fits(node) for fits in tests)]
