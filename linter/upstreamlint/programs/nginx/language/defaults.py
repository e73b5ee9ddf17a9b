"""Values with a default, `${NAME:-value}`, as shells have them: `envsubst` leaves them as they are, and nginx refuses them.

Measured on nginx 1.22.1; `envsubst` of gettext knows `$NAME` and `${NAME}` alone (gettext docs: envsubst Invocation).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from upstreamlint import patterns
from upstreamlint.programs.nginx.language.syntax import Directive
from upstreamlint.source import Anchor

_DEFAULTED = patterns.compile(r"\$\{(\w{1,80}):?[-+=?]")
_PORTS = {
    "listen": 'invalid port in "{}" of the "listen" directive',
    "server": 'invalid port in upstream "{}"',
    "resolver": 'invalid port in resolver "{}"',
}
_SCRIPTS = frozenset(
    {"proxy_pass", "fastcgi_pass", "uwsgi_pass", "scgi_pass", "grpc_pass", "memcached_pass", "root", "alias"}
    | {
        "set",
        "return",
        "rewrite",
        "try_files",
        "add_header",
        "proxy_set_header",
        "fastcgi_param",
        "uwsgi_param",
    }
)
"""Directives whose values may hold nginx's own variables."""


def defaults(directives: Iterable[Directive], kind: str) -> Iterator[tuple[Anchor, str, str]]:
    """The words in a block of a kind that hold a default: the place, what nginx says, and the name."""
    for directive in directives:
        yield from _of_words(directive, kind)
        if directive.block:
            yield from defaults(directive.block, directive.name.value)


def _of_words(directive: Directive, kind: str) -> Iterator[tuple[Anchor, str, str]]:
    name = directive.name.value
    if name == "server" and kind != "upstream":
        return
    for word in directive.args:
        found = _DEFAULTED.search(word.value)
        if found is None:
            continue
        if name in _PORTS:
            yield word.anchor, _PORTS[name].format(word.value), found[1]
        elif name in _SCRIPTS:
            yield word.anchor, f'the closing bracket in "{found[1]}" variable is missing', found[1]
