"""Words of HAProxy's language: what its keywords take, what may be misspelt from them, and what releases have dropped.

After the configuration manuals of 1.8 to 3.0, and `haproxy -c` of 2.6.
"""

from __future__ import annotations

from upstreamlint import patterns

Release = tuple[int, int]

PROXIES = frozenset({"frontend", "backend", "listen"})
CONDITIONAL = frozenset(
    {
        "force-persist",
        "http-after-response",
        "http-request",
        "http-response",
        "ignore-persist",
        "monitor",
        "redirect",
        "stick",
        "tcp-request",
        "tcp-response",
        "use-server",
        "use_backend",
    }
)
"""Keywords whose lines may end in `if` or `unless` and a condition."""
BUILT_IN = patterns.compile(
    r"(?:TRUE|FALSE|LOCALHOST|HTTP[A-Z0-9_.]{0,30}|METH_[A-Z]{1,30}|RDP_COOKIE|REQ_CONTENT|WAIT_END)\Z"
)
USERLIST = patterns.compile(r"http_auth(?:_group)?\(\s*([^(),\s]+)\s*\)")
MODES = frozenset({"http", "tcp", "health", "log", "spop", "haterm"})
BALANCE = (
    "roundrobin",
    "static-rr",
    "leastconn",
    "first",
    "source",
    "uri",
    "url_param",
    "hash",
    "random",
    "rdp-cookie",
    "sticky",
    "log-hash",
    "log-sticky",
)
KEYWORDS = (
    "acl",
    "backlog",
    "balance",
    "bind",
    "capture",
    "compression",
    "cookie",
    "default_backend",
    "default-server",
    "description",
    "errorfile",
    "filter",
    "fullconn",
    "hash-type",
    "http-after-response",
    "http-check",
    "http-request",
    "http-response",
    "http-reuse",
    "log-format",
    "maxconn",
    "mode",
    "monitor-uri",
    "option",
    "redirect",
    "retries",
    "server",
    "server-template",
    "stats",
    "stick-table",
    "tcp-check",
    "tcp-request",
    "tcp-response",
    "timeout",
    "unique-id-format",
    "use-server",
    "use_backend",
)
"""Keywords of proxies that others may be misspelt from; those of modules are more."""
TIMEOUTS = (
    "check",
    "client",
    "client-fin",
    "client-hs",
    "connect",
    "http-keep-alive",
    "http-request",
    "queue",
    "server",
    "server-fin",
    "tarpit",
    "tunnel",
)
BALANCES = (
    "balance only supports 'roundrobin', 'static-rr', 'leastconn', 'source', 'uri', 'url_param', 'hdr(name)' and"
    " 'rdp-cookie(name)' options."
)
SUPPORTS = (
    "'timeout' supports 'client', 'server', 'connect', 'check', 'queue', 'http-keep-alive', 'http-request', 'tunnel',"
    " 'tarpit', 'client-fin' and 'server-fin'"
)
_ADD = "'http-request add-header'"
_REPLACE = "'http-request replace-path', 'http-request replace-uri' or 'http-request replace-header'"
_DENY = "'http-request deny'"
_DELETE = "'http-request del-header'"
DROPPED: dict[str, tuple[Release, str]] = {
    "appsession": ((1, 6), "`cookie` or `stick-table`"),
    "block": ((2, 1), _DENY),
    "clitimeout": ((2, 1), "'timeout client'"),
    "contimeout": ((2, 1), "'timeout connect'"),
    "srvtimeout": ((2, 1), "'timeout server'"),
    "redisp": ((2, 1), "'option redispatch'"),
    "redispatch": ((2, 1), "'option redispatch'"),
    "reqadd": ((2, 1), _ADD),
    "reqrep": ((2, 1), _REPLACE),
    "reqirep": ((2, 1), _REPLACE),
    "reqdel": ((2, 1), _DELETE),
    "reqidel": ((2, 1), _DELETE),
    "reqdeny": ((2, 1), _DENY),
    "reqideny": ((2, 1), _DENY),
    "rspadd": ((2, 1), "'http-response add-header'"),
    "rsprep": ((2, 1), "'http-response replace-header'"),
    "rspirep": ((2, 1), "'http-response replace-header'"),
    "rspdel": ((2, 1), "'http-response del-header'"),
    "rspidel": ((2, 1), "'http-response del-header'"),
    "monitor-net": ((2, 5), "'http-request return status 200 if { src … }'"),
    "nbproc": ((2, 5), "`nbthread`, or nothing"),
}
"""Keywords that are refused since a release, and what stands in their place."""
BIND_ALONE: Release = (1, 6)
"""The release since which addresses stand behind `bind` alone, and no more behind the name of a section."""
DROPPED_OPTIONS: dict[str, Release] = {"forceclose": (2, 0), "http-tunnel": (2, 1)}


NOT_IN_DEFAULTS = frozenset({"bind", "server", "server-template", "use_backend", "use-server"})
FETCHES = (
    "hdr",
    "hdr_beg",
    "hdr_cnt",
    "hdr_dir",
    "hdr_dom",
    "hdr_end",
    "hdr_len",
    "hdr_reg",
    "hdr_sub",
    "path",
    "path_beg",
    "path_dir",
    "path_dom",
    "path_end",
    "path_len",
    "path_reg",
    "path_sub",
    "url",
    "url_beg",
    "url_end",
    "url_param",
    "url_reg",
    "url_sub",
    "method",
    "src",
    "src_port",
    "dst",
    "dst_port",
    "ssl_fc",
    "ssl_fc_sni",
    "req.ssl_sni",
    "req_ssl_sni",
    "req.hdr",
    "nbsrv",
    "query",
    "base",
    "base_beg",
    "cook",
)
"""What conditions ask most; others may be misspelt from them."""
FAMILY = patterns.compile(r"(?:base|cook|hdr|path|url|urlp)_(?:beg|cnt|dec|dir|dom|enc|end|len|reg|sub|val)")
"""Their neighbours, which are no misspellings."""
