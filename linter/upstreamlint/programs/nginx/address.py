"""Addresses as nginx reads them (`ngx_parse_url`): a name, an IP or a socket, with its port or its fault.

Every outcome and wording was seen on nginx 1.22 and 1.31.
"""

from __future__ import annotations

import ipaddress
import re

from upstreamlint.documents import Scalar
from upstreamlint.numerals import port
from upstreamlint.source import Anchor
from upstreamlint.typed import Literal, TypeAlias
from upstreamlint.values import frozen

Kind: TypeAlias = Literal["name", "ip", "unix", "variable", "malformed"]


@frozen
class Address:
    """One address.

    `host` is without brackets, lower case for names, the path for sockets; `port` is what is written, and
    nothing when it is left to the default. `uri` is what follows (`/` first), where a URI may follow.
    `fault` is nginx's wording for a malformed address. `host_at` and `port_at` are offsets into `text`.
    A `variable` address holds a `$`, so nothing is known of it.
    """

    text: str
    kind: Kind
    host: str
    port: int | None
    uri: str
    fault: str | None
    host_at: tuple[int, int]
    port_at: tuple[int, int]

    @property
    def is_loopback(self) -> bool:
        """Whether it names the machine, container or pod that nginx itself runs in."""
        if self.kind == "ip":
            return ipaddress.ip_address(self.host.partition("%")[0]).is_loopback
        return self.kind == "name" and self.host == "localhost"


def parse_address(text: str, *, uri: bool = False) -> Address:
    """Read `host`, `host:port`, `[v6]:port` or `unix:path`; with `uri`, also what follows a `/`."""
    if text[:5].lower() == "unix:":
        return _unix(text, uri=uri)
    if text.startswith("["):
        return _bracketed(text, uri=uri)
    end = len(text)
    slash = re.search(r"[/?]", text)
    if slash:
        end = slash.start()
    colon = text.find(":", 0, end)
    host_end = colon if colon >= 0 else end
    host = text[:host_end]
    host_at, port_at = (0, host_end), (colon + 1, end) if colon >= 0 else (host_end, host_end)
    if "$" in text[:end]:
        port, _ = _port(text[colon + 1 : end]) if colon >= 0 else (None, None)
        return Address(text, "variable", host, port, text[end:], None, host_at, port_at)
    if slash and not uri:
        return Address(text, "malformed", host, None, "", "invalid host", (0, len(text)), port_at)
    port, fault = _port(text[colon + 1 : end]) if colon >= 0 else (None, None)
    if fault is None and not host:
        fault, host_at = "no host", (0, len(text))
    if fault:
        return Address(text, "malformed", host.lower(), port, text[end:], fault, host_at, port_at)
    return Address(text, _kind(host), host.lower(), port, text[end:], None, host_at, port_at)


def _kind(host: str) -> Kind:
    try:
        ipaddress.IPv4Address(host)
    except ValueError:
        return "name"
    return "ip"


def _port(text: str) -> tuple[int | None, str | None]:
    found = port(text)
    return found, None if found else "invalid port"


def _unix(text: str, *, uri: bool) -> Address:
    end = text.find(":", 5) if uri else -1
    end = end if end >= 0 else len(text)
    path = text[5:end]
    kind: Kind = "variable" if "$" in path else "unix" if path else "malformed"
    fault = None if path else "no path in the unix domain socket"
    return Address(text, kind, path, None, text[end + 1 :], fault, (5, end), (end, end))


def _bracketed(text: str, *, uri: bool) -> Address:
    close = text.find("]")
    rest = text[close + 1 :] if close > 0 else ""
    slash = re.search(r"[/?]", rest)
    tail = rest[slash.start() :] if slash else ""
    port_text = rest[: slash.start()] if slash else rest
    host = text[1:close] if close > 0 else text
    host_at, port_at = (0, close + 1), (min(close + 2, len(text)), len(text) - len(tail))
    if "$" in text[: len(text) - len(tail)]:
        return Address(text, "variable", host, None, tail, None, host_at, port_at)
    fault: str | None = None
    port: int | None = None
    try:
        ipaddress.IPv6Address(host)
    except ValueError:
        fault = "invalid IPv6 address"
    if close < 0 or (tail and not uri):
        fault = "invalid host"
    elif port_text:
        port, bad = _port(port_text[1:]) if port_text[0] == ":" else (None, "invalid host")
        fault = fault or bad
    return Address(text, "malformed" if fault else "ip", host.lower(), port, tail, fault, host_at, port_at)


def part(scalar: Scalar, start: int, end: int) -> Anchor:
    """The place of a part of a word; the whole word where it is not written as it reads."""
    inset = 0 if scalar.plain else 1
    first = scalar.start + inset
    if end > start and scalar.source.text[first : scalar.end - inset] == scalar.value:
        return Anchor(scalar.source, first + start, first + end)
    return scalar.anchor
