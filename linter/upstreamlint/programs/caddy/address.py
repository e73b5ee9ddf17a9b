"""Addresses as Caddy reads them: of sites (`ParseAddress`) and of upstreams (`parseUpstreamDialAddress`).

After caddyconfig/httpcaddyfile/addresses.go, modules/caddyhttp/reverseproxy/addresses.go and listeners.go.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from upstreamlint import patterns
from upstreamlint.documents import Scalar
from upstreamlint.numerals import HIGHEST_PORT, decimal, is_digits
from upstreamlint.programs.nginx.address import part
from upstreamlint.source import Anchor
from upstreamlint.values import NamedTuple, frozen

_RANGE = patterns.compile(r"[0-9]+(?:-[0-9]+)?", re.ASCII)
_URL_PORT = patterns.compile(r"[0-9]*", re.ASCII)
MAX_RANGE = 64
"""Longer port ranges are cut: nobody dials so many ports on purpose."""

_NETWORK = patterns.compile(r"(?:tcp|udp|ip|unix|unixgram|unixpacket|fd|fdgram)?[46]?(?:\+h2c)?")
_PLACEHOLDER = patterns.compile(r"\{[^{}]*\}")
_ENV = patterns.compile(r"\{env\.([^{}]+)\}")


@frozen
class SiteAddress:
    """One key of a site. The host is lower case and without brackets; `known` says that no placeholder is left."""

    written: Scalar
    scheme: str
    host: str
    port: int | None
    path: str
    known: bool
    fault: str = ""


@frozen
class Upstream:
    """One address that a proxy dials.

    `host` is empty for the machine itself (`:8080`), the path for a socket (`network` is then `unix`). `port` is
    nothing when a placeholder stands there. `fault` is Caddy's wording for an address that it refuses.
    """

    written: Scalar
    network: str
    scheme: str
    host: str
    port: int | None
    defaulted: bool = False
    fault: str = ""

    @property
    def known(self) -> bool:
        """Whether it can be told what is dialled; Caddy dials nothing on a network that Go does not know."""
        if not _NETWORK.fullmatch(self.network):
            return False
        return "{" not in self.host and (self.port is not None or self.network.startswith("unix"))

    @property
    def misread(self) -> bool:
        """Whether what looks like a host with a path is dialled: Caddy takes the host for a network, which there is none of."""
        if self.fault or "{" in self.network or _NETWORK.fullmatch(self.network):
            return False
        return not self.host or self.network == "localhost" or any(c in self.network for c in ":.")

    @property
    def host_anchor(self) -> Anchor:
        """The host alone; the whole address where it cannot be told apart."""
        at = self.written.value.rfind(self.host) if self.host else -1
        return part(self.written, at, at + len(self.host)) if at >= 0 else self.written.anchor

    @property
    def port_anchor(self) -> Anchor:
        """The port alone; the whole address where it has none."""
        text = f":{self.port}"
        at = self.written.value.rfind(text)
        if self.port is None or at < 0:
            return self.written.anchor
        return part(self.written, at + 1, at + len(text))


def site_address(written: Scalar) -> SiteAddress:
    """Read the key of a site block."""
    text = _PLACEHOLDER.sub("{}", written.value.strip())
    scheme, separator, rest = text.partition("://")
    if not separator:
        scheme, rest = "", text
    authority, slash, path = rest.partition("/")
    host, port = _host_port(authority) or (authority, "")
    known = "{" not in text
    fault = ""
    number: int | None = None
    if port and "{" not in port:
        number = decimal(port, HIGHEST_PORT)
        if number is None:
            fault = f"port {port} is out of range" if is_digits(port) else f"invalid port '{port}'"
    if scheme.lower() not in ("", "http", "https") and "{" not in scheme:
        fault = fault or f"unsupported URL scheme {scheme}://"
    return SiteAddress(written, scheme.lower(), host.lower(), number, slash + path, known, fault)


def _host_port(text: str) -> tuple[str, str] | None:
    """Go's `net.SplitHostPort`, or the host alone; nothing for what has too many colons."""
    if text.startswith("["):
        close = text.find("]")
        if close < 0:
            return None
        rest = text[close + 1 :]
        return (text[1:close], rest[1:]) if not rest or rest.startswith(":") else None
    host, colon, port = text.rpartition(":")
    if not colon:
        return text, ""
    return None if ":" in host else (host, port)


