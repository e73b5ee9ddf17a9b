"""A Caddyfile as values: which sites listen where, and what they dial.

Ports and TLS after `listenersForServerBlockAddress` and `serversFromPairings` (caddyconfig/httpcaddyfile) and
automatic HTTPS (modules/caddyhttp/autohttps.go).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from upstreamlint import numerals
from upstreamlint.containers.listening.listen import Listen as Listener
from upstreamlint.documents import Scalar
from upstreamlint.programs.caddy.address import SiteAddress, site_address
from upstreamlint.programs.caddy.admin import admin
from upstreamlint.programs.caddy.blocks import Block, Reading, read
from upstreamlint.programs.caddy.exact import exact
from upstreamlint.programs.caddy.imports import Finder
from upstreamlint.programs.caddy.names import DIRECTIVES
from upstreamlint.programs.caddy.options import of_options
from upstreamlint.programs.caddy.refused import of_addresses, of_site, of_subjects
from upstreamlint.programs.caddy.routes import Reader
from upstreamlint.programs.caddy.shadowed import shadowed
from upstreamlint.programs.caddy.tree import Directive
from upstreamlint.programs.caddy.types import Config, Listen, Route, Shadow, Site
from upstreamlint.programs.variables import NOTHING_KNOWN, Variables
from upstreamlint.readers.fault import Fault
from upstreamlint.readers.fragment import Fragment
from upstreamlint.source import Anchor
from upstreamlint.values import frozen

HTTP, HTTPS = 80, 443
_FIRST_RELEASE = frozenset({
    "proxy", "gzip", "fastcgi", "errors", "ext", "websocket", "browse", "expvar", "limits", "markdown", "mime", "pprof",
})  # fmt: skip
"""Directives that Caddy 1 had and Caddy 2 refuses."""
_FIRST_TLS = frozenset({"off", "self_signed"})
"""What its `tls` took."""


@frozen
class Globals:
    """The global options that decide where Caddy listens, and whether it has certificates for the addresses of its sites alone.

    `issued` says that an issuer was chosen for all sites.
    """

    http: int = HTTP
    https: int = HTTPS
    auto_https: tuple[str, ...] = ()
    bind: tuple[Scalar, ...] = ()
    admin: Listener | None = None
    beside: bool = False
    automatic: bool = True
    issued: bool = False
    wrapped: bool = False


def load(
    main: Fragment,
    finder: Finder | None = None,
    variables: Variables = NOTHING_KNOWN,
    *,
    official: bool = False,
) -> Config:
    """Read a Caddyfile; `official` says that no plugin is there."""
    reading = read(main, finder, variables)
    options = _options(reading, main, variables)
    sites_of = [b for b in reading.blocks if b.keys]
    reader = Reader({b.route: b.directives for b in reading.blocks if b.route}, variables.get)
    sites = tuple(_site(block, options, reader) for block in sites_of)
    misplaced = list(_misplaced(reading))
    refused = [] if reading.faults else list(_refused(reading, options, sites, official=official))
    faults = [*reading.faults, *misplaced, *_faults(sites), *reader.faults, *refused]
    return Config(
        path=main.source.path,
        sites=sites,
        listens=tuple(_listens(sites, options)),
        imports=reading.imports,
        faults=tuple(faults),
        complete=reading.complete and not reader.unknown and all(a.known for s in sites for a in s.addresses),
        admin=options.admin,
        wrapped=options.wrapped,
        listens_beside=options.beside or any("{" in one.address for s in sites for one in s.listens),
        first_release=any(_is_first(d) for b in sites_of for d in b.directives),
        shadowed=tuple(_shadowed(reading, sites_of)),
        exact=tuple({e.anchor: e for block in sites_of for e in exact(block.directives)}.values()),
        loaded=tuple(
            {a.anchor: a for block in sites_of for d in block.directives for a in _loaded(d)}.values()
        ),
    )


def _is_first(directive: Directive) -> bool:
    """Whether a directive is one of Caddy 1."""
    tls = directive.args if directive.name.value == "tls" else ()
    return directive.name.value in _FIRST_RELEASE or any(a.value in _FIRST_TLS for a in tls)


def _loaded(directive: Directive) -> tuple[Scalar, ...]:
    """The files of `tls /certs/a.pem /certs/a.key`."""
    return directive.args if directive.name.value == "tls" and len(directive.args) == 2 else ()  # noqa: PLR2004


def _shadowed(reading: Reading, blocks: Sequence[Block]) -> Iterator[Shadow]:
    """What is never asked in each site, where the directives have Caddy's own order."""
    first = reading.blocks[0] if reading.blocks else None
    if first is not None and not first.keys and any(d.name.value == "order" for d in first.directives):
        return
    seen: set[Anchor] = set()
    for shadow in (one for block in blocks for one in shadowed(block.directives)):
        if shadow.anchor not in seen:
            seen.add(shadow.anchor)
            yield shadow


