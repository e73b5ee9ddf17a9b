"""Which directives leave alone what a location answers, and which step in front of it."""

from __future__ import annotations

from upstreamlint.programs.nginx.language.syntax import Directive
from upstreamlint.programs.nginx.upstream import Scope

_HARMLESS = frozenset({
    "root", "alias", "index", "try_files", "expires", "add_header", "add_trailer", "access_log",
    "error_log", "log_not_found", "etag", "charset", "charset_types", "override_charset", "default_type",
    "types", "sendfile", "sendfile_max_chunk", "tcp_nopush", "tcp_nodelay", "aio", "directio",
    "output_buffers", "server_tokens", "server_name", "listen", "location", "set", "error_page",
    "client_max_body_size", "client_body_buffer_size", "client_body_timeout", "client_header_timeout",
    "client_header_buffer_size", "large_client_header_buffers", "keepalive_timeout", "keepalive_requests",
    "send_timeout", "reset_timedout_connection", "open_file_cache", "open_file_cache_valid",
    "open_file_cache_errors", "open_file_cache_min_uses", "http2", "http3", "quic_retry", "resolver",
    "resolver_timeout", "absolute_redirect", "port_in_redirect", "server_name_in_redirect",
    "underscores_in_headers", "ignore_invalid_headers", "merge_slashes", "chunked_transfer_encoding",
    "if_modified_since", "autoindex", "include", "allow", "deny", "auth_basic", "auth_basic_user_file",
    "return", "internal", "stub_status", "more_set_headers", "more_clear_headers", "real_ip_header",
    "set_real_ip_from", "real_ip_recursive", "rewrite_log", "disable_symlinks",
})  # fmt: skip
_PREFIXES = ("gzip", "brotli", "ssl_", "proxy_", "fastcgi_", "uwsgi_", "scgi_", "grpc_", "http2_", "zstd")
"""Families of settings that change nothing by themselves: what they set up is used by a pass."""


def strange(directives: tuple[Directive, ...]) -> bool:
    """Whether something may answer that is not known here."""
    return any(not _harmless(d.name.value) for d in directives)


def _harmless(name: str) -> bool:
    return name in _HARMLESS or name.startswith(_PREFIXES)


def steps_in(scope: Scope) -> bool:
    """Whether something of an outer block steps in front of the content."""
    names = {d.name.value for d in scope.directives}
    return any(
        "_by_lua" in n or n.startswith(("js_", "auth_request", "auth_jwt", "satisfy", "perl")) for n in names
    )