class _Parsed(NamedTuple):
    network: str
    scheme: str
    host: str
    port: str
    defaulted: bool
    fault: str


def upstreams(written: Scalar, environment: Callable[[str], str | None]) -> Iterator[Upstream]:
    """What one word after `reverse_proxy` dials: several for a range of ports."""
    text = _ENV.sub(lambda m: environment(m[1]) or m[0], written.value)
    if "{$" in text:
        text = _PLACEHOLDER.sub("{$}", text)
    parsed = _with_scheme(text) if "://" in text else _without_scheme(text)
    if parsed.fault:
        yield Upstream(
            written, parsed.network, parsed.scheme, parsed.host, None, parsed.defaulted, parsed.fault
        )
        return
    if parsed.network.startswith(("unix", "fd")) or "{" in parsed.port or not parsed.port:
        yield Upstream(written, parsed.network, parsed.scheme, parsed.host, None, parsed.defaulted)
        return
    start, end = (decimal(n, HIGHEST_PORT) for n in _ends(parsed.port))
    if start is None or end is None or end < start:
        fault = f'invalid start port: strconv.ParseUint: parsing "{parsed.port}"'
        if start is not None and end is not None:
            fault = "end port must not be less than start port"
        yield Upstream(written, parsed.network, parsed.scheme, parsed.host, None, fault=fault)
        return
    for port in range(start, min(end, start + MAX_RANGE - 1) + 1):
        yield Upstream(written, parsed.network, parsed.scheme, parsed.host, port, parsed.defaulted)


def _ends(port: str) -> tuple[str, str]:
    """Both ends of a range of ports; a port alone is a range of one."""
    first, dash, last = port.partition("-")
    return first, last if dash else first


_DEFAULTS = {"": "80", "http": "80", "h2c": "80", "https": "443"}
_CONFLICTS = {
    ("http", "443"): "upstream address has conflicting scheme (http://) and port (:443, the HTTPS port)",
    ("https", "80"): "upstream address has conflicting scheme (https://) and port (:80, the HTTP port)",
    ("h2c", "443"): "upstream address has conflicting scheme (h2c://) and port (:443, the HTTPS port)",
}


def _with_scheme(text: str) -> _Parsed:
    scheme, _, rest = text.partition("://")
    scheme = scheme.lower()
    authority = re.split(r"[/?#]", rest, maxsplit=1)[0]
    path = rest[len(authority) :]
    host, port = _host_port(authority.rpartition("@")[2]) or (authority, "?")
    fault = ""
    if "{" in text:
        fault = (
            ""
            if "{$" in text
            else "due to parsing difficulties, placeholders are not allowed when an upstream address contains a scheme"
        )
    elif not _URL_PORT.fullmatch(port) and not _RANGE.fullmatch(port):
        fault = f'parsing upstream URL: parse "{text}": invalid port ":{port}" after host'
    elif path and path != "#":
        fault = "for now, URLs for proxy upstreams only support scheme, host, and port components"
    elif scheme in ("ws", "wss"):
        better = "http" if scheme == "ws" else "https"
        fault = f"the scheme {scheme}:// is only supported in browsers; use {better}:// instead"
    elif scheme not in _DEFAULTS:
        fault = f"unsupported URL scheme {scheme}://"
    else:
        fault = _CONFLICTS.get((scheme, port), "")
    return _Parsed("", scheme, host, port or _DEFAULTS.get(scheme, ""), not port, fault)


def _without_scheme(text: str) -> _Parsed:
    before, slash, after = text.partition("/")
    network = before.strip().lower() if slash else ""
    rest = after if slash else text
    if network.startswith(("unix", "fd")):
        scheme = "h2c" if network == "unix+h2c" else ""
        return _Parsed("unix" if scheme else network, scheme, rest, "", defaulted=False, fault="")
    host, port = _host_port(rest) or (rest.strip("[]"), "")
    defaulted = not port and "{" not in host
    return _Parsed(network, "", host, "80" if defaulted else port, defaulted, "")
