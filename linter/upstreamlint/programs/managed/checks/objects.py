"""What proxies of the cluster ask pods because an object says so: a policy for a Service, a route or a Gateway, or the route itself.

Of several policies of a kind the one for the Service counts, then the one for the route, then that for the Gateway; the others only
where it says that it is merged with them (Envoy Gateway, `BackendTrafficPolicy`, `mergeType`).
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.graph.index import Index
from upstreamlint.graph.kubernetes.ingress.backends import ingress_port
from upstreamlint.model.gateway_api import GatewayRoute
from upstreamlint.model.kubernetes import Ingress, Workload
from upstreamlint.model.kubernetes.meta import integer
from upstreamlint.model.kubernetes.nearest import same_namespace
from upstreamlint.programs.managed.attached import AttachedPolicy, PolicyTarget
from upstreamlint.programs.managed.checks.front import Front, Question
from upstreamlint.programs.managed.checks.fronts import backends_of, behind, fronts_of
from upstreamlint.programs.managed.checks.written import WrittenCheck
from upstreamlint.programs.managed.model import Backend, ManagedRoute
from upstreamlint.values import replace


def questions(index: Index) -> Iterator[tuple[Front, Question, Workload]]:
    """What is asked of each workload behind routes and Ingresses, and behind objects of controllers."""
    for front, check in (*_attached(index), *_ruled(index)):
        for workload in behind(index, front):
            yield front, _question(front, check), workload


def _question(front: Front, check: WrittenCheck) -> Question:
    host = check.ask.host or (front.host if check.host_of_route else "")
    return Question(
        by=check.by,
        ask=replace(check.ask, host=host),
        port=integer(check.port),
        port_anchor=check.port.anchor if check.port is not None else None,
        secure=None,
    )


def _attached(index: Index) -> Iterator[tuple[Front, WrittenCheck]]:
    policies = [p for p in index.of(AttachedPolicy) if p.policy.health is not None and p.targets]
    if not any(p.check is not None for p in policies):
        return
    routes = [r for r in index.of(GatewayRoute) if r.meta.kind in ("HTTPRoute", "GRPCRoute")]
    fronts = [f for route in routes for f in backends_of(index, route)]
    fronts += [f for ingress in index.of(Ingress) for f in fronts_of(index, ingress)]
    kinds = dict.fromkeys((p.meta.group, p.meta.kind) for p in policies)
    for front in fronts:
        for kind in kinds:
            check = _chosen(front, [p for p in policies if (p.meta.group, p.meta.kind) == kind])
            if check is not None:
                yield front, check


def _chosen(front: Front, policies: list[AttachedPolicy]) -> WrittenCheck | None:
    """The check of the policy that is nearest to a backend; nothing where it has none, or cannot be told."""
    owner, service = front.owner, front.service
    parents = owner.parents if isinstance(owner, GatewayRoute) else ()
    levels = [
        [("Service", service.meta.name.value, service.meta.namespace)],
        [(owner.meta.kind, owner.meta.name.value, owner.meta.namespace)],
        [("Gateway", parent.name.value, parent.namespace) for parent in parents],
    ]
    for level in levels:
        found = [
            (p, t)
            for p in policies
            for t in p.targets
            for named in level
            if _is_for(p, t, named, front=front)
        ]
        if not found:
            continue
        policy = found[0][0]
        unsure = any(p is not policy or t.section for p, t in found if t.kind != "Service")
        if unsure or len({id(p) for p, _ in found}) > 1 or policy.meta.patched:
            return None
        if policy.check is not None or not policy.merges:
            return policy.check
    return None


def _is_for(
    policy: AttachedPolicy, target: PolicyTarget, named: tuple[str, str, str], *, front: Front
) -> bool:
    kind, name, namespace = named
    if (
        target.kind != kind
        or target.name.value != name
        or not same_namespace(policy.meta.namespace, namespace)
    ):
        return False
    section, port = target.section, front.port
    return kind != "Service" or section is None or section.value in (str(port.name or ""), str(port.number))


def _ruled(index: Index) -> Iterator[tuple[Front, WrittenCheck]]:
    for route in index.of(ManagedRoute):
        for rule in route.rules:
            if (check := rule.check) is None:
                continue
            for backend in rule.backends:
                for front in _fronts(index, route, backend, rule.host):
                    yield front, replace(check, port=check.port or backend.check_port)


def _fronts(index: Index, route: ManagedRoute, backend: Backend, host: str) -> Iterator[Front]:
    if backend.port is None or backend.mirror or backend.namespace is not None:
        return
    for service in index.services(backend.service.value, route.meta.namespace, route.meta.folder)[:1]:
        port = ingress_port(service, backend.port)
        if port is not None:
            yield Front(
                owner=route,
                name=backend.service,
                service=service,
                port=port,
                host="" if "*" in host else host,
            )
