"""The graph of how a request travels: resources, hops, and references with what they came to."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from functools import cached_property

from upstreamlint.finding import Affected, Label
from upstreamlint.graph.evidence import Verdict
from upstreamlint.graph.grouping import grouped
from upstreamlint.graph.nodes import Edge, Node, Route
from upstreamlint.graph.problems import Problem
from upstreamlint.graph.references import Reference
from upstreamlint.typed import TYPE_CHECKING, TypeVar
from upstreamlint.values import frozen

if TYPE_CHECKING:
    from upstreamlint.facets.judgement import Judgement, Obstacle
    from upstreamlint.graph.shelves import Shelves

CLUSTERS = frozenset({"Service", "ServiceEntry", "ComposeService", "Upstream", "EnvoyCluster"})
"""The types that a route can name; by name, since importing them all is what most runs do not need."""

WORKLOADS = frozenset({"Workload", "ComposeService"})
"""The types that run."""

R = TypeVar("R", bound=Reference)
P = TypeVar("P", bound=Problem)
N = TypeVar("N")


@frozen
class Graph:
    """Everything that was understood. Rules read it and nothing else."""

    resources: tuple[object, ...] = ()
    routes: tuple[Route, ...] = ()
    edges: tuple[Edge, ...] = ()
    refs: tuple[Reference, ...] = ()
    problems: tuple[Problem, ...] = ()
    technologies: frozenset[str] = frozenset()

    @cached_property
    def shelves(self) -> Shelves:
        """The files of which a person applies one of several."""
        from upstreamlint.graph.shelves import Shelves
        from upstreamlint.model.kubernetes.meta import KubernetesObject

        return Shelves(self.every(KubernetesObject))

    def nodes(self, kind: type[N]) -> list[N]:
        """Every resource of a type."""
        return self._nodes.get(kind, [])  # type: ignore[return-value]

    def every(self, kind: type[N]) -> Iterator[N]:
        """Every resource of a type, and of those that are made of it."""
        return (r for r in self.resources if isinstance(r, kind))

    def references(self, kind: type[R]) -> list[R]:
        """Every reference of a type."""
        return self._references.get(kind, [])  # type: ignore[return-value]

    def broken(self, kind: type[R]) -> Iterator[R]:
        """The references of a type that may be reported."""
        return iter(self._broken.get(kind, ()))  # type: ignore[arg-type]

    def judged(self, *obstacles: Obstacle) -> Iterator[Judgement]:
        """The judgements of what is dialled for others that may be reported, of these obstacles.

        A port that is only handed on is left out where somebody who dials it meets the same obstacle.
        """
        broken = [j for j in self._faults if j.obstacle in obstacles and not j.dial.of_itself]
        dialled = {(j.obstacle, id(j.target), j.number) for j in broken if not j.dial.handed_on}
        for found in broken:
            if not found.dial.handed_on or (found.obstacle, id(found.target), found.number) not in dialled:
                yield found

    def checked(self, *obstacles: Obstacle) -> Iterator[Judgement]:
        """The same of what containers ask themselves."""
        return (j for j in self._faults if j.obstacle in obstacles and j.dial.of_itself)

    def beside(self, found: Judgement) -> list[Judgement]:
        """What is broken of the hops from the same owner by the same program, its own included."""
        return self._beside[id(found.dial.owner), id(found.dial.caller.node)]

    @property
    def judgements(self) -> list[Judgement]:
        """Every facet of every hop."""
        return self._judgements

    def dialling(self, kind: type[N]) -> Iterator[N]:
        """What is of a type and dials something, each once."""
        owners = {id(j.owner): j.owner for j in self._judgements}
        return (o for o in owners.values() if isinstance(o, kind))

    def found_problems(self, kind: type[P]) -> Iterator[P]:
        """What readers and loaders complain about, of a type."""
        return (p for p in self.problems if isinstance(p, kind))

    def external(self) -> list[Reference]:
        """The references that leave the files."""
        return [r for r in self.refs if r.verdict is Verdict.EXTERNAL]

    def heads(self, node: Node) -> list[Edge]:
        """The hops that lead on from a node."""
        return self._out.get(id(node), [])

    def tails(self, node: Node) -> list[Edge]:
        """The hops that lead to a node."""
        return self._in.get(id(node), [])

    def reaches(self, node: Node) -> bool:
        """Whether a route leads to a node."""
        return id(node) in self._routed

    def affected(
        self,
        subject: object,
        past: Collection[str] = (),
        port: int | None = None,
        share: float | None = 1.0,
    ) -> tuple[Affected, ...]:
        """The routes whose requests pass a node, with the share that does and the hops on the way.

        `share` is the part of the node's own requests that counts, nothing where that cannot be told.
        Hops that come to the node itself from a node of a type that `past` names, or to another port than `port`, are
        left out.
        """
        found: dict[int, tuple[Route, float | None, tuple[Label, ...]]] = {}
        seen = {id(subject)}
        todo: list[tuple[object, float | None, tuple[Label, ...]]] = [(subject, share, ())]
        while todo:
            node, part, chain = todo.pop()
            if isinstance(node, Route):
                known = found.get(id(node))
                found[id(node)] = (node, part if known is None else _sum(known[1], part), chain)
            for edge in self._in.get(id(node), ()):
                if edge.share == 0 or (not isinstance(edge.tail, Route) and id(edge.tail) in seen):
                    continue
                if node is subject and (type(edge.tail).__name__ in past or _elsewhere(edge, port)):
                    continue
                seen.add(id(edge.tail))
                passed = None if part is None or edge.share is None else part * edge.share
                todo.append((edge.tail, passed, (Label(edge.anchor, edge.text), *chain)))
        affected = [
            Affected(route.listener, route.match, part, route.anchor, chain)
            for route, part, chain in found.values()
        ]
        return tuple(sorted(affected, key=lambda a: (len(a.chain), a.listener, a.route, a.anchor.start)))

    def stopped(self, node: object) -> tuple[Affected, ...]:
        """The routes that are lost when what runs in a node does not start: those that lead there, and its own."""
        own = (edge.head for edge in self._out.get(id(node), ()) if isinstance(edge.head, Route))
        lost = {(a.anchor, a.listener, a.route): a for a in self.affected(node)}
        for route in own:
            hit = Affected(route.listener, route.match, 1.0, route.anchor)
            lost.setdefault((hit.anchor, hit.listener, hit.route), hit)
        return tuple(lost.values())

    def held(self, owner: object) -> tuple[Affected, ...]:
        """What is hit when an object is lost: the routes that it holds."""
        return tuple(Affected(r.listener, r.match, 1.0, r.anchor) for r in self.routes_of(owner))

    def routes_of(self, owner: object) -> list[Route]:
        """The routes that an object holds."""
        return self._held.get(id(owner), [])

    @cached_property
    def branches(self) -> dict[tuple[str, str], Route]:
        """The routes by the `id` of their owner and their `key`."""
        return {(r.owner.id, r.key): r for r in self.routes}

    @cached_property
    def _beside(self) -> dict[tuple[int, int], list[Judgement]]:
        met = (j for j in self._faults if j.obstacle is not None)
        return grouped(met, lambda j: (id(j.dial.owner), id(j.dial.caller.node)))

    @cached_property
    def _held(self) -> dict[int, list[Route]]:
        return grouped(self.routes, lambda route: id(route.owner))

    @cached_property
    def holds(self) -> frozenset[str]:
        """The names of the types of what is here; with a `!` those of what may be reported, and its obstacles."""
        types = {*self._nodes, *self._references, *map(type, self.problems)}
        types |= {type(j.owner) for j in self._judgements}
        kinds = {base for kind in types for base in kind.__mro__}
        told = {kind.__name__ for kind in self._broken}
        told |= {j.obstacle.name for j in self._faults if j.obstacle}
        return frozenset((*(kind.__name__ for kind in kinds), *(f"!{name}" for name in told)))

    def once(self, view: Callable[[Graph], N]) -> N:
        """What a function makes of the graph, which it makes once for all rules that ask."""
        if view not in self._views:
            self._views[view] = view(self)
        return self._views[view]  # type: ignore[return-value]

    @cached_property
    def _views(self) -> dict[object, object]:
        return {}

    @property
    def clusters(self) -> int:
        """How many things a route could name: Services, upstreams, Compose services."""
        return sum(len(found) for kind, found in self._nodes.items() if kind.__name__ in CLUSTERS)

    @property
    def workloads(self) -> int:
        """How many things run."""
        return sum(len(found) for kind, found in self._nodes.items() if kind.__name__ in WORKLOADS)

    @cached_property
    def _nodes(self) -> dict[type, list[object]]:
        return grouped(self.resources, type)

    @cached_property
    def _references(self) -> dict[type, list[Reference]]:
        return grouped(self.refs, type)

    @cached_property
    def _broken(self) -> dict[type, list[Reference]]:
        return grouped((r for r in self.refs if r.broken), type)

    @cached_property
    def _judgements(self) -> list[Judgement]:
        from upstreamlint.facets.judgement import Judgement

        return self.references(Judgement)

    @cached_property
    def _faults(self) -> list[Judgement]:
        return [j for j in self._judgements if j.broken]

    @cached_property
    def _out(self) -> dict[int, list[Edge]]:
        return grouped(self.edges, lambda edge: id(edge.tail))

    @cached_property
    def _in(self) -> dict[int, list[Edge]]:
        return grouped(self.edges, lambda edge: id(edge.head))

    @cached_property
    def _routed(self) -> set[int]:
        """Every node that a route leads to."""
        todo: list[Node] = list(self.routes)
        seen = {id(n) for n in todo}
        while todo:
            for edge in self._out.get(id(todo.pop()), ()):
                if id(edge.head) not in seen:
                    seen.add(id(edge.head))
                    todo.append(edge.head)
        return seen


def _elsewhere(edge: Edge, port: int | None) -> bool:
    return port is not None and edge.port is not None and edge.port != port


def _sum(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else min(1.0, one + other)


__all__ = ["Edge", "Graph", "Node", "Problem", "Reference", "Route", "Verdict"]