def _refused(reading: Reading, options: Globals, sites: Sequence[Site], *, official: bool) -> Iterator[Fault]:
    first = reading.blocks[0] if reading.blocks else None
    if first is not None and not first.keys and not first.route:
        yield from of_options(first.directives, official=official)
    for block in reading.blocks:
        if block.keys or block.route:
            yield from of_site(block.directives, official=official and reading.complete)
        for key in block.keys:
            if key.value == "}":
                yield Fault(key.anchor, "subject does not qualify for certificate: '}'")
    keyed = (b for b in reading.blocks if b.keys)
    for block, site in zip(keyed, sites, strict=True):
        yield from of_addresses(site.addresses, options.http, options.https)
        issued = options.issued or any(d.name.value == "tls" for d in block.directives)
        if reading.complete and not issued:
            yield from of_subjects(site.addresses, options.http, official=official)


def _options(reading: Reading, main: Fragment, variables: Variables) -> Globals:
    first = reading.blocks[0] if reading.blocks else None
    at = main.place(0, 0)
    start = Anchor(at.source, at.start, at.start)
    if first is None or first.keys or first.route:
        return Globals(admin=admin(None, start, variables))
    named = {d.name.value: d for d in first.directives}
    return Globals(
        http=_number(named.get("http_port"), HTTP),
        https=_number(named.get("https_port"), HTTPS),
        auto_https=tuple(a.value for a in named["auto_https"].args) if "auto_https" in named else (),
        bind=named["default_bind"].args if "default_bind" in named else (),
        admin=admin(next(iter(named["admin"].args), None) if "admin" in named else None, start, variables),
        beside=bool(_LISTEN_BESIDE & named.keys()),
        wrapped=any(d.name.value == "servers" and any(d.all("listener_wrappers")) for d in first.directives),
        issued=bool({"local_certs", "cert_issuer"} & named.keys()),
        automatic=not {"default_sni", "fallback_sni", "on_demand_tls", "auto_https"} & named.keys(),
    )


def _number(directive: Directive | None, default: int) -> int:
    text = directive.args[0].value if directive and directive.args else ""
    found = numerals.port(text)
    return default if found is None else found


_LISTEN_BESIDE = frozenset({"layer4", "dns"})
"""Apps of plugins that listen, and are set up among the global options."""


def _site(block: Block, options: Globals, reader: Reader) -> Site:
    addresses = tuple(site_address(k) for k in block.keys)
    bound = [a for d in block.directives if d.name.value == "bind" for a in d.args] or list(options.bind)
    secured = any(d.name.value == "tls" for d in block.directives)
    listens = [
        Listen(host, port, tls, address.written.anchor)
        for address in addresses
        for port, tls in _ports(address, options, secured=secured)
        for host in ([_bound(b.value) for b in bound] or [""])
    ]
    return Site(
        addresses,
        tuple(listens),
        reader.routes(block.directives),
        block.anchor,
        plain=_plain(block.directives),
        automatic=options.automatic and all(map(_automatic, block.directives)),
    )


