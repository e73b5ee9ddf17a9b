"""References that found nothing in an open scope, judged again when everything is linked.

By then it is known to what something leads. What is idle beside a name that nobody has, and is called nearly so or is
all that can be meant, lost its only reference to a slip of the hand.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from upstreamlint import patterns
from upstreamlint.facets.backend import Names, no_port
from upstreamlint.facets.judgement import Judgement, Obstacle
from upstreamlint.files.readable import parent
from upstreamlint.graph.evidence import Verdict, is_placeholder
from upstreamlint.graph.idle import Idle, Sought
from upstreamlint.graph.index import Index
from upstreamlint.graph.kubernetes.services.names import other_ports
from upstreamlint.graph.likeness import are_apart, is_slip
from upstreamlint.graph.neighbouring_gateways import attached
from upstreamlint.graph.neighbouring_selectors import neighbours_meant
from upstreamlint.graph.neighbours import Neighbours
from upstreamlint.graph.nodes import Edge
from upstreamlint.graph.policy.selectors import PodSelector
from upstreamlint.graph.references import (
    AMONG_THESE,
    AutoscalerTarget,
    Candidate,
    GoverningService,
    Reference,
    ServiceSelector,
)
from upstreamlint.graph.sought import GATEWAYS, sought_by, sought_in_full
from upstreamlint.model.kubernetes import Service
from upstreamlint.numerals import decimal
from upstreamlint.source import Anchor
from upstreamlint.values import replace


def reconsidered(
    references: Sequence[Reference],
    edges: Sequence[Edge],
    index: Index,
    neighbours: Neighbours | None = None,
) -> Iterator[Reference]:
    """The references; those that can only mean something idle beside them are near misses."""
    missing = [r for r in references if _is_missing(r)]
    if not missing:
        yield from references
        return
    idle = Idle(references, edges, index)
    wanted: dict[tuple[str, str], set[str]] = defaultdict(set)
    for reference in missing:
        for beside in _beside(reference):
            wanted[beside].add(reference.wanted)
    alone = _alone(references, index)
    for reference in references:
        if not _is_missing(reference):
            yield reference
            continue
        in_file, in_folder = (len(wanted[beside]) == 1 for beside in _beside(reference))
        again = _again(reference, idle, index, in_file=in_file, in_folder=in_folder)
        if _is_missing(again) and neighbours is not None:
            again = _of_neighbours(again, index, neighbours)
        lost = again.verdict is Verdict.EXTERNAL and id(reference) in alone and _is_own(reference, index)
        yield replace(again, verdict=Verdict.ABSENT, assumption=_OTHERS) if lost else again


def _is_missing(reference: Reference) -> bool:
    """Whether nothing is known that a reference may mean; of pods that are nowhere, the label that keeps them away still tells."""
    nowhere = reference.verdict is Verdict.ABSENT and not reference.near
    return reference.verdict is Verdict.EXTERNAL or (nowhere and isinstance(reference, _OF_PODS))


_OF_PODS = (ServiceSelector, PodSelector, AutoscalerTarget)


_OTHERS = "it is deployed with the other backends, which are among these files"
_SEVERAL = 2


def _alone(references: Sequence[Reference], index: Index) -> set[int]:
    """The backends of routes, by identity, that are the only ones of their object that are not here, where several are with their pods."""
    here: dict[int, set[str]] = defaultdict(set)
    away: dict[int, list[Reference]] = defaultdict(list)
    for reference in references:
        if isinstance(reference, Judgement) and not _dialled(reference):
            if reference.verdict is Verdict.FOUND and _has_pods(reference, index):
                here[id(reference.owner)].add(reference.wanted)
            elif reference.obstacle is Obstacle.UNKNOWN_NAME and reference.verdict is Verdict.EXTERNAL:
                away[id(reference.owner)].append(reference)
    return {
        id(reference)
        for owner, missing in away.items()
        if len({r.wanted for r in missing}) == 1 and len(here[owner]) >= _SEVERAL
        for reference in missing
    }


def _has_pods(reference: Judgement, index: Index) -> bool:
    return any(isinstance(t, Service) and index.selected(t) for t in reference.targets)


def _is_own(reference: Reference, index: Index) -> bool:
    """Whether a reference asks for something of its own release that nobody else has."""
    sought = sought_by(reference)
    return (
        sought is not None
        and not is_placeholder(sought.name)
        and sought.name not in index.ladder.elsewhere
        and not index.ladder.declared_external(_names(sought))
    )


def _beside(reference: Reference) -> tuple[tuple[str, str], tuple[str, str]]:
    """What a reference stands beside: those of its file and of its folder that ask for the like."""
    like = kind = type(reference).__name__
    if not isinstance(reference, ServiceSelector | AutoscalerTarget):
        like = "Gateway" if kind in GATEWAYS else "program" if _dialled(reference) else "route"
    path = reference.anchor.source.path
    return (path, like), (f"{parent(path)}/", like)


def _dialled(reference: Reference) -> bool:
    """Whether a program asks, and not a route."""
    return isinstance(reference, Judgement) and reference.dial.caller.workload is not None


def _again(reference: Reference, idle: Idle, index: Index, *, in_file: bool, in_folder: bool) -> Reference:
    """A reference, judged again; the flags say that nothing else that stands beside it is missing."""
    if isinstance(reference, ServiceSelector):
        return _selecting(reference, idle, index, in_folder=in_folder) if in_file else reference
    sought = sought_by(reference)
    if sought is None or is_placeholder(sought.name) or index.ladder.declared_external(_names(sought)):
        return reference
    meant = idle.similar(sought)
    if sought.name in index.ladder.elsewhere:
        # What is deployed as a whole does not mean what another folder deploys, when its own is a slip away.
        slip = meant is not None and index.ladder.whole and is_slip(sought.name, meant.instead)
        return _meaning(reference, meant, certain=True) if meant is not None and slip else reference
    if isinstance(reference, GoverningService | AutoscalerTarget) and not (
        meant and is_slip(sought.name, meant.instead)
    ):
        # What charts and operators make beside a workload has its name with a word more.
        meant = None
    if meant is None and isinstance(reference, GoverningService):
        return reference
    if meant is not None:
        if are_apart(sought.name, meant.instead):
            return _found(reference, meant, sought.by.anchor)
        return _meaning(reference, meant, certain=is_slip(sought.name, meant.instead))
    # A program does not mean the Service in front of itself.
    namesake = idle.namesake(sought) if not sought.dialled else None
    if namesake is not None and isinstance(reference, AutoscalerTarget):
        return _found(reference, namesake, sought.by.anchor)
    front = idle.before(sought)
    if front is not None and index.ladder.whole:
        return _meaning(reference, front, certain=True)
    meant = idle.only(sought, reference.anchor.source) if in_file else None
    meant = meant or (idle.only(sought) if in_folder else None) or namesake
    meant = meant or front or (idle.told(sought) if sought.variable else None)
    meant = meant or _own_host(reference, sought, index) or _own_name(reference, sought, index)
    return _found(reference, meant, sought.by.anchor) if meant is not None else reference


def _selecting(selector: ServiceSelector, idle: Idle, index: Index, *, in_folder: bool) -> Reference:
    """A selector of nothing, judged again."""
    written = selector.service.selector
    carried = written is not None and index.ladder.carried_elsewhere(written.values)
    if carried and not index.ladder.whole:
        return selector
    selected = idle.workload(selector, selector.anchor.source)
    selected = selected or (idle.workload(selector) if in_folder else None)
    return _found(selector, selected, selector.service.meta.anchor) if selected else selector


def _of_neighbours(reference: Reference, index: Index, neighbours: Neighbours) -> Reference:
    """A reference that misses a Service of another scope by a slip of the hand, or finds it there without the port."""
    if type(reference).__name__ in GATEWAYS:
        return attached(reference, neighbours.gateways)
    if isinstance(reference, _OF_PODS):
        return neighbours_meant(reference, index, neighbours.workloads)
    sought = sought_by(reference) or sought_in_full(reference)
    if sought is None or sought.type is not Service or is_placeholder(sought.name):
        return reference
    if index.ladder.declared_external(_names(sought)):
        return reference
    without = neighbours.without(sought.name, sought.namespace, sought.by.folder, sought.port)
    if without is not None and isinstance(reference, Judgement) and not sought.dialled:
        return no_port(Names(owner=reference.owner, dial=reference.dial), without, sought.port, None)
    if without is not None and type(reference).__name__ == "MeshHost":
        return _port_of_mesh(reference, without)
    if sought.name in index.ladder.elsewhere:
        return reference
    asked = (sought.name, sought.namespace, sought.by.folder, sought.port)
    meant = neighbours.meant(*asked)
    itself = sought.dialled and sought.name == sought.by.name.value
    likely = neighbours.likely(*asked, sought.variable) if meant is None and not itself else meant
    if likely is None:
        return reference
    _, dot, rest = reference.wanted.partition(".")
    text = f"Service `{likely.title}` has " + ("a similar name" if meant else f"port {sought.port}")
    found = _meaning(reference, Candidate(likely.anchor, text, f"{likely.meta.name}{dot}{rest}"))
    return found if meant else replace(found, assumption=reference.assumption or AMONG_THESE)


def _port_of_mesh(reference: Reference, service: Service) -> Reference:
    """A destination whose Service is a neighbour's, which has no such port."""
    from upstreamlint.graph.istio.references.destinations import MeshHost, MeshPort

    if not isinstance(reference, MeshHost) or reference.destination.port is None:
        return reference
    port = reference.destination.port
    return MeshPort(
        wanted=port.value,
        anchor=port.anchor,
        owner=reference.owner,
        verdict=Verdict.CONFLICT,
        near=other_ports(service, None),
        host=reference.expanded,
        route=reference.route,
        virtual_service=reference.virtual_service,
        destination=reference.destination,
        target=reference.target,
        share=reference.share,
        mirror=reference.mirror,
    )


