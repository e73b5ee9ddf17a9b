"""Policies of the Gateway API: whether what they attach to is there, and whether the Services are that they ask."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.finding import Affected
from upstreamlint.graph.evidence import Verdict, is_placeholder
from upstreamlint.graph.gateway_api.authorities import authorities
from upstreamlint.graph.index import Index
from upstreamlint.graph.kubernetes.services.names import absent_service, other_ports
from upstreamlint.graph.likeness import near_names, sole
from upstreamlint.graph.references import Candidate, Reference
from upstreamlint.model.gateway_api import GatewayRoute, Grant, KubernetesGateway, ListenerSet
from upstreamlint.model.kubernetes import Service
from upstreamlint.model.kubernetes.meta import integer
from upstreamlint.model.kubernetes.nearest import nearest, same_namespace, same_tree
from upstreamlint.programs.managed.attached import AskedService, AttachedPolicy, PolicyTarget, policy_kinds
from upstreamlint.programs.managed.checks.policies import HealthCheck
from upstreamlint.typed import TypeAlias
from upstreamlint.values import StrEnum, entity

_Target: TypeAlias = Service | GatewayRoute | KubernetesGateway | ListenerSet


class Unattached(StrEnum):
    """Why a policy does nothing."""

    MISSING = "missing"
    ELSEWHERE = "elsewhere"
    WRONG_KIND = "wrong kind"
    NO_SECTION = "no section"


@entity(kw_only=True)
class PolicyAttachment(Reference):
    """What a policy is for."""

    policy: AttachedPolicy
    target: PolicyTarget
    why: Unattached = Unattached.MISSING
    assumption: str = ""


@entity(kw_only=True)
class PolicyService(Reference):
    """A Service, or its port, that a policy has asked before a request goes on; `hit` are the routes that it is for.

    `unpermitted` says that the Service is in another namespace, which does not permit it.
    """

    policy: AttachedPolicy
    service: Service | None
    hit: tuple[Affected, ...] = ()
    assumption: str = ""
    unpermitted: bool = False


def link(index: Index) -> Iterator[Reference]:
    """Every target of every policy, and every Service that one asks."""
    for policy in (*index.of(AttachedPolicy), *_health_checks(index)):
        if policy.meta.patched:
            continue
        for target in policy.targets:
            if not is_placeholder(target.name.value):
                yield _attachment(index, policy, target)
        for asked in policy.asked if policy.policy.fails and not policy.open else ():
            found = _asked(index, policy, asked)
            if found is not None:
                yield found
    yield from authorities(index)


def _health_checks(index: Index) -> Iterator[AttachedPolicy]:
    """The HealthCheckPolicies, which say what is asked as well."""
    for check in index.of(HealthCheck):
        kind = policy_kinds().get((check.meta.group, check.meta.kind))
        if kind is not None:
            targets = (
                PolicyTarget(kind=k or "Service", name=name, section=None, anchor=name.anchor)
                for k, name in check.targets
            )
            yield AttachedPolicy(check.meta, kind, tuple(targets), (), "", open=False)


def policy_of(index: Index, kind: str, service: Service, port: str, number: int) -> AttachedPolicy | None:
    """The policy of a kind for a port of a Service, by the port's name and number."""
    for policy in index.of(AttachedPolicy):
        if policy.meta.kind != kind or not same_namespace(policy.meta.namespace, service.meta.namespace):
            continue
        for target in policy.targets:
            section = target.section.value if target.section is not None else ""
            named = target.kind == "Service" and target.name.value == service.meta.name.value
            # The number is the name of a port that has no other.
            if named and section in ("", port or str(number)):
                return policy
    return None


def sends_header(index: Index, owner: GatewayRoute, service: Service) -> bool:
    """Whether a policy has connections to a Service begin with a PROXY header: one for it, for the route or for a Gateway of the route."""
    space = owner.meta.namespace
    named = {
        (service.meta.namespace, "Service", service.meta.name.value),
        (space, owner.meta.kind, owner.meta.name.value),
    }
    named |= {(parent.namespace or space, "Gateway", parent.name.value) for parent in owner.parents}
    return any(
        (policy.meta.namespace, target.kind, target.name.value) in named
        for policy in index.of(AttachedPolicy)
        if policy.header is not None and policy.meta.kind != _OF_LISTENERS
        for target in policy.targets
    )


