"""Rules of connectors from their configuration, one function a program."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from upstreamlint import documents
from upstreamlint.documents import Entry, Node, Scalar
from upstreamlint.programs.connectors.origin import origin
from upstreamlint.programs.connectors.types import ConnectorRule, Origin, Pool, Program
from upstreamlint.source import Anchor


def _pool(anchor: Anchor, origins: Sequence[Origin | None], where: str, name: str = "") -> Pool:
    return Pool(name, tuple(o for o in origins if o is not None), anchor, where)


def cloudflared(root: documents.Mapping) -> Iterator[ConnectorRule]:
    """`ingress`: the first rule whose hostname and path match takes the request; the last one takes all others."""
    for number, item in enumerate(root.mappings("ingress"), 1):
        service = item.scalar("service")
        hostname, path = _filled(item.scalar("hostname")), _filled(item.scalar("path"))
        found = origin(service) if service is not None and "://" in service.value else None
        anchor = service.anchor if service is not None else item.anchor
        host = hostname.value if hostname else "*"
        match = path.value if path else "/"
        pool = _pool(anchor, [found], f"ingress.{host} {match}")
        yield ConnectorRule(number, hostname, path, host, match, pool, anchor, service)


def _filled(scalar: Scalar | None) -> Scalar | None:
    return scalar if scalar is not None and scalar.value else None


def tailscale(root: documents.Mapping) -> Iterator[ConnectorRule]:
    """`Web` hands paths of a host to `Proxy`; `TCP` forwards a port of the node."""
    web = root.mapping("Web")
    number = 0
    for server in web or ():
        handlers = server.value.mapping("Handlers") if isinstance(server.value, documents.Mapping) else None
        for handler in handlers or ():
            proxy = handler.value.scalar("Proxy") if isinstance(handler.value, documents.Mapping) else None
            if proxy is None:
                continue
            number += 1
            host, path = server.key, handler.key
            pool = _pool(proxy.anchor, [origin(proxy, scheme="http", bare=True)], f"Web.{host} {path}")
            yield ConnectorRule(number, host, path, host.value, path.value, pool, proxy.anchor)
    for port in root.mapping("TCP") or ():
        forward = port.value.scalar("TCPForward") if isinstance(port.value, documents.Mapping) else None
        if forward is not None:
            number += 1
            listener = f"tcp {port.key}"
            pool = _pool(forward.anchor, [origin(forward, bare=True)], f"TCP.{port.key}")
            yield ConnectorRule(number, port.key, None, listener, "", pool, forward.anchor)


def pomerium(root: documents.Mapping) -> Iterator[ConnectorRule]:
    """`routes`: a public URL `from`, and one or more URLs `to`."""
    routes = [*root.mappings("routes"), *root.mappings("policy")]
    for number, item in enumerate(routes, 1):
        public = item.scalar("from")
        path = next((p for key in ("prefix", "path", "regex") if (p := item.scalar(key)) is not None), None)
        to = item.get("to")
        written = [to] if isinstance(to, Scalar) else item.scalars("to")
        if public is None or not written:
            continue
        host, match = re.sub(r"^[a-z+]+://", "", public.value), path.value if path else "/"
        anchor = written[0].anchor
        pool = _pool(anchor, [origin(one) for one in written], f"routes.{host} {match}")
        yield ConnectorRule(number, public, path, host, match, pool, anchor)


_HOST = re.compile(r"Host(?:Regexp|SNI)?\(\s*[`\"']([^`\"']+)")
_PATH = re.compile(r"Path(?:Prefix|Regexp)?\(\s*[`\"']([^`\"']+)")


def traefik(roots: Sequence[documents.Mapping]) -> Iterator[ConnectorRule]:
    """The file provider: routers name services, and those list servers. What its files say is put together."""
    number = 0
    for protocol, field in (("http", "url"), ("tcp", "address")):
        entries = [e for root in roots for e in _entries(root.at(protocol, "services"))]
        defined = {e.key.value: e.key.anchor for e in entries}
        pools = {e.key.value: pool for e in entries if (pool := _balanced(e, protocol, field)) is not None}
        for router in (e for root in roots for e in _entries(root.at(protocol, "routers"))):
            if not isinstance(router.value, documents.Mapping):
                continue
            service, rule = router.value.scalar("service"), router.value.scalar("rule")
            if service is None:
                continue
            name = service.value.removesuffix("@file")
            dangling = name not in defined and "@" not in name
            pool = pools.get(name) or (Pool(name, (), service.anchor) if dangling else None)
            if pool is not None:
                number += 1
                yield _routed(number, service, rule, pool, defined if dangling else None)


def _routed(
    number: int, service: Scalar, rule: Scalar | None, pool: Pool, defined: Mapping[str, Anchor] | None
) -> ConnectorRule:
    """The rule of a router; `defined` are the services that there are when its own is none of them."""
    text = rule.value if rule else ""
    host, path = _HOST.search(text), _PATH.search(text)
    return ConnectorRule(
        number,
        rule,
        None,
        host[1] if host else "*",
        path[1] if path else "/",
        pool,
        service.anchor,
        dangling=defined is not None,
        defined=defined or {},
    )


def _entries(node: Node | None) -> Iterator[Entry]:
    return iter(node if isinstance(node, documents.Mapping) else ())


def _balanced(entry: Entry, protocol: str, field: str) -> Pool | None:
    """A service that is a list of servers; nothing for one that is made of others."""
    balancer = entry.value.mapping("loadBalancer") if isinstance(entry.value, documents.Mapping) else None
    if balancer is None:
        return None
    urls = [u for s in balancer.mappings("servers") if (u := s.scalar(field)) is not None]
    name = entry.key.value
    return _pool(entry.key.anchor, [origin(u) for u in urls], f"{protocol}.services.{name}", name)


def teleport(root: documents.Mapping) -> Iterator[ConnectorRule]:
    """`app_service.apps`: each an address under a name of its own."""
    service = root.mapping("app_service")
    enabled = service.scalar("enabled") if service else None
    if service is None or (enabled is not None and enabled.value.lower() in ("no", "false", "off")):
        return
    for number, item in enumerate(service.mappings("apps"), 1):
        uri, name = item.scalar("uri"), item.scalar("name")
        public = item.scalar("public_addr")
        if uri is not None:
            host = public.value if public else name.value if name else "*"
            pool = _pool(uri.anchor, [origin(uri)], f"apps.{host}")
            yield ConnectorRule(number, public, None, host, "/", pool, uri.anchor)


_READERS: Mapping[Program, Callable[[documents.Mapping], Iterator[ConnectorRule]]] = {
    Program.CLOUDFLARED: cloudflared,
    Program.TAILSCALE: tailscale,
    Program.POMERIUM: pomerium,
    Program.TELEPORT: teleport,
}


def rules_of(program: Program, roots: Sequence[documents.Mapping]) -> tuple[ConnectorRule, ...]:
    """The rules that documents give a program."""
    if program is Program.TRAEFIK:
        return tuple(traefik(roots))
    return tuple(found for root in roots for found in _READERS[program](root))


def holds_rules(program: Program, root: documents.Mapping) -> bool:
    """Whether a document is the configuration of a program, by its keys."""
    if program is Program.CLOUDFLARED:
        return bool(root.mappings("ingress")) and "apiVersion" not in root
    if program is Program.TRAEFIK:
        return any(root.at(p, k) is not None for p in ("http", "tcp") for k in ("routers", "services"))
    return next(_READERS[program](root), None) is not None
