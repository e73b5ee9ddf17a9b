"""What `nginx -t` rejects besides broken syntax, as far as the text alone is certain about it."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from upstreamlint import patterns
from upstreamlint.containers.absent import lack
from upstreamlint.programs.nginx.dials.targets import VARIABLE
from upstreamlint.programs.nginx.instance import NginxInstance
from upstreamlint.programs.nginx.language.defaults import defaults
from upstreamlint.programs.nginx.language.syntax import Directive
from upstreamlint.programs.nginx.model import Listen, Location, Server, Upstream, seconds
from upstreamlint.programs.running import image_name
from upstreamlint.source import Anchor
from upstreamlint.values import NamedTuple


class Refusal(NamedTuple):
    """One thing that nginx refuses, in its own words, and the place of what it clashes with."""

    anchor: Anchor
    wording: str
    other: tuple[Anchor, str] | None = None
    help: str = ""


_SINGLE = frozenset(
    {"proxy_pass", "fastcgi_pass", "uwsgi_pass", "scgi_pass", "grpc_pass", "memcached_pass", "root", "alias"}
    | {
        "proxy_connect_timeout",
        "proxy_read_timeout",
        "proxy_send_timeout",
        "proxy_http_version",
        "proxy_buffering",
    }
    | {
        "proxy_buffer_size",
        "proxy_next_upstream",
        "proxy_next_upstream_tries",
        "client_max_body_size",
        "sendfile",
    }
    | {"keepalive_timeout", "resolver_timeout", "worker_processes", "worker_connections", "pid", "gzip"}
    | {
        "proxy_ssl_verify",
        "proxy_ssl_name",
        "proxy_ssl_server_name",
        "proxy_intercept_errors",
        "keepalive",
        "zone",
    }
)
"""Directives that may stand once in a block."""

_PARAMETERS = frozenset(
    {"weight", "max_fails", "fail_timeout", "max_conns", "slow_start", "backup", "down", "resolve", "service"}
    | {"route", "drain", "id", "srun_id"}
)
_NUMBERS = frozenset({"weight", "max_fails", "max_conns"})
_FLAGS = frozenset({"backup", "down", "resolve", "drain"})

_NEXT = {
    "proxy_next_upstream": "error timeout denied invalid_header non_idempotent http_500 http_502 http_503 http_504"
    " http_403 http_404 http_429 updating off",
    "grpc_next_upstream": "error timeout denied invalid_header non_idempotent http_500 http_502 http_503 http_504"
    " http_403 http_404 http_429 off",
    "fastcgi_next_upstream": "error timeout denied invalid_header non_idempotent http_500 http_503 http_403 http_404"
    " http_429 updating off",
    "uwsgi_next_upstream": "error timeout denied invalid_header non_idempotent http_500 http_503 http_403 http_404"
    " http_429 updating off",
}

_OUT_OF_PLACE = {
    **dict.fromkeys(
        ("proxy_pass", "fastcgi_pass", "uwsgi_pass", "scgi_pass", "grpc_pass", "memcached_pass"),
        frozenset({"location", "if", "limit_except"}),
    ),
    "location": frozenset({"server", "location"}),
    "server_name": frozenset({"server"}),
    "listen": frozenset({"server"}),
    "try_files": frozenset({"server", "location"}),
    "upstream": frozenset({"http", "stream"}),
}
"""The blocks of `http` that a directive may stand in."""

_NO_DEFAULT = "write `${{{0}}}`, and give the container a variable `{0}`: `envsubst` knows no defaults"
_URI = (
    '"proxy_pass" cannot have URI part in location given by regular expression, or inside named location, '
    'or inside "if" statement, or inside "limit_except" block'
)


def refusals(instance: NginxInstance) -> Iterator[Refusal]:
    """Everything that is certain to be refused."""
    config = instance.config
    for upstream in config.upstreams:
        yield from _parameters(upstream)
    for server in config.servers:
        yield from _locations(server.locations)
        yield from _listens(server)
    for context, scope in config.scopes:
        if scope.header is not None:
            yield from _block(scope.directives, context, stream=context == "stream")
        else:
            for directive in scope.directives:
                if directive.block and directive.name.value in ("server", "location", "upstream"):
                    yield from _block(directive.block, directive.name.value, stream=context == "stream")
    yield from _uris(instance)
    yield from _certificates(instance)
    yield from _resolvers(instance)
    # A file that nobody places may be filled in by something that knows defaults.
    if instance.client is not None:
        for context, scope in config.scopes:
            for place, wording, variable in defaults(scope.directives, context):
                yield Refusal(place, wording, help=_NO_DEFAULT.format(variable))


def _certificates(instance: NginxInstance) -> Iterator[Refusal]:
    """Certificates and keys that the official image neither brings nor is given."""
    place = instance.place
    if place is None or _OFFICIAL.search(image_name(place)) is None or instance.emptied:
        return
    every = list(_every(instance))
    named = [posixpath.join("/etc/nginx", word.value) for d in every for word in d.args if "." in word.value]
    seen: set[Anchor] = set()
    for directive in every:
        if directive.name.value not in _LOADED or not directive.args:
            continue
        written = directive.args[0]
        path = posixpath.join("/etc/nginx", written.value)
        plain = "$" not in path and not written.value.startswith(("data:", "engine:", "store:"))
        found = lack(place, path, named) if plain and written.anchor not in seen else None
        if found is not None:
            seen.add(written.anchor)
            said = _LOADED[directive.name.value].format(path)
            other = found.related[0] if found.related else None
            yield Refusal(written.anchor, f"{said} (No such file or directory)", other, found.help)


def _resolvers(instance: NginxInstance) -> Iterator[Refusal]:
    """Variables as the address of a `resolver`, which takes none (`ngx_resolver_create` looks its words up when nginx starts)."""
    for directive in _every(instance):
        for word in directive.args if directive.name.value == "resolver" else ():
            found = VARIABLE.search(word.value)
            name = found and (found[1] or found[2])
            if name and (re.search(_SETS.format(name), word.source.text) or _is_final(instance, name)):
                yield Refusal(word.anchor, f'host not found in resolver "{word}"', help="write the address")


_SETS = r"(?m)^\s*(?:set(?:_by_lua\w*)?|map\s+\S+)\s+\${}\s"


def _is_final(instance: NginxInstance, name: str) -> bool:
    """Whether nothing puts a value in place of a variable before nginx reads the file."""
    return instance.client is not None and instance.complete and name not in instance.open_names


def _every(instance: NginxInstance) -> Iterator[Directive]:
    """All directives, those of blocks too."""
    todo = [d for _, scope in instance.config.scopes for d in scope.directives]
    while todo:
        directive = todo.pop(0)
        todo.extend(directive.block or ())
        yield directive


_OFFICIAL = patterns.compile(r"\A(?:docker\.io/)?(?:library/)?nginx\Z|\Anginxinc/nginx-unprivileged\Z")
_LOADED = {
    "ssl_certificate": 'cannot load certificate "{}": BIO_new_file() failed',
    "ssl_certificate_key": 'cannot load certificate key "{}": BIO_new_file() failed',
}


def _block(directives: tuple[Directive, ...], kind: str, *, stream: bool) -> Iterator[Refusal]:
    first: dict[str, Directive] = {}
    for directive in directives:
        name = directive.name.value
        allowed = _OUT_OF_PLACE.get(name)
        if (
            allowed is not None
            and kind not in allowed
            and not (stream and name in ("proxy_pass", "upstream"))
        ):
            yield Refusal(directive.head, f'"{name}" directive is not allowed here')
        if name in _SINGLE:
            known = first.setdefault("root" if name == "alias" else name, directive)
            if known is not directive:
                wording = f'"{name}" directive is duplicate'
                if known.name.value != name:
                    wording += f', "{known.name}" directive was specified earlier'
                yield Refusal(directive.head, wording, (known.head, "it stands here already"), "remove one")
        yield from _next_upstream(directive)
        if directive.block and name in ("server", "location", "if", "limit_except", "upstream"):
            yield from _block(directive.block, name, stream=stream)


def _next_upstream(directive: Directive) -> Iterator[Refusal]:
    values = _NEXT.get(directive.name.value)
    for word in directive.args if values else ():
        if word.value not in (values or "").split():
            yield Refusal(word.anchor, f'invalid value "{word}"', help=f"one of: {values}")


def _parameters(upstream: Upstream) -> Iterator[Refusal]:
    for server in upstream.servers:
        for parameter in server.parameters:
            name, equals, value = parameter.value.partition("=")
            wrong = name not in _PARAMETERS or bool(equals) == (name in _FLAGS)
            wrong = wrong or (name in _NUMBERS and not re.fullmatch(r"[0-9]{1,9}", value, re.ASCII))
            wrong = wrong or (name == "weight" and value.strip("0") == "")
            wrong = wrong or (name in ("fail_timeout", "slow_start") and seconds(value) is None)
            if wrong and "$" not in parameter.value:
                yield Refusal(parameter.anchor, f'invalid parameter "{parameter}"')


def _listens(server: Server) -> Iterator[Refusal]:
    first: dict[tuple[str, int, bool], Listen] = {}
    for listen in server.listens if server.directive is not None else ():
        if (
            listen.port is None
            or "$" in listen.written.value
            or "-" in listen.written.value.rpartition(":")[2]
        ):
            continue
        key = (listen.host, listen.port, listen.written.value.startswith("["))
        if "udp" in listen.parameters or "quic" in listen.parameters:
            continue
        known = first.setdefault(key, listen)
        if known is not listen:
            address = f"{listen.host or '0.0.0.0'}:{listen.port}"  # noqa: S104 - shown, not bound
            wording = f"a duplicate listen {'[::]:' + str(listen.port) if key[2] else address}"
            yield Refusal(
                listen.directive.head, wording, (known.directive.head, "it stands here already"), "remove one"
            )


def _locations(locations: tuple[Location, ...]) -> Iterator[Refusal]:
    first: dict[tuple[bool, str], Location] = {}
    for location in locations:
        if location.path is not None and location.modifier in ("", "=", "^~"):
            path = location.path.value
            known = first.setdefault((location.modifier == "=", path), location)
            if known is not location:
                yield Refusal(
                    location.anchor, f'duplicate location "{path}"', (known.anchor, "it stands here already")
                )
        yield from _locations(location.locations)


def _uris(instance: NginxInstance) -> Iterator[Refusal]:
    for _, location, target in instance.config.routes:
        literal = target.kind == "proxy_pass" and target.context == "http" and not target.variables
        if (
            not literal
            or not target.uri
            or target.fault
            or (target.address and target.address.kind == "unix")
        ):
            continue
        special = location is not None and (location.modifier in ("~", "~*") or location.named)
        if special or target.conditional:
            yield Refusal(
                target.anchor, _URI, help="remove the path from the target; `rewrite` changes paths"
            )
