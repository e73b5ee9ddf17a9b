"""PHP-FPM, typed: the ports and sockets of its pools."""

from __future__ import annotations

import posixpath

from upstreamlint.containers.container import Container
from upstreamlint.source import Anchor
from upstreamlint.values import entity, frozen


@frozen(kw_only=True)
class Pool:
    """Where a pool listens: the path of a socket, or a port with or without its address; and what says so."""

    listen: str
    anchor: Anchor
    text: str

    @property
    def socket(self) -> str:
        """The path of its socket as the kernel finds it, empty for a port. `/var/run` is a link to `/run`."""
        return resolved(self.listen) if self.listen.startswith("/") else ""

    @property
    def port(self) -> str:
        """Its port, empty for a socket."""
        return "" if self.socket else self.listen.rpartition(":")[2]


def resolved(path: str) -> str:
    """A path without `/var` before `/run`."""
    plain = posixpath.normpath("/" + path.lstrip("/"))
    return plain.removeprefix("/var") if plain.startswith("/var/run/") else plain


@entity(kw_only=True)
class Fpm:
    """The PHP-FPM of a container, all of whose pools are known."""

    place: Container
    pools: tuple[Pool, ...]
    anchor: Anchor

    @property
    def id(self) -> str:
        """Where it runs."""
        return f"PHP-FPM/{self.place.id}"
