"""What a Caddy dials, route by route."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.documents import Scalar
from upstreamlint.facets.dial import Ask, Permission, Protocol, Purpose, Tls
from upstreamlint.facets.spread import Spread
from upstreamlint.programs.caddy.address import Upstream
from upstreamlint.programs.caddy.pool import pool
from upstreamlint.programs.caddy.types import Config, Health, Proxy, Route, Site, Transport
from upstreamlint.programs.forwarding import Pool, Target, Way

LOOPBACK = "localhost"
"""What Go dials for an address without a host."""


def ways(config: Config) -> Iterator[Way]:
    """The routes of every site, those that Caddy answers itself left out."""
    for site, route, proxy in config.proxies:
        yield Way(
            kind="site",
            listener=site.title,
            match=_match(route),
            anchor=route.head,
            pool=_pool(site, route, proxy),
            ended=next((one.anchor for one in site.listens if one.tls), None),
        )


def sockets(config: Config) -> Iterator[Scalar]:
    """The Unix sockets that it dials, as their paths."""
    for _, _, proxy in config.proxies:
        for one in proxy.upstreams:
            if one.known and not one.fault and one.network == "unix" and one.host.startswith("/"):
                yield one.written._replace(value=one.host)


def _match(route: Route) -> str:
    return " ".join(m.title for m in route.matches) or "/"


def _pool(site: Site, route: Route, proxy: Proxy) -> Pool:
    purpose = Purpose.DEPENDENCY if route.dependency else Purpose.ROUTE
    pooled = pool(proxy)
    targets = tuple(
        t
        for u, share, rank in zip(proxy.upstreams, pooled.shares, pooled.backups, strict=True)
        if u.known and not u.fault and not u.network.startswith(("unix", "fd"))
        for t in _targets(site, u, proxy, purpose, share, rank, pooled.spread)
    )
    where = f"{site.title} {_match(route)}"
    failing = tuple((at, "such an answer leaves an upstream out for `fail_duration`") for at in proxy.failing)
    return Pool(
        name="",
        where=where,
        anchor=route.head,
        targets=targets,
        by="Caddy",
        emptied=failing,
        misread=tuple(one.written for one in proxy.upstreams if one.misread),
    )


def _targets(
    site: Site,
    upstream: Upstream,
    proxy: Proxy,
    purpose: Purpose,
    share: float | None,
    rank: int,
    spread: Spread,
) -> Iterator[Target]:
    host = upstream.host or LOOPBACK
    at = (upstream.host_anchor, upstream.port_anchor)
    tls = _tls(upstream, proxy.transport)
    protocol = _protocol(proxy.transport)
    yield Target(
        host=host,
        host_anchor=at[0],
        port=upstream.port,
        port_anchor=at[1],
        share=share,
        spread=spread,
        backup=rank,
        defaulted=upstream.defaulted,
        protocol=protocol,
        tls=tls,
        proxy_header=proxy.transport.proxy_protocol,
        purpose=purpose,
        hosts=_hosts(site, proxy, upstream) if purpose is Purpose.ROUTE else (),
        hosts_anchor=proxy.host.anchor if proxy.host is not None else None,
        ask=_asked(proxy.health, upstream) if _beside(proxy.health, upstream) else None,
        permission=Permission(path=proxy.uri, asker="forward") if proxy.uri is not None else None,
    )
    health = proxy.health
    if health is not None and health.port not in (None, upstream.port) and health.upstream is None:
        yield Target(
            host=host,
            host_anchor=at[0],
            port=health.port,
            port_anchor=health.port_anchor or at[1],
            share=share,
            spread=spread,
            backup=rank,
            protocol=protocol,
            tls=tls,
            purpose=Purpose.ASK,
            ask=_asked(health, upstream),
        )


def _hosts(site: Site, proxy: Proxy, upstream: Upstream) -> tuple[str, ...]:
    """The Host that is sent: the client's own, which the site is named for, unless a header is set.

    To upstreams of TLS newer releases send the upstream's own.
    """
    if proxy.host is not None:
        text = proxy.host.value
        for name in ("upstream_hostport", "http.reverse_proxy.upstream.hostport"):
            text = text.replace(f"{{{name}}}", f"{upstream.host}:{upstream.port}")
        return () if "{" in text else (text,)
    named = all(a.known and a.host and "*" not in a.host for a in site.addresses)
    return () if not named or proxy.transport.tls else tuple(a.host for a in site.addresses)


def _beside(health: Health | None, upstream: Upstream) -> bool:
    """Whether an upstream is asked where requests are sent."""
    return (
        health is not None
        and health.enabled
        and health.upstream is None
        and health.port in (None, upstream.port)
    )


def _asked(health: Health | None, upstream: Upstream) -> Ask | None:
    """What is asked: any 2xx counts where no status is written, and the body too where one is expected."""
    if health is None:
        return None
    uri = health.uri
    low, high = (200, 299) if health.status is None else (health.status, health.status)
    if high < _CLASS:
        low, high = low * 100, low * 100 + 99
    return Ask(
        anchor=uri.anchor if uri is not None else health.port_anchor or upstream.port_anchor,
        method=health.method,
        path=uri.value.partition("?")[0] if uri is not None else "/",
        host=health.host,
        accepts=((low, high),),
        opaque=bool(health.body),
        follows=health.follow_redirects,
    )


_CLASS = 10
"""Below this a status is the first digit of its class."""


def _protocol(transport: Transport) -> Protocol:
    if transport.protocol == "fastcgi":
        return Protocol.FASTCGI
    if transport.protocol != "http":
        return Protocol.UNKNOWN
    return Protocol.HTTP2 if "h2c" in transport.versions else Protocol.HTTP1


def _tls(upstream: Upstream, transport: Transport) -> Tls | None:
    if not transport.tls or str(upstream.port) in transport.except_ports:
        return None
    return Tls(
        sni=transport.server_name or upstream.host,
        verifies=transport.verifies,
        public=transport.verifies and not transport.trust,
    )
