"""Gateways of other scopes of a run: what a route attaches to is of the platform, and deployed for itself.

A route that names the namespace of its Gateway means the one that any scope has there. It may miss it by a slip of the
hand, or name a listener that the Gateway does not have.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from upstreamlint.graph.evidence import Verdict, is_placeholder
from upstreamlint.graph.likeness import is_slip
from upstreamlint.graph.references import Candidate, Reference
from upstreamlint.values import replace

MOST = 200
"""More Gateways than these are not held against each name."""


def attached(reference: Reference, gateways: Callable[[str], Sequence[object]]) -> Reference:
    """A reference to a Gateway that nobody beside it has; `gateways` are those of a namespace in any scope."""
    from upstreamlint.graph.gateway_api.references import RouteParent
    from upstreamlint.graph.istio.references.gateways import GatewayName

    if isinstance(reference, RouteParent):
        return _route(reference, gateways)
    space, slash, name = reference.wanted.partition("/")
    if not isinstance(reference, GatewayName) or not slash or is_placeholder(reference.wanted):
        return reference
    from upstreamlint.model.istio import IstioGateway

    here = [g for g in gateways(space) if isinstance(g, IstioGateway)]
    near = _slip(name, ((g.meta.name.value, g) for g in here))
    if near is None or any(g.meta.name.value == name for g in here):
        return reference
    meant = near._replace(instead=f"{space}/{near.instead}")
    return replace(reference, verdict=Verdict.NEAR_MISS, near=(meant,))


def _route(reference: Reference, gateways: Callable[[str], Sequence[object]]) -> Reference:
    from upstreamlint.graph.gateway_api.references import Refusal, RouteParent
    from upstreamlint.model.gateway_api import KubernetesGateway

    if not isinstance(reference, RouteParent) or reference.refusal is not Refusal.NO_GATEWAY:
        return reference
    parent, name = reference.parent, reference.wanted
    if parent.kind != "Gateway" or not parent.namespace or is_placeholder(name):
        return reference
    there = [g for g in gateways(parent.namespace) if isinstance(g, KubernetesGateway) and not g.meta.patched]
    section = parent.section.value if parent.section is not None else ""
    named = [g for g in there if g.meta.name.value == name]
    if named:
        lacking = all(g.listeners and section not in {str(x.name) for x in g.listeners} for g in named)
        if parent.section is None or is_placeholder(section) or not lacking:
            return reference
        first = named[0]
        return replace(
            reference,
            wanted=section,
            anchor=parent.section.anchor,
            verdict=Verdict.CONFLICT,
            gateway=first,
            refusal=Refusal.NO_PARENT,
            near=tuple(
                Candidate(
                    (x.name or x).anchor,
                    f"Gateway `{first.meta.title}` has listener `{x.name}` on port {x.port}",
                    str(x.name),
                )
                for x in first.listeners[:3]
            ),
        )
    near = _slip(name, ((g.meta.name.value, g) for g in there))
    if near is None and len(there) == 1 and section not in ("", *_USUAL):
        (only,) = there
        if section in {str(x.name) for x in only.listeners}:
            text = f"Gateway `{only.meta.title}` has listener `{section}`"
            near = Candidate(only.meta.anchor, text, only.meta.name.value)
    return replace(reference, verdict=Verdict.NEAR_MISS, near=(near,)) if near is not None else reference


_USUAL = frozenset({"http", "https", "web", "websecure", "default", "tls", "tcp"})
"""Names of listeners that Gateways of any platform have."""


def _slip(name: str, there: Iterable[tuple[str, object]]) -> Candidate | None:
    """The only one that a slip of the hand makes of a name."""
    found = {other: gateway for other, gateway in list(there)[:MOST] if is_slip(name, other)}
    if len(found) != 1:
        return None
    ((other, gateway),) = found.items()
    meta = getattr(gateway, "meta", None)
    anchor = getattr(meta, "anchor", None)
    title = getattr(meta, "title", other)
    if anchor is None:
        return None
    return Candidate(anchor, f"Gateway `{title}` has a similar name", other, certain=True)