_INSIDE = frozenset({"handle", "handle_path", "route"})
_QUIET = frozenset({
    "tracing", "root", "log_append", "skip_log", "log_skip", "log_name", "log", "header", "request_body", "timeouts", "redir",
    "request_header", "encode", "abort", "error", "respond", "metrics", "reverse_proxy", "file_server", "bind", "tls",
    *_INSIDE,
})  # fmt: skip
"""Directives that neither change a request nor step in front of what answers it."""


def _plain(directives: Sequence[Directive]) -> bool:
    inner = (d.block or () for d in directives if d.name.value in _INSIDE)
    own = all(d.name.value in _QUIET or d.name.value.startswith("@") for d in directives)
    return own and all(map(_plain, inner))


def _automatic(directive: Directive) -> bool:
    """Whether a directive leaves it to Caddy to get certificates for the addresses of its site."""
    return directive.name.value != "tls" or (len(directive.args) < 2 and directive.block is None)  # noqa: PLR2004 - a certificate and its key


def _bound(text: str) -> str:
    """The host of a `bind` address, which may name a network first."""
    network, slash, rest = text.partition("/")
    host = text if network.startswith(("unix", "fd")) or not slash else rest
    return host.strip("[]")


def _ports(address: SiteAddress, options: Globals, *, secured: bool) -> Iterator[tuple[int, bool | None]]:
    """The port of an address, and whether TLS is spoken there."""
    if not address.known and (address.port is None or "{" in address.scheme):
        return
    http = address.scheme == "http"
    port = address.port if address.port is not None else options.http if http else options.https
    if http or port == options.http:
        tls: bool | None = False
    elif secured or address.scheme == "https" or port == options.https:
        tls = True
    else:
        tls = None if "{" in address.host else bool(address.host)
    yield port, tls


def _listens(sites: tuple[Site, ...], options: Globals) -> Iterator[Listen]:
    """Every port, once, with the one for redirects to HTTPS that Caddy adds."""
    seen: dict[tuple[str, int], Listen] = {}
    for listen in (one for s in sites for one in s.listens):
        key = (listen.address, listen.port)
        if key not in seen or (listen.tls and not seen[key].tls):
            seen[key] = listen
    yield from seen.values()
    secured = next((one for one in seen.values() if one.tls), None)
    off = {"off", "disable_redirects"} & {*options.auto_https}
    if secured and not off and all(one.port != options.http for one in seen.values()):
        yield Listen(secured.address, options.http, tls=False, anchor=secured.anchor)


def _misplaced(reading: Reading) -> Iterator[Fault]:
    """Blocks that Caddy refuses: directives where an address is expected, options that are not first."""
    for index, block in enumerate(reading.blocks):
        for key in block.keys:
            if key.value in DIRECTIVES and key.plain:
                said = f"parsed '{key.value}' as a site address, but it is a known directive; directives must appear in a site block"
                yield Fault(key.anchor, said)
                break
        if index and not block.keys and not block.route:
            said = "server block without any key is global configuration, and if used, it must be first"
            yield Fault(_start(block.anchor), said)


def _start(anchor: Anchor) -> Anchor:
    return Anchor(anchor.source, anchor.start, min(anchor.start + 1, anchor.end))


def _faults(sites: tuple[Site, ...]) -> Iterator[Fault]:
    named: dict[tuple[str, str, int], tuple[Site, Scalar]] = {}
    for site in sites:
        for address in site.addresses:
            if address.fault:
                yield Fault(address.written.anchor, address.fault)
        for route in site.routes:
            yield from _of_proxy(route)
        for address in site.addresses:
            for listen in site.listens if address.known else ():
                if listen.anchor != address.written.anchor:
                    continue
                key = (address.written.value, listen.address, listen.port)
                other = named.setdefault(key, (site, address.written))
                if other[0] is not site:
                    said = f"ambiguous site definition: {address.written.value}"
                    yield Fault(address.written.anchor, said, ((other[1].anchor, "the other site"),))


def _of_proxy(route: Route) -> tuple[Fault, ...]:
    return route.proxy.faults if route.proxy is not None else ()
