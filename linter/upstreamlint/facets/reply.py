"""What a program answers to a request, as its own configuration says."""

from __future__ import annotations

import re
from collections.abc import Sequence

from upstreamlint.source import Anchor
from upstreamlint.typed import TYPE_CHECKING, Protocol
from upstreamlint.values import frozen

if TYPE_CHECKING:
    from upstreamlint.containers.container import Container


@frozen(kw_only=True)
class Request:
    """A request as it comes to a port; the host is the header as it is sent, empty where that is an address."""

    port: int
    method: str
    path: str
    host: str = ""

    @property
    def name(self) -> str:
        """The host in lower case, without its port."""
        return re.sub(r":\d+\Z", "", self.host).lower()


@frozen(kw_only=True)
class Reply:
    """The status, and the place that decides it; `text` is what to say about that place.

    `location` is where a redirect leads, with the words of its program for the host that was asked (`$host`, `{host}`).
    `flag` is Envoy's. `instead` are hosts that would get another answer, `path` is one that would, `assumption` is what it rests on.
    """

    status: int
    anchor: Anchor
    text: str
    location: str = ""
    flag: str = ""
    instead: tuple[str, ...] = ()
    path: str = ""
    assumption: str = ""


class Answering(Protocol):
    """A program whose configuration says what it answers."""

    @property
    def answers_in(self) -> Sequence[Container]:
        """The containers that it runs in."""

    def reply(self, request: Request) -> Reply | None:
        """What a request gets; nothing where that cannot be told."""

    def turned_away(self, request: Request) -> Reply | None:
        """What a request gets for its Host alone; nothing where something is there for it, or that cannot be told."""

    def refuses_name(self, number: int, name: str) -> tuple[Anchor, str] | None:
        """What ends the handshake of a client that asks a port for a name, empty for none; nothing where it goes on."""

    def names_on(self, number: int) -> Sequence[str]:
        """The hosts that a port has something for, those with a wildcard left out."""