_OF_LISTENERS = "ClientTrafficPolicy"


def _attachment(index: Index, policy: AttachedPolicy, target: PolicyTarget) -> PolicyAttachment:
    allowed = policy.policy.targets
    if target.kind not in allowed:
        verdict = Verdict.CONFLICT
        return _reference(policy, target, verdict, Unattached.WRONG_KIND)
    named = [t for t in _of_kind(index, target.kind) if t.meta.name.value == target.name.value]
    here = [t for t in named if same_namespace(t.meta.namespace, policy.meta.namespace)]
    if here:
        return _section(policy, target, nearest(here, policy.meta.folder))
    if target.kind not in _KNOWN:
        return _reference(policy, target, Verdict.UNKNOWN, Unattached.MISSING)
    if named and policy.meta.namespace and all(t.meta.namespace for t in named):
        other = named[0]
        text = f"it is in namespace `{other.meta.namespace}`"
        near = (Candidate(other.meta.name.anchor, text, ""),)
        return _reference(policy, target, Verdict.CONFLICT, Unattached.ELSEWHERE, near)
    return _missing(index, policy, target)


_KNOWN = frozenset({"Service", "Gateway", "HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute", "UDPRoute"})


def _of_kind(index: Index, kind: str) -> list[_Target]:
    if kind == "Service":
        return list(index.of(Service))
    if kind == "Gateway":
        return list(index.of(KubernetesGateway))
    if kind in ("ListenerSet", "XListenerSet"):
        return list(index.of(ListenerSet))
    return [route for route in index.of(GatewayRoute) if route.meta.kind == kind]


def _missing(index: Index, policy: AttachedPolicy, target: PolicyTarget) -> PolicyAttachment:
    name, folder = target.name.value, policy.meta.folder
    if target.kind == "Service":
        absence = absent_service(index, name, policy.meta.namespace, folder)
        near = tuple(c for c in absence.near if "." not in c.instead)
        verdict = absence.verdict if near or absence.verdict is not Verdict.NEAR_MISS else Verdict.UNKNOWN
        return _reference(policy, target, verdict, Unattached.MISSING, near, absence.assumption)
    there = [
        t for t in _of_kind(index, target.kind) if same_namespace(t.meta.namespace, policy.meta.namespace)
    ]
    around = {t.meta.name.value: t for t in there if same_tree(t.meta.folder, folder)}
    pool = {t.meta.name.value: t for t in there} | around
    # Of what lies elsewhere only a slip is meant.
    like = near_names(name, around) or near_names(name, pool, words=False)
    near = tuple(
        Candidate(pool[n].meta.name.anchor, f"{target.kind} `{pool[n].title}`", n, certain=sole(name, like))
        for n in like[:1]
    )
    verdict = index.ladder.absent(name, folder, near=bool(near))
    # Gateways are deployed apart from what is attached to them; so are routes of a kind of which there is none around.
    elsewhere = target.kind == "Gateway" or not around
    apart = verdict is Verdict.ABSENT and elsewhere and not index.ladder.complete
    return _reference(policy, target, Verdict.EXTERNAL if apart else verdict, Unattached.MISSING, near)


def _section(policy: AttachedPolicy, target: PolicyTarget, found: list[_Target]) -> PolicyAttachment:
    """The part of the target that is named: a port by its name, or a listener by its own."""
    section = target.section
    if section is None or is_placeholder(section.value) or any(t.meta.patched for t in found):
        return _reference(policy, target, Verdict.FOUND, Unattached.MISSING)
    there = found[0]
    if isinstance(there, Service):
        names = {p.name.value: p.name.anchor for p in there.ports if p.name is not None}
        known = {*names, *(str(p.number) for p in there.ports if p.name is None)}
    elif isinstance(there, KubernetesGateway | ListenerSet):
        names = {x.name.value: x.name.anchor for x in there.listeners if x.name is not None}
        known = set(names)
    else:
        return _reference(policy, target, Verdict.FOUND, Unattached.MISSING)
    if section.value in known:
        return _reference(policy, target, Verdict.FOUND, Unattached.MISSING)
    near = tuple(
        Candidate(anchor, "this one is there", name, certain=len(names) == 1)
        for name, anchor in list(names.items())[:3]
    )
    return _reference(policy, target, Verdict.CONFLICT, Unattached.NO_SECTION, near)


