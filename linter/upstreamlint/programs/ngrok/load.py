"""What ngrok's tunnels lead to: the address that its command names, or the tunnels and endpoints of its file.

A number alone is a port of the agent's own container. Sources: ngrok's documents of the agent's command line and of
its configuration files, versions 2 (`tunnels.*.addr`) and 3 (`endpoints[].upstream.url`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from upstreamlint import patterns
from upstreamlint.containers.container import Container
from upstreamlint.documents import Mapping, Scalar
from upstreamlint.programs.built_in import NGROK
from upstreamlint.programs.connectors.load import Reader, read
from upstreamlint.programs.connectors.origin import origin, pool_of
from upstreamlint.programs.connectors.types import Connector, ConnectorRule
from upstreamlint.programs.reading import Found, Run

_ADDRESS = patterns.compile(r"(?:[a-z]{1,8}://)?(?:[\w.-]{1,253}:)?\d{1,5}/?\Z|https?://[\w.-]{1,253}/?\Z")
_SCHEMES = {"http": "http", "tcp": "", "tls": ""}
_HOST = ("domain", "hostname", "url")


def load(run: Run) -> Found:
    """Every ngrok of the run."""
    told = tuple(one for place in NGROK.places(run) if (one := _told(place)) is not None)
    return read(run, Reader(program=NGROK, rules=rules)).plus(
        Found(resources=told, sources=tuple(one.anchor.source for one in told))
    )


def _told(place: Container) -> Connector | None:
    """`ngrok http web:80`: one tunnel, whose address is no option."""
    words = [word for word in place.words if word.value != "ngrok"]
    scheme = words[0].value if words else ""
    written = next((w for w in words[1:] if _ADDRESS.match(w.value)), None)
    if scheme not in _SCHEMES or written is None:
        return None
    rule = _rule(1, None, written, _SCHEMES[scheme])
    whole = not (place.incomplete or place.unread)
    return Connector(
        program=NGROK, listens=NGROK.ports, rules=(rule,), anchor=rule.anchor, place=place, complete=whole
    )


def rules(root: Mapping) -> Iterator[ConnectorRule]:
    """`tunnels` by their names, and `endpoints`."""
    number = 0
    for tunnel in root.mapping("tunnels") or ():
        written = tunnel.value.scalar("addr") if isinstance(tunnel.value, Mapping) else None
        if written is not None and isinstance(tunnel.value, Mapping):
            number += 1
            proto = tunnel.value.scalar("proto")
            scheme = _SCHEMES.get(proto.value if proto is not None else "http", "")
            yield _rule(number, _public([tunnel.value]), written, scheme)
    for endpoint in root.mappings("endpoints"):
        upstream = endpoint.mapping("upstream")
        written = upstream.scalar("url") if upstream is not None else None
        if written is not None:
            number += 1
            yield _rule(number, _public([endpoint]), written, "http")


def _public(holders: Sequence[Mapping]) -> Scalar | None:
    """The host that requests come to, where it is written."""
    return next((s for holder in holders for key in _HOST if (s := holder.scalar(key)) is not None), None)


def _rule(number: int, host: Scalar | None, written: Scalar, scheme: str) -> ConnectorRule:
    listener = host.value if host is not None else "*"
    pool = pool_of(written.anchor, [origin(written, scheme=scheme, bare=True)], f"tunnel {number}")
    return ConnectorRule(number, host, None, listener, "/", pool, written.anchor)
