"""A connector: a program that takes requests from a tunnel or an identity-aware proxy to origins near it."""

from __future__ import annotations

from collections.abc import Mapping

from upstreamlint.containers.container import Container
from upstreamlint.documents import Scalar
from upstreamlint.facets.dial import Ask
from upstreamlint.facets.spread import PLAIN, Spread
from upstreamlint.programs.program import Program
from upstreamlint.source import Anchor
from upstreamlint.values import entity, field


@entity
class Origin:
    """An address that a connector dials. A missing port is one that nothing gives.

    `defaulted` says that the port is the scheme's own. `weight` is its part among the origins beside it, and
    `backup` counts those that are only used when no other is left, from 1.
    """

    written: Scalar
    scheme: str
    host: str
    port: int | None
    defaulted: bool
    host_anchor: Anchor
    port_anchor: Anchor
    weight: int = 1
    backup: int = 0


@entity
class Pool:
    """What a rule leads to: its origins, none where the connector answers itself.

    `name` is set for a pool that rules share by its name. `ask` is what each is asked for health, `ask_port` another port
    that this is done on. `spread` is how its origins are used, `spare` how those that stand by are. `parts` are pools with
    their weights that its requests are spread over instead. `emptied` are settings with which answers alone take every origin out. `idle` says that none of its origins is given requests,
    `unknown` that what becomes of them cannot be told. `verified` says that nothing is said here of their certificates: they are held against what
    the program trusts by itself.
    """

    name: str
    origins: tuple[Origin, ...]
    anchor: Anchor
    where: str = ""
    ask: Ask | None = None
    ask_port: Scalar | None = None
    spread: Spread = PLAIN
    spare: Spread = PLAIN
    parts: tuple[tuple[Pool, int], ...] = ()
    emptied: tuple[tuple[Anchor, str], ...] = ()
    idle: bool = False
    unknown: bool = False
    verified: bool = False

    @property
    def backed(self) -> bool:
        """Whether some of its origins stand by."""
        return any(o.backup for o in self.origins)

    @property
    def id(self) -> str:
        """The file, and its name or place in it."""
        return f"{self.anchor.source.path}#{self.name or self.where}"


@entity
class ConnectorRule:
    """One rule: the public host and path that it takes, and where it leads.

    `hostname` and `path` are empty where none is written. `number` counts from 1. `service` is what it
    leads to as written, for cloudflared. `dangling` says that the pool
    is only named, and that no file of the connector defines it; `defined` are the pools that are. `asks` are asked whether a request may go
    on. `sends` is the Host that the origin gets, nothing where it is not known; `server_name` the name that TLS asks for, empty for the origin's host.
    """

    number: int
    hostname: Scalar | None
    path: Scalar | None
    listener: str
    match: str
    pool: Pool
    anchor: Anchor
    service: Scalar | None = None
    dangling: bool = False
    defined: Mapping[str, Anchor] = field(default_factory=dict)
    sends: str | None = None
    server_name: str | None = None
    asks: tuple[Origin, ...] = ()

    @property
    def host(self) -> str:
        """The public host in lower case; empty when every host is meant."""
        text = self.hostname.value.strip().lower() if self.hostname else ""
        return "" if text == "*" else text

    @property
    def catches_all(self) -> bool:
        """Whether it takes every request."""
        return not self.host and self.path is None


@entity(kw_only=True)
class Connector:
    """A connector that runs: its rules, and the container that it runs in.

    `complete` says that its configuration is whole: no template, no patch. `ordered` says that the first rule that
    matches takes the request, `verifies` that it believes public authorities alone where nothing else is said. `listens` are its own ports.
    """

    program: Program
    rules: tuple[ConnectorRule, ...]
    anchor: Anchor
    place: Container
    complete: bool = True
    ordered: bool = False
    verifies: bool = False
    listens: frozenset[int] = frozenset()

    @property
    def id(self) -> str:
        """Where it runs, and its file."""
        where = self.place.name if self.place.service is not None else self.place.node.id
        return f"{self.program}/{where}/{self.anchor.source.path}"

    @property
    def title(self) -> str:
        """How messages name the place that it runs in."""
        return self.place.title
