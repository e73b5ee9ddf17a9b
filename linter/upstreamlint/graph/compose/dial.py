"""What `host:port` means for a container of a Compose project: who answers, or why nobody does."""

from __future__ import annotations

from collections.abc import Collection

from upstreamlint.graph.compose import hosts, loopback, ports
from upstreamlint.graph.compose.types import DialedHost, DialedPort, World
from upstreamlint.model.compose import ComposeService
from upstreamlint.values import entity

__all__ = ["Dial", "DialedHost", "DialedPort", "World", "dial"]


@entity
class Dial:
    """The answer: the host, and the port on each service that the host leads to (none when it leads nowhere).

    The fields of each part are those that `UpstreamHost` and `UpstreamPort` take.
    """

    host: DialedHost
    ports: tuple[DialedPort, ...]

    @property
    def targets(self) -> tuple[ComposeService, ...]:
        """The services that answer to the name."""
        return self.host.targets


def dial(
    client: ComposeService,
    host: str,
    port: int | None,
    world: World,
    *,
    listens: Collection[int] = (),
    defaulted: bool = False,
) -> Dial:
    """Look up a host from inside a container, and judge the port on what answers.

    `listens` are the ports that the proxy in the client serves itself, by which loopback is judged.
    `defaulted` says that the port was not written. A missing port is not judged.
    """
    if loopback.is_loopback(host):
        found = loopback.resolve(client, port, world, listens)
    else:
        found = hosts.resolve(client, host, port, world)
    judged = () if port is None else tuple(ports.judge(found, port, world, defaulted=defaulted))
    return Dial(found, judged)
