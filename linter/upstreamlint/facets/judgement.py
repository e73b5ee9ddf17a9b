"""What a facet of a hop came to."""

from __future__ import annotations

from upstreamlint.containers.listening.listen import Listen
from upstreamlint.facets.dial import Dial
from upstreamlint.facets.reply import Reply
from upstreamlint.graph.nodes import Node
from upstreamlint.graph.references import Candidate, Reference
from upstreamlint.source import Anchor
from upstreamlint.typed import TypeAlias
from upstreamlint.values import StrEnum, entity

__all__ = ["Candidate", "Facet", "FarEnd", "Judgement", "Obstacle"]

FarEnd: TypeAlias = "tuple[tuple[Anchor, str], ...]"
"""The other ends of a broken wire, each with what to say about it."""


class Facet(StrEnum):
    """What is asked about a hop."""

    NAME = "name"
    """Does the name lead to somebody, from here, when it is looked up?"""
    PATH = "path"
    """May packets get there?"""
    PORT = "port"
    """Is that a port of what answers?"""
    BIND = "bind"
    """Does the process listen where the hop arrives?"""
    PROTOCOL = "protocol"
    """Does one end speak what the other accepts?"""
    TLS = "TLS"
    """Plain or TLS, and whose name?"""
    VIRTUAL_HOST = "virtual host"
    """Does the next listener take this Host?"""
    REDIRECT = "redirect"
    """Is the client sent elsewhere, and does it come back?"""
    LIFE = "life"
    """Will somebody be there?"""
    ANSWER = "answer"
    """Would the listener answer this request as the asker wants?"""


class Obstacle(StrEnum):
    """Why a hop fails."""

    UNKNOWN_NAME = "unknown name"
    """Nobody has the name: no service, alias, container or host entry, no Service."""
    OTHER_NAMESPACE = "other namespace"
    """The Service exists in another namespace than the short name means."""
    POD_NAME = "pod name"
    """The Service exists, but no pod of that name is behind it."""
    NOT_PERMITTED = "not permitted"
    """The Service is in another namespace, and the program takes none from there."""
    NOT_CHECKABLE = "not checkable"
    """The program asks such a Service for no health, and makes no route to one that it is told to."""
    SHORT_NAME = "short name"
    """The proxy's own resolver does not know search domains."""
    HOST_GATEWAY = "host gateway"
    """It is a name of the machine itself, which the client's hosts file does not have."""
    NO_DNS = "no DNS"
    """The client is on the default bridge, or a pod without cluster DNS."""

    NO_SHARED_NETWORK = "no shared network"
    """The service exists, but on other networks than the client."""
    NETWORK_MODE = "network mode"
    """The client or the service uses a network where names do not resolve (none, host, another's)."""

    BEHIND_PROFILE = "behind a profile"
    """The service only starts with a profile that the client does not need."""
    SCALED_TO_ZERO = "scaled to zero"
    """The service runs no container."""

    PUBLISHED = "published"
    """It is the port that the host publishes, not the container's."""
    UNPUBLISHED = "unpublished"
    """It is the container's port, but the way leads through the host, which publishes it as another."""
    NOT_ON_SERVICE = "not on the Service"
    """The Kubernetes Service has no such port."""
    NOT_SERVED = "not served"
    """Nothing shows the container serving it, and it declares others."""
    HEADLESS = "headless"
    """A headless Service maps no ports: the pods' own port has to be dialled."""
    DEFAULTED = "defaulted"
    """None was written, so the protocol's default is dialled."""

    LOOPBACK = "loopback"
    """It is the client's own container, and nothing there listens on the port."""
    LOOPBACK_ONLY = "loopback only"
    """The process listens to its own container only."""
    IPV4_ONLY = "IPv4 only"
    """`localhost` is `::1` first, and the process listens on IPv4 only."""

    OTHER_FAMILY = "other family"
    """The address that is dialled is of IPv6, and the process listens on IPv4 only."""

    OTHER_PROTOCOL = "other protocol"
    """What is spoken is not what the other end accepts."""
    PLAIN_TO_TLS = "plain to TLS"
    """Plain text to a port that speaks TLS."""
    TLS_TO_PLAIN = "TLS to plain"
    """TLS to a port that speaks plain text."""
    PROXY_HEADER = "PROXY header"
    """The other end waits for a PROXY header, or is sent one that it does not know."""
    TLS_NAME = "TLS name"
    """The name that is asked for is none that the other end has."""

    UNTRUSTED = "untrusted"
    """The certificate must be a public authority's, and none certifies the name."""

    OTHER_HOST = "other host"
    """The next listener takes other names than the one that is sent."""

    BACK_TO_TLS = "back to TLS"
    """What comes without TLS is sent back to come with TLS, which ended before."""

    OTHER_ANSWER = "other answer"
    """What is asked for health is answered with a status that does not count as healthy."""
    NOT_SHOWN = "not shown"
    """Nothing shows that the path is answered, and something shows that another one is."""
    NO_ENDPOINT = "no endpoint"
    """A server of authorization is asked at a path where it does not say whether a request may go on."""

    @property
    def facet(self) -> Facet:
        """What was asked."""
        return _FACETS[self]


