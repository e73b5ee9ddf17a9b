"""Addresses of origins, as connectors write them: `http://host:port`, `host:port`, or a port alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from upstreamlint import numerals, patterns
from upstreamlint.documents import Scalar
from upstreamlint.programs.connectors.types import Origin, Pool
from upstreamlint.programs.nginx.address import part
from upstreamlint.readers.compose import tree
from upstreamlint.source import Anchor

_ADDRESS = patterns.compile(
    r"(?:(?P<scheme>[a-z][a-z0-9+.-]*)://)?(?:[^@/\s]*@)?(?P<host>\[[0-9a-fA-F:.]+\]|[^\s:/?#,\[\]]+)"
    r"(?::(?P<port>[0-9]+))?(?=[/?#,]|$)"
)
_WEIGHT = patterns.compile(r",(\d+)\s*$")
_PORT = patterns.compile(r"\d+\Z")

PORTS: Mapping[str, int] = {
    "http": 80, "ws": 80, "h2c": 80, "https": 443, "wss": 443, "https+insecure": 443, "ssh": 22, "rdp": 3389, "smb": 445,
}  # fmt: skip
"""The ports that a scheme stands for."""


def origin(written: Scalar, *, scheme: str = "", bare: bool = False) -> Origin | None:
    """An address; nothing for a socket, or for what is none. `scheme` is meant where none is written.

    `bare` says that a number alone is a port of loopback.
    """
    text = written.value.strip()
    if bare and _PORT.match(text):
        number = numerals.port(text)
        if number is None:
            return None
        return Origin(written, scheme, "127.0.0.1", number, False, written.anchor, written.anchor)
    found = _ADDRESS.match(text)
    if found is None or text != written.value.rstrip():
        return None
    used = found["scheme"] or scheme
    if used.startswith("unix") or used.endswith("+unix") or found["host"].startswith("unix"):
        return None
    port = numerals.port(found["port"]) if found["port"] else PORTS.get(used)
    if found["port"] and port is None:
        return None
    weight = _WEIGHT.search(text)
    host_at = part(written, *found.span("host"))
    return Origin(
        written,
        used,
        found["host"].strip("[]").lower(),
        port,
        found["port"] is None,
        host_at,
        part(written, *found.span("port")) if found["port"] else host_at,
        1 if weight is None else numerals.decimal(weight[1]) or 1,
    )


def path(url: Scalar) -> Scalar:
    """The path of a URL, and what follows it; `/` where there is none."""
    at = url.value.find("/", url.value.find("://") + len("://"))
    return url._replace(value="/") if at < 0 else tree.part(url, at, len(url.value))


def pool_of(anchor: Anchor, origins: Sequence[Origin | None], where: str, name: str = "") -> Pool:
    """What a rule leads to; addresses that are none are left out."""
    return Pool(name, tuple(o for o in origins if o is not None), anchor, where)
