"""What the rules of a policy say by themselves: their direction, their order, and the ports that they name (N6)."""

from __future__ import annotations

import math

from upstreamlint.graph.kubernetes.services.serving import named_port
from upstreamlint.model.kubernetes import NetworkPolicy, Workload
from upstreamlint.model.kubernetes.meta import integer
from upstreamlint.model.kubernetes.policy import PolicyPort, PolicyRule
from upstreamlint.values import StrEnum


class Direction(StrEnum):
    """Which end of a connection a policy is about."""

    INGRESS = "ingress"
    EGRESS = "egress"


def rules_of(policy: NetworkPolicy, direction: Direction) -> tuple[PolicyRule, ...]:
    """The rules of a policy for a direction."""
    return (policy.ingress if direction is Direction.INGRESS else policy.egress) or ()


def directs(policy: NetworkPolicy, direction: Direction) -> bool:
    """Whether a policy speaks for a direction at all."""
    return (policy.ingress if direction is Direction.INGRESS else policy.egress) is not None


def precedes(one: tuple[NetworkPolicy, PolicyRule], other: tuple[NetworkPolicy, PolicyRule]) -> bool:
    """Whether the first of two rules is surely asked before the second."""
    if one[0].meta is other[0].meta and one[0].order != -math.inf:
        return one[1].anchor.start < other[1].anchor.start
    return one[0].order == -math.inf or one[0].order < other[0].order


def admits_port(rule: PolicyRule, target: Workload | None, protocol: str, port: int) -> bool:
    """Whether a rule names a port of the destination's pods; no ports are all of them (N6)."""
    return not rule.ports or any(_is_port(p, target, protocol, port) for p in rule.ports)


def _is_port(written: PolicyPort, target: Workload | None, protocol: str, port: int) -> bool:
    if not written.takes(protocol):
        return False
    if written.port is None:
        return True
    first = integer(written.port)
    if first is None:
        found = named_port(target, written.port.value, protocol) if target is not None else None
        return found is not None and found.number == port
    last = integer(written.end_port)
    return first <= port <= (first if last is None else last)
