"""Sidecars of Istio: which hosts and ports they let through (`ValidateSidecar`)."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.refusal.at import At
from upstreamlint.refusal.istio import hosts
from upstreamlint.refusal.istio.protocols import KNOWN
from upstreamlint.refusal.istio.routes import port
from upstreamlint.refusal.istio.said import said
from upstreamlint.refusal.refused import Refusal

_PARTS = ("egress", "ingress", "outboundTrafficPolicy", "inboundConnectionPool")


def sidecar(root: At) -> Iterator[Refusal]:
    """What is refused of a Sidecar."""
    spec = root.get("spec")
    if spec.unsure:
        return
    if all(spec.get(part).empty and not spec.get(part).given for part in _PARTS):
        yield said(spec if spec.given else root, "sidecar: empty configuration provided", lack=True)
    yield from _ports(spec.items("ingress"))
    listeners = spec.items("egress")
    yield from _ports(listeners)
    for listener in listeners[:-1]:
        if not listener.get("port").given and not listener.unsure:
            yield said(
                listener,
                "sidecar: the egress listener with empty port should be the last listener in the list",
            )
    for listener in listeners:
        if listener.get("hosts").empty and not listener.get("hosts").unsure and listener.get("hosts").given:
            yield said(listener.get("hosts"), "sidecar: egress listener must contain at least one host")
        for host in listener.items("hosts"):
            text = hosts.readable(host)
            wrong = hosts.with_namespace(text, gateway=False) if text else None
            if wrong is not None:
                yield said(host, wrong)


def _ports(listeners: list[At]) -> Iterator[Refusal]:
    seen: dict[int, At] = {}
    for listener in listeners:
        socket = listener.get("port")
        number, protocol, name = socket.get("number"), socket.get("protocol"), socket.get("name")
        if protocol.text and protocol.text.lower() not in KNOWN:
            yield said(protocol, f"unsupported protocol: {protocol.text}")
        if hosts.readable(name) and not hosts.is_label(name.text):
            yield said(name, f"invalid port name: {name.text}")
        if not number.number:
            continue
        yield from port(number)
        if seen.setdefault(number.number, number) is not number:
            yield said(
                number, "sidecar: ports on IP bound listeners must be unique", first=seen[number.number]
            )
