"""The routes of every connector: from the public host, through its rules, to the origins that they name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from upstreamlint.facets.dial import Caller, Dial, Permission, Protocol, Purpose, Tls, caller
from upstreamlint.graph.evidence import Verdict
from upstreamlint.graph.index import Index
from upstreamlint.graph.nodes import Edge, Node, Route
from upstreamlint.graph.references import Reference
from upstreamlint.numerals import port
from upstreamlint.places.address import is_address
from upstreamlint.programs.connectors.model import Connector, ConnectorRule, Origin, Pool
from upstreamlint.programs.connectors.origin import path
from upstreamlint.programs.connectors.references import PublicRule
from upstreamlint.values import replace

Link = Route | Edge | Reference | Dial


_SECURE = frozenset({"https", "wss", "https+insecure"})
_HTTPS = frozenset({"https", "wss"})
_PROTOCOLS = {
    **dict.fromkeys(("http", "https", "ws", "wss", "https+insecure"), Protocol.HTTP1),
    "h2c": Protocol.HTTP2,
    **dict.fromkeys(("tcp", "ssh", "rdp", "smb"), Protocol.TCP),
}


def link(index: Index) -> Iterator[Link]:
    """Every connector of the run."""
    for connector in index.of(Connector):
        yield from _connector(connector)


def _connector(connector: Connector) -> Iterator[Link]:
    seen: Counter[str] = Counter()
    dialled: set[int] = set()
    for rule in connector.rules:
        key = f"{rule.listener} {rule.match}"
        seen[key] += 1
        key = f"{key} {seen[key]}" if seen[key] > 1 else key
        route = Route("rule", connector, rule.listener, rule.match, rule.anchor, key)
        yield route
        text = f"{connector.program} in {connector.title} takes {rule.listener}{rule.match}"
        yield Edge(connector.place.node, route, rule.anchor, text, None)
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
        yield from _asked(connector, rule, route)
        pool = rule.pool
        owner: Node = route
        if pool.name or len(pool.origins) > 1:
            owner = pool
            text = f"passed to service `{pool.name}`" if pool.name else f"{len(pool.origins)} origins"
            yield Edge(route, pool, rule.anchor, text)
        yield from _pool(connector, pool, owner, route, rule, dialled)


def _pool(
    connector: Connector, pool: Pool, owner: Node, route: Route, rule: ConnectorRule, dialled: set[int]
) -> Iterator[Link]:
    """What is dialled for a pool, and the pools that it is made of; each once."""
    if id(pool) in dialled:
        return
    dialled.add(id(pool))
    total = sum(o.weight for o in pool.origins if not o.backup) or 1
    for origin in pool.origins:
        yield from _dial(connector, origin, owner, route, rule, origin.weight / total)
    weights = sum(weight for _, weight in pool.parts)
    for part, weight in pool.parts:
        text = f"passed to service `{part.name}`"
        yield Edge(pool, part, part.anchor, text, weight / weights)
        yield from _pool(connector, part, part, route, rule, dialled)


def _asked(connector: Connector, rule: ConnectorRule, route: Route) -> Iterator[Dial]:
    """Who is asked whether a request may go on."""
    for origin in rule.asks:
        program = f"{connector.program.name}'s forwardAuth"
        yield Dial(
            caller=_caller(connector, program),
            owner=route,
            route=route,
            host=origin.host,
            host_anchor=origin.host_anchor,
            port=origin.port,
            port_anchor=origin.port_anchor,
            defaulted=origin.defaulted,
            protocol=Protocol.HTTP1,
            tls=Tls() if origin.scheme == "https" else None,
            purpose=Purpose.DEPENDENCY,
            permission=Permission(path=path(origin.written), asker="forward"),
        )


def _caller(connector: Connector, program: str) -> Caller:
    return caller(
        connector.place,
        program,
        listens=connector.listens,
        alone=connector.program.alone_in(connector.place),
        complete=connector.complete,
    )


def _hidden_by(connector: Connector, rule: ConnectorRule) -> ConnectorRule | None:
    """The rule before this one that takes all of its requests."""
    if not connector.ordered:
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


_AT_THE_EDGE = frozenset({"cloudflared", "ngrok", "Tailscale"})
"""Tunnels to whose edge clients come over TLS."""


def _dial(
    connector: Connector, origin: Origin, owner: Node, route: Route, rule: ConnectorRule, share: float
) -> Iterator[Dial]:
    if connector.place.workload is not None and origin.port is None:
        return
    pool = owner if isinstance(owner, Pool) else rule.pool
    other = port(pool.ask_port.value) if pool.ask_port is not None else None
    public = pool.verified and connector.verifies and origin.scheme in _HTTPS
    dial = Dial(
        caller=_caller(connector, connector.program.name),
        owner=owner,
        route=route,
        host=origin.host,
        host_anchor=origin.host_anchor,
        port=origin.port,
        port_anchor=origin.port_anchor,
        defaulted=origin.defaulted,
        share=None if origin.backup else share,
        backup=origin.backup,
        protocol=_PROTOCOLS.get(origin.scheme, Protocol.UNKNOWN),
        tls=Tls(sni=_name(origin, rule), public=public) if origin.scheme in _SECURE else None,
        hosts=(rule.sends,) if rule.sends else (),
        ended=rule.anchor if connector.program.name in _AT_THE_EDGE else None,
        spread=replace(pool.spread, refused=pool.spare.refused, nameless=pool.spare.nameless)
        if origin.backup
        else pool.spread,
        ask=pool.ask if other in (None, origin.port) else None,
    )
    yield dial
    if pool.ask_port is not None and other not in (None, origin.port):
        at = pool.ask_port.anchor
        yield replace(dial, port=other, port_anchor=at, purpose=Purpose.ASK, hosts=(), ask=pool.ask)


def _name(origin: Origin, rule: ConnectorRule) -> str | None:
    """The name that a handshake asks for; an address is none."""
    if rule.server_name is None or rule.server_name:
        return rule.server_name
    return "" if is_address(origin.host) else origin.host
