"""Sidecars of Istio: which hosts and ports they let through (`ValidateSidecar`)."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.numerals import decimal
from upstreamlint.numerals import port as port_of
from upstreamlint.refusal.addresses import address
from upstreamlint.refusal.at import At
from upstreamlint.refusal.istio import hosts
from upstreamlint.refusal.istio.labels import selected
from upstreamlint.refusal.istio.protocols import KNOWN, TLS
from upstreamlint.refusal.istio.routes import destination, port
from upstreamlint.refusal.istio.said import said
from upstreamlint.refusal.refused import Refusal

_SOCKET = "unix://"
_OWN = ("", "127.0.0.1", "0.0.0.0", "::1", "::")  # noqa: S104 - what istiod takes for the workload itself
_UNSUPPORTED = {
    "subjectAltNames": "subjectAltNames is not supported in ingress tls",
    "httpsRedirect": "httpsRedirect is not supported",
    "credentialName": "credentialName is not currently supported",
    "credentialNames": "credentialNames is not currently supported",
    "tlsCertificates": "tls_certificates is not currently supported",
}
_PARTS = ("egress", "ingress", "outboundTrafficPolicy", "inboundConnectionPool")


def sidecar(root: At) -> Iterator[Refusal]:
    """What is refused of a Sidecar."""
    spec = root.get("spec")
    if spec.unsure:
        return
    if all(spec.get(part).empty and not spec.get(part).given for part in _PARTS):
        yield said(spec if spec.given else root, "sidecar: empty configuration provided", lack=True)
    yield from selected(spec.get("workloadSelector"), "labels")
    yield from _ports(spec.items("ingress"), egress=False)
    for listener in spec.items("ingress"):
        yield from _end(listener.get("defaultEndpoint"))
        yield from _encrypted(listener)
    listeners = spec.items("egress")
    yield from _ports(listeners, egress=True)
    yield from _outside(spec.get("outboundTrafficPolicy"))
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
            wrong = hosts.with_namespace(text, gateway=False) if text is not None else None
            if wrong is not None:
                yield said(host, wrong)


def _outside(policy: At) -> Iterator[Refusal]:
    mode, proxy = policy.get("mode"), policy.get("egressProxy")
    if mode.text == "ALLOW_ANY_DYNAMIC_DNS":
        text = "sidecar: ALLOW_ANY_DYNAMIC_DNS mode is only supported in MeshConfig, not in Sidecar resource"
        yield said(mode, text)
    elif proxy.given and mode.text != "ALLOW_ANY" and not mode.unsure:
        yield said(
            proxy, "sidecar: egress_proxy must be set only with ALLOW_ANY outbound_traffic_policy mode"
        )
    elif proxy.given and not proxy.get("port").given:
        yield said(proxy, "sidecar: egress_proxy port must be non-nil", lack=True)
    else:
        yield from destination(proxy)


def _end(end: At) -> Iterator[Refusal]:
    """What is refused of the address to which an inbound listener passes requests."""
    text = hosts.readable(end)
    if not text or text.startswith(_SOCKET):
        return
    host, colon, number = text.rpartition(":")
    if not colon or ("[" not in host and ":" in host):
        what = "too many colons" if colon else "missing port"
        yield said(end, f"address {text}: {what} in address")
    elif host.strip("[]") not in _OWN:
        forms = "127.0.0.1:<port>,0.0.0.0:<port>,[::1]:port,[::]:port,unix://filepath or unset"
        yield said(end, f"sidecar: defaultEndpoint must be of form {forms}")
    elif decimal(number) is None:
        wrong = f'strconv.Atoi: parsing "{number}": invalid syntax'
        yield said(end, f"sidecar: defaultEndpoint port ({number}) is not a number: {wrong}")
    elif port_of(number) is None:
        yield said(end, f"port number {number} must be in the range 1..65535")


def _encrypted(listener: At) -> Iterator[Refusal]:
    """What is refused of TLS of an inbound listener."""
    tls, protocol = listener.get("tls"), listener.get("port").get("protocol")
    for field, text in _UNSUPPORTED.items():
        if not tls.get(field).empty and tls.get(field).value is not False:
            yield said(tls.get(field), f"sidecar: {text}")
    mode = tls.get("mode")
    if mode.text in ("ISTIO_MUTUAL", "AUTO_PASSTHROUGH"):
        yield said(mode, f"configuration is invalid: cannot set mode to {mode.text} in sidecar ingress tls")
    if tls.given and protocol.text and protocol.text.lower() not in TLS:
        yield said(tls, "server cannot have TLS settings for non HTTPS/TLS ports")


def _ports(listeners: list[At], *, egress: bool) -> Iterator[Refusal]:
    seen: dict[int, At] = {}
    for listener in listeners:
        socket = listener.get("port")
        number, protocol, name = socket.get("number"), socket.get("protocol"), socket.get("name")
        if protocol.text and protocol.text.lower() not in KNOWN:
            yield said(protocol, f"unsupported protocol: {protocol.text}")
        if hosts.readable(name) and not hosts.is_label(name.text):
            yield said(name, f"invalid port name: {name.text}")
        if not socket.given or socket.unsure or number.unsure:
            continue
        bind = listener.get("bind")
        named = hosts.readable(bind) or ""
        if number.number in (None, 0) and egress:
            if not number.given or number.number == 0:
                yield from _unnumbered(socket, bind, named)
            continue
        if named and address(named) is None and not bind.unsure:
            yield said(bind, f"{named} is not a valid IP")
        if not number.number:
            yield from port(number, missing=socket)
            continue
        yield from port(number)
        if seen.setdefault(number.number, number) is not number:
            yield said(
                number, "sidecar: ports on IP bound listeners must be unique", first=seen[number.number]
            )


def _unnumbered(socket: At, bind: At, named: str) -> Iterator[Refusal]:
    """What is refused of a port without a number, which is a socket."""
    if bind.unsure or named.startswith(_SOCKET):
        return
    text = "sidecar: ports with 0 value must have a unix domain socket bind address"
    yield said(socket, text, lack=not socket.get("number").given)
