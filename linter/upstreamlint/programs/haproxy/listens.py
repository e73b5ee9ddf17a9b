"""What the `bind` lines of a HAProxy come to as listeners."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.containers.listening.listen import ANY4, Evidence, Listen, bound
from upstreamlint.programs.haproxy.types import Bind, Config, Proxy

_BESIDE = frozenset({"unix", "other"})


def listens(config: Config) -> Iterator[Listen]:
    """Every port of every frontend; without an address HAProxy takes IPv4 alone (configuration manual, `bind`)."""
    for proxy in config.proxies:
        for bind in proxy.binds:
            for port in bind.ports:
                yield _listen(proxy, bind, port)


def all_known(config: Config) -> bool:
    """Whether these are all: no address is left open, and no section but frontends listens."""
    binds = [b for p in config.proxies for b in p.binds if b.address.kind not in _BESIDE]
    return not config.listens_beside and all(b.ports for b in binds)


def _listen(proxy: Proxy, bind: Bind, port: int) -> Listen:
    address = bind.address
    return Listen(
        address=ANY4 if address.kind == "any" else bound(address.host),
        port=port,
        anchor=bind.anchor,
        text=f"bind {address.written.value}",
        evidence=Evidence.CONFIGURED,
        protocol="http" if proxy.mode == "http" else "",
        # What HAProxy passes on as bytes may be anything.
        tls=True if bind.ssl else False if proxy.mode == "http" else None,
        proxy_header=bind.accept_proxy,
    )
