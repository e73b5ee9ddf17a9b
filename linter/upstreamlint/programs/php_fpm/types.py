"""PHP-FPM, typed: the ports and sockets of its pools."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable

from upstreamlint.containers.container import Container
from upstreamlint.containers.listening.listen import Evidence, Listen, Listening, address, bound
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

    @property
    def heard(self) -> Listen | None:
        """Its socket, or the port that it listens on, with its address; a port alone is one of every address."""
        parsed = address(self.listen) if not self.socket else None
        if not self.socket and (parsed is None or parsed.port is None):
            return None
        return Listen(
            address=bound(parsed.host) if parsed is not None else "",
            port=parsed.port if parsed is not None else None,
            socket=self.socket,
            anchor=self.anchor,
            text=self.text,
            evidence=Evidence.CONFIGURED,
            protocol="fastcgi",
        )


def resolved(path: str) -> str:
    """A path without `/var` before `/run`."""
    plain = posixpath.normpath("/" + path.lstrip("/"))
    return plain.removeprefix("/var") if plain.startswith("/var/run/") else plain


@entity(kw_only=True)
class Fpm:
    """The PHP-FPM of a container, all of whose pools are known. `alone` says that nothing else runs there."""

    place: Container
    pools: tuple[Pool, ...]
    anchor: Anchor
    alone: bool = False

    @property
    def serving(self) -> Iterable[tuple[Container, Listening]]:
        """Where it runs alone, with the ports and sockets of its pools."""
        listens = tuple(one for pool in self.pools if (one := pool.heard) is not None)
        if self.alone and listens:
            yield self.place, Listening(listens=listens, closed=True)

    @property
    def id(self) -> str:
        """Where it runs."""
        return f"PHP-FPM/{self.place.id}"
