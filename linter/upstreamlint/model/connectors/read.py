"""Rules of connectors from their configuration, one function a program."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from upstreamlint import documents
from upstreamlint.documents import Node, Scalar
from upstreamlint.model.connectors.origin import origin
from upstreamlint.model.connectors.types import ConnectorRule, Origin, Pool, Program
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
        yield ConnectorRule(number, hostname, path, host, match, pool, anchor)


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
            pool = _pool(proxy.anchor, [origin(proxy, scheme="http")], f"Web.{host} {path}")
            yield ConnectorRule(number, host, path, host.value, path.value, pool, proxy.anchor)
    for port in root.mapping("TCP") or ():
        forward = port.value.scalar("TCPForward") if isinstance(port.value, documents.Mapping) else None
        if forward is not None:
            number += 1
            listener = f"tcp {port.key}"
            pool = _pool(forward.anchor, [origin(forward)], f"TCP.{port.key}")
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


def traefik(root: documents.Mapping) -> Iterator[ConnectorRule]:
    """The file provider: routers name services, and those list servers."""
    number = 0
    for protocol, field in (("http", "url"), ("tcp", "address")):
        pools = dict(_services(root.at(protocol, "services"), protocol, field))
        routers = root.at(protocol, "routers")
        for router in routers if isinstance(routers, documents.Mapping) else ():
            if not isinstance(router.value, documents.Mapping):
                continue
            service, rule = router.value.scalar("service"), router.value.scalar("rule")
            pool = pools.get(service.value.removesuffix("@file")) if service is not None else None
            if service is None or pool is None:
                continue
            number += 1
            text = rule.value if rule else ""
            host, path = _HOST.search(text), _PATH.search(text)
            yield ConnectorRule(
                number,
                rule,
                None,
                host[1] if host else "*",
                path[1] if path else "/",
                pool,
                service.anchor,
            )


def _services(node: Node | None, protocol: str, field: str) -> Iterator[tuple[str, Pool]]:
    for entry in node if isinstance(node, documents.Mapping) else ():
        balancer = entry.value.mapping("loadBalancer") if isinstance(entry.value, documents.Mapping) else None
        if balancer is None:
            continue
        urls = [u for s in balancer.mappings("servers") if (u := s.scalar(field)) is not None]
        name = entry.key.value
        yield name, _pool(entry.key.anchor, [origin(u) for u in urls], f"{protocol}.services.{name}", name)


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


READERS: Mapping[Program, Callable[[documents.Mapping], Iterator[ConnectorRule]]] = {
    Program.CLOUDFLARED: cloudflared,
    Program.TAILSCALE: tailscale,
    Program.POMERIUM: pomerium,
    Program.TRAEFIK: traefik,
    Program.TELEPORT: teleport,
}
"""What reads the configuration of each program."""


def holds_rules(program: Program, root: documents.Mapping) -> bool:
    """Whether a document is the configuration of a program, by its keys."""
    if program is Program.CLOUDFLARED:
        return bool(root.mappings("ingress")) and "apiVersion" not in root
    return next(READERS[program](root), None) is not None
