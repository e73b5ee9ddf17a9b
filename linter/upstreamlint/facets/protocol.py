"""Does one end speak what the other accepts?"""

from __future__ import annotations

from upstreamlint.containers.listening.listen import Evidence, Listen
from upstreamlint.facets.dial import Protocol
from upstreamlint.facets.judgement import Obstacle
from upstreamlint.facets.verdict import FINE, Facing

_HTTP = frozenset({"http", "https", "http/1.1", "ws", "wss"})
_HTTP2 = frozenset({"h2c", "grpc"})
_ASKED = {Protocol.FASTCGI: "fastcgi", Protocol.UWSGI: "uwsgi", Protocol.SCGI: "scgi"}
_DATAGRAMS = "udp"
SAYS_SO = "the port speaks what is known of it"


def protocol(spoken: Protocol, listen: Listen) -> Facing:
    """Whether what is spoken is understood; a protocol that is not known is judged by nothing."""
    heard = listen.protocol
    assumption = SAYS_SO if listen.evidence is Evidence.STATED else ""
    if spoken in (Protocol.UNKNOWN, Protocol.TCP):
        return FINE
    if heard == _DATAGRAMS:
        return Facing(Obstacle.OTHER_PROTOCOL, listen)
    if not heard:
        return FINE
    if spoken in _ASKED:
        understood = heard == _ASKED[spoken]
    elif spoken is Protocol.HTTP1:
        understood = heard in _HTTP
    elif spoken is Protocol.HTTP:
        understood = heard in _HTTP | _HTTP2
    else:
        understood = heard in _HTTP2 or (heard in _HTTP and listen.http2 is not False)
    return FINE if understood else Facing(Obstacle.OTHER_PROTOCOL, listen, assumption)
