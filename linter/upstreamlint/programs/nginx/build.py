"""From the tree of directives to the values of `config`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from upstreamlint import patterns
from upstreamlint.files.readable import Files
from upstreamlint.numerals import decimal
from upstreamlint.programs.nginx.address import parse_address
from upstreamlint.programs.nginx.config import Config, Listen, Location, Pass, Server
from upstreamlint.programs.nginx.dials.targets import VARIABLE, schemes_of, split_target
from upstreamlint.programs.nginx.language.include import PREFIXES, Closure, Mounts, expand, holds_main
from upstreamlint.programs.nginx.language.syntax import Directive, Fragment, substitute, whole
from upstreamlint.programs.nginx.upstream import (
    Context,
    Method,
    Resolver,
    Scope,
    Scopes,
    Upstream,
    UpstreamServer,
    named,
)
from upstreamlint.source import Source

PASSES = frozenset({"proxy_pass", "grpc_pass", "fastcgi_pass", "uwsgi_pass", "scgi_pass", "memcached_pass"})
METHODS = frozenset({"ip_hash", "hash", "least_conn", "least_time", "random", "sticky", "fair"})

_LOOSE = PASSES | {"location"}
_TIME = patterns.compile(r"([0-9]+)(ms|s|m|h|d|w|M|y)?", re.ASCII)
_UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800, "M": 2592000, "y": 31536000}
_HIGHEST = 999_999_999
"""No number of nginx is longer: it holds 32 bits where it counts."""
_LISTEN_PORT = patterns.compile(r"[0-9]{1,5}(?:-[0-9]{1,5})?", re.ASCII)


def load(
    main: Source | Fragment,
    files: Files,
    mounts: Mounts | None = None,
    *,
    prefix: str = PREFIXES[0],
    environment: Mapping[str, str] | None = None,
) -> Config:
    """Read one nginx configuration.

    `mounts` says what a path in the container holds; `prefix` is the main file's folder there. With an
    `environment`, the main file is an envsubst template. Never raises: what is wrong is in `faults`.
    """
    fragment = whole(main) if isinstance(main, Source) else main
    if environment:
        fragment = substitute(fragment, environment)
    return build(expand(fragment, files, mounts, prefix))


def build(closure: Closure) -> Config:
    """The values of an expanded tree."""
    top = closure.directives
    is_main = holds_main(top)
    contexts: list[tuple[Context, Scope]] = []
    if is_main:
        for directive in named(top, "http", "stream"):
            context: Context = "http" if directive.name.value == "http" else "stream"
            contexts.append((context, Scope(context, directive, directive.block or ())))
    elif top:
        context = _guess(top)
        contexts.append((context, Scope(context, None, top)))
    upstreams: list[Upstream] = []
    servers: list[Server] = []
    resolvers: list[Resolver] = []
    for context, scope in contexts:
        upstreams.extend(_upstream(d, context, scope) for d in named(scope.directives, "upstream") if d.args)
        servers.extend(
            _server(d, d.block, context, (scope,))
            for d in named(scope.directives, "server")
            if d.block is not None
        )
        if not is_main and any(named(top, *_LOOSE)):
            servers.append(_server(None, top, context, ()))
        resolvers.extend(_resolvers(scope.directives))
    return Config(
        closure.main,
        closure.fragments,
        closure.includes,
        closure.faults,
        not is_main,
        closure.templated,
        is_main and closure.complete,
        tuple(contexts),
        tuple(upstreams),
        tuple(servers),
        tuple(resolvers),
    )


def _guess(top: tuple[Directive, ...]) -> Context:
    """The context of a fragment: only stream passes straight from a server."""
    servers = [d.block for d in named(top, "server") if d.block is not None]
    passes = any(True for block in servers for _ in named(block, "proxy_pass"))
    locations = any(True for block in servers for _ in named(block, "location"))
    return "stream" if passes and not locations else "http"


def _resolvers(directives: tuple[Directive, ...]) -> Iterator[Resolver]:
    """The resolvers of a block and of every block inside it."""
    for directive in directives:
        if directive.name.value == "resolver" and directive.args:
            yield _resolver(directive)
        if directive.block:
            yield from _resolvers(directive.block)


def _resolver(directive: Directive) -> Resolver:
    words = [a for a in directive.args if "=" not in a.value]
    return Resolver(directive, tuple((a, parse_address(a.value)) for a in words))


def _resolver_of(scopes: Scopes) -> Resolver | None:
    """The resolver in force; `if` blocks inherit it as locations do."""
    for scope in scopes:
        found = [d for d in scope.all("resolver") if d.args]
        if found:
            return _resolver(found[-1])
    return None


def _upstream(directive: Directive, context: Context, outer: Scope) -> Upstream:
    block = directive.block or ()
    resolver = next(iter(named(block, "resolver")), None)
    servers = [
        _upstream_server(d, order) for order, d in enumerate(block) if d.name.value == "server" and d.args
    ]
    opaque = directive.block is None or any(
        d.name.value in ("state", "include") or "_by_lua" in d.name.value or d.block is not None
        for d in block
    )
    return Upstream(
        directive.args[0],
        context,
        tuple(servers),
        tuple(Method(d, order) for order, d in enumerate(block) if d.name.value in METHODS),
        next(iter(named(block, "zone")), None),
        next(iter(named(block, "keepalive")), None),
        _resolver(resolver) if resolver else None,
        _resolver_of((outer,)),
        opaque,
        directive,
    )


def _upstream_server(directive: Directive, order: int) -> UpstreamServer:
    written, *parameters = directive.args
    given = dict(p.value.partition("=")[::2] for p in parameters)
    return UpstreamServer(
        directive,
        written,
        parse_address(written.value),
        order,
        tuple(parameters),
        "down" in given,
        "backup" in given,
        "drain" in given,
        "resolve" in given,
        given.get("service"),
        _number(given.get("weight", "1")),
        _number(given.get("max_fails", "1")),
        seconds(given.get("fail_timeout", "10")),
        _number(given.get("max_conns", "0")),
    )


def _number(text: str) -> int | None:
    return decimal(text, _HIGHEST)


def seconds(text: str) -> float | None:
    """An nginx time (`10s`, `1m30s`, `500ms`, `10`) in seconds; nothing when nginx would refuse it."""
    total: float = 0
    at = 0
    while at < len(text):
        match = _TIME.match(text, at)
        number = decimal(match[1], _HIGHEST) if match is not None else None
        if match is None or number is None:
            return None
        total += number * _UNITS[match[2] or "s"]
        at = match.end()
    return total if text else None


def _server(
    directive: Directive | None, block: tuple[Directive, ...], context: Context, outer: Scopes
) -> Server:
    scopes = (Scope("server", directive, block), *outer)
    return Server(
        context,
        tuple(_listen(d) for d in named(block, "listen") if d.args),
        tuple(name for d in named(block, "server_name") for name in d.args),
        tuple(_location(d, context, scopes) for d in named(block, "location") if d.block is not None),
        tuple(_passes(block, context, scopes, conditional=False)),
        _resolver_of(scopes),
        directive,
        scopes,
    )


def _listen(directive: Directive) -> Listen:
    written, *parameters = directive.args
    text = written.value
    host, port = "", None
    if _LISTEN_PORT.fullmatch(text):
        port = decimal(text.partition("-")[0])
    else:
        address = parse_address(text)
        host = "" if address.host in ("*", "::", "0.0.0.0") else address.host  # noqa: S104 - read, not bound
        port = address.port if address.port is not None or address.kind in ("unix", "variable") else 80
    return Listen(directive, written, host, port, tuple(p.value for p in parameters))


def _location(directive: Directive, context: Context, outer: Scopes) -> Location:
    block = directive.block or ()
    scopes = (Scope("location", directive, block), *outer)
    modifier, path = "", directive.args[-1] if directive.args else None
    if len(directive.args) > 1:
        modifier = directive.args[0].value
    return Location(
        modifier,
        path,
        tuple(_passes(block, context, scopes, conditional=False)),
        tuple(_location(d, context, scopes) for d in named(block, "location") if d.block is not None),
        directive,
        scopes,
    )


def _passes(
    block: tuple[Directive, ...], context: Context, scopes: Scopes, *, conditional: bool
) -> Iterator[Pass]:
    """The passes of a block, and of the conditions in it."""
    for directive in block:
        name = directive.name.value
        if name in PASSES and directive.args and directive.block is None:
            yield _pass(directive, context, scopes, conditional=conditional)
        elif name in ("if", "limit_except") and directive.block:
            inner = (Scope(name, directive, directive.block), *scopes)
            yield from _passes(directive.block, context, inner, conditional=True)


def _pass(directive: Directive, context: Context, scopes: Scopes, *, conditional: bool) -> Pass:
    target = directive.args[0]
    kind = directive.name.value
    schemes = schemes_of(kind, context)
    variables = tuple(m[1] or m[2] for m in VARIABLE.finditer(target.value))
    scheme, address, fault = split_target(target.value, schemes)
    return Pass(
        directive,
        kind,
        context,
        target,
        scheme.removesuffix("://"),
        address,
        len(scheme),
        address.uri if address else "",
        variables,
        fault,
        schemes.get(scheme),
        _resolver_of(scopes),
        scopes,
        conditional,
    )
