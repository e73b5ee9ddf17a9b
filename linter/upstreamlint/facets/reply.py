"""What a program answers to a request, as its own configuration says."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Protocol

from upstreamlint.source import Anchor
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
    """The status, and the place that decides it; `text` is what to say about that place."""

    status: int
    anchor: Anchor
    text: str


class Answering(Protocol):
    """A program whose configuration says what it answers."""

    @property
    def place(self) -> Container | None:
        """The container that it runs in; nothing where no file says."""

    def reply(self, request: Request) -> Reply | None:
        """What a request gets; nothing where that cannot be told."""
