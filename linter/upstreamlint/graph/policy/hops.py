"""The hops that routes really take from pod to pod, and what NetworkPolicies make of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from upstreamlint.graph import Graph
from upstreamlint.graph.kubernetes.controllers import controllers_of
from upstreamlint.graph.nodes import Edge, Route
from upstreamlint.graph.policy.decisions import (
    Anyone,
    Decision,
    Direction,
    End,
    Policies,
    Reach,
    admits_port,
    rules_of,
)
from upstreamlint.graph.references import TargetPort
from upstreamlint.model.kubernetes import Ingress, Namespace, NetworkPolicy, Other, ServicePort, Workload
from upstreamlint.model.kubernetes.meta import integer
from upstreamlint.model.kubernetes.policy import PolicyPeer, PolicyPort
from upstreamlint.values import entity


@entity
class DeniedHop:
    """A hop that policies deny: from where, over which Service port, to which pods and port.

    `port` is the policy's port that names the Service's port instead of the pods', `peer` the policy's peer
    that would admit the client if it were in the policy's own namespace, `misfit` its port that is of another
    protocol or a name that the pods do not have; nothing when none is there.
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


def policies_of(graph: Graph) -> Policies:
    """The policies of a graph."""
    return Policies(graph.nodes(NetworkPolicy), graph.nodes(Namespace), graph.nodes(Other))


def denied_hops(graph: Graph) -> Iterator[DeniedHop]:
    """Each hop of a route that policies deny, once for each pair of pods and port."""
    if not graph.nodes(NetworkPolicy):
        return
    policies = policies_of(graph)
    targets: dict[int, list[TargetPort]] = defaultdict(list)
    for target in graph.references(TargetPort):
        targets[id(target.port)].append(target)
    controllers = controllers_of(graph.nodes(Workload))
    seen: set[tuple[object, int, int]] = set()
    for edge in graph.edges:
        if not isinstance(edge.head, ServicePort):
            continue
        for target in targets[id(edge.head)]:
            if target.number is None or target.broken or target.workload.meta.patched:
                continue
            sources = _sources(graph, edge.tail, controllers)
            key = (
                tuple(sorted(id(s) for s in sources if isinstance(s, Workload))),
                id(target.workload),
                target.number,
            )
            if key in seen:
                continue
            seen.add(key)
            yield from _denied(policies, sources, edge, target, target.number)


def _denied(
    policies: Policies, sources: list[End], edge: Edge, target: TargetPort, number: int
) -> Iterator[DeniedHop]:
    protocol = target.port.protocol
    decisions = [policies.reach(s, target.workload, protocol, number) for s in sources]
    if any(d.reach is not Reach.DENIED for d in decisions):
        return
    decision, source = decisions[0], sources[0]
    if any(p.meta.patched for p in decision.policies) or decision.direction is None:
        return
    for policy in decision.policies:
        port = _service_port(policy, decision.direction, target, number)
        peer = (
            None
            if port is not None
            else _peer_elsewhere(policies, policy, decision.direction, source, target)
        )
        if port is not None or peer is not None:
            yield DeniedHop(source, edge, target, number, decision, policy, port, peer)
            return
    for policy in decision.policies:
        misfit = _misfit(policies, policy, decision.direction, source, target)
        if misfit is not None:
            yield DeniedHop(source, edge, target, number, decision, policy, None, None, misfit)
            return
    yield DeniedHop(source, edge, target, number, decision, decision.policies[0], None, None)


def _misfit(
    policies: Policies, policy: NetworkPolicy, direction: Direction, source: End, target: TargetPort
) -> PolicyPort | None:
    """The port of a rule that admits the other end, of the right number or a name, which does not fit the pods."""
    other = source if direction is Direction.INGRESS else target.workload
    for rule in rules_of(policy, direction):
        if policies.admits_peer(policy, rule, other) is False:
            continue
        for port in rule.ports:
            named = port.port is not None and integer(port.port) is None
            if named or (integer(port.port) == target.number and not port.takes(target.port.protocol)):
                return port
    return None


def _sources(graph: Graph, tail: object, controllers: list[Workload]) -> list[End]:
    """The pods that a hop starts from: the proxy that holds the route, or the Ingress controller."""
    if isinstance(tail, Workload):
        return [tail]
    if isinstance(tail, Route):
        proxies: list[End] = [e.tail for e in graph.tails(tail) if isinstance(e.tail, Workload)]
        proxies = proxies or [w for w in tail.proxies if isinstance(w, Workload)]
        if proxies:
            return proxies
        if isinstance(tail.owner, Ingress) and controllers:
            return list(controllers)
        return [Anyone()]
    # An upstream, pool or cluster: whoever runs the proxy that holds it.
    return list({id(s): s for s in _holders(graph, tail)}.values()) or [Anyone()]


def _holders(graph: Graph, node: object) -> Iterator[End]:
    """The pods of the proxies whose routes lead to a node of their configuration."""
    todo, seen = [node], {id(node)}
    while todo:
        for edge in graph.tails(todo.pop()):  # type: ignore[arg-type]
            if isinstance(edge.tail, Workload):
                yield edge.tail
            elif id(edge.tail) not in seen and not isinstance(edge.tail, ServicePort):
                seen.add(id(edge.tail))
                todo.append(edge.tail)


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
            if peer.namespaces is None or not policies.namespace_matches(
                peer.namespaces, other.meta.namespace
            ):
                return peer
    return None
