"""The routes of every connector: from the public host, through its rules, to the origins that they name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from upstreamlint.graph import compose, pod_dial
from upstreamlint.graph.connectors.references import PublicRule
from upstreamlint.graph.evidence import Verdict
from upstreamlint.graph.index import Index
from upstreamlint.graph.nodes import Edge, Node, Route
from upstreamlint.graph.references import Reference
from upstreamlint.graph.upstreams import UpstreamHost, UpstreamPort
from upstreamlint.model.compose.types import Project
from upstreamlint.model.connectors import Connector, ConnectorRule, Origin, Program

Link = Route | Edge | Reference

_LISTENS = {Program.TRAEFIK: frozenset({80, 443, 8080}), Program.POMERIUM: frozenset({80, 443, 5443})}
"""Ports that a program may serve itself."""


def link(index: Index) -> Iterator[Link]:
    """Every connector of the run."""
    for connector in index.of(Connector):
        yield from _connector(index, connector)


def _connector(index: Index, connector: Connector) -> Iterator[Link]:
    seen: Counter[str] = Counter()
    dialled: set[int] = set()
    for rule in connector.rules:
        key = f"{rule.listener} {rule.match}"
        seen[key] += 1
        key = f"{key} {seen[key]}" if seen[key] > 1 else key
        route = Route("rule", connector, rule.listener, rule.match, rule.anchor, key)
        yield route
        if connector.client is not None:
            text = f"{connector.program} in {connector.title} takes {rule.listener}{rule.match}"
            yield Edge(connector.client, route, rule.anchor, text, None)
        yield PublicRule(
            wanted=rule.listener,
            anchor=rule.anchor,
            owner=connector,
            verdict=Verdict.UNKNOWN,
            connector=connector,
            rule=rule,
            route=route,
            hidden_by=_hidden_by(connector, rule),
        )
        pool = rule.pool
        owner: Node = route
        if pool.name or len(pool.origins) > 1:
            owner = pool
            text = f"passed to service `{pool.name}`" if pool.name else f"{len(pool.origins)} origins"
            yield Edge(route, pool, rule.anchor, text)
        if id(pool) not in dialled:
            dialled.add(id(pool))
            total = sum(o.weight for o in pool.origins) or 1
            for origin in pool.origins:
                yield from _dial(index, connector, origin, owner, route, origin.weight / total)


def _hidden_by(connector: Connector, rule: ConnectorRule) -> ConnectorRule | None:
    """The rule before this one that takes all of its requests: cloudflared takes the first that matches."""
    if connector.program is not Program.CLOUDFLARED:
        return None
    path = rule.path.value if rule.path else None
    for earlier in connector.rules[: rule.number - 1]:
        other = earlier.path.value if earlier.path else None
        if not earlier.catches_all and _covers(earlier.host, rule.host) and other in (None, path):
            return earlier
    return None


def _covers(one: str, other: str) -> bool:
    """Whether a host pattern takes each host of another; the empty one takes all."""
    if not one or one == other:
        return True
    return one.startswith("*.") and other.endswith(one[1:])


def _dial(
    index: Index, connector: Connector, origin: Origin, owner: Node, route: Route, share: float
) -> Iterator[Edge | Reference]:
    port = origin.port
    listens = _LISTENS.get(connector.program, frozenset())
    host: compose.DialedHost | pod_dial.PodHostAnswer
    ports: tuple[compose.DialedPort | pod_dial.PodPortAnswer, ...]
    if connector.service is not None and connector.project is not None:
        world = compose.World(connector.project, tuple(index.of(Project)), index.ladder)
        answer = compose.dial(
            connector.service, origin.host, port, world, listens=listens, defaulted=origin.defaulted
        )
        host, ports = answer.host, answer.ports
    elif connector.workload is not None and port is not None:
        host, ports = pod_dial.dial(
            index,
            connector,
            connector.workload,
            origin.host,
            port,
            listens=listens,
            at_start=True,
            defaulted=origin.defaulted,
        )
    else:
        return
    yield UpstreamHost(
        wanted=origin.host,
        anchor=origin.host_anchor,
        owner=owner,
        verdict=host.verdict,
        near=host.near,
        route=route,
        proxy=connector.program.value,
        client=connector.client,
        at_start=False,
        obstacle=host.obstacle,
        targets=host.targets,
        far_end=host.far_end,
        by_host=isinstance(host, compose.DialedHost) and host.by_host,
    )
    text = f"{connector.program} dials `{origin.host}:{port}`"
    for one in ports:
        if not one.verdict.broken:
            yield Edge(owner, one.target, origin.host_anchor, text, share)
        yield UpstreamPort(
            wanted=str(port),
            anchor=origin.port_anchor,
            owner=owner,
            verdict=one.verdict,
            near=one.near,
            route=route,
            proxy=connector.program.value,
            client=connector.client,
            target=one.target,
            number=one.number,
            obstacle=one.obstacle,
            far_end=one.far_end,
        )
