"""References that found nothing in an open scope, judged again when everything is linked.

By then it is known to what something leads. What is idle beside a name that nobody has, and is called nearly so or is
all that can be meant, lost its only reference to a slip of the hand.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace

from upstreamlint.facets.judgement import Judgement, Obstacle
from upstreamlint.files.readable import parent
from upstreamlint.graph.evidence import Verdict, is_misspelt, is_placeholder
from upstreamlint.graph.idle import Idle, Sought
from upstreamlint.graph.index import Index
from upstreamlint.graph.nodes import Edge
from upstreamlint.graph.references import Candidate, GoverningService, Reference, ServiceSelector
from upstreamlint.model.kubernetes.meta import Meta
from upstreamlint.source import Anchor


def reconsidered(references: Sequence[Reference], edges: Sequence[Edge], index: Index) -> Iterator[Reference]:
    """The references; those that can only mean something idle beside them are near misses."""
    missing = [r for r in references if r.verdict is Verdict.EXTERNAL]
    if not missing:
        yield from references
        return
    idle = Idle(references, edges, index)
    wanted: dict[tuple[str, bool], set[str]] = defaultdict(set)
    for reference in missing:
        wanted[_beside(reference)].add(reference.wanted)
    for reference in references:
        if reference.verdict is not Verdict.EXTERNAL:
            yield reference
            continue
        alone = len(wanted[_beside(reference)]) == 1
        yield _again(reference, idle, index, alone=alone)


def _beside(reference: Reference) -> tuple[str, bool]:
    """What a reference stands beside: the names, or the selectors, of its folder."""
    return parent(reference.anchor.source.path), isinstance(reference, ServiceSelector)


def _again(reference: Reference, idle: Idle, index: Index, *, alone: bool) -> Reference:
    """A reference, judged again; `alone` says that nothing else that stands beside it is missing."""
    if isinstance(reference, ServiceSelector):
        selected = idle.workload(reference) if alone else None
        return _found(reference, selected, reference.service.meta.anchor) if selected else reference
    sought = _sought(reference)
    if sought is None or is_placeholder(sought.name) or sought.name in index.ladder.elsewhere:
        return reference
    if index.ladder.declared_external(_names(sought)):
        return reference
    meant = idle.similar(sought)
    if isinstance(reference, GoverningService) and not (meant and is_misspelt(sought.name, meant.instead)):
        return reference
    if meant is not None:
        return _meaning(reference, meant)
    meant = idle.only(sought) if alone else None
    return _found(reference, meant, sought.by.anchor) if meant is not None else reference


def _found(reference: Reference, meant: Candidate, asker: Anchor) -> Reference:
    """What can only mean the one idle thing of its folder: in another file it may still mean something else."""
    apart = "" if meant.anchor.source is asker.source else "what it means is among these files"
    return replace(_meaning(reference, meant), assumption=reference.assumption or apart)


def _meaning(reference: Reference, meant: Candidate) -> Reference:
    near = replace(reference, verdict=Verdict.NEAR_MISS, near=(meant,))
    return replace(near, remedy="") if isinstance(near, Judgement) else near


def _names(sought: Sought) -> tuple[str, ...]:
    full = f"{sought.name}.{sought.namespace}"
    return sought.name, f"{sought.namespace}/{sought.name}", full, f"{full}.svc.cluster.local"


def _sought(reference: Reference) -> Sought | None:
    """What a reference asks for, if it is a Service of its own release."""
    if isinstance(reference, GoverningService):
        own = reference.workload.meta
        return Sought(name=reference.wanted, namespace=own.namespace, port="", by=own)
    if isinstance(reference, Judgement) and reference.obstacle is Obstacle.UNKNOWN_NAME:
        workload = reference.dial.caller.workload
        asker = getattr(workload or reference.owner, "meta", None)
        if not isinstance(asker, Meta) or "." in reference.wanted:
            return None
        port = str(reference.dial.port or "")
        return Sought(name=reference.wanted, namespace=_there(reference, asker), port=port, by=asker)
    return _in_mesh(reference)


def _there(judgement: Judgement, asker: Meta) -> str:
    """The namespace that a backend is looked for in: the asker's, but for a route that writes another."""
    from upstreamlint.model.gateway_api import GatewayRoute

    route = judgement.owner
    backends = (b for rule in route.rules for b in rule.backends) if isinstance(route, GatewayRoute) else ()
    return next((b.namespace for b in backends if b.name.anchor == judgement.anchor), asker.namespace)


def _in_mesh(reference: Reference) -> Sought | None:
    from upstreamlint.graph.istio.references import HostFault, MeshHost, RuleHost

    if isinstance(reference, MeshHost) and reference.fault is HostFault.MISSING:
        name, _, rest = reference.expanded.partition(".")
        namespace, _, rest = rest.partition(".")
        port = reference.destination.port.value if reference.destination.port is not None else ""
        if rest.startswith("svc."):
            return Sought(name=name, namespace=namespace, port=port, by=reference.virtual_service.meta)
    if isinstance(reference, RuleHost) and "." not in reference.wanted:
        own = reference.rule.meta
        return Sought(name=reference.wanted, namespace=own.namespace, port="", by=own)
    return None
