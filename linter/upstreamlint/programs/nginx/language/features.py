"""Which nginx knows what: directives and parameters by the open source version that brought or dropped them.

From nginx's own CHANGES; what NGINX Plus alone has was looked for in the sources of 1.31.4.
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.documents import Scalar
from upstreamlint.programs.nginx.config import Config
from upstreamlint.programs.nginx.instance import Flavour, Version
from upstreamlint.programs.nginx.language.syntax import Directive
from upstreamlint.programs.nginx.upstream import named
from upstreamlint.values import NamedTuple


class Feature(NamedTuple):
    """One thing that not every nginx knows.

    `since` and `dropped` are open source versions; without `since` only `others` have it.
    """

    since: tuple[int, ...] | None
    others: str = "NGINX Plus"
    dropped: tuple[int, ...] | None = None


class Use(NamedTuple):
    """A feature in use: where, and how nginx words its refusal."""

    feature: Feature
    written: Scalar
    refusal: str


_PLUS = Feature(None)
_CHECKS = Feature(None, "Tengine or nginx with the upstream_check module")

SERVER_PARAMETERS = {
    "max_conns": Feature((1, 11, 5)),
    "route": Feature((1, 29, 6)),
    "drain": Feature((1, 29, 6)),
    "slow_start": _PLUS,
}
RESOLVING = {"resolve": Feature((1, 27, 3)), "service": Feature((1, 27, 3))}
UPSTREAM_DIRECTIVES = {
    "random": Feature((1, 15, 1), ""),
    "sticky": Feature((1, 29, 6)),
    "least_time": Feature((1, 31, 0)),
    "resolver": Feature((1, 27, 3)),
    "queue": _PLUS,
    "state": _PLUS,
    "ntlm": _PLUS,
    "check": _CHECKS,
    "check_http_send": _CHECKS,
    "check_http_expect_alive": _CHECKS,
    "fair": Feature(None, "nginx with the upstream_fair module"),
}
DIRECTIVES = {
    "health_check": _PLUS,
    "match": _PLUS,
    "api": _PLUS,
    "status_zone": _PLUS,
    "keyval": _PLUS,
    "keyval_zone": _PLUS,
    "zone_sync": _PLUS,
    "session_log": _PLUS,
    "hls": _PLUS,
    "check_status": _CHECKS,
    "grpc_pass": Feature((1, 13, 10), ""),
    "mirror": Feature((1, 13, 4), ""),
    "ssl_reject_handshake": Feature((1, 19, 4), ""),
    "http2": Feature((1, 25, 1), ""),
    "http3": Feature((1, 25, 0), ""),
    "ssl": Feature((0, 0, 0), "", (1, 25, 1)),
}
_PLUS_IS_LIKELY = 2
"""A configuration that uses so many different things of NGINX Plus is taken to be for it."""


def uses(config: Config) -> Iterator[Use]:
    """Every use of a feature that not every nginx has."""
    for upstream in config.upstreams:
        for server in upstream.servers:
            for parameter in server.parameters:
                feature = SERVER_PARAMETERS.get(parameter.value.partition("=")[0])
                if feature is not None:
                    yield Use(feature, parameter, f'invalid parameter "{parameter}"')
        for directive in upstream.directive.block or ():
            yield from _use(directive, UPSTREAM_DIRECTIVES)
        if upstream.keepalive is not None and [a.value for a in upstream.keepalive.args] == ["0"]:
            refusal = 'invalid value "0" in "keepalive" directive'
            yield Use(Feature((1, 29, 7), ""), upstream.keepalive.args[0], refusal)
    for _, scope in config.scopes:
        yield from _walk(scope.directives)


def _walk(directives: tuple[Directive, ...]) -> Iterator[Use]:
    for directive in directives:
        yield from _use(directive, DIRECTIVES)
        if directive.block and directive.name.value != "upstream":
            yield from _walk(directive.block)


def _use(directive: Directive, table: dict[str, Feature]) -> Iterator[Use]:
    name = directive.name.value
    feature = table.get(name)
    if feature is not None and not (name == "match" and directive.block is None):
        allowed = table is UPSTREAM_DIRECTIVES and name == "resolver"
        refusal = f'"{name}" directive is not allowed here' if allowed else f'unknown directive "{name}"'
        yield Use(feature, directive.name, refusal)


def lacks(feature: Feature, version: Version | None, flavour: Flavour) -> bool | None:
    """Whether an nginx lacks a feature; nothing when that cannot be told."""
    if flavour in (Flavour.TENGINE, Flavour.ANGIE, Flavour.FREENGINX):
        return None
    if flavour is Flavour.PLUS:
        return None if feature is _CHECKS else False
    if feature.since is None:
        return True if flavour in (Flavour.OPEN_SOURCE, Flavour.OPENRESTY) else None
    if version is None:
        return None
    if feature.dropped is not None:
        return version.since(*feature.dropped)
    return version.before(*feature.since)


def looks_like_plus(config: Config) -> bool:
    """Whether a configuration is for NGINX Plus, by where it lies or by how much of it it uses."""
    if "plus" in config.main.source.path.lower():
        return True
    if any(True for _, scope in config.scopes for _ in named(scope.directives, "zone_sync", "keyval_zone")):
        return True
    found = {u.written.value.partition("=")[0] for u in uses(config) if u.feature is _PLUS}
    return len(found) >= _PLUS_IS_LIKELY
