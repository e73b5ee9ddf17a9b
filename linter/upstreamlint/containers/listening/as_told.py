"""A listener of a server, from what it is told of it: an address, a host and a port apart, or a socket."""

from __future__ import annotations

from upstreamlint.containers.data import ServerFacts
from upstreamlint.containers.listening.listen import Address, Evidence, Listen, bound
from upstreamlint.containers.listening.told import Told
from upstreamlint.numerals import is_digits
from upstreamlint.numerals import port as port_number


def at_address(facts: ServerFacts, parsed: Address, value: Told) -> Listen:
    """What one value tells as a whole."""
    # A port alone leaves the address as it is; `:port` is every address.
    own = not parsed.host and is_digits(value.text.strip("\"'"))
    return Listen(
        address=own_address(facts) if own else bound(parsed.host),
        port=parsed.port or facts.port,
        anchor=value.anchor,
        text=value.told,
        evidence=Evidence.TOLD,
        implied=own,
        protocol=value.protocol or facts.protocol,
        tls=True if parsed.scheme in ("https", "wss") else False if _is_url(facts, value, parsed) else None,
    )


def _is_url(facts: ServerFacts, value: Told, parsed: Address) -> bool:
    """Whether a URL says that a server speaks plain text: one of those that are told several of them."""
    return parsed.scheme == "http" and value.told.partition("=")[0] in (
        *facts.url_variables,
        *facts.port_variables,
    )


def at_parts(
    facts: ServerFacts,
    host: Told | None,
    number: Told | None,
    value: Told,
    *,
    own: str,
    port: int | None,
) -> Listen:
    """What two values tell apart, `value` the first of them; `own` and `port` are the server's, for the one that is not told."""
    return Listen(
        address=bound(host.text) if host is not None else own,
        port=port_number(number.text) if number is not None else port,
        anchor=value.anchor,
        text=value.told,
        evidence=Evidence.TOLD,
        implied=host is None,
        protocol=facts.protocol,
    )


def on_socket(facts: ServerFacts, value: Told, path: str) -> Listen:
    """A Unix socket, and no port."""
    return Listen(
        address="",
        port=None,
        anchor=value.anchor,
        text=value.told,
        evidence=Evidence.TOLD,
        protocol=value.protocol or facts.protocol,
        socket=path,
    )


def own_address(facts: ServerFacts) -> str:
    """The address that a server listens on by itself, empty where none is known."""
    return bound(facts.bind) if facts.bind else ""
