"""The peers of a policy's rules: whom they name, pods by their labels, namespaces by theirs, addresses and crowds (N4, N5)."""

from __future__ import annotations

from collections.abc import Mapping

from upstreamlint.graph.kubernetes.namespaces import NAMESPACE_NAME
from upstreamlint.graph.pod_labels import RUNTIME_LABELS
from upstreamlint.graph.policy.addresses import CiliumIngress, Outside, in_block
from upstreamlint.graph.policy.logic import both, either
from upstreamlint.model.kubernetes import LabelSelector, NetworkPolicy, Workload
from upstreamlint.model.kubernetes.nearest import same_namespace
from upstreamlint.model.kubernetes.policy import Crowd, PolicyPeer, PolicyRule
from upstreamlint.typed import TypeAlias
from upstreamlint.values import frozen


@frozen
class Anyone:
    """A client that the files do not show: a pod of another namespace, a node, an address.

    With a `namespace` it is a pod there, of which nothing else is known; `apart` is one that it is not in.
    """

    namespace: str = ""
    apart: str = ""


End: TypeAlias = Workload | Outside | Anyone | CiliumIngress


@frozen
class Peers:
    """Who is a peer, given the labels of the namespaces that have a manifest, by name."""

    namespaces: Mapping[str, Mapping[str, str]]

    def admit(self, policy: NetworkPolicy, rule: PolicyRule, end: End) -> bool | None:
        """Whether a rule names an end among its peers; no peers are everybody (N4)."""
        if not rule.peers:
            return True
        return either(self._is_peer(policy, peer, end) for peer in rule.peers)

    def _is_peer(self, policy: NetworkPolicy, peer: PolicyPeer, end: End) -> bool | None:
        if isinstance(end, CiliumIngress):
            return _is_gateway(policy, peer)
        if isinstance(end, Anyone) and end.apart:
            own = peer.crowd is None and peer.cidr is None and peer.namespaces is None
            if own and policy.meta.namespace == end.apart:
                return False
        if isinstance(end, Anyone) and not end.namespace:
            return True if peer.crowd is Crowd.EVERYBODY else None
        if isinstance(end, Anyone):
            return self._is_pod_of(policy, peer, end.namespace)
        if peer.crowd is not None:
            return _in_crowd(peer.crowd, end)
        if peer.cidr is not None:
            return in_block(peer, end)
        if not isinstance(end, Workload):
            return None if peer.sets else False
        if peer.namespaces is None:
            there: bool | None = same_namespace(policy.meta.namespace, end.meta.namespace)
        else:
            there = self.namespace_matches(peer.namespaces, end.meta.namespace or policy.meta.namespace)
        return both(there, peer.pods is None or _pods_match(peer.pods, end.template.values))

    def _is_pod_of(self, policy: NetworkPolicy, peer: PolicyPeer, namespace: str) -> bool | None:
        """Whether a peer names some pod of a namespace."""
        if peer.crowd is not None:
            return (
                True
                if peer.crowd in (Crowd.EVERYBODY, Crowd.INSIDE)
                else None
                if peer.crowd in (Crowd.UNKNOWN, Crowd.SERVICES)
                else False
            )
        if peer.cidr is not None:
            return None
        if peer.namespaces is None:
            there: bool | None = same_namespace(policy.meta.namespace, namespace)
        else:
            there = self.namespace_matches(peer.namespaces, namespace)
        return both(there, None if peer.pods is not None and not peer.pods.is_empty else True)

    def namespace_matches(self, selector: LabelSelector, namespace: str) -> bool | None:
        """Whether a namespace carries labels; nothing when its manifest is not among the files (N5)."""
        if selector.is_empty:
            return True
        known = self.namespaces.get(namespace)
        if known is not None:
            return selector.matches(known)
        keys = {
            *(selector.match_labels.values if selector.match_labels else ()),
            *(e.key.value for e in selector.expressions),
        }
        if keys == {NAMESPACE_NAME} and namespace:
            return selector.matches({NAMESPACE_NAME: namespace})
        return None


def _pods_match(selector: LabelSelector, values: Mapping[str, str]) -> bool | None:
    """Whether pods carry labels; nothing when only the control plane knows."""
    if selector.matches(values):
        return True
    written = selector.match_labels.values if selector.match_labels else {}
    return None if any(key in RUNTIME_LABELS for key in written) else False


def _is_gateway(policy: NetworkPolicy, peer: PolicyPeer) -> bool | None:
    """Whether a peer names Cilium's own proxies, which no namespace and no pod labels do."""
    if peer.crowd is not None:
        return _GATEWAYS.get(peer.crowd)
    return None if policy.whole_cluster and peer.cidr is None else False


_GATEWAYS = {Crowd.EVERYBODY: True, Crowd.GATEWAYS: True, Crowd.OUTSIDE: False, Crowd.NODES: False}
"""Whether crowds hold them, as far as that is known."""


def _in_crowd(crowd: Crowd, end: Workload | Outside) -> bool | None:
    """Nodes may stand for clients outside the cluster, whose packets they forward."""
    match crowd:
        case Crowd.EVERYBODY:
            return True
        case Crowd.OUTSIDE:
            return isinstance(end, Outside)
        case Crowd.INSIDE:
            return True if isinstance(end, Workload) else None
        case Crowd.GATEWAYS:
            return False
        case Crowd.NODES:
            return False if isinstance(end, Workload) else None
        case Crowd.UNKNOWN | Crowd.SERVICES:
            return None
