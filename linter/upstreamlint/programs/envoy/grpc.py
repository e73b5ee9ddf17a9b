"""Clusters that get gRPC, and speak HTTP/1.1, which no server of gRPC understands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from upstreamlint.containers.listening.listen import Evidence, Listen
from upstreamlint.facets.dial import Dial, Protocol, Purpose
from upstreamlint.facets.ends import judgement
from upstreamlint.facets.judgement import Judgement, Obstacle
from upstreamlint.facets.protocol import SAYS_SO
from upstreamlint.facets.verdict import Facing
from upstreamlint.programs.envoy.model import Bootstrap, EnvoyCluster, UseKind, VirtualHost
from upstreamlint.programs.envoy.references import ClusterReference
from upstreamlint.source import Anchor
from upstreamlint.values import replace


def judge_grpc(
    bootstrap: Bootstrap, cluster: EnvoyCluster, sent: Sequence[ClusterReference], dial: Dial
) -> Iterator[Judgement]:
    """A target that is sent gRPC by every route of its cluster, while that says nothing of HTTP/2.

    A filter makes gRPC of some requests alone: it tells only where nothing else is routed to.
    """
    if dial.protocol is not Protocol.HTTP1 or dial.purpose is not Purpose.ROUTE or not sent:
        return
    shown = [_shown(bootstrap, one) for one in sent]
    first = shown[0]
    if first is None or None in shown:
        return
    where, text = first
    listen = Listen(
        address="", port=dial.port, anchor=where, text=text, evidence=Evidence.STATED, protocol="grpc"
    )
    found = judgement(dial, cluster, dial.port or 0, Facing(Obstacle.OTHER_PROTOCOL, listen, SAYS_SO))
    yield replace(found, remedy=f"add `http2_protocol_options` to cluster `{cluster.name}`")


def _shown(bootstrap: Bootstrap, sent: ClusterReference) -> tuple[Anchor, str] | None:
    if sent.written.grpc is not None:
        return sent.written.grpc, "the route takes gRPC alone"
    where = sent.host.grpc
    if where is None or len(set(_clusters(bootstrap, where))) != 1:
        return None
    return where, "this filter makes gRPC of what comes"


def _clusters(bootstrap: Bootstrap, where: Anchor) -> Iterator[str]:
    """What the routes behind one filter are sent to."""
    for host in _behind(bootstrap, where):
        for route in host.routes:
            yield from (use.name.value for use in route.uses if use.kind is not UseKind.MIRROR)


def _behind(bootstrap: Bootstrap, where: Anchor) -> Iterator[VirtualHost]:
    for listener in bootstrap.listeners:
        yield from (host for host in listener.hosts if host.grpc == where)