_FACETS = {
    **dict.fromkeys(
        (
            Obstacle.UNKNOWN_NAME,
            Obstacle.OTHER_NAMESPACE,
            Obstacle.POD_NAME,
            Obstacle.NOT_PERMITTED,
            Obstacle.NOT_CHECKABLE,
            Obstacle.SHORT_NAME,
            Obstacle.HOST_GATEWAY,
            Obstacle.NO_DNS,
        ),
        Facet.NAME,
    ),
    **dict.fromkeys((Obstacle.NO_SHARED_NETWORK, Obstacle.NETWORK_MODE), Facet.PATH),
    **dict.fromkeys((Obstacle.BEHIND_PROFILE, Obstacle.SCALED_TO_ZERO), Facet.LIFE),
    **dict.fromkeys(
        (
            Obstacle.PUBLISHED,
            Obstacle.UNPUBLISHED,
            Obstacle.NOT_ON_SERVICE,
            Obstacle.NOT_SERVED,
            Obstacle.HEADLESS,
            Obstacle.DEFAULTED,
        ),
        Facet.PORT,
    ),
    **dict.fromkeys(
        (Obstacle.LOOPBACK, Obstacle.LOOPBACK_ONLY, Obstacle.IPV4_ONLY, Obstacle.OTHER_FAMILY), Facet.BIND
    ),
    **dict.fromkeys((Obstacle.OTHER_PROTOCOL, Obstacle.PROXY_HEADER), Facet.PROTOCOL),
    **dict.fromkeys(
        (Obstacle.PLAIN_TO_TLS, Obstacle.TLS_TO_PLAIN, Obstacle.TLS_NAME, Obstacle.UNTRUSTED), Facet.TLS
    ),
    Obstacle.OTHER_HOST: Facet.VIRTUAL_HOST,
    Obstacle.BACK_TO_TLS: Facet.REDIRECT,
    **dict.fromkeys((Obstacle.OTHER_ANSWER, Obstacle.NOT_SHOWN, Obstacle.NO_ENDPOINT), Facet.ANSWER),
}


@entity(kw_only=True)
class Judgement(Reference):
    """One facet of a hop: what was asked for (`wanted`), where (`anchor`), and what it came to.

    `targets` are what the hop leads to as far as it was followed, `far_end` the other ends of a broken wire.
    `by_host` says that the way leads through the machine, so that published ports are the right ones.
    `assumption` names what the judgement rests on that the files do not show, `listen` is what listens there,
    `remedy` what to do where that is more than to write what was meant, `reply` what is answered to what is asked.
    `certain` says of an address that is only written that it can mean nothing else: what it misses by little is
    there, and fits.
    """

    dial: Dial
    facet: Facet
    obstacle: Obstacle | None = None
    targets: tuple[Node, ...] = ()
    number: int | None = None
    far_end: FarEnd = ()
    by_host: bool = False
    assumption: str = ""
    listen: Listen | None = None
    remedy: str = ""
    reply: Reply | None = None
    certain: bool = False

    @property
    def stops(self) -> Node | None:
        """Where the program runs that does not start for it: it looks the name up at start, and nobody answers."""
        lost = self.facet in (Facet.NAME, Facet.PATH, Facet.LIFE)
        return self.dial.caller.node if self.dial.at_start and lost else None

    @property
    def target(self) -> Node:
        """The first of what it leads to; the owner of the dial when that is nothing."""
        return self.targets[0] if self.targets else self.dial.owner
