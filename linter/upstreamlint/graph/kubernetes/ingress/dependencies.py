"""What a controller asks before it lets a request of an Ingress or a Middleware through: external authorization."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import patterns
from upstreamlint.documents import Scalar
from upstreamlint.facets.dial import Caller, Dial, Protocol, Purpose, Tls
from upstreamlint.graph.index import Index
from upstreamlint.graph.kubernetes.controllers.pods import controllers_of
from upstreamlint.graph.nodes import Route
from upstreamlint.model.kubernetes import Ingress, Workload
from upstreamlint.numerals import port as port_number
from upstreamlint.readers.compose.tree import part

_URLS = {
    "nginx.ingress.kubernetes.io/auth-url": "ingress-nginx",
    "haproxy-ingress.github.io/auth-url": "HAProxy Ingress",
    "ingress.kubernetes.io/auth-url": "HAProxy Ingress",
}
"""Annotations whose value is asked for every request, and who asks."""

_URL = patterns.compile(
    r"(?P<scheme>https?)://(?P<host>[A-Za-z0-9.-]{1,253})(?::(?P<port>[0-9]{1,5}))?(?=[/?]|$)"
)
_PORTS = {"http": 80, "https": 443}


def dials(index: Index, ingress: Ingress, route: Route) -> Iterator[Dial]:
    """The authorization that a route of an Ingress waits for, from each controller that is in the files."""
    for key, by in _URLS.items():
        entry = ingress.meta.annotations.entries.get(key) if ingress.meta.annotations else None
        if entry is None or not isinstance(entry.value, Scalar):
            continue
        match = _URL.match(entry.value.value)
        if match is None:
            continue
        number = port_number(match["port"]) if match["port"] else _PORTS[match["scheme"]]
        running = controllers_of(index.of(Workload))
        for caller in [Caller(program=by, workload=w) for w in running] or [
            Caller(program=by, cluster=ingress.meta)
        ]:
            yield Dial(
                caller=caller,
                owner=route,
                route=route,
                host=match["host"],
                host_anchor=part(entry.value, *match.span("host")).anchor,
                port=number,
                port_anchor=part(entry.value, *match.span("port" if match["port"] else "host")).anchor,
                defaulted=not match["port"],
                share=None,
                protocol=Protocol.HTTP1,
                tls=Tls() if match["scheme"] == "https" else None,
                purpose=Purpose.DEPENDENCY,
            )
