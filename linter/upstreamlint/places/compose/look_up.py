"""What `host:port` means for a container of a Compose project: who answers, or why nobody does."""

from __future__ import annotations

from collections.abc import Collection

from upstreamlint.graph.evidence import Verdict
from upstreamlint.model.compose import ComposeService
from upstreamlint.places.address import is_loopback
from upstreamlint.places.compose import hosts, loopback, ports
from upstreamlint.places.compose.world import World
from upstreamlint.places.found import Found, HostFound


def look_up(
    client: ComposeService,
    host: str,
    port: int | None,
    world: World,
    *,
    listens: Collection[int] = (),
    alone: bool = False,
    complete: bool = True,
    defaulted: bool = False,
) -> Found:
    """Look up a host from inside a container, and judge the port on what answers.

    `listens` are the ports that the proxy in the client serves itself, by which loopback is judged; `complete` says
    that those are all, `alone` that nothing but it runs there.
    `defaulted` says that the port was not written. A missing port is not judged.
    """
    if is_loopback(host):
        found = loopback.resolve(client, port, world, listens, alone=alone)
        if found.obstacle is not None and not complete and not found.assumption:
            found = HostFound(verdict=Verdict.UNKNOWN, obstacle=found.obstacle)
    else:
        found = hosts.resolve(client, host, port, world)
    judged = () if port is None else tuple(ports.judge(found, port, world, defaulted=defaulted))
    return Found(found, judged)
