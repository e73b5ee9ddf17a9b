"""Waypoints of Istio's ambient mesh: the Gateway that `istio.io/use-waypoint` names, and whether it takes what is labelled.

istiod looks it up in the namespace of what is labelled, or in the one that `istio.io/use-waypoint-namespace` says, and lets
requests go past it where it is not there or does not take them (`fetchWaypointForTarget` in istio's
`pilot/pkg/serviceregistry/ambient/waypoints.go`).
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.documents import Scalar
from upstreamlint.graph.evidence import Verdict, is_placeholder
from upstreamlint.graph.gateway_api.parents import Parents
from upstreamlint.graph.gateway_api.references import Waypoint, WaypointFault
from upstreamlint.graph.gateway_api.route_attachment import admits_namespace
from upstreamlint.graph.index import Index
from upstreamlint.graph.likeness import near_names, sole
from upstreamlint.graph.references import Candidate
from upstreamlint.model.gateway_api import GatewayListener, KubernetesGateway
from upstreamlint.model.kubernetes import Labels, Namespace, Service, Workload
from upstreamlint.model.kubernetes.nearest import nearest, same_namespace
from upstreamlint.typed import TypeAlias

_NAME, _SPACE, _FOR = "istio.io/use-waypoint", "istio.io/use-waypoint-namespace", "istio.io/waypoint-for"
_BINDING = "ambient.istio.io/waypoint-inbound-binding"
_INGRESS = "istio"
"""The class of Gateways that istiod deploys for what comes from outside: they take no HBONE."""

_USUAL = "waypoint"

_Labelled: TypeAlias = Service | Namespace | Workload


def waypoints(index: Index, parents: Parents) -> Iterator[Waypoint]:
    """What each label came to."""
    called: list[_Labelled] = [*index.of(Service), *index.of(Namespace)]
    for owner in called:
        yield from _waypoint(index, parents, owner, owner.meta.labels, "service")
    for workload in index.of(Workload):
        yield from _waypoint(index, parents, workload, workload.template.labels, "workload")


def waypoint_of(index: Index, parents: Parents, service: Service) -> KubernetesGateway | None:
    """The waypoint that requests to a Service come by: its own label says so, or that of its namespace."""
    namespaces = [n for n in index.of(Namespace) if n.meta.name.value == service.meta.namespace]
    owners: list[_Labelled] = [service, *namespaces]
    for owner in owners:
        labels = owner.meta.labels
        if labels is not None and _NAME in labels.entries:
            found = next(_waypoint(index, parents, owner, labels, "service"), None)
            return found.gateway if found is not None and found.verdict is Verdict.FOUND else None
    return None


def _waypoint(
    index: Index, parents: Parents, owner: _Labelled, labels: Labels | None, traffic: str
) -> Iterator[Waypoint]:
    entry = labels.entries.get(_NAME) if labels is not None else None
    name = entry.value if entry is not None else None
    if labels is None or not isinstance(name, Scalar) or name.value == "none" or is_placeholder(name.value):
        return
    own = owner.meta.name.value if isinstance(owner, Namespace) else owner.meta.namespace
    space = labels.get(_SPACE) or own
    there = [g for g in parents.gateways.get(name.value, ()) if same_namespace(g.meta.namespace, space)]
    found = nearest(there, owner.meta.folder)
    gateway = found[0] if found and isinstance(found[0], KubernetesGateway) else None
    near: tuple[Candidate, ...] = ()
    if gateway is None:
        verdict, near = _missing(index, parents, owner, name, space)
        fault: WaypointFault | None = WaypointFault.MISSING
    else:
        fault = _fault(index, gateway, own, traffic, named=isinstance(owner, Namespace))
        verdict = Verdict.CONFLICT if fault is not None else Verdict.FOUND
        near = (Candidate(gateway.anchor, f"Gateway `{gateway.title}`", ""),)
    patched = owner.meta.patched or (gateway is not None and gateway.meta.patched)
    yield Waypoint(
        wanted=name.value,
        anchor=name.anchor,
        owner=owner,
        verdict=Verdict.UNKNOWN if patched or is_placeholder(space or "-x") else verdict,
        near=near,
        labelled=owner,
        namespace=space,
        gateway=gateway,
        fault=fault,
    )


def _fault(
    index: Index, gateway: KubernetesGateway, space: str, traffic: str, *, named: bool
) -> WaypointFault | None:
    """Why a Gateway is no waypoint for what is labelled in a namespace."""
    labels, annotations = gateway.meta.labels, gateway.meta.annotations
    bound = annotations is not None and annotations.get(_BINDING) is not None
    tunnels = [x for x in gateway.listeners if x.protocol == "HBONE"]
    if gateway.class_name is not None and gateway.class_name.value == _INGRESS and not bound and not tunnels:
        return WaypointFault.NO_TUNNEL
    if not bound and not _admits(index, gateway, tunnels, space):
        return WaypointFault.NOT_ALLOWED
    takes = labels.get(_FOR) if labels is not None else None
    # A class of another name may say for what its waypoints are; on a namespace the label is for whatever they take.
    known = takes is not None or (
        gateway.class_name is not None and gateway.class_name.value == "istio-waypoint"
    )
    if known and not named and (takes or "service") not in (traffic, "all"):
        return WaypointFault.OTHER_TRAFFIC
    return None


def _admits(index: Index, gateway: KubernetesGateway, tunnels: list[GatewayListener], space: str) -> bool:
    if not tunnels:
        return same_namespace(gateway.meta.namespace, space)
    return admits_namespace(index, gateway, tunnels[0], space) is not False


def _missing(
    index: Index, parents: Parents, owner: _Labelled, name: Scalar, space: str
) -> tuple[Verdict, tuple[Candidate, ...]]:
    """What it means that no Gateway has the name: the same name in another namespace, or a similar one, was meant."""
    folder = owner.meta.folder
    elsewhere = nearest(parents.gateways.get(name.value, []), folder)
    near: tuple[Candidate, ...] = ()
    if elsewhere:
        other = elsewhere[0].meta.namespace
        text = f"Gateway `{name}` is in namespace `{other}`"
        near = (Candidate(elsewhere[0].anchor, text, f"{_SPACE}: {other}"),)
    else:
        like = near_names(name.value, parents.gateways)
        for other_gateway in (g for similar in like[:1] for g in parents.gateways[similar]):
            if same_namespace(other_gateway.meta.namespace, space):
                text = f"Gateway `{other_gateway.title}` has a similar name"
                own = other_gateway.meta.name.value
                near = (Candidate(other_gateway.anchor, text, own, certain=sole(name.value, like)),)
    # A waypoint of the usual name may have been made by `istioctl` in any namespace.
    told = bool(near) and name.value != _USUAL
    verdict = index.ladder.absent(name.value, folder, near=told, also=(f"{space}/{name}", f"{space}/*"))
    # A Gateway is of the platform: what is deployed as a whole is deployed to one.
    platform = verdict is Verdict.ABSENT and not index.ladder.complete
    return (Verdict.EXTERNAL if platform else verdict), near
