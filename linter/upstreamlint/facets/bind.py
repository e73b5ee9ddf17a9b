"""Does the process listen where the hop arrives?"""

from __future__ import annotations

from collections.abc import Sequence

from upstreamlint.containers.listening import Evidence, Listen
from upstreamlint.facets.judgement import Obstacle
from upstreamlint.facets.verdict import FINE, Facing


def bind(listens: Sequence[Listen], *, through_loopback: bool = False, ipv6_first: bool = False) -> Facing:
    """Whether a port that these take is open to whoever dials it.

    `through_loopback` says that the one who dials shares the container's loopback. `ipv6_first` says that it asks
    `localhost` and takes `::1`, and nothing else, for it.
    """
    known = [listen for listen in listens if listen.address]
    if not known or len(known) < len(listens):
        return FINE
    if through_loopback:
        closed = ipv6_first and all(listen.ipv4_only for listen in known)
        return Facing(Obstacle.IPV4_ONLY, known[0]) if closed else FINE
    if not all(listen.loopback for listen in known):
        return FINE
    first = known[0]
    certain = first.port is not None and not first.implied and first.evidence >= Evidence.TOLD
    return Facing(
        Obstacle.LOOPBACK_ONLY, first, "" if certain else "nothing else in the image changes the address"
    )
