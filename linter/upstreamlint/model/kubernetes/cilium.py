"""CiliumNetworkPolicy and CiliumClusterwideNetworkPolicy, as far as they say what a NetworkPolicy can.

After docs.cilium.io, "Layer 3 Policies", "Layer 4 Policies" and "Policy Enforcement Modes", and cilium/cilium,
pkg/policy/api. Both kinds of policies are united with those of Kubernetes. What a policy denies no other admits ("Deny
Policies"). Rules of layer 7 may take away too.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from upstreamlint.documents import Entry, Mapping, Scalar
from upstreamlint.model.kubernetes.meta import Expression, LabelSelector, Meta, labels, selector, truth
from upstreamlint.model.kubernetes.policy import (
    ANY_PROTOCOL,
    Crowd,
    NetworkPolicy,
    PolicyPeer,
    PolicyPort,
    PolicyRule,
)
from upstreamlint.source import Anchor
from upstreamlint.values import replace

_NAMESPACE = "io.kubernetes.pod.namespace"
_NAMESPACE_LABELS = "io.cilium.k8s.namespace.labels."
_NAME = "kubernetes.io/metadata.name"
_SOURCES = ("k8s:", "any:")
"""Where Cilium has a label from; `reserved:`, `cidr:` and others are no labels of pods."""

_ENTITIES = {
    "all": Crowd.EVERYBODY,
    "world": Crowd.OUTSIDE,
    "world-ipv4": Crowd.OUTSIDE,
    "cluster": Crowd.INSIDE,
    "host": Crowd.NODES,
    "remote-node": Crowd.NODES,
    "kube-apiserver": Crowd.NODES,
    "health": Crowd.NODES,
    "ingress": Crowd.GATEWAYS,
}


def policy(meta: Meta, root: Mapping) -> NetworkPolicy | None:
    """A policy from its manifest, of which `spec` and each of its `specs` is a part."""
    cluster = meta.kind == "CiliumClusterwideNetworkPolicy"
    written = (root.mapping("spec"), *root.mappings("specs"))
    found = [
        p for spec in written if spec is not None and (p := _part(meta, spec, cluster=cluster)) is not None
    ]
    if len(found) < 2:  # noqa: PLR2004 - one is the policy itself
        return found[0] if found else None
    return replace(found[0], parts=tuple(found))


def _part(meta: Meta, spec: Mapping, *, cluster: bool) -> NetworkPolicy | None:
    chosen = selector(spec.get("endpointSelector"))
    if chosen is None:
        # A policy of nodes, not of pods.
        return None
    pods, namespaces, known = split(chosen)
    told = spec.mapping("enableDefaultDeny")
    asked = {k: truth(told.scalar(k)) for k in told.names()} if told is not None else {}
    return NetworkPolicy(
        meta=meta,
        pods=pods,
        ingress=_direction(spec, "ingress", cluster=cluster, denies=asked.get("ingress", False)),
        egress=_direction(spec, "egress", cluster=cluster, denies=asked.get("egress", False)),
        egress_key=spec.key("egress"),
        whole_cluster=cluster,
        namespaces=namespaces if cluster else None,
        isolates=known and (cluster or namespaces is None),
        spares=frozenset(direction for direction, denies in asked.items() if not denies),
        denied=tuple(
            (key, rule)
            for key in ("ingress", "egress")
            for item in spec.mappings(f"{key}Deny")
            for rule in _rules(item, cluster=cluster)
        ),
        order=-math.inf,
    )


def _direction(spec: Mapping, key: str, *, cluster: bool, denies: bool) -> tuple[PolicyRule, ...] | None:
    """The rules of a direction; nothing when there is none, since an empty list says nothing unless `denies` is told."""
    written = spec.mappings(key)
    if not written and not spec.mappings(f"{key}Deny") and not denies:
        return None
    return tuple(r for item in written for r in _rules(item, cluster=cluster))


def _rules(item: Mapping, *, cluster: bool) -> Iterator[PolicyRule]:
    """A rule; an empty one admits nobody, one without peers everybody."""
    ports = tuple(_ports(item))
    peer_keys = [k for k in item.names() if k.startswith(("from", "to")) and k != "toPorts"]
    if not ports and not peer_keys:
        return
    if item.sequence("toPorts") is None and item.sequence("icmps") is not None:
        return
    peers = tuple(p for k in peer_keys for p in _peers(item, k, cluster=cluster))
    if peer_keys and not peers:
        return
    yield PolicyRule(peers, ports, item.anchor)


def _ports(item: Mapping) -> Iterator[PolicyPort]:
    for group in item.mappings("toPorts"):
        for port in group.mappings("ports"):
            written, protocol = port.scalar("port"), port.scalar("protocol")
            # Numbers are written as text; 0 is every port.
            number = None if written is None or written.value == "0" else written._replace(plain=True)
            yield PolicyPort(
                port=number,
                end_port=port.scalar("endPort"),
                protocol=protocol.value.upper() if protocol else ANY_PROTOCOL,
                anchor=written.anchor if written is not None else port.anchor,
            )


def _peers(item: Mapping, key: str, *, cluster: bool) -> Iterator[PolicyPeer]:
    kind = key.removeprefix("from").removeprefix("to")
    match kind:
        case "Endpoints":
            yield from (_endpoints(chosen, cluster=cluster) for chosen in item.mappings(key))
        case "Entities":
            for entity in item.scalars(key):
                yield _crowd(_ENTITIES.get(entity.value, Crowd.UNKNOWN), entity.anchor)
        case "CIDR":
            yield from (PolicyPeer(None, None, b, (), b.anchor) for b in item.scalars(key))
        case "CIDRSet":
            yield from map(_block, item.mappings(key))
        case "FQDNs":
            # Names lead out of the cluster.
            yield from (_crowd(Crowd.OUTSIDE, entry.anchor) for entry in item.mappings(key))
        case "Services":
            yield from map(_services, item.mappings(key))
        case _:
            yield _crowd(Crowd.UNKNOWN, item.key(key))


def _services(entry: Mapping) -> PolicyPeer:
    """The Service that is named; whether Cilium admits the pods that it selects is its release's."""
    name, space = entry.at("k8sService", "serviceName"), entry.at("k8sService", "namespace")
    if not isinstance(name, Scalar) or not isinstance(space, Scalar):
        return _crowd(Crowd.UNKNOWN, entry.anchor)
    named = ((space.value, name.value),)
    return PolicyPeer(None, None, None, (), entry.anchor, Crowd.SERVICES, services=named)


