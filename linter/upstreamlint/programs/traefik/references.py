"""What the rules about Traefik look at."""

from __future__ import annotations

from upstreamlint.finding import Affected
from upstreamlint.graph.references import Reference
from upstreamlint.programs.traefik.model import Traefik
from upstreamlint.source import Anchor
from upstreamlint.values import StrEnum, entity


class NameKind(StrEnum):
    """What a router, a service or a middleware names."""

    ENTRY_POINT = "entry point"
    MIDDLEWARE = "middleware"
    SERVICE = "service"
    TRANSPORT = "serversTransport"
    RESOLVER = "certificate resolver"
    OPTIONS = "TLS options"


@entity(kw_only=True)
class TraefikName(Reference):
    """A name that Traefik must know. `hit` are the routes that are lost without it, `by` what names it.

    `partly` says that requests come in another way too.
    """

    kind: NameKind
    traefik: Traefik
    by: str
    hit: tuple[Affected, ...]
    far_end: tuple[tuple[Anchor, str], ...] = ()
    partly: bool = False


class Passed(StrEnum):
    """Why Traefik passes the labels of a container by."""

    NOT_ENABLED = "not enabled"
    """Containers are not exposed by default, and no label enables this one."""
    NO_PROVIDER = "no provider"
    """No provider of containers is switched on."""
    NOT_CONNECTED = "not connected"
    """No provider of containers is switched on, and the engine's socket is not there for one."""
    CONSTRAINT = "constraint"
    """The provider's constraints leave the container out."""
    NOT_DEPLOYED = "not deployed"
    """Swarm reads the labels under `deploy`, and these are the container's."""
    ONLY_DEPLOYED = "only deployed"
    """Docker reads the labels of containers, and these are under `deploy`."""
    NO_ENGINE = "no engine"
    """The socket of the engine is not put into Traefik's container."""
    NO_PORT = "no port"
    """No label names the port of a container in Swarm."""
    FIRST_RELEASE = "first release"
    """They are labels of Traefik 1, and this is a later one."""
    MISSPELT = "misspelt"
    """They begin with a word that Traefik does not look at."""


@entity(kw_only=True)
class PassedBy(Reference):
    """Labels with routes that Traefik does not take; `meant` is how a misspelt one should begin."""

    why: Passed
    service: str
    traefik: Traefik
    hit: tuple[Affected, ...]
    far_end: tuple[tuple[Anchor, str], ...] = ()
    meant: str = ""


@entity(kw_only=True)
class RouterRule(Reference):
    """The rule of a router that Traefik refuses, or that no request fits (`never`); `why` says which.

    `log` is what Traefik writes of it. `sure` says that the image names the release, `partly` that other parts of the
    rule may fit.
    """

    router: str
    why: str
    log: str
    help: str
    never: bool
    partly: bool
    sure: bool
    traefik: Traefik
    hit: tuple[Affected, ...]


@entity(kw_only=True)
class RouterWithoutService(Reference):
    """A router of a container whose labels define several services, and that names none of them."""

    services: tuple[str, ...]
    traefik: Traefik
    hit: tuple[Affected, ...]
    far_end: tuple[tuple[Anchor, str], ...] = ()


@entity(kw_only=True)
class RouterMisspelt(Reference):
    """Labels of a router without a rule whose name a slip of the hand makes of one that has a rule; `says` is what they set."""

    meant: str
    says: str
    traefik: Traefik
    hit: tuple[Affected, ...]
    far_end: tuple[tuple[Anchor, str], ...] = ()


@entity(kw_only=True)
class ProviderRefused(Reference):
    """Something for which Traefik refuses all that a container's labels say, or all files of its file provider."""

    message: str
    service: str
    traefik: Traefik
    hit: tuple[Affected, ...]


@entity(kw_only=True)
class StaticRouters(Reference):
    """Routers in the static configuration, of which Traefik makes none."""

    traefik: Traefik
    hit: tuple[Affected, ...]


@entity(kw_only=True)
class OriginUrl(Reference):
    """The URL of a server, which has no scheme where the verdict is broken."""

    traefik: Traefik
    hit: tuple[Affected, ...]


@entity(kw_only=True)
class ProviderFile(Reference):
    """Where the file provider looks; broken where nothing is put there. `elsewhere` are dynamic files in other places."""

    traefik: Traefik
    elsewhere: tuple[tuple[Anchor, str], ...] = ()


@entity(kw_only=True)
class DefinedTwice(Reference):
    """A name that the labels of two containers define, each in its own way; `apart` says that they are of two projects."""

    kind: str
    services: tuple[str, str]
    apart: bool
    traefik: Traefik
    hit: tuple[Affected, ...]
    far_end: tuple[tuple[Anchor, str], ...] = ()


@entity(kw_only=True)
class Unbuilt(Reference):
    """A middleware or a service that Traefik cannot make: `why`, what it logs, and what requests are answered with."""

    name: str
    why: str
    log: str
    status: int
    traefik: Traefik
    hit: tuple[Affected, ...]


@entity(kw_only=True)
class WrongDoor(Reference):
    """A router on an entry point that clients speak TLS to and it does not (`secure`), or the other way round."""

    router: str
    secure: bool
    published: int
    traefik: Traefik
    hit: tuple[Affected, ...]
    far_end: tuple[tuple[Anchor, str], ...] = ()
