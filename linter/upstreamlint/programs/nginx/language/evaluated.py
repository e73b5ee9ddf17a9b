"""Which words of a directive nginx looks variables up in when it starts: one that nothing defines is fatal there.

Each was tried with nginx 1.22.1 (`nginx -t`). Elsewhere (`server_name`, `mirror`, `error_log`, a regular expression) a
dollar sign is text, or refused for what it is.
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.documents import Scalar
from upstreamlint.programs.nginx.language.syntax import Directive

_PASSERS = ("proxy", "fastcgi", "uwsgi", "scgi", "grpc", "memcached")
_ALL = frozenset(
    {
        "root",
        "alias",
        "index",
        "try_files",
        "error_page",
        "return",
        "expires",
        "limit_rate",
        "limit_rate_after",
    }
    | {"ssl_certificate", "ssl_certificate_key", "access_log", "auth_basic", "auth_basic_user_file"}
    | {
        "proxy_ssl_name",
        "proxy_method",
        "proxy_set_body",
        "proxy_cookie_domain",
        "proxy_cookie_path",
        "proxy_redirect",
    }
    | {
        "limit_req_zone",
        "limit_conn_zone",
        "hash",
        "if",
        "charset",
        "secure_link",
        "secure_link_md5",
        "sub_filter",
    }
    | {"http2_push"}
    | {
        f"{passer}_{what}"
        for passer in _PASSERS
        for what in ("bind", "cache", "cache_bypass", "cache_key", "no_cache", "store")
    }
    | {f"{passer}_ssl_{what}" for passer in _PASSERS for what in ("certificate", "certificate_key")}
)
_BUT_FIRST = frozenset(
    {"rewrite", "set", "add_header", "add_trailer", "auth_request_set", "log_format"}
    | {"proxy_set_header", "grpc_set_header", "fastcgi_param", "uwsgi_param", "scgi_param"}
)
"""Those whose first word is a name or a regular expression."""
_BUT_LAST = frozenset({"map", "geo", "split_clients"})
"""Those whose last word is what they define."""
_NO_VALUES = frozenset({"hostnames", "include", "volatile"})
"""What stands among the values of a map and is none."""
_REGULAR = "~"


def evaluated(directive: Directive) -> Iterator[Scalar]:
    """The words whose variables are looked up; those of a block belong to its own directives, but for a map's values."""
    name = directive.name.value
    if name in _BUT_LAST:
        yield from directive.args[:-1]
    elif name in _ALL or name in _BUT_FIRST:
        yield from _plain(directive.args[name in _BUT_FIRST :])
    if name == "map":
        for entry in directive.block or ():
            if entry.name.value not in _NO_VALUES:
                yield from entry.args[:1]


def _plain(words: tuple[Scalar, ...]) -> Iterator[Scalar]:
    """Words that are no regular expressions: `~^/old`, and what follows `~` or `!~*` in a condition."""
    before = ""
    for word in words:
        if not word.value.startswith(_REGULAR) and not before.lstrip("!").startswith(_REGULAR):
            yield word
        before = word.value if word.value.strip("!~*") == "" else ""
