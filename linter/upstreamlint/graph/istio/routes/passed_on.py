"""Destinations that a proxy passes on to the address that was dialled, as `loadBalancer.simple: PASSTHROUGH` tells it.

A sidecar knows that address. Who dials a gateway dials the gateway itself, and its proxy has no other to go on to (istio:
`ApplyLoadBalancer` in `pilot/pkg/networking/core/loadbalancer`; Envoy: an `ORIGINAL_DST` cluster takes addresses that were restored).
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.documents import Mapping, Scalar
from upstreamlint.graph.evidence import Verdict
from upstreamlint.graph.istio.references.destinations import PassedOn
from upstreamlint.graph.istio.registry.destination_rules import Client
from upstreamlint.graph.istio.routes.wire import Wire
from upstreamlint.graph.istio.view import Mesh
from upstreamlint.model.istio import DestinationRule, Subset
from upstreamlint.model.istio.destination_rule import TrafficPolicy
from upstreamlint.model.kubernetes.meta import integer

_PASSES = "PASSTHROUGH"


def passed_on(rule: DestinationRule, subset: Subset | None, port: int | None) -> Scalar | None:
    """What has a proxy pass requests for a subset, or a host, on to the address that was dialled."""
    for policy in (subset.policy if subset is not None else None, rule.policy):
        told = _balancer(policy, port) if policy is not None else None
        if told is not None:
            simple = told.scalar("simple")
            return simple if simple is not None and simple.value == _PASSES else None
    return None


def _balancer(policy: TrafficPolicy, port: int | None) -> Mapping | None:
    own = next((p for number, p in policy.ports if number == port), None)
    found = own.node.mapping("loadBalancer") if own is not None else None
    return found or policy.node.mapping("loadBalancer")


def by_gateways(mesh: Mesh, wire: Wire, clients: tuple[Client, ...]) -> Iterator[PassedOn]:
    """The rule by which a gateway has nowhere to go with the requests of a route."""
    wanted = wire.destination.subset.value if wire.destination.subset is not None else ""
    number = integer(wire.destination.port)
    number = next(iter(wire.found.ports), None) if number is None else number
    for client in (c for c in clients if c.is_gateway and not wire.mirror):
        for rule in mesh.rules.applying(wire.host, wire.found.namespaces, client, wire.owner.meta.folder):
            subset = next((s for s in rule.subsets if s.name.value == wanted), None)
            told = passed_on(rule, subset, number)
            if told is None or (wanted and subset is None):
                continue
            yield PassedOn(
                wanted=told.value,
                anchor=told.anchor,
                owner=rule,
                verdict=Verdict.UNKNOWN if rule.meta.patched else Verdict.CONFLICT,
                rule=rule,
                host=wire.host.shown,
                assumption=client.assumption
                or ("" if all(c.is_gateway for c in clients) else "the requests come through the gateway"),
                **wire.fields,
            )
            return
