"""What a proxy dials, whatever proxy it is: a host and a port, seen from where the proxy runs.

nginx, Envoy and tunnel connectors write `host:port`. What that means depends on the container or pod that
dials: names of a Compose network, Services of a cluster, itself. Linkers of those proxies make these
references; the rules about them do not ask which proxy it was.
"""

from __future__ import annotations

from enum import StrEnum

from upstreamlint.graph.nodes import Node, Route
from upstreamlint.graph.references import Reference
from upstreamlint.source import Anchor
from upstreamlint.values import entity


class HostObstacle(StrEnum):
    """Why a host leads nowhere."""

    UNKNOWN_NAME = "unknown name"
    """No service, alias, container or host entry has the name."""
    NO_SHARED_NETWORK = "no shared network"
    """The service exists, but on other networks than the client."""
    BEHIND_PROFILE = "behind a profile"
    """The service only starts with a profile that the client does not need."""
    SCALED_TO_ZERO = "scaled to zero"
    """The service runs no container."""
    NETWORK_MODE = "network mode"
    """The client or the service uses a network where names do not resolve (none, host, another's)."""
    NO_DNS = "no DNS"
    """The client is on the default bridge, or a pod without cluster DNS."""
    SHORT_NAME = "short name"
    """The proxy's own resolver does not know search domains."""
    OTHER_NAMESPACE = "other namespace"
    """The Service exists in another namespace than the short name means."""
    HOST_GATEWAY = "host gateway"
    """It is a name of the machine itself, which the client's hosts file does not have."""
    LOOPBACK = "loopback"
    """It is the client's own container, and nothing there listens on the port."""


class PortObstacle(StrEnum):
    """Why a port leads nowhere, although the host is right."""

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


@entity(kw_only=True)
class UpstreamHost(Reference):
    """The host that a proxy dials.

    `client` is the Compose service or the workload that the proxy runs in, nothing when no file says.
    `at_start` says that the proxy looks the name up once, when it starts, and dies without an answer.
    `targets` are what answers to the name; `far_end` is the other end of the broken wire, with what to
    say about it. `by_host` says that the way leads through the machine, whose name needs no look-up.
    """

    route: Route | None
    proxy: str
    client: Node | None
    at_start: bool
    obstacle: HostObstacle | None = None
    targets: tuple[Node, ...] = ()
    far_end: tuple[tuple[Anchor, str], ...] = ()
    by_host: bool = False


@entity(kw_only=True)
class UpstreamPort(Reference):
    """The port that a proxy dials on a host that was found."""

    route: Route | None
    proxy: str
    client: Node | None
    target: Node
    number: int
    obstacle: PortObstacle | None = None
    far_end: tuple[tuple[Anchor, str], ...] = ()
