"""What routes of every protocol have: destinations with weights, gateways, ports (`validateRouteDestinations`)."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.refusal.addresses import address
from upstreamlint.refusal.at import At
from upstreamlint.refusal.istio import hosts
from upstreamlint.refusal.istio.labels import labels
from upstreamlint.refusal.istio.said import said
from upstreamlint.refusal.refused import Refusal

_PORT = 65535


def destinations(routes: At) -> Iterator[Refusal]:
    """What is refused of the destinations of a route."""
    parts = routes.parts()
    weights = [part.get("weight") for part in parts]
    for part, weight in zip(parts, weights, strict=True):
        yield from destination(part.get("destination"))
        if weight.number is not None and weight.number < 0:
            yield said(weight, f"weight {weight.number} < 0")
    if len(parts) > 1 and not any(w.unsure for w in weights) and not sum(w.number or 0 for w in weights):
        place = next((w for w in weights if w.node is not None), routes)
        yield said(place, "total destination weight = 0", "give the destinations weights")


def destination(at: At) -> Iterator[Refusal]:
    """What is refused of a destination."""
    host = at.get("host")
    text = hosts.readable(host)
    if text == "*":
        yield said(host, "invalid destination host *")
    elif text is not None:
        wrong = hosts.wildcard(text)
        if wrong is not None:
            yield said(host, wrong)
    yield from subset_name(at.get("subset"))
    number = at.get("port").get("number")
    if at.get("port").given and not at.get("port").unsure and not number.unsure:
        yield from port(number, missing=at.get("port"))


def subset_name(name: At) -> Iterator[Refusal]:
    """What is refused of the name of a subset."""
    text = hosts.readable(name)
    if text and not hosts.is_label(text):
        yield said(name, f"subset name is invalid: {text}")


def port(number: At, missing: At | None = None, *, optional: bool = False) -> Iterator[Refusal]:
    """What is refused of a port; one that is not there is 0, if `missing` says what lacks it.

    An `optional` port of 0 is none.
    """
    value = number.number
    if (value is None and (missing is None or number.given)) or (optional and not value):
        return
    if value is None or not 0 < value <= _PORT:
        place = number if number.given or missing is None else missing
        yield said(place, f"port number {value or 0} must be in the range 1..65535", lack=value is None)


def subnets(parts: list[At]) -> Iterator[Refusal]:
    """What is refused of addresses and blocks of them."""
    for part in parts:
        wrong = hosts.subnet(part.text) if isinstance(part.value, str) else None
        if wrong is not None:
            yield said(part, wrong)


def gateway_names(holder: At) -> Iterator[Refusal]:
    """What is refused of the gateways that a VirtualService or a match names."""
    for name in holder.items("gateways"):
        text = hosts.readable(name)
        if text is None:
            continue
        namespace, slash, rest = text.partition("/")
        if not slash:
            wrong = hosts.name(text)
            if wrong is not None:
                yield said(name, wrong)
            return
        if not namespace or not rest:
            yield said(name, "config namespace and gateway name cannot be empty")
        elif not hosts.is_label(namespace):
            wants = f"write `{rest}` for a gateway of the same namespace" if namespace == "." else ""
            yield said(name, f'invalid value for namespace: "{namespace}"', wants)
        elif not hosts.is_label(rest):
            yield said(name, f'invalid value for gateway name: "{rest}"')


def tls_match(match: At) -> Iterator[Refusal]:
    """What is refused of a match of a TLS route."""
    for sni in match.items("sniHosts"):
        text = hosts.readable(sni)
        wrong = hosts.wildcard(text) if text is not None and not text.startswith("outbound_") else None
        if wrong is not None and (not text or address(text) is None):
            yield said(sni, wrong)
    names = match.get("sniHosts")
    if names.given and names.empty:
        yield said(names, "TLS match must have at least one SNI host")
    yield from tcp_match(match)


def tcp_match(match: At) -> Iterator[Refusal]:
    """What is refused of a match of a TCP route, and of any match of a connection."""
    yield from subnets(match.items("destinationSubnets"))
    yield from labels(match.get("sourceLabels"))
    yield from port(match.get("port"), optional=True)
    yield from gateway_names(match)
