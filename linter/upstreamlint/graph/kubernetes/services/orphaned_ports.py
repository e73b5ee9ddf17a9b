"""Numeric target ports that no pod declares, held against what the pods declare and nothing leads to any more (S5).

Containers may listen on ports that they do not declare, so that a number is undeclared proves little. It proves much
when a declared port that must have been meant is left without any Service.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from upstreamlint import patterns
from upstreamlint.graph.evidence import Verdict, is_placeholder
from upstreamlint.graph.index import Index
from upstreamlint.graph.kubernetes.services.serving import names_port
from upstreamlint.graph.kubernetes.variants import variant_key
from upstreamlint.graph.likeness import NODE_PORTS, near_numbers
from upstreamlint.graph.references import Candidate, TargetPort
from upstreamlint.model.kubernetes.container import ContainerPort
from upstreamlint.values import replace


def held_against(targets: Sequence[TargetPort], index: Index) -> Iterator[TargetPort]:
    """Every target port; those whose number was meant to be that of an orphaned port are near misses."""
    reached: dict[int, list[TargetPort]] = defaultdict(list)
    evident: set[int] = set()
    for target in targets:
        if target.number is not None and target.evident:
            reached[id(target.workload)].append(target)
        if target.evident:
            evident.add(id(target.port))
    for target in targets:
        suspect = target.verdict is Verdict.FOUND and not target.evident
        others = _reached(target, reached[id(target.workload)])
        # Where other pods behind the port show it, a slip of the hand is all that is believed.
        shown = id(target.port) in evident
        fitting = (_slips(target, others) if shown else _meant(target, others, index)) if suspect else []
        if suspect and not fitting:
            fitting = _slips_of_written(target, reached[id(target.workload)])
        if not fitting:
            yield target
            continue
        meant = fitting[0]
        title = target.workload.title
        name = f"port `{meant.name}`, {meant.number}" if meant.name else f"port {meant.number}"
        text = f"`{title}` declares {name}, and no Service leads there"
        # What is right with these values is wrong with the others.
        certain = len(fitting) == 1 and target.number not in index.ladder.ports.get(meant.anchor, ())
        near = (Candidate(meant.anchor, text, str(meant.number), certain=certain),)
        yield replace(target, verdict=Verdict.NEAR_MISS, near=near)


def _reached(target: TargetPort, others: Iterable[TargetPort]) -> set[int]:
    """The ports of a workload that Services lead to; a variant of the target's own is deployed in its place."""
    service = target.service
    return {
        other.number
        for other in others
        if other.number is not None
        and (other.service is service or variant_key(other.service.meta) != variant_key(service.meta))
    }


def _orphaned(target: TargetPort, reached: set[int]) -> dict[int, ContainerPort]:
    """The ports that the pods of a target declare and no Service leads to, by number."""
    declared = [
        p
        for c in target.workload.containers
        for p in c.ports
        if p.protocol == target.port.protocol and p.number
    ]
    return {
        p.number: p
        for p in declared
        if p.number is not None and p.number not in reached and p.number not in NODE_PORTS
    }


def _slips(target: TargetPort, reached: set[int]) -> list[ContainerPort]:
    """The orphaned ports that a slip of the hand makes of it."""
    if target.number is None or target.port.target is None:
        return []
    orphaned = _orphaned(target, reached)
    return [orphaned[number] for number in near_numbers(target.number, orphaned)]


def _slips_of_written(target: TargetPort, others: Iterable[TargetPort]) -> list[ContainerPort]:
    """The declared port of the Service port's own number or name that its target is a slip of, though other Services lead there."""
    own = {o.number for o in others if o.service is target.service and o.number is not None}
    name = target.port.name.value if target.port.name is not None else ""
    return [
        p
        for p in _slips(target, own)
        if p.number == target.port.number or (name and p.name is not None and p.name.value == name)
    ]


def _meant(target: TargetPort, reached: set[int], index: Index) -> list[ContainerPort]:
    """The orphaned ports that other values or a slip of the hand make of it, that have the Service port's name, or that alone are served."""
    if target.number is None or target.port.target is None:
        return []
    orphaned = _orphaned(target, reached)
    moved = [p for p in orphaned.values() if target.number in index.ladder.ports.get(p.anchor, ())]
    if moved:
        return moved
    slips = _slips(target, reached)
    if slips:
        return slips
    name = target.port.name.value if target.port.name is not None else ""
    possible = [
        p
        for p in orphaned.values()
        if not (_unprivileged(p, target.number) or _takes_service_port(p, target))
    ]
    named = [p for p in possible if name and p.name is not None and p.name.value == name]
    return named or [p for p in possible if _serves_alone(p, target, index)]


def _serves_alone(declared: ContainerPort, target: TargetPort, index: Index) -> bool:
    """Whether a port is the only one that a pod declares, something else shows it served, and the Service has one port, too."""
    workload, protocol = target.workload, target.port.protocol
    beside = [p for p in target.service.ports if p.protocol == protocol]
    others = [p for c in workload.containers for p in c.ports if p is not declared and p.protocol == protocol]
    if len(beside) > 1 or others or declared.number is None or target.service.headless:
        return False
    if is_placeholder(target.service.meta.name.value):
        return False
    if declared.name is not None and _FOR_OPERATORS.search(declared.name.value):
        return False
    heard = [index.listening(container) for container in index.containers(workload)]
    # Where it is known what listens, the port is held against that.
    known = any(listening.closed or listening.told or listening.usual for listening in heard)
    return not known and names_port(workload, declared.number)


_FOR_OPERATORS = patterns.compile(r"metric|prom|admin|manage|mgmt|health|probe|monitor|debug|status")
"""Parts of the names of ports beside the one that an application is there for."""


def _unprivileged(declared: ContainerPort, number: int) -> bool:
    """Whether a number is what an image without privileges serves in place of the port that it declares: 8080 for 80."""
    return declared.number in (80, 443) and number in (declared.number + 8000, 8443)


def _takes_service_port(declared: ContainerPort, target: TargetPort) -> bool:
    """Whether a chart writes the value of the Service's port where the pods declare theirs: it does not tell what they serve."""
    value, place = target.port.written.anchor, declared.anchor
    written = value.source.text[value.start : value.end].strip()
    return written.startswith("{{") and written in place.source.text[place.start : place.end]
