"""The names that nginx asks the next server for: the Host header, and the name of TLS.

After src/http/modules/ngx_http_proxy_module.c: `$proxy_host` is the host of the target as it is written, the upstream's
name too, with a port that is not the scheme's own; no name is sent in a handshake unless `proxy_ssl_server_name` is on.
"""

from __future__ import annotations

from collections.abc import Iterable

from upstreamlint.programs.nginx.config import Pass
from upstreamlint.programs.nginx.language.syntax import Directive
from upstreamlint.programs.nginx.references import ProxyPass
from upstreamlint.source import Anchor

CLIENTS = frozenset({"$host", "$http_host"})
_FAMILIES = {"proxy_pass": ("proxy", 80, 443), "grpc_pass": ("grpc", 80, 443)}


def hosts(passes: Iterable[ProxyPass]) -> tuple[tuple[str, ...], Anchor | None]:
    """The Host headers of passes to one place, none where one of them is not known, and where they are written."""
    found: dict[str, None] = {}
    anchor: Anchor | None = None
    for passed in passes:
        own, at = _hosts(passed)
        if not own:
            return (), None
        found |= dict.fromkeys(own)
        anchor = anchor or at
    return tuple(found), anchor


def name(target: Pass) -> str | None:
    """The name that a handshake asks for, empty where none is sent; nothing where that is not known."""
    family = _FAMILIES.get(target.kind)
    if family is None:
        return None
    switch = target.setting(f"{family[0]}_ssl_server_name")
    if switch is None or _word(switch) == "off":
        return ""
    given = target.setting(f"{family[0]}_ssl_name")
    if given is not None:
        return None if "$" in _word(given) else _word(given)
    return target.address.host if target.address is not None and not target.variables else None


def begins_with_header(target: Pass) -> bool:
    """Whether connections of a stream begin with a PROXY header (ngx_stream_proxy_module, `proxy_protocol`)."""
    switch = target.setting("proxy_protocol")
    return target.context == "stream" and switch is not None and _word(switch) == "on"


def _hosts(passed: ProxyPass) -> tuple[tuple[str, ...], Anchor | None]:
    target = passed.target
    family = _FAMILIES.get(target.kind)
    if family is None or target.context != "http" or _by_module(target):
        return (), None
    header = written(target, f"{family[0]}_set_header")
    value = _word(header, 1) if header is not None else "$proxy_host"
    anchor = header.args[1].anchor if header is not None else target.host_anchor
    if value in CLIENTS:
        names = [n.value.lower() for n in passed.server.names]
        known = all(n.strip("_.") and n[0] not in "~.*" and not n.endswith("*") for n in names)
        return (tuple(names) if known and "localhost" not in names else ()), anchor
    if value == "$proxy_host":
        address = target.address
        if address is None or target.variables or address.kind != "name":
            return (), anchor
        own = address.port in (None, family[2] if target.scheme.endswith("s") else family[1])
        return (address.host if own else f"{address.host}:{address.port}",), anchor
    return (() if "$" in value or not value else (value,)), anchor


def written(target: Pass, directive: str) -> Directive | None:
    """The Host in force among the headers that are set: those of the innermost block that sets any."""
    for scope in target.scopes:
        headers = [d for d in scope.all(directive) if len(d.args) > 1]
        if headers:
            return next((d for d in headers if d.args[0].value.lower() == "host"), None)
    return None


def _by_module(target: Pass) -> bool:
    return any("_by_lua" in n or n.startswith("js_") for scope in target.scopes for n in scope.names)


def _word(directive: Directive, at: int = 0) -> str:
    return directive.args[at].value if len(directive.args) > at else ""
