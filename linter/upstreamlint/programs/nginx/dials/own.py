"""nginx seen from itself: whether an address is one that the same configuration listens on."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.programs.nginx.instance import NginxInstance
from upstreamlint.programs.nginx.model import Address, Listen, Server
from upstreamlint.programs.nginx.references import ProxyPass
from upstreamlint.source import Anchor


def own_servers(
    instance: NginxInstance, address: Address, port: int | None, *, named: bool = False
) -> list[tuple[Server, Listen]]:
    """The servers of this nginx that an address leads back to: a literal one, or (`named`) a name of its own service."""
    named = named and address.kind == "name"
    if port is None or not (named or address.is_loopback or address.kind == "ip"):
        return []
    return [
        (server, item)
        for server in instance.config.servers
        for item in server.listens
        if item.port == port
        and (not item.host if named else _same_host(item, address))
        and "udp" not in item.parameters
    ]


def _same_host(item: Listen, address: Address) -> bool:
    if not item.host:
        # A wildcard of IPv4 does not take what is sent to an address of IPv6, and the other way round.
        return address.is_loopback and (":" in address.host) == item.written.value.startswith("[")
    return item.host == address.host or (
        item.host in ("127.0.0.1", "localhost") and address.host in ("127.0.0.1", "localhost")
    )


def dialled(passed: ProxyPass) -> Iterator[tuple[Address, int | None]]:
    """The addresses that a pass dials in the end: its own, and those of the upstream that it names."""
    pools = {upstream.key for upstream in passed.upstreams}
    for target in passed.targets or ():
        if target.address is not None and target.fault is None and target.address.host.lower() not in pools:
            yield target.address, target.port
    for upstream in passed.upstreams:
        for server in upstream.servers:
            if not server.down and server.address.fault is None:
                default = 80 if upstream.context == "http" else None
                yield server.address, server.address.port or default


def written_in(passed: ProxyPass, host: str) -> Anchor:
    """Where the server of an upstream is written that a pass leads to."""
    upstream = passed.upstreams[0]
    return next((s.written.anchor for s in upstream.servers if s.address.host == host), upstream.anchor)