def _reference(
    policy: AttachedPolicy,
    target: PolicyTarget,
    verdict: Verdict,
    why: Unattached,
    near: tuple[Candidate, ...] = (),
    assumption: str = "",
) -> PolicyAttachment:
    word = target.section if why is Unattached.NO_SECTION and target.section is not None else target.name
    return PolicyAttachment(
        wanted=word.value,
        anchor=word.anchor,
        owner=policy,
        verdict=verdict,
        near=near,
        policy=policy,
        target=target,
        why=why,
        assumption=assumption,
    )


def _asked(index: Index, policy: AttachedPolicy, asked: AskedService) -> PolicyService | None:
    name, folder = asked.name, policy.meta.folder
    if is_placeholder(name.value):
        return None
    services = index.services(name.value, asked.namespace, folder)
    hit = tuple(_hit(index, policy))
    if not services:
        absence = absent_service(index, name.value, asked.namespace, folder)
        return PolicyService(
            wanted=name.value,
            anchor=name.anchor,
            owner=policy,
            verdict=absence.verdict,
            near=absence.near,
            policy=policy,
            service=None,
            hit=hit,
            assumption=absence.assumption,
        )
    found = services[0]
    if not _permitted(index, policy, asked, found):
        return PolicyService(
            wanted=found.title,
            anchor=(asked.space or name).anchor,
            owner=policy,
            verdict=Verdict.UNKNOWN if found.meta.patched else Verdict.CONFLICT,
            near=(Candidate(found.anchor, "it is in another namespace", ""),),
            policy=policy,
            service=found,
            hit=hit,
            unpermitted=True,
        )
    number = integer(asked.port)
    if number is None or not found.ports or found.meta.patched or any(s.port(number) for s in services):
        return None
    meant = next((p for p in found.ports if p.target_number == number), None)
    return PolicyService(
        wanted=str(number),
        anchor=asked.port.anchor if asked.port is not None else name.anchor,
        owner=policy,
        verdict=Verdict.CONFLICT,
        near=other_ports(found, meant),
        policy=policy,
        service=found,
        hit=hit,
    )


def _permitted(index: Index, policy: AttachedPolicy, asked: AskedService, found: Service) -> bool:
    """Whether the Service is in the namespace of the policy, or a ReferenceGrant of its own lets the policy use it (GEP-709)."""
    if same_namespace(found.meta.namespace, policy.meta.namespace):
        return True
    origin = (policy.meta.group, policy.meta.kind, policy.meta.namespace)
    return any(
        origin in grant.origins
        and any((g, k) == ("", "Service") and n in ("", asked.name.value) for g, k, n in grant.targets)
        for grant in index.of(Grant)
        if same_namespace(grant.meta.namespace, found.meta.namespace)
    )


def _hit(index: Index, policy: AttachedPolicy) -> Iterator[Affected]:
    """The routes that a policy is for."""
    names = {(t.kind, t.name.value) for t in policy.targets}
    for route in index.of(GatewayRoute):
        here = same_namespace(route.meta.namespace, policy.meta.namespace)
        own = here and (route.meta.kind, route.meta.name.value) in names
        parents = {
            ("Gateway", p.name.value)
            for p in route.parents
            if same_namespace(p.namespace, policy.meta.namespace)
        }
        if own or parents & names:
            hosts = ", ".join(h.value for h in route.hostnames) or "*"
            for rule in route.rules:
                yield Affected(hosts, ", ".join(dict.fromkeys(rule.paths)), 1.0, rule.anchor)
