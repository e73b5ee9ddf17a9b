"""An address that a process accepts connections on, with what says so."""

from __future__ import annotations

import re
from enum import IntEnum

from upstreamlint import patterns
from upstreamlint.numerals import port as port_number
from upstreamlint.source import Anchor
from upstreamlint.values import frozen


class Evidence(IntEnum):
    """What says that a process listens; more is stronger."""

    IMAGE = 1
    """What is known of the image."""
    STATED = 2
    """The name or the protocol that a Service gives its port."""
    SERVER = 3
    """The default of a server that a command starts."""
    TOLD = 4
    """A flag, a variable or a file tells the process."""
    CONFIGURED = 5
    """The program's own configuration, read as the program reads it."""


ANY4 = "0.0.0.0"  # noqa: S104 - what others bind, not what we do
ANY6, LOOPBACK4, LOOPBACK6, LOCALHOST = "::", "127.0.0.1", "::1", "localhost"


@frozen(kw_only=True)
class Listen:
    """One address and port.

    `address` is empty where it is not known; `::` takes IPv4 too. `port` is missing where only the address is
    known. `protocol` is what is spoken there as the tables of images and servers name it (`http`, `fastcgi` …),
    empty where that is not known; `tls` whether it is wrapped in TLS. `text` is what was written. `implied` says
    that the address is the server's own, and not written. `http2` says whether HTTP/2 is understood without
    negotiation, and `proxy_header` that every connection must begin with a PROXY header, nothing that one may. `tls_told` is what says
    whether it speaks TLS, and where, when that is written apart.
    """

    address: str
    port: int | None
    anchor: Anchor
    text: str
    evidence: Evidence
    protocol: str = ""
    tls: bool | None = None
    implied: bool = False
    http2: bool | None = None
    proxy_header: bool | None = False
    tls_told: tuple[Anchor, str] | None = None
    beside: str = ""
    named: str = ""
    socket: str = ""

    @property
    def loopback(self) -> bool:
        """Whether only its own container and those that share its network reach it."""
        return self.address in (LOOPBACK6, LOCALHOST) or self.address.startswith("127.")

    @property
    def ipv4_only(self) -> bool:
        """Whether nobody is accepted on IPv6."""
        return self.address != LOCALHOST and re.match(r"\d", self.address) is not None


@frozen(kw_only=True)
class Listening:
    """All that is known to listen in a container. `closed` says that there is nothing else.

    `usual` are the ports that its image serves as long as nothing inside moves them; none where something may.
    `others` says that something runs beside what is known, and may serve any port.
    """

    listens: tuple[Listen, ...] = ()
    closed: bool = False
    usual: frozenset[int] = frozenset()
    others: bool = False

    @property
    def told(self) -> tuple[Listen, ...]:
        """Those that the files themselves say."""
        return tuple(found for found in self.listens if found.evidence >= Evidence.TOLD and not found.beside)

    def serves(self, number: int | None) -> bool:
        """Whether a port is one of those that are known to be served."""
        return number in self.usual or any(listen.port == number is not None for listen in self.listens)

    def on(self, number: int) -> tuple[Listen, ...]:
        """Those that may take a port."""
        return tuple(found for found in self.listens if found.port in (number, None) and not found.socket)


_ADDRESS = patterns.compile(
    r"(?:(?P<scheme>[A-Za-z][A-Za-z0-9+.-]{0,20}://|(?:tcp|tcp4|tcp6|tls|udp|https?|unix|unixpacket|fd):/?)(?=[\[*+:A-Za-z0-9]))?"
    r"(?P<host>\[[0-9a-fA-F:.]{2,45}\]|[A-Za-z0-9.*+_-]{0,255})(?::(?P<port>[0-9]{1,5}))?/?\Z"
)
_WORDS = {"": ANY6, "*": ANY6, "+": ANY6, "all": ANY6, "any": ANY6, LOCALHOST: LOCALHOST}


@frozen
class Address:
    """An address as it is given to a server. The host is empty where none is written."""

    scheme: str
    host: str
    port: int | None


def address(text: str) -> Address | None:
    """Read `host:port`, `:port`, a URL or a port alone; nothing for a socket, or for what is no address."""
    number = port_number(text)
    if number is not None:
        return Address("", "", number)
    found = _ADDRESS.match(text.strip().strip("\"'"))
    scheme = (found["scheme"] or "").rstrip(":/").lower() if found is not None else ""
    if found is None or scheme in ("unix", "fd", "unixpacket"):
        return None
    return Address(scheme, found["host"].strip("[]"), port_number(found["port"] or ""))


def bound(host: str) -> str:
    """What a host means to bind to; empty for a name that only its machine can tell."""
    lower = host.lower()
    if lower in _WORDS:
        return _WORDS[lower]
    numeric = re.fullmatch(r"[0-9.]+|[0-9a-f:.]*:[0-9a-f:.]*", lower) is not None
    return lower if numeric else ""
