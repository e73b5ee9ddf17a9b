"""Address blocks of policies, and the addresses outside the cluster that they may hold."""

from __future__ import annotations

from functools import cache

from upstreamlint.model.kubernetes import Workload
from upstreamlint.model.kubernetes.policy import PolicyPeer
from upstreamlint.typed import TYPE_CHECKING, TypeAlias
from upstreamlint.values import frozen

if TYPE_CHECKING:
    from ipaddress import IPv4Network, IPv6Network

    Network: TypeAlias = IPv4Network | IPv6Network

_PRIVATE = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")
"""Where the addresses of pods usually are."""


@frozen
class Outside:
    """An address outside the cluster; nothing for whichever."""

    network: Network | None = None


@frozen
class CiliumIngress:
    """The proxies that Cilium runs for its own gateways and Ingresses: an identity of their own (`reserved:ingress`), of no namespace.

    docs.cilium.io, "Ingress Support" and "Gateway API Support": policies must allow the entity `ingress`.
    """


def in_block(peer: PolicyPeer, end: Workload | Outside) -> bool | None:
    """Blocks are for addresses outside the cluster; whether they hold those of pods cannot be told."""
    block = _network(peer.cidr.value) if peer.cidr is not None else None
    if block is None:
        return None
    if isinstance(end, Workload):
        return None if any(_overlap(block, p) for n in _PRIVATE if (p := _network(n))) else False
    excepted = [n for e in peer.except_cidrs if (n := _network(e.value)) is not None]
    if end.network is None:
        return True if block.prefixlen == 0 and not excepted else None
    if not _overlap(block, end.network):
        return False
    if not _within(end.network, block):
        return None
    if any(_within(end.network, e) for e in excepted):
        return False
    return None if any(_overlap(e, end.network) for e in excepted) else True


@cache
def _network(text: str) -> Network | None:
    from ipaddress import ip_network

    try:
        return ip_network(text, strict=False)
    except ValueError:
        return None


def _overlap(one: Network, other: Network) -> bool:
    return one.version == other.version and one.overlaps(other)


def _within(one: Network, other: Network) -> bool:
    from ipaddress import IPv4Network, IPv6Network

    if isinstance(one, IPv4Network) and isinstance(other, IPv4Network):
        return one.subnet_of(other)
    if isinstance(one, IPv6Network) and isinstance(other, IPv6Network):
        return one.subnet_of(other)
    return False
