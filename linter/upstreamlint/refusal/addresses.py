"""IP addresses and blocks as Go's lenient parser takes them: leading zeros are decimal (net/utils `ParseIPSloppy`)."""

from __future__ import annotations

from upstreamlint import patterns
from upstreamlint.numerals import decimal, is_digits
from upstreamlint.typed import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

    Address: TypeAlias = IPv4Address | IPv6Address
    Block: TypeAlias = IPv4Network | IPv6Network

_ZEROS = patterns.compile(r"(?<![0-9a-fA-F:])0+(?=[0-9])")


def address(text: str) -> Address | None:
    """The address that a text is, if it is one; a zone is none."""
    if "%" in text or (":" not in text and not is_digits(text[-1:])):
        return None
    from ipaddress import ip_address

    try:
        return ip_address(_ZEROS.sub("", text) if "." in text else text)
    except ValueError:
        return None


def block(text: str) -> Block | None:
    """The block that a text with a mask length is; bits beyond the mask are passed over."""
    host, slash, length = text.partition("/")
    bits = decimal(length)
    if not slash or bits is None or address(host) is None:
        return None
    from ipaddress import ip_network

    try:
        return ip_network(f"{address(host)}/{bits}", strict=False)
    except ValueError:
        return None
