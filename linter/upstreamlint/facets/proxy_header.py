"""Does one end begin each connection with a PROXY header, and the other wait for one?"""

from __future__ import annotations

from upstreamlint.containers.listening.listen import Evidence, Listen
from upstreamlint.facets.dial import Protocol
from upstreamlint.facets.judgement import Obstacle
from upstreamlint.facets.verdict import FINE, Facing

_PASSED_ON = (Protocol.UNKNOWN, Protocol.TCP)


def proxy_header(spoken: Protocol, listen: Listen, *, sent: bool) -> Facing:
    """Whether the first bytes of a connection are what the listener takes them for.

    What hands on bytes hands on a header as well: that of its client, where it sends none of its own, and that of
    the one who dials, where the listener neither reads it nor speaks a protocol itself.
    """
    if listen.proxy_header is None:
        return FINE
    if sent:
        speaks = listen.protocol not in ("", "udp") or listen.tls
        broken = not listen.proxy_header and listen.evidence is Evidence.CONFIGURED and speaks
    else:
        broken = listen.proxy_header and spoken not in _PASSED_ON
    return Facing(Obstacle.PROXY_HEADER, listen) if broken else FINE
