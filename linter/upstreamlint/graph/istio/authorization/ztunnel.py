"""What ztunnel makes of AuthorizationPolicies: it takes connections, and nothing of requests.

Of ALLOW policies a rule that asks for more never holds; one of DENY loses what it asks more, and never holds where a part of it
has nothing left (istio: `handleRule` in `pilot/pkg/serviceregistry/ambient/authorization.go`; ztunnel: `src/rbac.rs`; istio/istio
issue 61126). Behind a waypoint, ztunnel sees the waypoint call (Istio documentation, "Ambient and Layer 4 policies").
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from upstreamlint.graph.evidence import Verdict
from upstreamlint.graph.gateway_api.parents import Parents
from upstreamlint.graph.gateway_api.waypoints import waypoint_of
from upstreamlint.graph.istio.authorization.access import Caller, Policies, may_take
from upstreamlint.graph.istio.mesh import is_gateway
from upstreamlint.graph.istio.references.authorization import BelowRequests, WaypointDenied
from upstreamlint.graph.istio.view import Mesh
from upstreamlint.model.gateway_api import KubernetesGateway
from upstreamlint.model.istio import AccessRule, AuthorizationPolicy
from upstreamlint.model.kubernetes import Service, Workload
from upstreamlint.model.kubernetes.meta import integer


def link(mesh: Mesh) -> Iterator[BelowRequests | WaypointDenied]:
    """The policies that close connections of pods in ambient mode, and those that keep out the waypoints before them."""
    policies = Policies(mesh)
    ambient = [w for w in mesh.index.of(Workload) if mesh.injection.ambient(w) and not is_gateway(w)]
    yield from _below(policies, ambient)
    parents = Parents(mesh.index)
    if parents.gateways:
        yield from _behind_waypoints(mesh, policies, parents, ambient)


def _below(policies: Policies, ambient: list[Workload]) -> Iterator[BelowRequests]:
    """Each rule with all the pods that it closes."""
    closed: dict[tuple[int, int | None], list[Workload]] = defaultdict(list)
    rules: dict[int, tuple[AuthorizationPolicy, AccessRule]] = {}
    for workload in ambient:
        for policy, rule, port in _closing(policies.applying(workload)):
            rules[id(rule)] = policy, rule
            closed[id(rule), port].append(workload)
    for (key, port), workloads in closed.items():
        policy, rule = rules[key]
        patched = policy.meta.patched or any(w.meta.patched for w in workloads)
        yield BelowRequests(
            wanted=policy.meta.name.value,
            anchor=rule.anchor,
            owner=policy,
            verdict=Verdict.UNKNOWN if patched else Verdict.CONFLICT,
            policy=policy,
            rule=rule,
            workloads=tuple(workloads),
            port=port,
        )


def _closing(
    applying: list[AuthorizationPolicy],
) -> Iterator[tuple[AuthorizationPolicy, AccessRule, int | None]]:
    """The rules that take no connection, or all of those to a port, because something of them is lost."""
    allowing = [(p, r) for p in applying if p.action == "ALLOW" for r in p.rules]
    if allowing and all(r.below is not None for _, r in allowing):
        yield (*allowing[0], None)
        return
    for policy in (p for p in applying if p.action == "DENY"):
        for rule in policy.rules:
            left = rule.below
            if left is None or rule.sources or left.conditional or any(o.other for o in left.operations):
                continue
            for port in (p for o in left.operations for p in o.ports):
                if (number := integer(port._replace(plain=True))) is not None:
                    yield policy, rule, number


def _behind_waypoints(
    mesh: Mesh, policies: Policies, parents: Parents, ambient: list[Workload]
) -> Iterator[WaypointDenied]:
    known = {id(w) for w in ambient}
    for service in mesh.index.of(Service):
        gateway = waypoint_of(mesh.index, parents, service)
        if gateway is None or gateway.meta.patched or mesh.index.pods_are_ambiguous(service):
            continue
        for workload in mesh.index.selected(service):
            allowing = [p for p in policies.applying(workload) if p.action == "ALLOW"]
            if id(workload) not in known or not allowing or any(p.meta.patched for p in allowing):
                continue
            if _admits(allowing, _account(gateway)):
                continue
            clients = (c for c in ambient if c is not workload and _admits(allowing, _caller(c), sure=True))
            client = next(clients, None)
            if client is not None:
                policy = next(p for p in allowing if _admits([p], _caller(client), sure=True))
                yield WaypointDenied(
                    wanted=gateway.title,
                    anchor=policy.anchor,
                    owner=policy,
                    verdict=Verdict.CONFLICT,
                    policy=policy,
                    service=service,
                    workload=workload,
                    client=client,
                    waypoint=gateway,
                )


def _admits(allowing: list[AuthorizationPolicy], caller: Caller, *, sure: bool = False) -> bool:
    """Whether a rule takes a caller; where it is to be `sure`, one that names it."""
    rules = [r for p in allowing for r in p.rules if r.below is None]
    return any(may_take(r, caller, set()) and (bool(r.sources) or not sure) for r in rules)


def _caller(workload: Workload) -> Caller:
    account = workload.template.service_account
    return Caller(workload.meta.namespace, frozenset({account.value if account is not None else "default"}))


_ACCOUNT = "gateway.istio.io/service-account"


def _account(gateway: KubernetesGateway) -> Caller:
    """The waypoint as others know it: istiod gives it an account of its own name."""
    told = gateway.meta.annotation(_ACCOUNT) or gateway.meta.name.value
    return Caller(gateway.meta.namespace, frozenset({told}))
