"""ServiceEntries, WorkloadEntries and WorkloadGroups (`ValidateServiceEntry`)."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.refusal.addresses import address
from upstreamlint.refusal.at import At
from upstreamlint.refusal.istio import hosts
from upstreamlint.refusal.istio.export import exported
from upstreamlint.refusal.istio.labels import labels, selected
from upstreamlint.refusal.istio.protocols import HTTP, KNOWN, TLS
from upstreamlint.refusal.istio.routes import port, subnets
from upstreamlint.refusal.istio.said import said
from upstreamlint.refusal.refused import Refusal

_SOCKET = "unix://"
_DYNAMIC = frozenset({"http", "http2", "grpc", "tls"})
_WAYS = ("httpGet", "tcpSocket", "exec", "grpc")
_RESOLVED = ("DNS", "DNS_ROUND_ROBIN")


def service_entry(root: At) -> Iterator[Refusal]:
    """What is refused of a ServiceEntry."""
    spec = root.get("spec")
    if not spec.given or spec.unsure:
        return
    resolution = spec.get("resolution")
    named = spec.items("hosts")
    if spec.get("hosts").given and not named and not spec.get("hosts").unsure:
        yield said(spec.get("hosts"), "service entry must have at least one host")
    for host in named:
        text = hosts.readable(host)
        wrong = hosts.wildcard(text) if text is not None and text != "*" else None
        if wrong is not None:
            yield said(host, wrong)
    yield from subnets(spec.items("addresses"))
    yield from selected(spec.get("workloadSelector"), "labels")
    yield from _ports(spec)
    if not resolution.unsure:
        yield from _resolved(spec, resolution.text or "NONE", named)
    yield from exported(spec, entry=True)


def _ports(spec: At) -> Iterator[Refusal]:
    seen: dict[str, At] = {}
    for socket in spec.items("ports"):
        name, protocol = socket.get("name"), socket.get("protocol")
        text = hosts.readable(name) or ""
        if text and seen.setdefault(text, name) is not name:
            yield said(name, f'service entry port name "{text}" already defined', first=seen[text])
        if hosts.readable(name) is not None and not hosts.is_label(text):
            yield said(name, f"invalid port name: {text}")
        yield from port(socket.get("targetPort"), optional=True)
        if protocol.text and protocol.text.lower() not in KNOWN:
            yield said(protocol, f"unsupported protocol: {protocol.text}")
        yield from port(socket.get("number"))


def _resolved(spec: At, resolution: str, named: list[At]) -> Iterator[Refusal]:
    endpoints = spec.items("endpoints")
    if resolution not in ("NONE", "STATIC"):
        for part in spec.items("addresses"):
            if "/" in part.text and resolution != "DYNAMIC_DNS":
                yield said(part, "CIDR addresses are allowed only for NONE/STATIC resolution types")
    known = {p.get("name").text for p in spec.items("ports")}
    if any(p.get("name").unsure for p in spec.items("ports")):
        return
    if resolution in ("STATIC", *_RESOLVED):
        for endpoint in endpoints:
            yield from _endpoint(endpoint, known, names=resolution != "STATIC")
            yield from _placed(endpoint, resolution)
    if resolution in _RESOLVED and not endpoints and not spec.get("endpoints").unsure:
        yield from _resolvable(named, resolution)
    if resolution == "DYNAMIC_DNS":
        yield from _dynamic(spec, resolution, named)
    if resolution != "NONE" and len(named) > 1:
        yield from _told_apart(spec)


def _dynamic(spec: At, resolution: str, named: list[At]) -> Iterator[Refusal]:
    for host in named:
        text = hosts.readable(host) or ""
        if text and not text.startswith("*"):
            yield said(host, f"host must be wildcarded for resolution mode {resolution}")
    for socket in spec.items("ports"):
        protocol = socket.get("protocol")
        if protocol.text.lower() not in _DYNAMIC and not protocol.unsure:
            text = "only HTTP, TLS, GRPC, and HTTP2 protocols are supported for resolution type"
            yield said(protocol, f"{text} {resolution}", lack=not protocol.given)
    for field in ("addresses", "endpoints"):
        if not spec.get(field).empty:
            yield said(spec.get(field), f"{field} cannot be set for resolution type {resolution}")


def _told_apart(spec: At) -> Iterator[Refusal]:
    """Several hosts, of which nothing in the traffic of a port says which one is meant."""
    for socket in spec.items("ports"):
        protocol = socket.get("protocol")
        kind = protocol.text.lower()
        if not protocol.unsure and (not kind or kind in KNOWN) and kind not in HTTP | TLS:
            place = protocol if protocol.given else socket
            yield said(place, "multiple hosts provided with non-HTTP, non-TLS ports")
            return


def _resolvable(named: list[At], resolution: str) -> Iterator[Refusal]:
    for host in named:
        text = hosts.readable(host) or ""
        wrong = hosts.name(text) if text and text != "*" else None
        if wrong is not None and hosts.wildcard(text) is None:
            yield said(
                host,
                f"hosts must be FQDN or contain only prefix wildcards if no endpoints are provided for resolution mode {resolution}, {wrong}",
            )
            return


def _endpoint(endpoint: At, known: set[str] | None, *, names: bool) -> Iterator[Refusal]:
    place = endpoint.get("address")
    text = hosts.readable(place) or ""
    socket = text.startswith(_SOCKET)
    if text and not socket and address(text) is None:
        if not names:
            yield said(
                place, f'endpoint address "{text}" is not a valid IP address', "`resolution: DNS` takes names"
            )
        elif hosts.name(text) is not None:
            yield said(place, f'endpoint address "{text}" is not a valid FQDN or an IP address')
    for key, number in endpoint.get("ports").entries():
        if known is not None and key.value not in known:
            yield said(number, f"endpoint port {number.value} is not defined by the service entry")
        if not hosts.is_label(key.value):
            yield said(number, f"invalid port name: {key.value}")
        yield from port(number)
    yield from labels(endpoint.get("labels"))
    if socket and known is not None and len(known) != 1:
        yield said(place, "exactly 1 service port required for unix endpoints")


def _placed(endpoint: At, resolution: str) -> Iterator[Refusal]:
    """What is refused of an endpoint without an address, which only another network can reach."""
    if not endpoint.given or endpoint.unsure or not endpoint.get("address").empty:
        return
    if resolution != "STATIC":
        text = 'endpoint address "" is not a valid FQDN or an IP address'
        yield said(endpoint, text, lack=not endpoint.get("address").given)


def workload_entry(root: At) -> Iterator[Refusal]:
    """What is refused of a WorkloadEntry."""
    yield from _endpoint(root.get("spec"), None, names=True)


def workload_group(root: At) -> Iterator[Refusal]:
    """What is refused of a WorkloadGroup."""
    yield from labels(root.get("spec").get("metadata").get("labels"))
    probe = root.get("spec").get("probe")
    if probe.given and not probe.unsure and not any(probe.get(way).given for way in _WAYS):
        yield said(probe, "unknown health check method <nil>", lack=True)
    for field in ("httpGet", "tcpSocket"):
        yield from port(probe.get(field).get("port"))
    scheme = probe.get("httpGet").get("scheme")
    if scheme.text and scheme.text not in ("HTTP", "HTTPS"):
        yield said(scheme, 'httpGet.scheme must be one of "HTTPS", "HTTP"')
    command = probe.get("exec").get("command")
    if probe.get("exec").given and command.given and command.empty:
        yield said(command, "exec.command is required")