def _block(entry: Mapping) -> PolicyPeer:
    block = entry.scalar("cidr")
    if block is None:
        return _crowd(Crowd.UNKNOWN, entry.anchor)
    return PolicyPeer(None, None, block, tuple(entry.scalars("except")), entry.anchor)


def _endpoints(node: Mapping, *, cluster: bool) -> PolicyPeer:
    """Pods of the policy's namespace, unless a label tells the namespace or the policy is the cluster's."""
    chosen = selector(node)
    if chosen is None:
        return _crowd(Crowd.UNKNOWN, node.anchor)
    pods, namespaces, known = split(chosen)
    if not known:
        return _crowd(Crowd.UNKNOWN, node.anchor)
    if namespaces is None and cluster:
        namespaces = LabelSelector(None, (), node.anchor)
    return PolicyPeer(pods, namespaces, None, (), node.anchor)


def _crowd(crowd: Crowd, anchor: Anchor) -> PolicyPeer:
    return PolicyPeer(None, None, None, (), anchor, crowd)


def split(chosen: LabelSelector) -> tuple[LabelSelector, LabelSelector | None, bool]:
    """What a selector asks of pods, what of their namespaces, and whether all of it is understood."""
    pods: dict[str, Entry] = {}
    spaces: dict[str, Entry] = {}
    of_pods: list[Expression] = []
    of_spaces: list[Expression] = []
    known = True
    for name, entry in (chosen.match_labels.entries if chosen.match_labels else {}).items():
        label, of_namespace = _label(name)
        known = known and label is not None and isinstance(entry.value, Scalar)
        if label is not None:
            (spaces if of_namespace else pods)[label] = entry
    for expression in chosen.expressions:
        label, of_namespace = _label(expression.key.value)
        known = known and label is not None
        if label is not None:
            key = expression.key._replace(value=label)
            found = Expression(key, expression.operator, expression.values, expression.anchor)
            (of_spaces if of_namespace else of_pods).append(found)
    return (
        _selector(chosen, pods, of_pods),
        _selector(chosen, spaces, of_spaces) if spaces or of_spaces else None,
        known,
    )


def _selector(
    whole: LabelSelector, entries: dict[str, Entry], expressions: list[Expression]
) -> LabelSelector:
    source, start, end = whole.match_labels.anchor if whole.match_labels else whole.anchor
    found = labels(Mapping(source, start, end, entries))
    return LabelSelector(found, tuple(expressions), whole.anchor)


def _label(key: str) -> tuple[str | None, bool]:
    """The label of a pod or a namespace that a key stands for; nothing for what Cilium makes up."""
    for prefix in _SOURCES:
        key = key.removeprefix(prefix)
    if key == _NAMESPACE:
        return _NAME, True
    if key.startswith(_NAMESPACE_LABELS):
        return key.removeprefix(_NAMESPACE_LABELS), True
    made = ":" in key or key.startswith(("io.cilium.", "reserved."))
    return (None if made else key), False
