"""What a reference asks for, as something of these files could be it: type, name, namespace, port."""

from __future__ import annotations

from upstreamlint.facets.dial import Dial
from upstreamlint.facets.judgement import Judgement, Obstacle
from upstreamlint.graph.idle import Sought
from upstreamlint.graph.references import AutoscalerTarget, GoverningService, Reference
from upstreamlint.model.kubernetes import Service, Workload
from upstreamlint.model.kubernetes.meta import Meta

GATEWAYS = frozenset({"RouteParent", "GatewayName"})
"""The types of references that ask for a Gateway."""


def sought_by(reference: Reference) -> Sought | None:
    """What a reference asks for, if it is of its own release, or a Gateway."""
    if isinstance(reference, GoverningService):
        own = reference.workload.meta
        return Sought(type=Service, name=reference.wanted, namespace=own.namespace, by=own)
    if isinstance(reference, AutoscalerTarget):
        own, kind = reference.autoscaler.meta, reference.autoscaler.target_kind
        return Sought(type=Workload, name=reference.wanted, namespace=own.namespace, by=own, scaled=kind)
    if isinstance(reference, Judgement) and reference.obstacle is Obstacle.UNKNOWN_NAME:
        workload = reference.dial.caller.workload
        asker = getattr(workload or reference.owner, "meta", None)
        if not isinstance(asker, Meta) or "." in reference.wanted:
            return None
        port = _port(reference.dial)
        namespace = _there(reference, asker)
        return Sought(
            type=Service,
            name=reference.wanted,
            namespace=namespace,
            port=port,
            by=asker,
            dialled=workload is not None,
            variable=reference.dial.variable,
        )
    return _gateway(reference) if type(reference).__name__ in GATEWAYS else _in_mesh(reference)


def _port(dial: Dial) -> str:
    """The port that is asked for, by its number or the name that is written."""
    if dial.port is not None or dial.port_anchor == dial.host_anchor:
        return str(dial.port or "")
    source, start, end = dial.port_anchor
    return source.text[start:end].strip("\"'")


def _gateway(reference: Reference) -> Sought | None:
    from upstreamlint.graph.gateway_api.references import Refusal, RouteParent
    from upstreamlint.graph.istio.references.gateways import GatewayName
    from upstreamlint.model.gateway_api import KubernetesGateway
    from upstreamlint.model.istio import IstioGateway

    if isinstance(reference, RouteParent) and reference.refusal is Refusal.NO_GATEWAY:
        asked, own = reference.parent, reference.route.meta
        if asked.kind == "Gateway":
            section = asked.section.value if asked.section is not None else ""
            space = asked.namespace
            return Sought(
                type=KubernetesGateway, name=reference.wanted, namespace=space, by=own, section=section
            )
    if isinstance(reference, GatewayName) and "/" not in reference.wanted:
        own = reference.virtual_service.meta
        return Sought(type=IstioGateway, name=reference.wanted, namespace=own.namespace, by=own)
    return None


def _there(judgement: Judgement, asker: Meta) -> str:
    """The namespace that a backend is looked for in: the asker's, but for a route that writes another."""
    from upstreamlint.model.gateway_api import GatewayRoute

    route = judgement.owner
    backends = (b for rule in route.rules for b in rule.backends) if isinstance(route, GatewayRoute) else ()
    return next((b.namespace for b in backends if b.name.anchor == judgement.anchor), asker.namespace)


def _in_mesh(reference: Reference) -> Sought | None:
    from upstreamlint.graph.istio.references.destinations import HostFault, MeshHost, RuleHost

    if isinstance(reference, MeshHost) and reference.fault is HostFault.MISSING:
        name, _, rest = reference.expanded.partition(".")
        namespace, _, rest = rest.partition(".")
        port = reference.destination.port.value if reference.destination.port is not None else ""
        if rest.startswith("svc."):
            own = reference.virtual_service.meta
            return Sought(type=Service, name=name, namespace=namespace, port=port, by=own)
    if isinstance(reference, RuleHost):
        own = reference.rule.meta
        name, _, rest = reference.wanted.partition(".")
        namespace, _, rest = rest.partition(".")
        if not namespace or rest.startswith("svc."):
            return Sought(type=Service, name=name, namespace=namespace or own.namespace, by=own)
    return None


def sought_in_full(reference: Reference) -> Sought | None:
    """The Service that a host in full asks for."""
    if not isinstance(reference, Judgement) or reference.obstacle is not Obstacle.UNKNOWN_NAME:
        return None
    workload = reference.dial.caller.workload
    asker = getattr(workload or reference.owner, "meta", None)
    name, _, rest = reference.wanted.partition(".")
    namespace, _, domain = rest.partition(".")
    if not isinstance(asker, Meta) or not (domain == "svc" or domain.startswith("svc.")):
        return None
    return Sought(
        type=Service,
        name=name,
        namespace=namespace,
        port=_port(reference.dial),
        by=asker,
        dialled=workload is not None,
        variable=reference.dial.variable,
    )
