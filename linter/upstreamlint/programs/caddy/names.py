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

OPTIONS = frozenset(
    [
        "debug",
        "http_port",
        "https_port",
        "default_bind",
        "order",
        "storage",
        "storage_clean_interval",
        "admin",
        "persist_config",
        "log",
        "grace_period",
        "shutdown_delay",
        "metrics",
        "auto_https",
        "email",
        "default_sni",
        "fallback_sni",
        "local_certs",
        "skip_install_trust",
        "acme_ca",
        "acme_ca_root",
        "acme_eab",
        "acme_dns",
        "dns",
        "on_demand_tls",
        "key_type",
        "cert_issuer",
        "renew_interval",
        "renewal_window_ratio",
        "cert_lifetime",
        "ocsp_interval",
        "ocsp_stapling",
        "preferred_chains",
        "servers",
        "pki",
        "events",
        "filesystem",
        "ech",
        "layer4",
        "frankenphp",
        "tls_resolvers",
        "experimental_http3",
        "dynamic_dns",
        "crowdsec",
        "security",
    ]
)
"""Options that stand before all sites; those of plugins are more."""
OPTIONS_OF_PLUGINS = frozenset({"layer4", "frankenphp", "dynamic_dns", "crowdsec", "security"})
"""Those of them whose plugin may have a directive of the name, too."""
ASKS_FOR_A_WORD = frozenset({
    "acme_ca", "acme_ca_root", "auto_https", "cert_issuer", "cert_lifetime", "default_sni", "email", "fallback_sni", "grace_period",
    "http_port", "https_port", "key_type", "ocsp_interval", "ocsp_stapling", "order", "persist_config", "renew_interval",
    "renewal_window_ratio", "shutdown_delay", "storage", "storage_clean_interval",
})  # fmt: skip
"""Options that are refused without a word behind them, as a variable that is not set leaves them."""
OF_SITES = frozenset(
    {
        "reverse_proxy",
        "respond",
        "file_server",
        "root",
        "redir",
        "handle",
        "handle_path",
        "route",
        "encode",
        "header",
        "php_fastcgi",
    }
    | {"try_files", "rewrite", "uri", "tls", "basic_auth", "basicauth", "forward_auth", "php_server"}
)
"""Directives that no option has the name of."""
HOLDS = frozenset({"handle", "handle_path", "route", "handle_errors"})
"""Directives with directives in their blocks."""
MATCHERS = (
    "client_ip", "expression", "file", "header", "header_regexp", "host", "method", "not", "path", "path_regexp", "protocol",
    "query", "remote_ip", "tls", "vars", "vars_regexp",
)  # fmt: skip
"""Matchers of the standard build."""
POLICIES = (
    "client_ip_hash", "cookie", "first", "header", "ip_hash", "least_conn", "query", "random", "random_choose", "round_robin",
    "uri_hash", "weighted_random", "weighted_round_robin",
)  # fmt: skip
"""Its policies of balancing."""
TRANSPORT = (
    "compression", "dial_fallback_delay", "dial_timeout", "expect_continue_timeout", "forward_proxy_url", "keepalive",
    "keepalive_idle_conns", "keepalive_idle_conns_per_host", "keepalive_interval", "local_address", "max_conns_per_host",
    "max_response_header", "network_proxy", "proxy_protocol", "read_buffer", "read_timeout", "resolvers",
    "response_header_timeout", "tls", "tls_client_auth", "tls_curves", "tls_except_ports", "tls_insecure_skip_verify",
    "tls_renegotiation", "tls_server_name", "tls_timeout", "tls_trust_pool", "tls_trusted_ca_certs", "versions",
    "write_buffer", "write_timeout",
)  # fmt: skip
"""What `transport http` takes."""
MANIPULATIONS = ("strip_prefix", "strip_suffix", "replace", "path_regexp", "query")
"""What `uri` does."""
