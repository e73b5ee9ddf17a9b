"""Hosts that need no look-up, or that mean whoever asks."""

from __future__ import annotations

import re

from upstreamlint import patterns
from upstreamlint.numerals import is_digits

_LOOPBACK = patterns.compile(
    r"localhost(?:\.localdomain)?\Z|127(?:\.\d{1,3}){3}\Z|\[?(?:::1|::)\]?\Z|0\.0\.0\.0\Z", re.IGNORECASE
)
NETWORKS = frozenset({"tcp", "tcp4", "tcp6", "udp", "udp4", "udp6"})
"""What stands before a port where it is no host: `project:region:instance=tcp:3306` of Cloud SQL's proxy."""
HOST_GATEWAYS = frozenset({"host.docker.internal", "gateway.docker.internal", "host.containers.internal"})
"""Names of the machine itself; Docker Desktop knows them, the engine on Linux only by `extra_hosts`."""


def is_loopback(host: str) -> bool:
    """Whether a host is the one who dials it: his container, or his pod; where Docker answers names is neither."""
    name = host.strip().rstrip(".")
    return name != "127.0.0.11" and _LOOPBACK.match(name) is not None


def is_address(text: str) -> bool:
    """Whether a text is an IP address rather than a name."""
    if ":" not in text and not is_digits(text[-1:]):
        return False
    import ipaddress

    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
