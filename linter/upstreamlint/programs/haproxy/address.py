"""Addresses as HAProxy reads them (`str2sa_range`, src/tools.c)."""

from __future__ import annotations

import ipaddress
import re

from upstreamlint import numerals, patterns
from upstreamlint.documents import Scalar
from upstreamlint.programs.nginx.address import part
from upstreamlint.programs.variables import Variables
from upstreamlint.source import Anchor
from upstreamlint.typed import Literal, TypeAlias
from upstreamlint.values import frozen

Kind: TypeAlias = Literal["name", "ip", "any", "unix", "other", "variable"]

_PREFIX = patterns.compile(r"(?:stream\+|dgram\+|quic\+)?(?:([a-z]+?)([46]?)@)?")
_VARIABLE = patterns.compile(r"\$(?:\{([A-Za-z0-9_]+)\}|([A-Za-z0-9_]+))", re.ASCII)
_PORTS = patterns.compile(r"([0-9]+)(?:-([0-9]*))?", re.ASCII)
_MAX_VARIABLES = 16
"""No address is made of more."""
_SOCKETS = frozenset({"unix", "uxst", "uxdg"})
_OTHERS = frozenset({"abns", "abnsz", "fd", "sockpair", "rhttp"})


@frozen
class Address:
    """One address. `any` is every address of the machine (`*`, `:80`).

    `last` is the end of a range of ports. `offset` says that the port is added to the client's (`+10`), so that
    it is not known; without a port the client's own is used.
    """

    written: Scalar
    kind: Kind
    host: str
    port: int | None
    last: int | None = None
    offset: bool = False
    fault: str = ""

    @property
    def host_anchor(self) -> Anchor:
        """The host alone."""
        at = self.written.value.find(self.host) if self.host else -1
        return part(self.written, at, at + len(self.host)) if at >= 0 else self.written.anchor

    @property
    def port_anchor(self) -> Anchor:
        """The port alone; the whole address where it has none."""
        text = f":{self.port}"
        if self.port is None or not self.written.value.endswith(text):
            return self.written.anchor
        end = len(self.written.value)
        return part(self.written, end - len(text) + 1, end)


def address(written: Scalar, variables: Variables, *, bind: bool = False) -> Address:
    """Read an address; variables are put in here as well, without quotes and without defaults.

    With `bind` it is one to listen on, which needs a port and may be a range.
    """
    text = _expanded(written.value, variables)
    prefix = _PREFIX.match(text)
    family = prefix[1] or "" if prefix else ""
    rest = text[prefix.end() :] if prefix else text
    if family in _SOCKETS or rest.startswith("/"):
        return Address(written, "unix", rest, None)
    if family in _OTHERS:
        return Address(written, "other", rest, None)
    if not text:
        said = f"'{written.value}' resolves to an empty address (environment variable missing?)"
        return Address(written, "variable", "", None, fault=said)
    host, port_text = _split(rest)
    port, last, offset, fault = _ports(port_text, written.value, bind=bind)
    if "$" in host:
        return Address(written, "variable", host, port, last, offset)
    if "$" in port_text:
        port, last, fault = None, None, ""
    host = host.strip("[]")
    return Address(written, _kind(host), host, port, last, offset, fault)


def _expanded(text: str, variables: Variables) -> str:
    """The text with the variables that are known; others stay as they are written."""

    def one(match: re.Match[str]) -> str:
        name = match[1] or match[2]
        return variables.get(name) or "" if variables.knows(name) else match[0]

    return _VARIABLE.sub(one, text, count=_MAX_VARIABLES)


def _split(text: str) -> tuple[str, str]:
    """The host and the port; the last colon parts them unless a bracket comes after it."""
    colon, bracket = text.rfind(":"), text.rfind("]")
    return (text[:colon], text[colon + 1 :]) if colon > bracket else (text, "")


def _ports(text: str, written: str, *, bind: bool) -> tuple[int | None, int | None, bool, str]:
    """The first and the last port, whether it is an offset, and what is wrong with it.

    Digits count up to the first other character, as HAProxy up to 2.8 reads them.
    """
    if not text:
        return None, None, False, f"missing port specification in '{written}'" if bind else ""
    if text[0] in "+-":
        return None, None, True, f"port offset not permitted here in '{written}'" if bind else ""
    match = _PORTS.match(text)
    if match is None:
        return None, None, False, f"invalid character '{text[0]}' in port number '{text}' in '{written}'"
    low = numerals.decimal(match[1], numerals.HIGHEST_PORT)
    high = low if match[2] is None else numerals.decimal(match[2], numerals.HIGHEST_PORT)
    if match[2] is not None and not bind:
        return None, None, False, f"port range not permitted here in '{written}'"
    if low is None or high is None or (bind and not (low and high)):
        return (
            None,
            None,
            False,
            f"invalid port '{match[1]}'" if match[2] is None else f"invalid port '{text}'",
        )
    if high < low:
        return None, None, False, f"invalid port range '{text}'"
    return low or None, high or None, False, ""


def _kind(host: str) -> Kind:
    if host in ("", "*"):
        return "any"
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return "name"
    return "ip"
