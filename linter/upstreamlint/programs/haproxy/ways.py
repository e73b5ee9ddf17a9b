"""What a HAProxy dials: the servers of the backends that its frontends choose."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.documents import Scalar
from upstreamlint.facets.dial import Ask, Protocol, Purpose, Tls
from upstreamlint.facets.spread import Spread
from upstreamlint.facets.statuses import statuses
from upstreamlint.programs.forwarding import Pool, Target, Way
from upstreamlint.programs.haproxy.pool import pool
from upstreamlint.programs.haproxy.types import Bind, Config, Proxy, Server


def ways(config: Config) -> Iterator[Way]:
    """The rules of every frontend, then backends that only the request, a map or another file names."""
    pools = {p.name.value: _pool(p, config) for p in config.proxies if p.dials}
    used: set[str] = set()
    for proxy in config.proxies:
        if not proxy.serves:
            continue
        listener = _listener(proxy)
        ended = next((bind.anchor for bind in proxy.binds if bind.ssl), None)
        for use, backend in config.chosen(proxy):
            name = use.name.value
            used.add(name)
            pool = pools[name] if backend is not None else None
            match = "otherwise" if use.default else use.condition or "always"
            yield Way(
                kind="frontend",
                listener=listener,
                match=match,
                anchor=use.name.anchor,
                pool=pool,
                ended=ended,
            )
        if proxy.dials and proxy.servers:
            used.add(proxy.name.value)
            pool = pools[proxy.name.value]
            yield Way(
                kind="listen", listener=listener, match="/", anchor=proxy.anchor, pool=pool, ended=ended
            )
    for proxy in config.proxies:
        if proxy.kind == "backend" and proxy.name.value not in used and proxy.servers:
            pool = pools[proxy.name.value]
            yield Way(
                kind="backend", listener=proxy.title, match="", anchor=proxy.anchor, pool=pool, share=None
            )


def sockets(config: Config) -> Iterator[Scalar]:
    """The Unix sockets that it dials and does not bind itself, as their paths."""
    own = {bind.address.host for proxy in config.proxies for bind in proxy.binds}
    for address in (
        server.address for proxy in config.proxies for server in proxy.servers if not server.unsure
    ):
        if address.kind == "unix" and address.host.startswith("/") and address.host not in own:
            yield address.written._replace(value=address.host)


def _listener(proxy: Proxy) -> str:
    binds = ", ".join(_bound(b) for b in proxy.binds[:3])
    return f"{proxy.name.value} {binds}".rstrip()


def _bound(bind: Bind) -> str:
    return bind.address.written.value


def _pool(proxy: Proxy, config: Config) -> Pool:
    pooled = pool(proxy)
    targets = tuple(
        target
        for server, share, rank, spread in zip(proxy.servers, *pooled[:3], strict=True)
        for target in _targets(proxy, server, share, rank, spread)
    )
    marked = [s.marked_down for s in proxy.servers if not s.disabled]
    backed = any(s.backup for s in proxy.servers)
    text = "ten answers in a row that are 5xx mark a server down, unless `error-limit` says another number"
    emptied = tuple((at, text) for at in marked[:1] if at is not None and None not in marked and not backed)
    return Pool(
        name=proxy.name.value,
        where=proxy.title,
        anchor=proxy.anchor,
        targets=targets,
        by="HAProxy",
        emptied=emptied,
        out=pooled.out,
        lacks="no `server` is in it" if config.complete and _is_empty(proxy) else "",
        enabled="nobody enables a server through the socket" if config.administered else "",
    )


def _is_empty(proxy: Proxy) -> bool:
    """Whether a backend has nobody to send a request to, and nothing to answer itself."""
    own = proxy.servers or proxy.answers or proxy.own or proxy.serverless
    return proxy.kind == "backend" and not own and not proxy.unsure


def _targets(
    proxy: Proxy, server: Server, share: float | None, rank: int, spread: Spread
) -> Iterator[Target]:
    address = server.address
    # An address with a scheme is refused as a whole.
    if address.kind not in ("name", "ip") or address.fault or server.unsure or "://" in address.host:
        return
    at_start = server.needs_name_at_start
    own_resolver = server.resolvers is not None and not at_start
    yield Target(
        host=address.host,
        host_anchor=address.host_anchor,
        port=address.port,
        port_anchor=address.port_anchor,
        share=share,
        spread=spread,
        backup=rank,
        at_start=at_start,
        own_resolver=own_resolver,
        protocol=_protocol(proxy, server),
        tls=Tls(sni=_sni(server), verifies=server.verifies) if server.ssl else None,
        proxy_header=server.sends_proxy,
        ask=_asked(server) if _beside(server) else None,
    )
    ask = server.ask
    if ask is None or _beside(server) or ask.address is not None or ask.port in (None, address.port):
        return
    yield Target(
        host=address.host,
        host_anchor=address.host_anchor,
        port=ask.port,
        port_anchor=ask.port_anchor or address.port_anchor,
        share=share,
        spread=spread,
        backup=rank,
        at_start=at_start,
        own_resolver=own_resolver,
        protocol=Protocol.HTTP1 if ask.kind == "http" and "h2" not in server.protocols else Protocol.UNKNOWN,
        tls=Tls() if ask.ssl else None,
        proxy_header=ask.sends_proxy,
        purpose=Purpose.ASK,
        ask=_asked(server),
    )


def _beside(server: Server) -> bool:
    """Whether a server is asked where requests are sent, in the same way."""
    ask, address = server.ask, server.address
    return (
        ask is not None
        and ask.port in (None, address.port)
        and ask.address is None
        and ask.ssl == server.ssl
        and ask.sends_proxy == server.sends_proxy
    )


def _asked(server: Server) -> Ask | None:
    """What is asked with HTTP; 2xx and 3xx count where nothing else is expected."""
    ask = server.ask
    if ask is None or ask.kind != "http":
        return None
    accepted = tuple(r for word in ask.statuses if (r := statuses(word)) is not None)
    return Ask(
        anchor=ask.anchor,
        method=ask.method,
        path=ask.path,
        host=ask.host,
        accepts=accepted or ((200, 399),),
        opaque=ask.opaque or len(accepted) < len(ask.statuses),
    )


def _protocol(proxy: Proxy, server: Server) -> Protocol:
    if proxy.mode != "http":
        return Protocol.TCP
    if "fcgi" in server.protocols:
        return Protocol.FASTCGI
    return Protocol.HTTP2 if "h2" in server.protocols else Protocol.HTTP1


def _sni(server: Server) -> str | None:
    """The name that is sent, where it is a fixed one: `str(name)`. Newer releases send one that is not written."""
    word = server.sni.value if server.sni is not None else ""
    return word[len("str(") : -1] if word.startswith("str(") and word.endswith(")") else None
