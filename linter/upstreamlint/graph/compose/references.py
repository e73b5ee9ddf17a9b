"""References that Compose files make by themselves: labels that a proxy reads."""

from __future__ import annotations

from upstreamlint.graph.references import Reference
from upstreamlint.model.compose import ComposeService
from upstreamlint.source import Anchor
from upstreamlint.values import StrEnum, entity


class LabelObstacle(StrEnum):
    """Why a proxy that reads labels does not reach the container that carries them."""

    NO_PORT = "no port"
    """No label names a port, and the container exposes none."""
    AMBIGUOUS_PORT = "ambiguous port"
    """No label names a port, and the proxy's choice among the exposed ones is not the web's."""
    NO_NUMBER = "no number"
    """What is written for the port is none."""
    NETWORK_UNKNOWN = "network unknown"
    """The label names a network by a name that the engine does not use for it."""
    NETWORK_NOT_JOINED = "network not joined"
    """The label names a network that the container or the proxy is not on."""
    NETWORK_AMBIGUOUS = "network ambiguous"
    """The container is on several networks, the proxy not on all, and nothing says which one to use."""
    NOT_LOOKED_FOR = "not looked for"
    """The proxy looks for containers on networks that the container is not on."""
    SERVICE_UNKNOWN = "service unknown"
    """A router names a service that no label defines."""
    NO_ADDRESS = "no address"
    """The container lives in another's network and has no address of its own."""
    ON_HOST = "on host"
    """The container is on the network of the machine, where it has no address for the proxy."""


@entity(kw_only=True)
class LabelRoute(Reference):
    """A service whose labels (or variables) ask a proxy for traffic.

    `proxy` is what reads them, `client` the service that runs it, when the files show one. `port` is what the
    proxy will dial, `instead` what to write.
    """

    service: ComposeService
    proxy: str
    client: ComposeService | None
    port: int | None
    obstacle: LabelObstacle | None = None
    far_end: tuple[tuple[Anchor, str], ...] = ()
    instead: str = ""
