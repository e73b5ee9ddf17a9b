"""AuthorizationPolicies: a gateway's call to a workload that no rule can let in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from upstreamlint.documents import Scalar
from upstreamlint.graph.evidence import Verdict
from upstreamlint.graph.istio.destination_rules import Client
from upstreamlint.graph.istio.references import DeniedRoute
from upstreamlint.graph.istio.view import Mesh
from upstreamlint.graph.istio.wire import MeshRoute, Wire, route_of, shares, wire_of
from upstreamlint.graph.kubernetes.serving import pod_port
from upstreamlint.model.istio import (
    AccessRule,
    AccessSource,
    AuthorizationPolicy,
    VirtualService,
)
from upstreamlint.model.kubernetes import Workload
from upstreamlint.model.kubernetes.meta import integer


def link(mesh: Mesh) -> Iterator[DeniedRoute]:
    """The routes from gateways to workloads whose policies deny them."""
    policies: dict[str, list[AuthorizationPolicy]] = defaultdict(list)
    for policy in mesh.index.of(AuthorizationPolicy):
        policies[policy.meta.namespace].append(policy)
    if not policies:
        return
    for owner in mesh.index.of(VirtualService):
        for number, written in enumerate(owner.routes):
            route = MeshRoute(owner, written, route_of(owner, written, number))
            for destination, share in shares(written):
                yield from _destination(mesh, policies, wire_of(mesh, route, destination, share))


def _destination(
    mesh: Mesh, policies: dict[str, list[AuthorizationPolicy]], wire: Wire
) -> Iterator[DeniedRoute]:
    workloads = [w for s in wire.found.services for w in mesh.index.selected(s)]
    if not workloads:
        return
    for client in mesh.clients.of(wire.owner, wire.written, wire.found.namespaces):
        if not client.is_gateway or client.assumption or not client.namespace:
            continue
        for workload in workloads:
            ports = _pod_ports(wire, workload)
            policy = _denying(mesh, policies, workload, client, ports)
            if policy is not None and mesh.injection.in_mesh(workload):
                yield DeniedRoute(
                    wanted=client.namespace,
                    anchor=policy.anchor,
                    owner=policy,
                    verdict=Verdict.UNKNOWN if policy.meta.patched else Verdict.CONFLICT,
                    hit=wire.hit,
                    workload=workload,
                    policy=policy,
                    client=client.namespace,
                )
                return


def _pod_ports(wire: Wire, workload: Workload) -> set[int]:
    """The ports of the pod that a destination leads to; none when they are not known."""
    number = integer(wire.destination.port)
    ports = [p for s in wire.found.services for p in s.ports if number in (None, p.number)]
    found = {pod_port(workload, port) for port in ports}
    return {n for n in found if n is not None} if None not in found else set()


def _denying(
    mesh: Mesh,
    policies: dict[str, list[AuthorizationPolicy]],
    workload: Workload,
    client: Client,
    ports: set[int],
) -> AuthorizationPolicy | None:
    """The policy that keeps a gateway out: ALLOW policies hold, and no rule of any can take it."""
    own = policies.get(workload.meta.namespace, [])
    above = mesh.settings.root_namespace
    root = policies.get(above, []) if above != workload.meta.namespace else []
    applying = [p for p in (*own, *root) if not p.targeted and _selects(p, workload)]
    allowing = [p for p in applying if p.action == "ALLOW"]
    denying = (p for p in applying if p.action == "DENY" and any(_takes_all(r) for r in p.rules))
    if (deny := next(denying, None)) is not None:
        return deny
    if not allowing or any(_may_take(r, client, ports) for p in allowing for r in p.rules):
        return None
    return allowing[0]


def _selects(policy: AuthorizationPolicy, workload: Workload) -> bool:
    if policy.selector is None:
        return True
    values = workload.template.values
    return all(values.get(k) == v for k, v in policy.selector.values.items())


def _takes_all(rule: AccessRule) -> bool:
    """Whether a rule takes every request."""
    return not rule.sources and not rule.operations and not rule.conditional


def _may_take(rule: AccessRule, client: Client, ports: set[int]) -> bool:
    """Whether a rule can take requests of a gateway; what cannot be told is taken to."""
    listed = [{p.value for p in o.ports} for o in rule.operations]
    if ports and listed and all(own and not own & {str(p) for p in ports} for own in listed):
        return False
    if not rule.sources:
        return True
    return any(_is_source(s, client) for s in rule.sources)


def _is_source(source: AccessSource, client: Client) -> bool:
    if source.namespaces and not any(_matches(n, client.namespace) for n in source.namespaces):
        return False
    if not source.principals:
        return True
    accounts = {
        w.template.service_account.value if w.template.service_account is not None else "default"
        for w in client.workloads
    }
    return any(
        "*" in p.value or p.value.endswith(f"/ns/{client.namespace}/sa/{account}")
        for p in source.principals
        for account in accounts
    )


def _matches(written: Scalar, value: str) -> bool:
    text = written.value
    if text.startswith("*"):
        return value.endswith(text[1:])
    return value.startswith(text[:-1]) if text.endswith("*") else value == text
