"""Where a `ProxyPass`, a `BalancerMember` or a handler leads: URLs as mod_proxy reads them.

After `ap_proxy_define_worker` (modules/proxy/proxy_util.c) and the manuals of mod_proxy and mod_proxy_fcgi.
"""

from __future__ import annotations

import re

from upstreamlint import numerals, patterns
from upstreamlint.documents import Scalar
from upstreamlint.programs.nginx.address import part
from upstreamlint.source import Anchor
from upstreamlint.values import frozen

PORTS = {"http": 80, "https": 443, "h2": 443, "h2c": 80, "ws": 80, "wss": 443, "fcgi": 8000, "scgi": 4000,
         "ajp": 8009, "uwsgi": 3031, "ftp": 21}  # fmt: skip
"""The ports of schemes, as `apr_uri_port_of_scheme` and each module's own default say."""
_URL = patterns.compile(r"(?:unix:([^|]*)\|)?([A-Za-z][A-Za-z0-9+.-]*)://([^/?#]*)(.*)", re.DOTALL)
_UNKNOWN = patterns.compile(r"[$%]")


@frozen
class Url:
    """A target. `host` is lower case; `port` is nothing where it cannot be told; `path` is what follows.

    `socket` is the path of a Unix socket, which is dialled instead of the host. `known` says that neither a
    variable nor a part of the request stands in the host or the port.
    """

    written: Scalar
    scheme: str
    host: str
    port: int | None
    defaulted: bool
    path: str
    socket: str
    known: bool
    at: int

    @property
    def host_anchor(self) -> Anchor:
        """The host alone."""
        found = self.written.value.lower().find(self.host, self.at) if self.host else -1
        return part(self.written, found, found + len(self.host)) if found >= 0 else self.written.anchor

    @property
    def port_anchor(self) -> Anchor:
        """The port alone; the host where it has none."""
        if self.defaulted or self.port is None:
            return self.host_anchor
        found = self.written.value.find(f":{self.port}", self.at)
        return (
            part(self.written, found + 1, found + 1 + len(str(self.port)))
            if found >= 0
            else self.written.anchor
        )


def url(written: Scalar) -> Url | None:
    """Read a target; nothing for what is no URL."""
    text = written.value
    at = len("proxy:") if text.lower().startswith("proxy:") else 0
    match = _URL.match(text, at)
    if match is None:
        return None
    scheme = match[2].lower()
    authority = match[3].rpartition("@")[2]
    host, port_text = _split(authority)
    known = not _UNKNOWN.search(authority)
    port = numerals.port(port_text) if port_text else PORTS.get(scheme)
    return Url(
        written=written,
        scheme=scheme,
        host=host.lower(),
        port=port,
        defaulted=not port_text,
        path=match[4],
        socket=match[1] or "",
        known=known,
        at=match.start(3),
    )


def _split(authority: str) -> tuple[str, str]:
    if authority.startswith("["):
        close = authority.find("]")
        return authority[1:close] if close > 0 else authority, authority[close + 2 :] if close > 0 else ""
    host, colon, port = authority.rpartition(":")
    return (host, port) if colon else (authority, "")
