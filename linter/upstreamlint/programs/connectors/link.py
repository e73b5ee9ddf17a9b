"""The routes of every connector: from the public host, through its rules, to the origins that they name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from upstreamlint.facets.dial import Dial, Protocol, Purpose, Tls, caller
from upstreamlint.facets.spread import PLAIN, Next, Spread
from upstreamlint.graph.evidence import Verdict
from upstreamlint.graph.index import Index
from upstreamlint.graph.nodes import Edge, Node, Route
from upstreamlint.graph.references import Reference
from upstreamlint.numerals import port
from upstreamlint.places.address import is_address
from upstreamlint.programs.connectors.model import Connector, ConnectorRule, Origin, Pool
from upstreamlint.programs.connectors.references import PublicRule
from upstreamlint.values import replace

Link = Route | Edge | Reference | Dial


_SECURE = frozenset({"https", "wss", "https+insecure"})
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
                yield from _dial(connector, origin, owner, route, rule, origin.weight / total)


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


def _dial(
    connector: Connector, origin: Origin, owner: Node, route: Route, rule: ConnectorRule, share: float
) -> Iterator[Dial]:
    if connector.place.workload is not None and origin.port is None:
        return
    program = connector.program
    pool = rule.pool
    other = port(pool.ask_port.value) if pool.ask_port is not None else None
    dial = Dial(
        caller=caller(
            connector.place,
            program.name,
            listens=program.ports,
            alone=program.alone_in(connector.place),
            complete=connector.complete,
        ),
        owner=owner,
        route=route,
        host=origin.host,
        host_anchor=origin.host_anchor,
        port=origin.port,
        port_anchor=origin.port_anchor,
        defaulted=origin.defaulted,
        share=share,
        protocol=_PROTOCOLS.get(origin.scheme, Protocol.UNKNOWN),
        tls=Tls(sni=_name(origin, rule)) if origin.scheme in _SECURE else None,
        hosts=(rule.sends,) if rule.sends else (),
        spread=_spread(connector, pool),
        ask=pool.ask if other in (None, origin.port) else None,
    )
    yield dial
    if pool.ask_port is not None and other not in (None, origin.port):
        at = pool.ask_port.anchor
        yield replace(dial, port=other, port_anchor=at, purpose=Purpose.ASK, hosts=(), ask=pool.ask)


def _spread(connector: Connector, pool: Pool) -> Spread:
    """An origin that is asked for its health is left out when it fails; without an address in a pool of Envoy's, too."""
    refused = Next.LEFT_OUT if pool.ask is not None or pool.ask_port is not None else Next.LOST
    nameless = Next.LEFT_OUT if connector.spares else refused
    if refused is nameless is Next.LOST:
        return PLAIN
    return Spread(refused=refused, nameless=nameless, answered=refused)


def _name(origin: Origin, rule: ConnectorRule) -> str | None:
    """The name that a handshake asks for; an address is none."""
    if rule.server_name is None or rule.server_name:
        return rule.server_name
    return "" if is_address(origin.host) else origin.host
