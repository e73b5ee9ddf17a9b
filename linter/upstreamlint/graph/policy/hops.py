"""The hops that routes really take from pod to pod, and what NetworkPolicies make of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import partial

from upstreamlint.graph import Graph
from upstreamlint.graph.nodes import Edge
from upstreamlint.graph.policy.clients import Clients, Dialers
from upstreamlint.graph.policy.decisions import Decision, Policies, Reach
from upstreamlint.graph.policy.peers import End
from upstreamlint.graph.policy.rules import Direction, admits_port, rules_of
from upstreamlint.graph.policy.tunnels import Tunnel, Tunnels
from upstreamlint.graph.references import TargetPort
from upstreamlint.model.kubernetes import ConfigMap, Namespace, NetworkPolicy, Other, ServicePort, Workload
from upstreamlint.model.kubernetes.meta import integer
from upstreamlint.model.kubernetes.policy import PolicyPeer, PolicyPort
from upstreamlint.values import entity, replace


@entity
class DeniedHop:
    """A hop that policies deny: from where, over which Service port, to which pods and port.

    `port` is the policy's port that names the Service's port instead of the pods', `peer` the policy's peer
    that would admit the client if it were in the policy's own namespace, `misfit` its port that is of another
    protocol or a name that the pods do not have, `closest` the first peer that it admits to the port; nothing when none
    is there. `by` is the program that dials, `assumption` what the source rests on. With a `tunnel` the policies admit the
    port, by `misfit`, and not the one at which the mesh takes the connection.
    """

    source: End
    edge: Edge
    target: TargetPort
    number: int
    decision: Decision
    policy: NetworkPolicy
    port: PolicyPort | None
    peer: PolicyPeer | None
    misfit: PolicyPort | None = None
    closest: PolicyPeer | None = None
    by: str = ""
    assumption: str = ""
    tunnel: Tunnel | None = None


def policies_of(graph: Graph) -> Policies:
    """The policies of a graph."""
    return graph.once(_policies)


def _policies(graph: Graph) -> Policies:
    return Policies(
        graph.nodes(NetworkPolicy), graph.nodes(Namespace), graph.nodes(Other), graph.nodes(ConfigMap)
    )


def denied_hops(graph: Graph) -> tuple[DeniedHop, ...]:
    """Each hop of a route that policies deny, once for each pair of pods and port."""
    return graph.once(_denied_hops) if graph.nodes(NetworkPolicy) else ()


def _denied_hops(graph: Graph) -> tuple[DeniedHop, ...]:
    return tuple(_hops(graph))


def _hops(graph: Graph) -> Iterator[DeniedHop]:
    policies, tunnels = policies_of(graph), graph.once(Tunnels)
    for clients, edge, target, number in taken(graph):
        denied = list(_denied(policies, clients, edge, target, number))
        if not denied and clients.likely is not None:
            denied = list(_denied(policies, clients.likely, edge, target, number))
        yield from denied or _carried(policies, tunnels, clients, edge, target, number)


def taken(graph: Graph) -> Iterator[tuple[Clients, Edge, TargetPort, int]]:
    """Each hop to pods that is sure to be one, once for each pair of pods and port: who dials, and the port of the pods."""
    targets: dict[int, list[TargetPort]] = defaultdict(list)
    for target in graph.references(TargetPort):
        targets[id(target.port)].append(target)
    dialers = graph.once(Dialers)
    seen: set[tuple[object, int, int]] = set()
    for edge in graph.edges:
        if not isinstance(edge.head, ServicePort):
            continue
        for target in targets[id(edge.head)]:
            if target.number is None or target.broken or target.workload.meta.patched:
                continue
            clients = dialers.of(edge.tail, edge.head)
            key = (
                tuple(sorted(id(s) if isinstance(s, Workload) else hash(s) for s in clients.ends)),
                id(target.workload),
                target.number,
            )
            if key not in seen:
                seen.add(key)
                yield clients, edge, target, target.number


def _carried(
    policies: Policies, tunnels: Tunnels, clients: Clients, edge: Edge, target: TargetPort, number: int
) -> Iterator[DeniedHop]:
    """The hop whose port is admitted, and not the one at which the mesh of both ends takes it."""
    found = {tunnels.between(s, target.workload, number) for s in clients.ends}
    tunnel = found.pop() if len(found) == 1 and target.port.protocol == "TCP" else None
    if tunnel is None:
        return
    decisions = [policies.reach(s, target.workload, "TCP", tunnel.port) for s in clients.ends]
    decision, source = decisions[0], clients.ends[0]
    direction = decision.direction
    if direction is None or any(d.reach is not Reach.DENIED for d in decisions):
        return
    for policy in () if any(p.meta.patched for p in decision.policies) else decision.policies:
        for rule in rules_of(policy, direction):
            if rule.ports and admits_port(rule, target.workload, "TCP", number):
                made = DeniedHop(source, edge, target, number, decision, policy, None, None, rule.ports[0])
                yield replace(made, by=clients.by, tunnel=tunnel)
                return


def _denied(
    policies: Policies, clients: Clients, edge: Edge, target: TargetPort, number: int
) -> Iterator[DeniedHop]:
    protocol = target.port.protocol
    decisions = [policies.reach(s, target.workload, protocol, number) for s in clients.ends]
    if any(d.reach is not Reach.DENIED for d in decisions):
        return
    decision, source = decisions[0], clients.ends[0]
    direction = decision.direction
    if any(p.meta.patched for p in decision.policies) or direction is None:
        return
    made = partial(
        DeniedHop, source, edge, target, number, decision, by=clients.by, assumption=clients.assumption
    )
    if decision.barred is not None:
        yield made(decision.policies[0], None, None)
        return
    for policy in decision.policies:
        port = _service_port(policy, direction, target, number)
        peer = None if port is not None else _peer_elsewhere(policies, policy, direction, source, target)
        if port is not None or peer is not None:
            yield made(policy, port, peer)
            return
    for policy in decision.policies:
        misfit = _misfit(policies, policy, direction, source, target)
        if misfit is not None:
            yield made(policy, None, None, misfit)
            return
    for policy in decision.policies:
        closest = _closest(policy, direction, target, number)
        if closest is not None:
            yield made(policy, None, None, closest=closest)
            return
    yield made(decision.policies[0], None, None)


def _closest(
    policy: NetworkPolicy, direction: Direction, target: TargetPort, number: int
) -> PolicyPeer | None:
    """The first peer that a policy admits to the port: it was thought of, and the client was not."""
    for rule in rules_of(policy, direction):
        if (
            rule.peers
            and policy.isolates
            and admits_port(rule, target.workload, target.port.protocol, number)
        ):
            return rule.peers[0]
    return None


def _misfit(
    policies: Policies, policy: NetworkPolicy, direction: Direction, source: End, target: TargetPort
) -> PolicyPort | None:
    """The port of a rule that admits the other end, of the right number or a name, which does not fit the pods."""
    other = source if direction is Direction.INGRESS else target.workload
    for rule in rules_of(policy, direction):
        if policies.peers.admit(policy, rule, other) is False:
            continue
        for port in rule.ports:
            named = port.port is not None and integer(port.port) is None
            if named or (integer(port.port) == target.number and not port.takes(target.port.protocol)):
                return port
    return None


def _service_port(
    policy: NetworkPolicy, direction: Direction, target: TargetPort, number: int
) -> PolicyPort | None:
    """The policy's port that is the Service's or the node's number, while the pods are dialled on another (N6)."""
    others = {target.port.number, target.port.node_port} - {number, None}
    for rule in rules_of(policy, direction):
        if admits_port(rule, target.workload, target.port.protocol, number):
            continue
        for port in rule.ports:
            if integer(port.port) in others and port.takes(target.port.protocol):
                return port
    return None


def _peer_elsewhere(
    policies: Policies, policy: NetworkPolicy, direction: Direction, source: End, target: TargetPort
) -> PolicyPeer | None:
    """The peer whose pods would be these, were they not in another namespace."""
    other = source if direction is Direction.INGRESS else target.workload
    if not isinstance(other, Workload):
        return None
    for rule in rules_of(policy, direction):
        for peer in rule.peers:
            if peer.pods is None or peer.pods.is_empty or not peer.pods.matches(other.template.values):
                continue
            if peer.namespaces is None or not policies.peers.namespace_matches(
                peer.namespaces, other.meta.namespace
            ):
                return peer
    return None
