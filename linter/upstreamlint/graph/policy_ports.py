"""Ports in NetworkPolicies that cannot be meant: a Service's instead of the pods', none for the DNS (N6, N8)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from upstreamlint.graph import Graph
from upstreamlint.graph.network_policy import Direction, admits_port
from upstreamlint.graph.policy_hops import policies_of
from upstreamlint.graph.references import TargetPort
from upstreamlint.model.kubernetes import NetworkPolicy, Workload
from upstreamlint.model.kubernetes.meta import integer
from upstreamlint.model.kubernetes.policy import PolicyPort, PolicyRule
from upstreamlint.values import entity

DNS = 53


@entity
class ServicePortUse:
    """A policy's port that is a Service's, and where that Service port leads."""

    policy: NetworkPolicy
    port: PolicyPort
    target: TargetPort


def service_ports_in_policies(graph: Graph) -> Iterator[ServicePortUse]:
    """Each ingress port of a policy that its pods are not dialled on, while a Service of that number leads elsewhere."""
    if not graph.nodes(NetworkPolicy):
        return
    policies = policies_of(graph)
    by_workload: dict[int, list[TargetPort]] = defaultdict(list)
    for target in graph.references(TargetPort):
        if target.number is not None and not target.broken:
            by_workload[id(target.workload)].append(target)
    for targets in by_workload.values():
        for policy in policies.isolating(targets[0].workload, Direction.INGRESS):
            if policy.meta.patched:
                continue
            for rule in policy.ingress or ():
                yield from _uses(policy, rule, targets)


def _uses(policy: NetworkPolicy, rule: PolicyRule, targets: list[TargetPort]) -> Iterator[ServicePortUse]:
    dialled = {t.number for t in targets}
    workload = targets[0].workload
    declared = {p.number for c in workload.containers for p in c.ports}
    for port in rule.ports:
        number = integer(port.port)
        if number is None or number in dialled or number in declared or port.end_port is not None:
            continue
        for target in targets:
            admitted = admits_port(rule, workload, target.port.protocol, target.number or 0)
            if target.port.number == number and target.port.protocol == port.protocol and not admitted:
                yield ServicePortUse(policy, port, target)
                break


def without_dns(graph: Graph) -> Iterator[tuple[Workload, NetworkPolicy]]:
    """Each workload whose egress policies admit other pods and no port 53."""
    if not graph.nodes(NetworkPolicy):
        return
    policies = policies_of(graph)
    if policies.plugin:
        return
    for workload in graph.nodes(Workload):
        isolating = policies.isolating(workload, Direction.EGRESS)
        if not isolating or workload.template.host_network or any(p.meta.patched for p in isolating):
            continue
        if _dials_pods(isolating) and not _asks_dns(isolating):
            yield workload, isolating[0]


def _dials_pods(policies: tuple[NetworkPolicy, ...]) -> bool:
    return any(
        peer.pods is not None or peer.namespaces is not None
        for policy in policies
        for rule in policy.egress or ()
        for peer in rule.peers
    )


def _asks_dns(policies: tuple[NetworkPolicy, ...]) -> bool:
    """Whether a rule leaves port 53 open: by number, by a port's name, or because it names no port."""
    return any(
        not rule.ports
        or any(p.port is None or integer(p.port) is None for p in rule.ports)
        or admits_port(rule, None, "UDP", DNS)
        or admits_port(rule, None, "TCP", DNS)
        for policy in policies
        for rule in policy.egress or ()
    )
