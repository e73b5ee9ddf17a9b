"""Traefik, typed: what it is started with, and the names that its providers tell it."""

from __future__ import annotations

from collections.abc import Mapping

from upstreamlint.containers.container import Container
from upstreamlint.containers.listening.listen import Evidence, Listen, Listening, bound
from upstreamlint.documents import Mapping as Tree
from upstreamlint.documents import Scalar
from upstreamlint.model.compose import ComposeService
from upstreamlint.readers.fault import Fault
from upstreamlint.source import Anchor
from upstreamlint.typed import Literal, TypeAlias
from upstreamlint.values import entity, field, frozen

Kind: TypeAlias = Literal["service", "middleware", "transport", "options"]


@frozen(kw_only=True)
class EntryPoint:
    """Where it listens. `port` is nothing where a variable stands.

    `middlewares`, `resolver` and `tls` go for every router on it; `redirects` is the entry point that it sends requests to.
    `reads_header` says that a connection may begin with a PROXY header.
    """

    name: Scalar
    address: Scalar | None
    port: int | None
    udp: bool = False
    tls: bool = False
    middlewares: tuple[Scalar, ...] = ()
    resolver: Scalar | None = None
    redirects: Scalar | None = None
    reads_header: bool = False


@frozen(kw_only=True)
class Engine:
    """A provider of containers: Docker, or Swarm.

    `exposed` says that containers are taken that no label enables. `anchor` is where the provider is switched on.
    """

    swarm: bool
    exposed: bool
    exposed_anchor: Anchor
    constraints: Scalar | None
    network: Scalar | None
    endpoint: Scalar | None
    anchor: Anchor


@frozen(kw_only=True)
class Named:
    """Something that a provider defines under a name, and the names that it uses in turn."""

    kind: Kind
    protocol: str
    name: str
    anchor: Anchor
    uses: tuple[tuple[Kind, Scalar], ...] = ()
    urls: tuple[Scalar, ...] = ()
    asks: tuple[Scalar, ...] = ()


@frozen(kw_only=True)
class Router:
    """A router: its rule, the entry points that it names, the service and the middlewares that it uses.

    `syntax` is that of its rule where it says so itself.
    """

    protocol: str
    name: str
    rule: Scalar | None
    service: Scalar | None
    entry_points: tuple[Scalar, ...]
    middlewares: tuple[Scalar, ...]
    anchor: Anchor
    syntax: str = ""
    tls: bool = False
    resolver: Scalar | None = None
    options: Scalar | None = None


@frozen(kw_only=True)
class Told:
    """What one provider says. `complete` says that it says nothing else, `faults` why it is refused; `roots` are its texts."""

    provider: str
    routers: tuple[Router, ...]
    named: tuple[Named, ...]
    complete: bool
    faults: tuple[Fault, ...] = ()
    roots: tuple[Tree, ...] = ()


@entity(kw_only=True)
class Traefik:
    """A Traefik that runs.

    `file` is where its file provider looks, `told` what that says; `others` says that there are providers that are not
    read. `complete` says that its static configuration is all known. `syntax` is that of rules, where its release is
    known; `pinned` says that its image names the release. `aside` are routers of its static configuration, which
    makes none of them. `refused` is why it does not start, `passed_over` what it does not read, `stop` the word where it stops to read its command line. `resolvers` are those of certificates, `shown` the services of its
    own that it has: the API, the dashboard, pings.
    """

    place: Container
    entry_points: Mapping[str, EntryPoint]
    engines: tuple[Engine, ...]
    file: Scalar | None
    others: bool
    told: Told
    complete: bool
    anchor: Anchor
    alone: bool = False
    syntax: str = ""
    pinned: bool = False
    aside: tuple[Router, ...] = ()
    refused: tuple[Fault, ...] = ()
    passed_over: tuple[Fault, ...] = ()
    stop: Scalar | None = None
    resolvers: Mapping[str, Anchor] = field(default_factory=dict)
    shown: frozenset[str] = frozenset()

    @property
    def id(self) -> str:
        """Where it runs."""
        return f"Traefik/{self.place.id}"

    @property
    def service(self) -> ComposeService | None:
        """The Compose service that it runs in."""
        return self.place.service

    @property
    def serving(self) -> tuple[tuple[Container, Listening], ...]:
        """Its container, where nothing but it serves there, with what it listens on."""
        points = [p for p in self.entry_points.values() if p.address is not None]
        if not self.complete or not self.alone or any(p.port is None for p in points):
            return ()
        return ((self.place, Listening(listens=tuple(map(_listen, points)), closed=True)),)


def _listen(point: EntryPoint) -> Listen:
    assert point.address is not None  # noqa: S101 - those without one are left out
    host = point.address.value.rpartition(":")[0]
    return Listen(
        address=bound(host),
        port=point.port,
        anchor=point.address.anchor,
        text=f"{point.name.value}: {point.address.value}",
        evidence=Evidence.CONFIGURED,
        protocol="http",
        proxy_header=None if point.reads_header else False,
        implied=not host,
    )
