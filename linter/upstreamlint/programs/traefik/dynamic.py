"""What a provider of Traefik says: routers, services, middlewares and transports, with the names that they use.

Files and labels have one shape (pkg/config/dynamic); labels come as the tree that their dots make.
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.documents import Entry, Mapping, Node, Scalar
from upstreamlint.programs.traefik.dotted import entries, field, items, listed, text
from upstreamlint.programs.traefik.model import Kind, Named, Router

PROTOCOLS = ("http", "tcp", "udp")
_Use = tuple[Kind, Scalar]


def routers(root: Node | None) -> Iterator[Router]:
    """Every router of a configuration."""
    for protocol in PROTOCOLS:
        for entry in entries(root, protocol, "routers"):
            if isinstance(entry.value, Mapping):
                yield Router(
                    protocol=protocol,
                    name=entry.key.value,
                    rule=text(entry.value, "rule"),
                    service=text(entry.value, "service"),
                    entry_points=listed(entry.value, "entryPoints"),
                    middlewares=listed(entry.value, "middlewares"),
                    anchor=entry.key.anchor,
                    syntax=_syntax(entry.value),
                    tls=_has_tls(entry.value),
                    resolver=text(entry.value, "tls", "certResolver"),
                    options=text(entry.value, "tls", "options"),
                )


def _syntax(router: Mapping) -> str:
    written = text(router, "ruleSyntax")
    return written.value.lower() if written is not None else ""


def _has_tls(router: Mapping) -> bool:
    """Whether a router has TLS: `tls` with or without settings."""
    written = next((e.value for e in router if e.key.value.lower() == "tls"), None)
    return written is not None and not (isinstance(written, Scalar) and written.value.lower() == "false")


def named(root: Node | None) -> Iterator[Named]:
    """Everything that has a name which others may use."""
    for protocol in PROTOCOLS:
        for entry in entries(root, protocol, "services"):
            yield _service(protocol, entry)
        for entry in entries(root, protocol, "middlewares"):
            yield _middleware(protocol, entry)
        for entry in entries(root, protocol, "serversTransports"):
            yield Named(kind="transport", protocol=protocol, name=entry.key.value, anchor=entry.key.anchor)
    for entry in entries(root, "tls", "options"):
        yield Named(kind="options", protocol="tls", name=entry.key.value, anchor=entry.key.anchor)


def _service(protocol: str, entry: Entry) -> Named:
    written = entry.value
    uses: list[_Use] = [("service", name) for name in parts(written)]
    transport = text(written, "loadBalancer", "serversTransport")
    if transport is not None:
        uses.append(("transport", transport))
    urls = tuple(_urls(field(written, "loadBalancer", "servers"))) or tuple(
        u for u in [text(written, "loadBalancer", "server", "url")] if u is not None
    )
    return Named(
        kind="service",
        protocol=protocol,
        name=entry.key.value,
        anchor=entry.key.anchor,
        uses=tuple(uses),
        urls=urls if protocol == "http" else (),
    )


def _urls(servers: Node | None) -> Iterator[Scalar]:
    for item in items(servers):
        url = text(item, "url")
        if url is not None:
            yield url


def parts(written: Node) -> Iterator[Scalar]:
    """The services that a service is made of."""
    for kind, list_ in (
        ("weighted", "services"),
        ("mirroring", "mirrors"),
        ("highestRandomWeight", "services"),
    ):
        for item in items(written, kind, list_):
            name = text(item, "name")
            if name is not None:
                yield name
    for path in (("mirroring", "service"), ("failover", "service"), ("failover", "fallback")):
        name = text(written, *path)
        if name is not None:
            yield name


def _middleware(protocol: str, entry: Entry) -> Named:
    written = entry.value
    uses: list[_Use] = [("middleware", name) for name in listed(written, "chain", "middlewares")]
    pages = text(written, "errors", "service")
    if pages is not None:
        uses.append(("service", pages))
    auth = text(written, "forwardAuth", "address")
    return Named(
        kind="middleware",
        protocol=protocol,
        name=entry.key.value,
        anchor=entry.key.anchor,
        uses=tuple(uses),
        asks=(auth,) if auth is not None else (),
    )
