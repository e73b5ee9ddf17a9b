"""VirtualServices: hosts, gateways and which routes there are (`ValidateVirtualService`)."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.refusal.addresses import address
from upstreamlint.refusal.at import At
from upstreamlint.refusal.istio import hosts
from upstreamlint.refusal.istio.export import exported
from upstreamlint.refusal.istio.http import http_route
from upstreamlint.refusal.istio.routes import destinations, gateway_names, tcp_match, tls_match
from upstreamlint.refusal.istio.said import said
from upstreamlint.refusal.refused import Refusal

_MESH = "mesh"


def virtual_service(root: At) -> Iterator[Refusal]:
    """What is refused of a VirtualService."""
    spec = root.get("spec")
    if spec.unsure or not spec.given:
        return
    named = spec.items("hosts")
    delegate = spec.get("hosts").empty
    if delegate:
        yield from _delegate(spec)
    bound = [g.text for g in spec.items("gateways")]
    if any(g.unsure for g in spec.items("gateways")):
        return
    yield from gateway_names(spec)
    yield from _hosts(named, mesh=not bound or _MESH in bound)
    if all(spec.get(kind).empty for kind in ("http", "tls", "tcp")):
        place = next((spec.get(k) for k in ("http", "tls", "tcp") if spec.get(k).node is not None), spec)
        yield said(place, "http, tcp or tls must be provided in virtual service", lack=place is spec)
    for route in spec.items("http"):
        yield from http_route(route, delegate=delegate)
    for route in spec.items("tls"):
        yield from _tls(route, named)
    for route in spec.items("tcp"):
        for match in route.items("match"):
            yield from tcp_match(match)
        if route.get("route").empty:
            yield said(route, "TCP route is required", lack=True)
        yield from destinations(route.get("route"))
    yield from exported(spec)


def _delegate(spec: At) -> Iterator[Refusal]:
    for field, text in (
        ("gateways", "delegate virtual service must have no gateways specified"),
        ("tls", "delegate virtual service must have no tls route specified"),
        ("tcp", "delegate virtual service must have no tcp route specified"),
    ):
        if not spec.get(field).empty:
            yield said(spec.get(field), text, "a VirtualService without `hosts` is a delegate", lack=True)


def _hosts(named: list[At], *, mesh: bool) -> Iterator[Refusal]:
    texts = [hosts.readable(h) or "" for h in named]
    sound = all(texts)
    for host, text in zip(named, texts, strict=True):
        if hosts.readable(host) is None:
            continue
        wrong = hosts.wildcard(text)
        if wrong is not None and (not text or address(text) is None):
            sound = False
            yield said(host, wrong)
        elif wrong is None and mesh and text == "*":
            sound = False
            yield said(
                host,
                "wildcard host * is not allowed for virtual services bound to the mesh gateway",
                "name the `gateways`",
            )
    if not sound:
        return
    for number, (host, text) in enumerate(zip(named, texts, strict=True)):
        for earlier, other in zip(named[:number], texts[:number], strict=True):
            if hosts.same(other, text):
                yield said(host, f"duplicate hosts in virtual service: {other} & {text}", first=earlier)
                break


def _tls(route: At, named: list[At]) -> Iterator[Refusal]:
    if route.get("match").empty:
        yield said(route, "TLS route must have at least one match condition", lack=True)
    if route.get("route").empty:
        yield said(route, "TLS route is required", lack=True)
    texts = [hosts.readable(h) or "" for h in named]
    for match in route.items("match"):
        yield from tls_match(match)
        for sni in match.items("sniHosts"):
            text = hosts.readable(sni)
            if not text or not all(texts) or hosts.wildcard(text) is not None or text.startswith("outbound_"):
                continue
            if not any(hosts.inside(text, host) for host in texts):
                listed = ", ".join(texts)
                yield said(
                    sni,
                    f'SNI host "{text}" is not a compatible subset of any of the virtual service hosts: [{listed}]',
                )
    yield from destinations(route.get("route"))
