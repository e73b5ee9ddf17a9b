"""NetworkPolicy as a question (N1 to N8): may these pods, or that address, reach this port of those pods?

The answer is allowed, denied or unknown: labels of a namespace without a manifest, the addresses of pods and
the policies of a network plugin are outside the files.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from upstreamlint.documents import Scalar
from upstreamlint.graph.kubernetes.namespaces import labels_of
from upstreamlint.graph.policy.logic import both, either
from upstreamlint.graph.policy.peers import End, Peers
from upstreamlint.graph.policy.rules import Direction, admits_port, directs, precedes, rules_of
from upstreamlint.model.kubernetes import ConfigMap, Namespace, NetworkPolicy, Other, Workload
from upstreamlint.model.kubernetes.nearest import same_namespace
from upstreamlint.model.kubernetes.policy import PolicyRule
from upstreamlint.values import StrEnum, frozen


class Reach(StrEnum):
    """Whether a connection is let through."""

    ALLOWED = "allowed"
    DENIED = "denied"
    UNKNOWN = "unknown"


@frozen
class Decision:
    """What policies make of a connection; `policies` are those of the direction that denies it, `barred` the rule that names it."""

    reach: Reach
    direction: Direction | None = None
    policies: tuple[NetworkPolicy, ...] = ()
    barred: PolicyRule | None = None


_OTHERS = frozenset(
    {
        ("policy.networking.k8s.io", "AdminNetworkPolicy"),
        ("policy.networking.k8s.io", "ClusterNetworkPolicy"),
        ("crd.antrea.io", "NetworkPolicy"),
        ("crd.antrea.io", "ClusterNetworkPolicy"),
    }
)
"""Policies that are not read and may admit what those that are read do not (N10).

A BaselineAdminNetworkPolicy only speaks where no NetworkPolicy does; address pools, BGP peers and the like admit nobody.
"""


_WATCHES = {"policy-audit-mode": "true", "enable-policy": "never"}
"""Settings of Cilium's agent with which no policy drops anything (docs.cilium.io, "Policy Enforcement Modes", "Policy Audit Mode")."""


def _only_watches(config_map: ConfigMap) -> bool:
    if config_map.meta.name.value != "cilium-config":
        return False
    texts = {k: e.value.value for k, e in config_map.data.items() if isinstance(e.value, Scalar)}
    return any(texts.get(key) == value for key, value in _WATCHES.items())


