"""VirtualServers, VirtualServerRoutes and their upstreams."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import patterns
from upstreamlint.refusal.at import At
from upstreamlint.refusal.f5_nginx.routes import redirecting, route
from upstreamlint.refusal.formats import problem
from upstreamlint.refusal.refused import Refusal, duplicate, invalid, required
from upstreamlint.values import replace

_JUDGE = "the NGINX Ingress Controller"
_TIME = patterns.compile(
    r"(?=.)(?:[0-9]+y)? ?(?:[0-9]+M)? ?(?:[0-9]+w)? ?(?:[0-9]+d)? ?(?:[0-9]+h)? ?(?:[0-9]+m)? ?(?:[0-9]+s?)? ?(?:[0-9]+ms)?"
)
_OFFSET = patterns.compile(r"\s*[0-9]+[kKmMgG]?\s*")
_SIZE = patterns.compile(r"\s*[0-9]+[kKmM]?\s*")
_UNIT = "must consist of numeric characters followed by a valid size suffix. 'k|K|m|M"
_UNSIZED = rf"{_UNIT} (e.g. '16',  or '32k',  or '64M', regex used for validation is '\d+[kKmM]?')"
_UNMEASURED = (
    rf"{_UNIT}|g|G (e.g. '16',  or '32k',  or '64M',  or '2G', regex used for validation is '\d+[kKmMgG]?')"
)
_TIMES = (
    *("connect-timeout", "read-timeout", "send-timeout", "next-upstream-timeout", "fail-timeout"),
    "slow-start",
)
_SIZES = ("buffer-size", "busy-buffers-size")
_COUNTS = ("next-upstream-tries", "max-fails", "keepalive", "max-conns")
_METHODS = frozenset(
    {
        *("round_robin", "least_conn", "ip_hash", "random", "random two", "random two least_conn"),
        *("random two least_time=header", "random two least_time=last_byte", "least_time header"),
        *("least_time last_byte", "least_time header inflight", "least_time last_byte inflight"),
    }
)
_NEXT = frozenset(
    {
        *("error", "timeout", "invalid_header", "http_500", "http_502", "http_503", "http_504", "http_403"),
        *("http_404", "http_429", "non_idempotent", "off"),
    }
)
_MODIFIERS = ("~*", "~", "^~", "=")
_PORTS = 65_535


def virtual_server(root: At) -> Iterator[Refusal]:
    """What is refused of a VirtualServer."""
    spec = root.get("spec")
    yield from map(_by_controller, _server(spec))


def virtual_server_route(root: At) -> Iterator[Refusal]:
    """What is refused of a VirtualServerRoute."""
    spec = root.get("spec")
    yield from map(_by_controller, _parts(spec, "subroutes"))


def _by_controller(refusal: Refusal) -> Refusal:
    return replace(refusal, judge=_JUDGE, admitted=True)


def _server(spec: At) -> Iterator[Refusal]:
    tls = spec.get("tls")
    secret = tls.get("secret")
    wrong = problem("dns-subdomain", secret.text) if secret.text and not secret.nameless else None
    if wrong is not None:
        yield invalid(secret, wrong)
    redirect = tls.get("redirect")
    yield from redirecting(redirect.get("code"))
    if redirect.get("basedOn").text not in ("", "scheme", "x-forwarded-proto"):
        yield invalid(redirect.get("basedOn"), "accepted values are 'scheme', 'x-forwarded-proto'")
    yield from _parts(spec, "routes")


def _parts(spec: At, routes: str) -> Iterator[Refusal]:
    """What both kinds have: a host, upstreams and routes."""
    host = spec.get("host")
    if not spec.given or spec.unsure:
        return
    if host.empty and not host.unsure:
        yield required(host)
    elif host.text and not host.nameless:
        wrong = problem("wildcard-subdomain" if host.text.startswith("*.") else "dns-subdomain", host.text)
        if wrong is not None:
            yield invalid(host, wrong)
    names: dict[str, At] = {}
    for upstream in spec.items("upstreams"):
        if upstream.given and not upstream.unsure:
            yield from _upstream(upstream, names)
    paths: dict[str, At] = {}
    for part in spec.items(routes):
        if not part.given or part.unsure:
            continue
        found = list(route(part, inner=routes == "subroutes"))
        yield from found
        path = part.get("path")
        first = paths.setdefault(_normal(path.text), path) if path.text and not found else path
        if first is not path:
            yield duplicate(path, "", first)


def _normal(path: str) -> str:
    """A path whose modifier is followed by no space."""
    for modifier in _MODIFIERS:
        if path.startswith(modifier):
            return modifier + path.removeprefix(modifier).lstrip()
    return path


def _upstream(upstream: At, names: dict[str, At]) -> Iterator[Refusal]:
    name = upstream.get("name")
    wrong = list(_label(name))
    yield from wrong
    first = names.setdefault(name.text, name) if name.text and not wrong else name
    if first is not name:
        yield duplicate(name, "", first)
    yield from _served(upstream.get("service"), upstream.get("port"))
    yield from _measures(upstream)
    yield from _words(upstream)


def _served(service: At, port: At) -> Iterator[Refusal]:
    if service.text.count("/") > 1:
        yield invalid(service, " service reference must be in the format namespace/service-name")
    elif "/" not in service.text:
        yield from _label(service)
    if port.number is not None and not 0 <= port.number <= _PORTS:
        field = "Go struct field Upstream.spec.upstreams.port of type uint16"
        yield Refusal(port.path, f"json: cannot unmarshal number {port.number} into {field}", port.anchor)
    elif port.number == 0:
        yield invalid(port, f"must be between 1 and {_PORTS}, inclusive")


def _measures(upstream: At) -> Iterator[Refusal]:
    """Counts, times and sizes, as nginx writes them."""
    for at in map(upstream.get, _COUNTS):
        if at.number is not None and at.number < 0:
            yield invalid(at, "must be positive or zero")
    for at in map(upstream.get, _TIMES):
        if at.text and _TIME.fullmatch(" ".join(at.text.split())) is None:
            yield invalid(at, "invalid time string")
    for at in map(upstream.get, _SIZES):
        if at.text and _SIZE.fullmatch(at.text) is None:
            yield invalid(at, _UNSIZED)
    body = upstream.get("client-max-body-size")
    if body.text and _OFFSET.fullmatch(body.text) is None:
        yield invalid(body, _UNMEASURED)


def _words(upstream: At) -> Iterator[Refusal]:
    method, again, kind = upstream.get("lb-method"), upstream.get("next-upstream"), upstream.get("type")
    if method.text and not method.text.startswith("hash") and method.text.strip() not in _METHODS:
        yield invalid(method, f'invalid load balancing method: "{method.text.strip()}"')
    for word in again.text.split():
        if word not in _NEXT:
            yield Refusal(again.path, f'Invalid value: "{word}": not a valid parameter', again.anchor)
    if kind.text not in ("", "grpc", "http"):
        yield invalid(kind, "must be one of `grpc` or `http`")


def _label(name: At) -> Iterator[Refusal]:
    if name.unsure or name.nameless:
        return
    if name.empty:
        yield required(name)
    elif name.text:
        wrong = problem("dns-1035-label", name.text)
        if wrong is not None:
            yield invalid(name, wrong)
