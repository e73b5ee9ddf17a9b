"""NetworkPolicy and GlobalNetworkPolicy of Calico, as far as they say what a NetworkPolicy of Kubernetes can.

After docs.tigera.io, "Network policy", "Global network policy", and projectcalico/calico, libcalico-go. The first rule that fits decides, of the policy of the
lowest order first. A rule that passes on may admit anybody, and a policy of another tier than the default one may leave the decision to the next.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import product

from upstreamlint.documents import Mapping, Scalar
from upstreamlint.model.kubernetes.calico_selectors import Chosen, parse
from upstreamlint.model.kubernetes.meta import LabelSelector, Meta
from upstreamlint.model.kubernetes.policy import (
    ANY_PROTOCOL,
    Crowd,
    NetworkPolicy,
    PolicyPeer,
    PolicyPort,
    PolicyRule,
)
from upstreamlint.numerals import decimal
from upstreamlint.source import Anchor
from upstreamlint.values import replace

_DEFAULT_TIER = "default"
_READ_OF_RULE = frozenset({"action", "protocol", "source", "destination", "metadata", "ipVersion"})
_READ_OF_PEER = frozenset({"selector", "namespaceSelector", "nets", "ports"})
_BEYOND = ("serviceAccountSelector", "preDNAT", "doNotTrack", "applyOnForward")
_ALLOW, _PASS, _DENY = "allow", "pass", "deny"


def policy(meta: Meta, root: Mapping) -> NetworkPolicy | None:
    """A policy from its manifest."""
    spec = root.mapping("spec")
    if spec is None:
        return None
    whole = meta.kind == "GlobalNetworkPolicy"
    choices = parse(spec.scalar("selector"), spec.anchor)
    spaces = parse(spec.scalar("namespaceSelector"), spec.anchor, of_namespaces=True) if whole else _ANYWHERE
    tier = spec.scalar("tier")
    types = {t.value.lower() for t in spec.scalars("types")}
    if not types:
        told_egress, told_ingress = "egress" in spec, "ingress" in spec
        types = {"ingress"} if told_ingress or not told_egress else set()
        types |= {"egress"} if told_egress else set()
    known = (
        choices is not None
        and spaces is not None
        and (tier is None or tier.value == _DEFAULT_TIER)
        and not any(spec.get(key) is not None for key in _BEYOND)
    )
    ingress = _direction(spec, "ingress", whole=whole) if "ingress" in types else None
    egress = _direction(spec, "egress", whole=whole) if "egress" in types else None
    denied = tuple((key, rule) for key in sorted(types) for rule in _denied(spec, key, whole=whole))
    order = _order(spec.scalar("order"))
    found = []
    for chosen, space in product(choices or (None,), spaces or (None,)):
        namespaces = _and(chosen.namespaces if chosen else None, space.namespaces if space else None)
        found.append(
            NetworkPolicy(
                meta=meta,
                pods=chosen.pods if chosen else None,
                ingress=ingress,
                egress=egress,
                egress_key=spec.key("egress"),
                whole_cluster=whole,
                namespaces=namespaces if whole else None,
                isolates=known and (whole or namespaces is None),
                denied=denied,
                order=order,
            )
        )
    return found[0] if len(found) == 1 else replace(found[0], parts=tuple(found))


_ANYWHERE: tuple[Chosen | None, ...] = (None,)


def _and(one: LabelSelector | None, other: LabelSelector | None) -> LabelSelector | None:
    if one is None or other is None:
        return one or other
    return LabelSelector(None, (*one.expressions, *other.expressions), one.anchor)


def _action(rule: Mapping) -> str:
    action = rule.scalar("action")
    return action.value.lower() if action else ""


def _direction(spec: Mapping, key: str, *, whole: bool) -> tuple[PolicyRule, ...]:
    found = spec.mappings(key)
    return tuple(_rule(r, key, whole=whole) for r in found if _action(r) in (_ALLOW, _PASS))


def _denied(spec: Mapping, key: str, *, whole: bool) -> Iterator[PolicyRule]:
    """The rules that keep out, those that are not understood left out."""
    for node in spec.mappings(key) if key in ("ingress", "egress") else ():
        if _action(node) == _DENY:
            rule = _rule(node, key, whole=whole)
            if all(peer.crowd is not Crowd.UNKNOWN for peer in rule.peers):
                yield rule


def _order(written: Scalar | None) -> float:
    """The order of a policy, without its fraction; one that names none comes last."""
    number = decimal(written.value.partition(".")[0]) if written is not None else None
    return math.inf if number is None else number


def _rule(node: Mapping, key: str, *, whole: bool) -> PolicyRule:
    """What a rule admits: its peer is the source of ingress and the destination of egress."""
    source, destination = node.mapping("source"), node.mapping("destination")
    peer, own = (source, destination) if key == "ingress" else (destination, source)
    protocol = node.scalar("protocol")
    ports = tuple(_ports(destination, protocol))
    unread = _action(node) == _PASS or any(k not in _READ_OF_RULE for k in node.names())
    unread = unread or any(k not in _READ_OF_PEER for m in (source, destination) if m for k in m.names())
    unread = unread or any(k != "ports" for k in (own.names() if own else ()))
    unread = unread or (source is not None and source.get("ports") is not None)
    if unread:
        return PolicyRule((_unknown(node.anchor),), ports, node.anchor)
    return PolicyRule(tuple(_peers(peer, whole=whole)) if peer else (), ports, node.anchor)


def _ports(destination: Mapping | None, protocol: Scalar | None) -> Iterator[PolicyPort]:
    name = protocol.value.upper() if protocol else ANY_PROTOCOL
    written = destination.scalars("ports") if destination else []
    for port in written:
        first, colon, last = port.value.partition(":")
        yield PolicyPort(
            port=port._replace(value=first, plain=True),
            end_port=port._replace(value=last, plain=True) if colon else None,
            protocol=name,
            anchor=port.anchor,
        )
    if not written and protocol is not None:
        yield PolicyPort(None, None, name, protocol.anchor)


def _peers(node: Mapping, *, whole: bool) -> Iterator[PolicyPeer]:
    nets, told = node.scalars("nets"), node.scalar("selector")
    spaces = node.scalar("namespaceSelector")
    if nets and (told is not None or spaces is not None):
        yield _unknown(node.anchor)
    elif nets:
        for block in nets:
            yield PolicyPeer(None, None, block, (), block.anchor)
    elif told is not None or spaces is not None:
        choices, where = parse(told, node.anchor), parse(spaces, node.anchor, of_namespaces=True)
        for pods, space in product(choices or (None,), where or (None,)):
            yield _selected(pods, space, node, whole)


def _selected(pods: Chosen | None, spaces: Chosen | None, node: Mapping, whole: bool) -> PolicyPeer:
    told = node.get("namespaceSelector") is not None
    if pods is None or spaces is None:
        return _unknown(node.anchor)
    namespaces = _and(pods.namespaces, spaces.namespaces)
    if namespaces is None and (whole or told):
        namespaces = LabelSelector(None, (), node.anchor)
    scalar = node.scalar("selector") or node.scalar("namespaceSelector")
    where = scalar.anchor if scalar is not None else node.anchor
    return PolicyPeer(pods.pods, namespaces, None, (), where, sets=node.get("selector") is not None)


def _unknown(anchor: Anchor) -> PolicyPeer:
    return PolicyPeer(None, None, None, (), anchor, Crowd.UNKNOWN)
