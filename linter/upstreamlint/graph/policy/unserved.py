"""Ports that a NetworkPolicy opens and no selected pod serves, while a port that Services lead to stays shut (N6)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from upstreamlint import patterns
from upstreamlint.documents import Scalar
from upstreamlint.graph import Graph
from upstreamlint.graph.kubernetes.services.serving import shows_port
from upstreamlint.graph.likeness import near_numbers
from upstreamlint.graph.policy.decisions import Policies, Reach
from upstreamlint.graph.policy.hops import policies_of
from upstreamlint.graph.policy.peers import Anyone
from upstreamlint.graph.policy.rules import Direction, admits_port
from upstreamlint.graph.policy.selectors import PodSelector
from upstreamlint.graph.references import TargetPort
from upstreamlint.model.kubernetes import ConfigMap, NetworkPolicy, Workload
from upstreamlint.model.kubernetes.meta import integer
from upstreamlint.model.kubernetes.policy import PolicyPort
from upstreamlint.values import entity


@entity
class UnservedPort:
    """A policy's port that no pod serves, and a port of the pods that no rule names.

    `slip` says that it misses that by little, `certain` that nobody is admitted to that one, by a rule for all ports either.
    `named` says that another rule names the port of the pods: only those whom this one admits are kept out.
    """

    policy: NetworkPolicy
    port: PolicyPort
    number: int
    shut: TargetPort
    slip: bool
    certain: bool
    named: bool = False


def unserved_ports(graph: Graph) -> Iterator[UnservedPort]:
    """Each port of an ingress rule that none of the pods serve that the policy selects, and of an egress rule none to which it leads."""
    if not graph.nodes(NetworkPolicy):
        return
    policies = policies_of(graph)
    by_workload: dict[int, list[TargetPort]] = defaultdict(list)
    for target in graph.references(TargetPort):
        if target.number is not None:
            by_workload[id(target.workload)].append(target)
    found: dict[tuple[int, int], list[UnservedPort | None]] = defaultdict(list)
    for workload in graph.nodes(Workload):
        for policy in policies.isolating(workload, Direction.INGRESS):
            for rule in () if policy.meta.patched else policy.ingress or ():
                for port in rule.ports:
                    one = _unserved(policies, policy, port, workload, by_workload[id(workload)])
                    found[id(policy), id(port)].append(one)
    for unserved in found.values():
        first = unserved[0]
        if first is not None and all(unserved) and not _in_config_maps(graph, first):
            yield first
    yield from _sent(graph, by_workload)


def _unserved(
    policies: Policies, policy: NetworkPolicy, port: PolicyPort, workload: Workload, targets: list[TargetPort]
) -> UnservedPort | None:
    number = integer(port.port)
    if number is None or port.end_port is not None or shows_port(workload, number):
        return None
    if any(number in (t.number, t.port.number, t.port.node_port) or t.broken for t in targets):
        return None
    rules = [
        rule
        for other in policies.isolating(workload, Direction.INGRESS)
        for rule in other.ingress or ()
        if rule.ports
    ]
    shut = {
        t.number: t
        for t in targets
        if t.number is not None
        and port.takes(t.port.protocol)
        and not any(admits_port(rule, workload, t.port.protocol, t.number) for rule in rules)
    }
    meant = near_numbers(number, shut)
    if not shut:
        return _slipped(policy, port, number, targets)
    if not meant and len(shut) > 1:
        return None
    target = shut[meant[0] if meant else next(iter(shut))]
    reach = policies.reach(Anyone(), workload, target.port.protocol, target.number or 0).reach
    return UnservedPort(policy, port, number, target, bool(meant), reach is Reach.DENIED)


def _slipped(
    policy: NetworkPolicy, port: PolicyPort, number: int, targets: list[TargetPort]
) -> UnservedPort | None:
    """A port that misses one of the pods by a slip of the hand, which another rule names as it is."""
    served = {t.number: t for t in targets if t.number is not None and port.takes(t.port.protocol)}
    meant = near_numbers(number, served)
    if not meant:
        return None
    return UnservedPort(policy, port, number, served[meant[0]], slip=True, certain=True, named=True)


def _sent(graph: Graph, by_workload: dict[int, list[TargetPort]]) -> Iterator[UnservedPort]:
    """Each port of an egress rule that misses by a slip of the hand what all pods serve to which it lets out."""
    peers = {id(s.selector): s.workloads for s in graph.references(PodSelector) if s.peer}
    for policy in graph.nodes(NetworkPolicy):
        for rule in () if policy.meta.patched else policy.egress or ():
            named = [peers.get(id(p.pods), ()) if p.pods is not None else () for p in rule.peers]
            workloads = [w for found in named for w in found]
            for port in rule.ports if workloads and all(named) else ():
                number = integer(port.port)
                targets = [t for w in workloads for t in by_workload[id(w)]]
                if (
                    number is None
                    or port.end_port is not None
                    or any(shows_port(w, number) for w in workloads)
                ):
                    continue
                if any(number in (t.number, t.port.number) or t.broken for t in targets):
                    continue
                slipped = _slipped(policy, port, number, targets)
                if slipped is not None and not _in_config_maps(graph, slipped):
                    yield slipped


def _in_config_maps(graph: Graph, unserved: UnservedPort) -> bool:
    """Whether any ConfigMap of the pods' namespace names a number: a program may be told to listen there."""
    space, named = unserved.policy.meta.namespace, graph.once(_named)
    spaces = (space, "") if space else tuple(named)
    return any(str(unserved.number) in named.get(one, ()) for one in spaces)


def _named(graph: Graph) -> dict[str, set[str]]:
    """The numbers in the ConfigMaps of each namespace."""
    found: dict[str, set[str]] = defaultdict(set)
    for held in graph.nodes(ConfigMap):
        texts = (entry.value.value for entry in held.data.values() if isinstance(entry.value, Scalar))
        found[held.meta.namespace].update(number for text in texts for number in _NUMBER.findall(text))
    return found


_NUMBER = patterns.compile(r"[0-9]+")
