"""Ports in NetworkPolicies that cannot be meant: a Service's instead of the pods', none for the DNS (N6, N8)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from upstreamlint.graph import Graph
from upstreamlint.graph.policy.clients import Dialers
from upstreamlint.graph.policy.decisions import Policies, Reach
from upstreamlint.graph.policy.hops import denied_hops, policies_of
from upstreamlint.graph.policy.peers import Anyone
from upstreamlint.graph.policy.rules import Direction, admits_port
from upstreamlint.graph.references import TargetPort
from upstreamlint.model.kubernetes import NetworkPolicy, Workload
from upstreamlint.model.kubernetes.meta import integer
from upstreamlint.model.kubernetes.policy import Crowd, PolicyPeer, PolicyPort, PolicyRule
from upstreamlint.source import Anchor
from upstreamlint.values import entity

DNS = 53


@entity
class ServicePortUse:
    """A policy's port that is a Service's or a node's, and where that Service port leads.

    `certain` says that no policy admits anybody to the pods' port, `by` is the program that dials it, if one does.
    """

    policy: NetworkPolicy
    port: PolicyPort
    target: TargetPort
    certain: bool
    by: str = ""

    @property
    def of_node(self) -> bool:
        """Whether it is the node port."""
        return integer(self.port.port) != self.target.port.number


def service_ports_in_policies(graph: Graph) -> Iterator[ServicePortUse]:
    """Each port of a policy that no pods are dialled on, while a Service of that number leads elsewhere."""
    if not graph.nodes(NetworkPolicy):
        return
    policies, dialers = policies_of(graph), graph.once(Dialers)
    by_workload: dict[int, list[TargetPort]] = defaultdict(list)
    for target in graph.references(TargetPort):
        if target.number is not None and not target.broken:
            by_workload[id(target.workload)].append(target)
    for targets in by_workload.values():
        for policy, port, target in _of_workload(policies, targets):
            port_of = target.port
            reach = policies.reach(Anyone(), target.workload, port_of.protocol, target.number or 0).reach
            by = {dialers.of(edge.tail, port_of).by for edge in graph.tails(port_of)}
            name = by.pop() if len(by) == 1 else ""
            yield ServicePortUse(policy, port, target, reach is Reach.DENIED, name)
    for hop in denied_hops(graph):
        if hop.port is not None and hop.decision.direction is Direction.EGRESS:
            yield ServicePortUse(hop.policy, hop.port, hop.target, certain=True, by=hop.by)


def _of_workload(
    policies: Policies, targets: list[TargetPort]
) -> Iterator[tuple[NetworkPolicy, PolicyPort, TargetPort]]:
    """The uses in the policies that isolate a workload; `targets` are the Service ports that lead to it."""
    for policy in policies.isolating(targets[0].workload, Direction.INGRESS):
        for rule in () if policy.meta.patched else policy.ingress or ():
            yield from ((policy, port, target) for port, target in _uses(rule, targets))


def _uses(rule: PolicyRule, targets: list[TargetPort]) -> Iterator[tuple[PolicyPort, TargetPort]]:
    dialled = {t.number for t in targets}
    workload = targets[0].workload
    declared = {p.number for c in workload.containers for p in c.ports}
    for port in rule.ports:
        number = integer(port.port)
        if number is None or number in dialled or number in declared or port.end_port is not None:
            continue
        for target in targets:
            admitted = admits_port(rule, workload, target.port.protocol, target.number or 0)
            meant = number in (target.port.number, target.port.node_port)
            if meant and port.takes(target.port.protocol) and not admitted:
                yield port, target
                break


@entity
class DnsGap:
    """Pods whose egress policies admit other pods and not the cluster's DNS; `lacking` says what no rule admits.

    `anchor` is the rule that is nearly right, or where the policy speaks of egress; `peer` says that this rule
    chooses pods of its own namespace.
    """

    workload: Workload
    policy: NetworkPolicy
    lacking: str
    anchor: Anchor
    peer: bool = False


def without_dns(graph: Graph) -> Iterator[DnsGap]:
    """Each workload that may dial other pods and cannot resolve their names."""
    if not graph.nodes(NetworkPolicy):
        return
    policies = policies_of(graph)
    if policies.plugin:
        return
    for workload in graph.nodes(Workload):
        isolating = policies.isolating(workload, Direction.EGRESS)
        if not isolating or workload.template.host_network or any(p.meta.patched for p in isolating):
            continue
        rules = [(policy, rule) for policy in isolating for rule in policy.egress or ()]
        if not _dials_pods(isolating) or any(_asks(r, "UDP") and not _elsewhere(p, r) for p, r in rules):
            continue
        yield _gap(workload, isolating, rules)


def _gap(
    workload: Workload,
    isolating: tuple[NetworkPolicy, ...],
    rules: list[tuple[NetworkPolicy, PolicyRule]],
) -> DnsGap:
    for policy, rule in rules:
        if rule.ports and (_asks(rule, "UDP") or _asks(rule, "TCP")):
            if _own(policy, rule):
                return DnsGap(workload, policy, "the cluster's DNS", rule.peers[0].anchor, peer=True)
            return DnsGap(workload, policy, "port 53 over UDP", rule.ports[0].anchor)
    return DnsGap(workload, isolating[0], "port 53", isolating[0].egress_key)


def _dials_pods(policies: tuple[NetworkPolicy, ...]) -> bool:
    return any(
        peer.pods is not None or peer.namespaces is not None or peer.crowd is Crowd.SERVICES
        for policy in policies
        for rule in policy.egress or ()
        for peer in rule.peers
    )


def _asks(rule: PolicyRule, protocol: str) -> bool:
    """Whether a rule leaves port 53 open: by number, by a port's name, or because it names no port.

    Resolvers ask by UDP, and turn to TCP only when an answer is too long.
    """
    named = any(p.port is not None and integer(p.port) is None and p.takes(protocol) for p in rule.ports)
    return named or admits_port(rule, None, protocol, DNS)


_SYSTEM = "kube-system"


_DNS_NAMES = frozenset({"kube-dns", "coredns", "rke2-coredns-rke2-coredns", "dns-default", "node-local-dns"})


def _elsewhere(policy: NetworkPolicy, rule: PolicyRule) -> bool:
    """Whether no peer of a rule is the DNS: chosen pods of the policy's own namespace, Services of other names, names outside the cluster."""
    return bool(rule.peers) and all(_is_elsewhere(policy, peer) for peer in rule.peers)


def _is_elsewhere(policy: NetworkPolicy, peer: PolicyPeer) -> bool:
    if peer.crowd is Crowd.SERVICES:
        return all(name not in _DNS_NAMES for _, name in peer.services)
    return peer.crowd is Crowd.OUTSIDE or (peer.crowd is None and _is_own(policy, peer))


def _own(policy: NetworkPolicy, rule: PolicyRule) -> bool:
    """Whether a rule admits chosen pods of the policy's own namespace only, where the DNS does not run (N4)."""
    return bool(rule.peers) and all(_is_own(policy, peer) for peer in rule.peers)


def _is_own(policy: NetworkPolicy, peer: PolicyPeer) -> bool:
    own = peer.namespaces is None and peer.cidr is None and peer.pods is not None
    return own and policy.meta.namespace != _SYSTEM