def _own_host(reference: Reference, sought: Sought, index: Index) -> Candidate | None:
    """The Service that a VirtualService is for, when it sends somewhere that nobody knows; canaries bear its name with a word more."""
    from upstreamlint.model.istio import VirtualService

    owner = reference.owner
    for host in owner.hosts if isinstance(owner, VirtualService) else ():
        name = host.value.partition(".")[0]
        for service in index.services(name, sought.namespace, sought.by.folder):
            number = decimal(sought.port)
            if not sought.name.startswith(f"{name}-") and (
                number is None or service.port(number) is not None
            ):
                text = f"the VirtualService is for Service `{service.title}`"
                return Candidate(service.anchor, text, name)
    return None


_OF_RULES = patterns.compile(r"-(?:dr|rule|destination-?rule)\Z")


def _own_name(reference: Reference, sought: Sought, index: Index) -> Candidate | None:
    """The Service that a DestinationRule is named after, when it is for a host that nobody knows."""
    from upstreamlint.model.istio import DestinationRule

    if not isinstance(reference.owner, DestinationRule):
        return None
    name = _OF_RULES.sub("", sought.by.name.value)
    for service in index.services_maybe(name, sought.namespace, sought.by.folder):
        text = f"the DestinationRule is named after Service `{service.title}`"
        return Candidate(service.anchor, text, name)
    return None


def _found(reference: Reference, meant: Candidate, asker: Anchor) -> Reference:
    """What can only mean the one idle thing of its folder: in another file, or of the platform, it may still mean something else."""
    own = meant.anchor.source is asker.source and type(reference).__name__ not in GATEWAYS
    own = own and not are_apart(reference.wanted, meant.instead)
    apart = "" if own else AMONG_THESE
    return replace(_meaning(reference, meant), assumption=reference.assumption or apart)


def _meaning(reference: Reference, meant: Candidate, *, certain: bool = False) -> Reference:
    """A reference that means something; `certain` says of an address that is only written that it can mean nothing else."""
    near = replace(reference, verdict=Verdict.NEAR_MISS, near=(meant,))
    if not isinstance(near, Judgement):
        return near
    return replace(near, remedy="", certain=near.certain or certain)


def _names(sought: Sought) -> tuple[str, ...]:
    full = f"{sought.name}.{sought.namespace}"
    return sought.name, f"{sought.namespace}/{sought.name}", full, f"{full}.svc.cluster.local"
