"""Caddy's own directives (caddyconfig/httpcaddyfile/directives.go and the modules of the standard build)."""

from __future__ import annotations

ORDER = (
    "tracing",
    "map",
    "vars",
    "fs",
    "root",
    "log_append",
    "skip_log",
    "log_skip",
    "log_name",
    "header",
    "copy_response_headers",
    "request_body",
    "timeouts",
    "redir",
    "method",
    "rewrite",
    "uri",
    "try_files",
    "basicauth",
    "basic_auth",
    "forward_auth",
    "request_header",
    "encode",
    "push",
    "intercept",
    "templates",
    "invoke",
    "handle",
    "handle_path",
    "route",
    "abort",
    "error",
    "copy_response",
    "respond",
    "metrics",
    "reverse_proxy",
    "php_fastcgi",
    "file_server",
    "acme_server",
)
"""The order in which Caddy runs the directives of a site, whatever order they are written in."""

DIRECTIVES = frozenset({*ORDER, "bind", "tls", "log", "handle_errors", "import"})
