"""Which objects of a run are refused, once all of its files are known."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from upstreamlint.answers.cost import Costs
from upstreamlint.facets.judgement import Judgement, Obstacle
from upstreamlint.finding import Affected, Finding
from upstreamlint.graph import Graph
from upstreamlint.model.kubernetes.meta import Meta
from upstreamlint.model.kubernetes.service import MadeService
from upstreamlint.refusal.refused import Refused
from upstreamlint.source import Anchor


def standing(resources: Iterable[object]) -> tuple[Refused, ...]:
    """The objects with something that is refused of them.

    Nothing is said of what a patch may change. What an object lacks is no fault when another one has its name:
    one of them is a patch, or part of a program's own overlay.
    """
    found: list[Refused] = []
    named: Counter[tuple[str, str]] = Counter()
    for resource in resources:
        if isinstance(resource, Refused):
            found.append(resource)
            continue
        meta = getattr(resource, "meta", None)
        if isinstance(meta, Meta) and not isinstance(resource, MadeService):
            named[meta.kind, meta.name.value] += 1
    told = (
        refused.completed if named[refused.meta.kind, refused.meta.name.value] > 1 else refused
        for refused in found
        if not refused.meta.patched
    )
    return tuple(refused for refused in told if refused.refusals)


def lost(graph: Graph, resource: object, bound: Mapping[int, Sequence[object]]) -> tuple[Affected, ...]:
    """The routes that die with an object: those that lead to it or its subsets, its own, and those bound to it."""
    parts = (resource, *getattr(resource, "subsets", ()))
    found = [hit for part in parts for hit in graph.affected(part)]
    for judgement in _missed(graph, {id(resource)}):
        found += Costs(graph).of(judgement).hit or graph.affected(judgement.dial.owner)
    for owner in (resource, *bound.get(id(resource), ())):
        found += graph.held(owner)
    unique: dict[tuple[Anchor, str, str], Affected] = {}
    for hit in found:
        unique.setdefault((hit.anchor, hit.listener, hit.route), hit)
    return tuple(unique.values())


def bound(graph: Graph) -> dict[int, list[object]]:
    """By the identity of a gateway, what holds routes that are bound to it."""
    owners: dict[int, list[object]] = defaultdict(list)
    for reference in graph.refs:
        for gateway in _gateways(reference):
            owners[id(gateway)].append(reference.owner)
    return owners


def _gateways(reference: object) -> tuple[object, ...]:
    """The gateways that a route is bound to by a reference."""
    one = getattr(reference, "gateway", None)
    return (one,) if one is not None else tuple(getattr(reference, "gateways", ()))


def _missed(graph: Graph, nodes: Collection[int]) -> Iterator[Judgement]:
    """The dials of ports that some Services do not have."""
    return (j for j in graph.judged(Obstacle.NOT_ON_SERVICE) if id(j.target) in nodes)


class Dead:
    """The objects of a run that do not exist, and the faults that are nothing but that.

    A fault is, if it is of such an object, or stands where the refusal does, or is that a Service of which a port is
    refused has not the port that is dialled. What an old API is refused for says
    nothing about the rest of the object, so its other faults stay.
    """

    def __init__(self, graph: Graph) -> None:
        gone = [refused for refused in standing(graph.resources) if refused.dead]
        self._nodes = {id(refused.resource) for refused in gone if not refused.outdated}
        self._lines = {
            (refusal.anchor.source, refusal.anchor.line) for refused in gone for refusal in refused.refusals
        }
        for reference in graph.refs if self._nodes else ():
            gateways = _gateways(reference)
            if gateways and all(id(gateway) in self._nodes for gateway in gateways):
                self._lines.add((reference.anchor.source, reference.anchor.line))
        portless = {
            id(refused.resource)
            for refused in gone
            if any(r.path.startswith("spec.ports") for r in refused.refusals if not r.ignored)
        }
        for judgement in _missed(graph, portless) if portless else ():
            self._lines.add((judgement.anchor.source, judgement.anchor.line))

    def explain(self, finding: Finding) -> bool:
        """Whether a fault is that an object does not exist."""
        place = finding.primary.anchor
        return id(finding.subject) in self._nodes or (place.source, place.line) in self._lines
