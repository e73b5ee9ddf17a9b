"""The variables that nginx knows: its own, and those that a configuration defines."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import patterns
from upstreamlint.numerals import is_digits
from upstreamlint.programs.nginx.dials.targets import VARIABLE
from upstreamlint.programs.nginx.instance import NginxInstance
from upstreamlint.programs.nginx.language.evaluated import evaluated
from upstreamlint.programs.nginx.language.syntax import Directive
from upstreamlint.source import Anchor

_BUILT_IN = frozenset(
    [
        "ancient_browser",
        "args",
        "binary_remote_addr",
        "body_bytes_sent",
        "bytes_received",
        "bytes_sent",
        "connection",
        "connection_requests",
        "connection_time",
        "connections_active",
        "connections_reading",
        "connections_waiting",
        "connections_writing",
        "content_length",
        "content_type",
        "date_gmt",
        "date_local",
        "document_root",
        "document_uri",
        "fastcgi_path_info",
        "fastcgi_script_name",
        "geoip_area_code",
        "gzip_ratio",
        "host",
        "hostname",
        "http2",
        "http3",
        "https",
        "invalid_referer",
        "is_args",
        "is_request_port",
        "limit_conn_status",
        "limit_rate",
        "limit_req_status",
        "memcached_key",
        "modern_browser",
        "msec",
        "msie",
        "nginx_version",
        "pid",
        "pipe",
        "protocol",
        "proxy_add_x_forwarded_for",
        "proxy_host",
        "proxy_port",
        "proxy_protocol_addr",
        "proxy_protocol_port",
        "proxy_protocol_server_addr",
        "proxy_protocol_server_port",
        "query_string",
        "quic",
        "realip_remote_addr",
        "realip_remote_port",
        "realpath_root",
        "remote_addr",
        "remote_port",
        "remote_user",
        "request",
        "request_body",
        "request_body_file",
        "request_completion",
        "request_filename",
        "request_id",
        "request_length",
        "request_method",
        "request_port",
        "request_time",
        "request_uri",
        "scheme",
        "secure_link",
        "secure_link_expires",
        "server_addr",
        "server_name",
        "server_port",
        "server_protocol",
        "session_log_binary_id",
        "session_log_id",
        "session_time",
        "slice_range",
        "spdy",
        "spdy_request_prefix",
        "status",
        "tcpinfo_rcv_space",
        "tcpinfo_rtt",
        "tcpinfo_rttvar",
        "tcpinfo_snd_cwnd",
        "time_iso8601",
        "time_local",
        "uid_got",
        "uid_reset",
        "uid_set",
        "upstream_addr",
        "upstream_bytes_received",
        "upstream_bytes_sent",
        "upstream_cache_status",
        "upstream_connect_time",
        "upstream_first_byte_time",
        "upstream_header_time",
        "upstream_last_server_name",
        "upstream_queue_time",
        "upstream_response_length",
        "upstream_response_time",
        "upstream_session_time",
        "upstream_status",
        "uri",
        "brotli_ratio",
        "zstd_ratio",
        "proxy_internal_body_length",
        "proxy_internal_chunked",
        "ssi_local",
    ]
)
_FAMILIES = (
    "arg_",
    "http_",
    "cookie_",
    "sent_",
    "upstream_",
    "ssl_",
    "geoip",
    "jwt_",
    "proxy_protocol_",
    "otel_",
    "echo_",
    "srcache_",
    "angie_",
    "acme_",
)
_DEFINES = {
    **dict.fromkeys(("set", "perl_set", "js_set", "js_var", "auth_request_set"), slice(1)),
    **dict.fromkeys(("map", "geo", "split_clients"), slice(-1, None)),
    "keyval": slice(1, 2),
}
"""Directives that define a variable, and which of their words it is."""
_OPEN = patterns.compile(
    r"lua|perl|^js_|^load_module|^geoip|^auth_jwt|^include$|^set_|^opentracing|^otel|_variable$|^userid"
)
_CAPTURE = patterns.compile(r"\(\?(?:P?<|')(\w+)[>']")


def unknown_variables(instance: NginxInstance) -> Iterator[tuple[object, str, Anchor]]:
    """The variables that nothing defines, with what uses them; none when a module may define any.

    Of a configuration that is not all known, only those that a template's text was to have filled in: nginx has none in capitals.
    """
    if not (instance.complete or (instance.filled and instance.rendered)):
        return
    defined: set[str] = set()
    for _, scope in instance.config.scopes:
        if not _definitions(scope.directives, defined):
            return
    for user, names, anchor in _uses(instance):
        for name in names:
            known = name.lower() in defined or is_digits(name) or is_built_in(name)
            meant = name.isupper() and anchor.source.path in instance.rendered
            if not known and name not in instance.open_names and (instance.complete or meant):
                yield user, name, anchor


def _uses(instance: NginxInstance) -> Iterator[tuple[object, tuple[str, ...], Anchor]]:
    """Whatever looks variables up at start: targets, and the arguments of directives that do."""
    for server, _, target in instance.config.routes:
        yield server, target.variables, target.anchor
    for _, scope in instance.config.scopes:
        yield from _evaluated(scope.directives)


def _evaluated(directives: tuple[Directive, ...]) -> Iterator[tuple[object, tuple[str, ...], Anchor]]:
    for directive in directives:
        for word in evaluated(directive):
            names = tuple(found[1] or found[2] for found in VARIABLE.finditer(word.value))
            yield directive.name.source.path, names, word.anchor
        if directive.block and directive.name.value not in _DEFINES:
            yield from _evaluated(directive.block)


def is_built_in(name: str) -> bool:
    """Whether nginx, or a module that comes with it, defines a variable."""
    return name.lower() in _BUILT_IN or name.lower().startswith(_FAMILIES)


def _definitions(directives: tuple[Directive, ...], defined: set[str]) -> bool:
    """Collect the variables that directives define; whether all of them can be known."""
    for directive in directives:
        name = directive.name.value
        if _OPEN.search(name):
            return False
        if name in _DEFINES:
            made = directive.args[_DEFINES[name]]
            defined.update(a.value[1:].lower() for a in made if a.value.startswith("$"))
        for word in (directive.name, *directive.args):
            defined.update(m.lower() for m in _CAPTURE.findall(word.value))
        if directive.block and not _definitions(directive.block, defined):
            return False
    return True
