"""What an address means where nginx runs: in a Compose service, in a pod, or nowhere that is known."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.documents import Scalar
from upstreamlint.graph import compose, pod_dial
from upstreamlint.graph.evidence import Verdict, near_names
from upstreamlint.graph.index import Index
from upstreamlint.graph.nginx.references import ProxyPass
from upstreamlint.graph.nodes import Edge, Node, Route
from upstreamlint.graph.references import Candidate, Reference
from upstreamlint.graph.upstreams import HostObstacle, UpstreamHost, UpstreamPort
from upstreamlint.model.compose.types import Project
from upstreamlint.model.nginx import Address, Target, Upstream, UpstreamServer, targets
from upstreamlint.model.nginx.address import part
from upstreamlint.model.nginx.instance import NginxInstance
from upstreamlint.source import Anchor

HTTP = 80


class Dialler:
    """One nginx that dials."""

    def __init__(self, index: Index, instance: NginxInstance) -> None:
        self.index = index
        self.instance = instance
        self.listens = frozenset(
            item.port for s in instance.config.servers for item in s.listens if item.port is not None
        )
        self.world = (
            compose.World(instance.project, tuple(index.of(Project)), index.ladder)
            if instance.project
            else None
        )

    def dial_target(self, found: ProxyPass, one: Target, share: float | None) -> Iterator[Edge | Reference]:
        """What a pass dials itself."""
        if one.address is None or one.fault or one.address.kind not in ("name", "ip"):
            return
        target = found.target
        at_start = not target.variables
        if one.port is None:
            return
        written = one.value.origin or target.target
        literal = written is target.target and target.address is not None
        host = target.host_anchor if literal else _inside(written, one.address)
        port = target.port_anchor if literal else written.anchor
        if target.variables and self.instance.config.implicit(one.address.host, one.port, target.context):
            return
        yield from self._dial(
            one.address, one.port, (host, port), found.route, found.route, at_start=at_start, share=share
        )

    def dial_upstream(self, upstream: Upstream, route: Route | None) -> Iterator[Edge | Reference]:
        """What the servers of an upstream dial."""
        weights = [(s.weight or 1) if _takes_traffic(s) else 0 for s in upstream.servers]
        total = sum(weights) or 1
        for server, weight in zip(upstream.servers, weights, strict=True):
            if server.address.kind not in ("name", "ip") or server.service:
                continue
            port = server.address.port or HTTP
            share = weight / total if not server.backup else None
            yield from self._dial(
                server.address,
                port,
                (server.host_anchor, server.port_anchor),
                upstream,
                route,
                at_start=not server.resolve,
                share=0.0 if server.down else share,
            )

    def _dial(
        self,
        address: Address,
        port: int,
        at: tuple[Anchor, Anchor],
        owner: Node,
        route: Route | None,
        *,
        at_start: bool,
        share: float | None,
    ) -> Iterator[Edge | Reference]:
        instance, defaulted = self.instance, address.port is None
        host_at, port_at = at
        if self.world is not None and instance.service is not None:
            answer = compose.dial(
                instance.service, address.host, port, self.world, listens=self.listens, defaulted=defaulted
            )
            host: compose.DialedHost | pod_dial.PodHostAnswer = answer.host
            ports: tuple[compose.DialedPort | pod_dial.PodPortAnswer, ...] = answer.ports
        elif instance.workload is not None:
            host, pod_ports = pod_dial.dial(
                self.index,
                instance,
                instance.workload,
                address.host,
                port,
                listens=self.listens,
                at_start=at_start,
                defaulted=defaulted,
            )
            ports = pod_ports
        else:
            return
        verdict = host.verdict
        if address.kind == "ip" and not address.is_loopback:
            verdict = Verdict.FOUND if verdict is Verdict.FOUND else Verdict.UNKNOWN
        elif defaulted and owner is route and not instance.complete and verdict in _HANGS_ON_UPSTREAMS:
            # Without the whole configuration a name without a port may be an upstream's.
            verdict = Verdict.UNKNOWN
        yield UpstreamHost(
            wanted=address.host,
            anchor=host_at,
            owner=owner,
            verdict=verdict,
            near=host.near or self._upstreams_near(address.host, owner, route, host.obstacle),
            route=route,
            proxy="nginx",
            client=instance.client,
            at_start=at_start,
            obstacle=host.obstacle,
            targets=host.targets,
            far_end=host.far_end,
            by_host=isinstance(host, compose.DialedHost) and host.by_host,
        )
        for one in ports:
            if not one.verdict.broken:
                yield Edge(owner, one.target, host_at, f"nginx dials `{address.host}:{port}`", share)
            yield UpstreamPort(
                wanted=str(port),
                anchor=port_at,
                owner=owner,
                verdict=one.verdict,
                near=one.near,
                route=route,
                proxy="nginx",
                client=instance.client,
                target=one.target,
                number=one.number,
                obstacle=one.obstacle,
                far_end=one.far_end,
            )

    def _upstreams_near(
        self, host: str, owner: Node, route: Route | None, obstacle: HostObstacle | None
    ) -> tuple[Candidate, ...]:
        """The upstream that a pass to an unknown name was probably meant for: a like name, or the only idle one."""
        if owner is not route or obstacle is not HostObstacle.UNKNOWN_NAME:
            return ()
        context = "http" if route is None or route.kind != "stream" else "stream"
        known = {u.name.value: u for u in self.instance.config.upstreams if u.context == context}
        passed = {
            one.address.host.lower()
            for _, _, target in self.instance.config.routes
            for one in targets(self.instance.config, target) or ()
            if one.address is not None
        }
        idle = [name for name in known if name.lower() not in passed]
        like = near_names(host, known.keys())
        name = like[0] if like else idle[0] if len(idle) == 1 else None
        if name is None:
            return ()
        text = "has a similar name" if like else "is defined, but nothing is passed to it"
        return (Candidate(known[name].anchor, f"upstream `{name}` {text}", name),)


_HANGS_ON_UPSTREAMS = frozenset({Verdict.ABSENT, Verdict.NEAR_MISS})


def _takes_traffic(server: UpstreamServer) -> bool:
    return not server.backup and not server.down


def _inside(written: Scalar, address: Address) -> Anchor:
    """Where a host stands in the word that gave it."""
    at = written.value.lower().find(address.host)
    return part(written, at, at + len(address.host)) if at >= 0 else written.anchor
