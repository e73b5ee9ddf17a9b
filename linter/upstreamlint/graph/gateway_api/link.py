"""Gateway API: the listeners that take routes, the rules of routes, the classes of gateways (G1 to G4)."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.documents import Scalar
from upstreamlint.finding import Affected
from upstreamlint.graph.evidence import Verdict, is_placeholder
from upstreamlint.graph.gateway_api.backend_objects import filter_objects
from upstreamlint.graph.gateway_api.backends import Surroundings, backend_links, mirror_links
from upstreamlint.graph.gateway_api.certificates import listener_certificates
from upstreamlint.graph.gateway_api.parameters import parameters
from upstreamlint.graph.gateway_api.parents import Parents, attach
from upstreamlint.graph.gateway_api.precedence import Attached, takers
from upstreamlint.graph.gateway_api.proxy_headers import judge_gateways
from upstreamlint.graph.gateway_api.references import ClassOfGateway, Refusal, RouteParent
from upstreamlint.graph.gateway_api.route_attachment import served
from upstreamlint.graph.gateway_api.shared_listeners import shared_listeners
from upstreamlint.graph.gateway_api.spaces import of_istio, speaks_as_stated, speaks_by_policy
from upstreamlint.graph.gateway_api.waypoints import waypoints
from upstreamlint.graph.grouping import grouped
from upstreamlint.graph.index import Index
from upstreamlint.graph.likeness import near_names
from upstreamlint.graph.nodes import Edge, Route
from upstreamlint.graph.references import Candidate, Reference
from upstreamlint.model.gateway_api import GatewayClass, GatewayRoute, Grant, KubernetesGateway, RouteRule
from upstreamlint.programs.managed.attached import AttachedPolicy
from upstreamlint.values import replace

Link = Route | Edge | Reference


def link(index: Index) -> Iterator[Link]:
    """The routes of the Gateway API, the listeners that take them, and the Services that they lead to."""
    parents = Parents(index)
    grants = grouped(index.of(Grant), lambda g: g.meta.namespace)
    taken: dict[int, list[Affected]] = {}
    every: list[Attached] = []
    nodes: dict[tuple[int, int], Route] = {}
    for route in index.of(GatewayRoute):
        hosts = [h.value for h in route.hostnames]
        attached = [r for parent in route.parents if (r := attach(parents, route, parent)) is not None]
        if not hosts:
            hosts = [x.hostname.value for r in attached for x in r.listeners if x.hostname is not None]
        yield from _parents(route, attached, ", ".join(hosts) or "*")
        yield from _unserved(route, attached)
        for reference in attached:
            if reference.gateway is not None and not reference.broken:
                taken.setdefault(id(reference.gateway), []).extend(_hits(route, ", ".join(hosts) or "*"))
        spaces = tuple(
            dict.fromkeys(
                r.gateway.meta.namespace for r in attached if r.gateway and of_istio(index, r.gateway)
            )
        )
        gateways = [r.gateway for r in attached if r.gateway is not None]
        plain = bool(gateways) and all(speaks_by_policy(index, gateway) for gateway in gateways)
        stated = bool(gateways) and all(speaks_as_stated(index, gateway) for gateway in gateways)
        known = Surroundings(
            index, grants, spaces, plain, stated and not any(p.follows for p in index.of(AttachedPolicy))
        )
        every.append(Attached(route, attached))
        for number, rule in enumerate(route.rules):
            node = _node(route, rule, number, hosts=", ".join(hosts) or "*")
            nodes[id(route), number] = node
            yield from _rule(known, node, route, rule)
            yield from filter_objects(index, node, route, rule)
    yield from shared_listeners(every)
    yield from listener_certificates(index, grants, taken)
    yield from parameters(index, taken)
    yield from judge_gateways(index)
    if parents.gateways:
        yield from waypoints(index, parents)
    for (loser, number), (winner, other) in takers(every):
        text = f"{winner.meta.kind} `{winner.title}` has the same host and match"
        yield Edge(nodes[id(loser), number], nodes[id(winner), other], winner.anchor, text, None)
    classes = {c.meta.name.value for c in index.of(GatewayClass)}
    for gateway in index.of(KubernetesGateway):
        if gateway.class_name is not None:
            named = _class(index, gateway, gateway.class_name, classes)
            yield replace(named, hits=tuple(taken.get(id(gateway), ())))


def _parents(route: GatewayRoute, attached: list[RouteParent], hosts: str) -> Iterator[RouteParent]:
    """What a route attaches to, with the rules that are lost where it does not."""
    taken = next((r for r in attached if r.verdict is Verdict.FOUND), None)
    for reference in attached:
        if not reference.broken:
            yield reference
            continue
        assumption = f"requests do not come by `{taken.wanted}` alone" if taken is not None else ""
        yield replace(reference, hits=_hits(route, hosts), assumption=assumption)


def _hits(route: GatewayRoute, hosts: str) -> tuple[Affected, ...]:
    """All requests of a route's rules."""
    return tuple(
        Affected(hosts, ", ".join(dict.fromkeys(rule.paths)), 1.0, rule.anchor) for rule in route.rules
    )


