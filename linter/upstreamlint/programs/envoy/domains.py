"""Which virtual host of Envoy takes a Host: exact, then the longest suffix, then the longest prefix, then `*`.

After source/common/router/config_impl.cc (`RouteMatcher::findVirtualHost`). The port of the Host is a part of it.
"""

from __future__ import annotations

from collections.abc import Sequence

from upstreamlint import patterns
from upstreamlint.programs.envoy.types import VirtualHost

_PORT = patterns.compile(r":\d+\Z")


def taking(hosts: Sequence[VirtualHost], host: str) -> VirtualHost | None:
    """The virtual host that takes a Host; nothing where none does."""
    name = host.lower()
    if hosts and hosts[0].portless:
        name = _PORT.sub("", name)
    best: tuple[int, int, VirtualHost] | None = None
    for one in hosts:
        for domain in one.domains:
            rank = _rank(domain.value.lower(), name)
            if rank is not None and (best is None or rank > best[:2]):
                best = (*rank, one)
    return best[2] if best is not None else None


def _rank(domain: str, name: str) -> tuple[int, int] | None:
    """How well a domain fits, the kind first and then the length; nothing where it does not."""
    if domain == name:
        return 3, len(domain)
    if domain == "*":
        return 0, 0
    if domain.startswith("*") and len(name) >= len(domain) and name.endswith(domain[1:]):
        return 2, len(domain)
    if domain.endswith("*") and len(name) >= len(domain) and name.startswith(domain[:-1]):
        return 1, len(domain)
    return None


def exact(hosts: Sequence[VirtualHost]) -> tuple[str, ...]:
    """The domains without a wildcard."""
    return tuple(d.value for one in hosts for d in one.domains if "*" not in d.value)
