"""Plain text or TLS, on both ends alike?"""

from __future__ import annotations

from upstreamlint.containers.listening.listen import Evidence, Listen
from upstreamlint.facets.judgement import Obstacle
from upstreamlint.facets.protocol import SAYS_SO
from upstreamlint.facets.verdict import FINE, Facing

_PLAIN, _SECURE = 80, 443
_BY_PORT = "the port serves what it is known for"


def by_port(*, spoken: bool, number: int) -> Facing:
    """What the number of a port tells of an end of which nothing else is known."""
    if spoken and number == _PLAIN:
        return Facing(Obstacle.TLS_TO_PLAIN, None, _BY_PORT)
    if not spoken and number == _SECURE:
        return Facing(Obstacle.PLAIN_TO_TLS, None, _BY_PORT)
    return FINE


def tls(*, spoken: bool, listen: Listen) -> Facing:
    """Whether both ends mean TLS, or neither; where one is not known, nothing is said."""
    if listen.tls is None or listen.tls is spoken:
        return FINE
    told = listen.tls_told is not None or listen.evidence >= Evidence.TOLD
    assumption = "" if told else SAYS_SO
    return Facing(Obstacle.TLS_TO_PLAIN if spoken else Obstacle.PLAIN_TO_TLS, listen, assumption)