def _unserved(route: GatewayRoute, attached: list[RouteParent]) -> Iterator[RouteParent]:
    """The host names that no listener serves of those that take a route for its others."""
    if (
        not attached
        or len(attached) < len(route.parents)
        or any(r.verdict is not Verdict.FOUND for r in attached)
    ):
        return
    listeners = [x for r in attached for x in r.listeners]
    taken = bool(attached) and all(r.listeners for r in attached)
    for host in route.hostnames if taken else ():
        if is_placeholder(host.value.removeprefix("*.")) or served(listeners, host.value):
            continue
        yield replace(
            attached[0],
            wanted=host.value,
            anchor=host.anchor,
            verdict=Verdict.UNKNOWN if route.meta.patched else Verdict.CONFLICT,
            refusal=Refusal.NO_HOSTNAME,
            near=tuple(
                Candidate(x.hostname.anchor, f"listener `{x.name}` serves `{x.hostname}` only", "")
                for x in listeners[:3]
                if x.hostname is not None
            ),
            hits=_hits(route, host.value),
            assumption=f"requests come for `{host}`",
        )


def _node(owner: GatewayRoute, rule: RouteRule, number: int, *, hosts: str) -> Route:
    return Route(
        owner.meta.kind, owner, hosts, ", ".join(dict.fromkeys(rule.paths)), rule.anchor, f"{number}"
    )


def _rule(known: Surroundings, route: Route, owner: GatewayRoute, rule: RouteRule) -> Iterator[Link]:
    yield route
    total = sum(b.weight for b in rule.backends)
    sent = (rule.hostname,) if rule.hostname is not None else owner.hostnames
    sent = () if any("*" in host.value for host in sent) else sent
    for backend in rule.backends:
        share = backend.weight / total if total else 0.0
        yield from backend_links(known, route, owner, backend, share=share, sent=sent)
    for mirror in rule.mirrors:
        yield from mirror_links(known.index, route, owner, mirror)


_CLASSES = frozenset(
    {
        "istio",
        "istio-waypoint",
        "cilium",
        "traefik",
        "kong",
        "contour",
        "envoy-gateway",
        "kgateway",
        "haproxy",
    }
)
"""The classes that implementations install under a name of their own, from their documentation."""


def _class(index: Index, gateway: KubernetesGateway, name: Scalar, classes: set[str]) -> ClassOfGateway:
    """Controllers bring their own classes: only a scope that has some can miss one (G1)."""
    similar = near_names(name.value, classes | _CLASSES, words=False)
    verdict = Verdict.FOUND if name.value in classes else Verdict.UNKNOWN
    known = bool(classes) or bool(similar)
    if verdict is Verdict.UNKNOWN and known and name.value not in _CLASSES and not gateway.meta.patched:
        absent = index.ladder.absent(name.value, gateway.meta.folder, near=bool(similar))
        verdict = absent if absent.broken else Verdict.UNKNOWN
    return ClassOfGateway(
        wanted=name.value,
        anchor=name.anchor,
        owner=gateway,
        verdict=verdict,
        near=tuple(Candidate(name.anchor, "", s) for s in similar[:1]),
        gateway=gateway,
    )
