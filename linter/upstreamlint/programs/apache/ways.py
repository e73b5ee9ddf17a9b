"""What an httpd dials: the targets of its passes, and the members of its balancers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate

from upstreamlint import patterns
from upstreamlint.documents import Scalar
from upstreamlint.facets.dial import Protocol, Tls
from upstreamlint.facets.spread import PLAIN, Next, Spread
from upstreamlint.graph.likeness import near_names
from upstreamlint.programs.apache.address import Url
from upstreamlint.programs.apache.types import Balancer, Config, Pass, VirtualHost
from upstreamlint.programs.forwarding import Pool, Target, Way

_PROTOCOLS: Mapping[str, Protocol] = {
    "http": Protocol.HTTP1,
    "https": Protocol.HTTP1,
    "ws": Protocol.HTTP1,
    "wss": Protocol.HTTP1,
    "h2": Protocol.HTTP2,
    "h2c": Protocol.HTTP2,
    "fcgi": Protocol.FASTCGI,
    "scgi": Protocol.SCGI,
    "uwsgi": Protocol.UWSGI,
}
_TLS = frozenset({"https", "wss", "h2"})


def ways(config: Config) -> Iterator[Way]:
    """The passes of every virtual host; the same line is one way, however many hosts it counts for."""
    pools = {b.name: _pool(b, complete=config.complete) for b in config.balancers}
    for name, target in _undefined(config):
        pools[name] = _nobody(name, target, tuple(pools))
    for host in config.hosts:
        for one in host.passes:
            if one.url is not None:
                yield Way(
                    kind="VirtualHost",
                    listener=host.title,
                    match=one.path or "/",
                    anchor=one.anchor,
                    pool=_of_pass(host, one, one.url, pools),
                )


def sockets(config: Config) -> Iterator[Scalar]:
    """The Unix sockets that it dials, as their paths."""
    urls = [one.url for host in config.hosts for one in host.passes if not one.unsure]
    for url in (*urls, *(member.url for balancer in config.balancers for member in balancer.members)):
        if url is not None and url.socket.startswith("/") and not _VARIABLE.search(url.socket):
            yield url.written._replace(value=url.socket)


_VARIABLE = patterns.compile(r"[$%]")


def _undefined(config: Config) -> Iterator[tuple[str, Scalar]]:
    """The balancers that are passed to and that nothing defines, by their names, where all of the files are known."""
    defined = {b.name for b in config.balancers}
    for one in (one for host in config.hosts for one in host.passes if config.complete):
        url = one.url
        if url is None or url.scheme != "balancer" or one.unsure or not url.known:
            continue
        if url.host and url.host not in defined:
            defined.add(url.host)
            yield url.host, one.target


def _nobody(name: str, target: Scalar, defined: Sequence[str]) -> Pool:
    near = near_names(name, defined)
    return Pool(
        name=f"balancer://{name}",
        where=name,
        anchor=target.anchor,
        targets=(),
        by="Apache",
        lacks="no `<Proxy>` gives it members",
        meant=(target.anchor, f"balancer://{near[0]}") if near else None,
    )


def _of_pass(host: VirtualHost, one: Pass, url: Url, pools: Mapping[str, Pool]) -> Pool | None:
    if url.scheme == "balancer":
        return pools.get(url.host)
    targets = () if one.unsure else tuple(_targets(url, 1.0))
    return Pool(name="", where=f"{host.title} {one.path}", anchor=one.anchor, targets=targets)


_OUT = frozenset("DSN")
"""Flags of a member that is given no requests: disabled, stopped, drained (without a session)."""
_WAITS = frozenset("HR")
"""Flags of a member that is used when others are not usable: a hot standby, a hot spare."""


def _pool(balancer: Balancer, *, complete: bool) -> Pool:
    out = [bool(_OUT & set(m.status)) for m in balancer.members]
    first = [not o and not _WAITS & set(m.status) for o, m in zip(out, balancer.members, strict=True)]
    used = first if any(first) else [not o for o in out]
    weights = [m.weight if u else 0.0 for u, m in zip(used, balancer.members, strict=True)]
    waiting = [not o and not u for o, u in zip(out, used, strict=True)]
    ranks = [rank if w else 0 for w, rank in zip(waiting, accumulate(waiting), strict=True)]
    total = sum(weights) or 1.0
    spread = Spread(refused=Next.TRIED, nameless=Next.LOST, backups=sum(waiting), reached=sum(waiting))
    targets = tuple(
        target
        for member, weight, rank in zip(balancer.members, weights, ranks, strict=True)
        for target in _targets(member.url, None if rank else weight / total, rank, spread)
    )
    return Pool(
        name=f"balancer://{balancer.name}",
        where=balancer.name,
        anchor=balancer.anchor,
        targets=targets,
        by="Apache",
        out=tuple(m.anchor for m in balancer.members) if out and all(out) else (),
        lacks="no `BalancerMember` is in it" if complete and not balancer.filled else "",
    )


def _targets(url: Url, share: float | None, rank: int = 0, spread: Spread = PLAIN) -> Iterator[Target]:
    if not url.known or url.socket or not url.host or url.port is None:
        return
    yield Target(
        host=url.host,
        host_anchor=url.host_anchor,
        port=url.port,
        port_anchor=url.port_anchor,
        share=share,
        spread=spread,
        backup=rank,
        defaulted=url.defaulted,
        protocol=_PROTOCOLS.get(url.scheme, Protocol.UNKNOWN),
        tls=Tls() if url.scheme in _TLS else None,
    )
