"""Hosts of several servers that one certificate is for, so that browsers keep one connection for them.

A server with TLS has routes of its own. A browser that has an HTTP/2 connection to one host sends the requests for another one by it when both have one address and the
certificate is for both (RFC 9113, 9.1.1); the server that the connection came to does not know that host (Istio documentation, "404 errors occur
when multiple gateways configured with same TLS certificate").
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from upstreamlint.documents import Scalar
from upstreamlint.graph.evidence import Verdict, is_placeholder
from upstreamlint.graph.istio.names import overlap
from upstreamlint.graph.istio.view import Mesh
from upstreamlint.graph.references import Candidate, Reference
from upstreamlint.model.istio import GatewayServer, IstioGateway
from upstreamlint.values import entity

_ENDING = frozenset({"SIMPLE", "MUTUAL", "OPTIONAL_MUTUAL"})


@entity(kw_only=True)
class ReusedConnection(Reference):
    """A server whose hosts are asked for by connections to another one; `other` is the Gateway of that."""

    gateway: IstioGateway
    server: GatewayServer
    other: IstioGateway
    host: Scalar
    first: Scalar


def link(mesh: Mesh) -> Iterator[ReusedConnection]:
    """Each further server of the same pods and port that shows the certificate of an earlier one, for other hosts of its domain."""
    shown: dict[tuple[object, str, str], tuple[IstioGateway, GatewayServer]] = {}
    told: defaultdict[tuple[object, str, str], int] = defaultdict(int)
    for gateway in mesh.index.of(IstioGateway):
        if gateway.selector is None or gateway.meta.patched:
            continue
        pods: object = tuple(sorted(gateway.selector.values.items()))
        for server in gateway.servers:
            mode, name, port = server.tls_mode, server.credential, server.port
            if mode is None or mode.value not in _ENDING or name is None or port is None or not server.hosts:
                continue
            if is_placeholder(name.value):
                continue
            key = (pods, port.value, name.value)
            other, first = shown.setdefault(key, (gateway, server))
            found = _apart(server, first) if first is not server else None
            if found is not None and not told[key]:
                told[key] += 1
                yield ReusedConnection(
                    wanted=name.value,
                    anchor=name.anchor,
                    owner=gateway,
                    verdict=Verdict.CONFLICT,
                    near=(
                        Candidate(found[1].anchor, f"Gateway `{other.title}` shows it for `{found[1]}`", ""),
                    ),
                    gateway=gateway,
                    server=server,
                    other=other,
                    host=found[0],
                    first=found[1],
                )


def _apart(server: GatewayServer, first: GatewayServer) -> tuple[Scalar, Scalar] | None:
    """Two hosts of one domain that each of two servers has alone; nothing where they have any in common, which is another fault."""
    names = [(h, h.value.rpartition("/")[2]) for h in server.hosts]
    others = [(h, h.value.rpartition("/")[2]) for h in first.hosts]
    if any(overlap(one, other) for _, one in names for _, other in others):
        return None
    pairs = ((h, o) for h, one in names for o, other in others if _domain(one) == _domain(other) != "")
    return next(pairs, None)


def _domain(host: str) -> str:
    """What a wildcard certificate would be for; nothing of a wildcard or of what is still to be filled in."""
    own, _, rest = host.partition(".")
    return "" if own == "*" or "." not in rest or is_placeholder(host) else rest
