"""Which `ProxyPass` takes a request: of those outside of sections the first whose path is a prefix of the request's.

After `ap_proxy_trans_match` (modules/proxy/mod_proxy.c); measured on 2.4.71. A prefix ends at a slash, as that of
`Alias` does. Those of `<Location>` come later, and win.
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.programs.apache.types import Config, Pass

_TAKE_ALL = frozenset({"^/(.*)$", "^/(.*)", "^(.*)$", "^(/.*)$", "^/", "/", "/(.*)", "^/.*$", "(.*)"})
"""Patterns that every path fits."""


def shadowed(config: Config) -> Iterator[tuple[Pass, Pass]]:
    """Each pass that no request comes to, with the one before it that takes them all to another place."""
    for host in config.hosts:
        before: list[Pass] = []
        for one in host.passes:
            if not one.ordered or one.unsure:
                continue
            earlier = next((p for p in before if _covers(p, one)), None)
            if earlier is not None and earlier.target.value != one.target.value:
                yield one, earlier
            before.append(one)


def _covers(one: Pass, other: Pass) -> bool:
    if one.kind.lower() == "proxypassmatch":
        return one.path in _TAKE_ALL
    if other.kind.lower() == "proxypassmatch" and one.path != "/":
        return False
    prefix = one.path.rstrip("/")
    return other.path.rstrip("/") == prefix or other.path.startswith(prefix + "/") or not prefix