class Policies:
    """The policies of a run, by whom they select."""

    def __init__(
        self,
        policies: Iterable[NetworkPolicy],
        namespaces: Iterable[Namespace],
        others: Iterable[Other] = (),
        config_maps: Iterable[ConfigMap] = (),
    ) -> None:
        self.peers = Peers({n.meta.name.value: labels_of(n) for n in namespaces})
        self._by_pair: dict[tuple[str, str], list[NetworkPolicy]] = defaultdict(list)
        self._wide: dict[str, list[NetworkPolicy]] = defaultdict(list)
        self._isolating: dict[tuple[int, Direction], tuple[NetworkPolicy, ...]] = {}
        self._selected_by: dict[int, list[tuple[NetworkPolicy, bool]]] = {}
        watched = any(map(_only_watches, config_maps))
        self.plugin = watched or any((o.meta.group, o.meta.kind) in _OTHERS for o in others)
        for policy in (part for whole in policies for part in whole.each):
            labels = policy.pods.match_labels if policy.pods else None
            if labels:
                # The API server refuses a policy whose labels are no text: it selects nothing.
                for pair in list(labels.values.items())[:1]:
                    self._by_pair[pair].append(policy)
            else:
                self._wide[policy.meta.namespace].append(policy)

    def isolating(self, workload: Workload, direction: Direction) -> tuple[NetworkPolicy, ...]:
        """The policies that speak for the pods of a workload in a direction, those that isolate them first.

        None when nothing is known to isolate them.
        """
        key = (id(workload), direction)
        if key not in self._isolating:
            found = [(p, sure) for p, sure in self._selecting(workload) if directs(p, direction)]
            firm = [p for p, sure in found if sure and direction.value not in p.spares]
            self._isolating[key] = (*firm, *(p for p, _ in found if p not in firm)) if firm else ()
        return self._isolating[key]

    def _selecting(self, workload: Workload) -> list[tuple[NetworkPolicy, bool]]:
        key = id(workload)
        if key not in self._selected_by:
            self._selected_by[key] = list(self._candidates(workload))
        return self._selected_by[key]

    def _candidates(self, workload: Workload) -> Iterator[tuple[NetworkPolicy, bool]]:
        """Each policy that may select the pods, and whether it is sure to isolate them."""
        values, namespace = workload.template.values, workload.meta.namespace
        pools = [self._by_pair.get(pair, ()) for pair in values.items()]
        wide = [namespace, ""] if namespace else list(self._wide)
        pools += [self._wide.get(n, ()) for n in wide]
        for pool in pools:
            for policy in pool:
                there = self._is_in(policy, namespace)
                if there and not (namespace and policy.meta.namespace) and _are_apart(policy, workload):
                    there = None
                if there is not False and (policy.pods is None or policy.pods.matches(values)):
                    yield policy, policy.isolates and there is True

    def _is_in(self, policy: NetworkPolicy, namespace: str) -> bool | None:
        """Whether pods of a namespace may be those of a policy."""
        if not policy.whole_cluster:
            return same_namespace(policy.meta.namespace, namespace)
        return policy.namespaces is None or self.peers.namespace_matches(policy.namespaces, namespace)

    def reach(self, source: End, destination: End, protocol: str, port: int) -> Decision:
        """Whether a connection is let through: out of its source and into its destination (N3)."""
        if source is destination and isinstance(source, Workload):
            return Decision(Reach.ALLOWED)
        ways = [
            (Direction.EGRESS, source, destination),
            (Direction.INGRESS, destination, source),
        ]
        unknown = False
        for direction, selected, peer in ways:
            if not isinstance(selected, Workload):
                continue
            policies = self.isolating(selected, direction)
            if not policies:
                continue
            target = destination if isinstance(destination, Workload) else None
            admitted = self._admitted(policies, direction, peer, target, ports=(protocol, port))
            if admitted is False and not self._uncertain(selected, peer):
                return Decision(Reach.DENIED, direction, policies)
            barred = self._barred(selected, direction, peer, target, ports=(protocol, port))
            if barred is not None and not self._uncertain(selected, peer):
                return Decision(Reach.DENIED, direction, (barred[0],), barred[1])
            unknown = unknown or admitted is not True
        return Decision(Reach.UNKNOWN if unknown else Reach.ALLOWED)

    def _uncertain(self, selected: Workload, peer: End) -> bool:
        """Whether something else decides: another plugin's policies, or the node's own network (N7, N10)."""
        on_node = isinstance(peer, Workload) and peer.template.host_network
        return self.plugin or on_node or selected.template.host_network

    def _admitted(
        self,
        policies: tuple[NetworkPolicy, ...],
        direction: Direction,
        peer: End,
        target: Workload | None,
        *,
        ports: tuple[str, int],
    ) -> bool | None:
        answers = (
            both(self.peers.admit(policy, rule, peer), admits_port(rule, target, *ports))
            for policy in policies
            for rule in rules_of(policy, direction)
        )
        return either(answers)

    def _barred(
        self,
        selected: Workload,
        direction: Direction,
        peer: End,
        target: Workload | None,
        *,
        ports: tuple[str, int],
    ) -> tuple[NetworkPolicy, PolicyRule] | None:
        """The rule that keeps a connection out before any other may let it in."""
        candidates = self._selecting(selected)
        denying = [
            (policy, rule)
            for policy, sure in candidates
            for key, rule in (policy.denied if sure else ())
            if key == direction.value
            and admits_port(rule, target, *ports)
            and self.peers.admit(policy, rule, peer) is True
        ]
        if not denying:
            return None
        admitting = [
            (policy, rule)
            for policy, _ in candidates
            for rule in rules_of(policy, direction)
            if admits_port(rule, target, *ports) and self.peers.admit(policy, rule, peer) is not False
        ]
        return next((one for one in denying if all(precedes(one, other) for other in admitting)), None)


def _are_apart(policy: NetworkPolicy, workload: Workload) -> bool:
    """Whether nothing but its own folder tells where pods or a policy without a namespace go, and the other is elsewhere."""
    one, other = policy.meta.folder, workload.meta.folder
    return not policy.whole_cluster and one != other and not other.startswith(f"{one}/")
