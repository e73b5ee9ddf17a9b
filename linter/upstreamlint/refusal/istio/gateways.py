"""Gateways of Istio: servers, ports and TLS (`ValidateGateway`)."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.refusal.addresses import address
from upstreamlint.refusal.at import At
from upstreamlint.refusal.istio import hosts
from upstreamlint.refusal.istio.protocols import HTTP, KNOWN, TLS
from upstreamlint.refusal.istio.routes import port
from upstreamlint.refusal.istio.said import said
from upstreamlint.refusal.refused import Refusal

_FILE = "unix://"
_SOURCES = ("credentialName", "credentialNames", "tlsCertificates")
_FILES = ("serverCertificate", "privateKey", "caCertificates")
_PASSED = ("", "PASSTHROUGH", "AUTO_PASSTHROUGH")
_ENDED = ("SIMPLE", "MUTUAL", "OPTIONAL_MUTUAL")
_MUTUAL = {
    "serverCertificate": "server certificate",
    "privateKey": "private key",
    "caCertificates": "CA bundle",
    "tlsCertificates": "tlsCertificates",
    "credentialName": "credentialName",
    "credentialNames": "credentialNames",
}


def gateway(root: At) -> Iterator[Refusal]:
    """What is refused of a Gateway."""
    name, spec = root.get("metadata").get("name"), root.get("spec")
    text = hosts.readable(name) or ""
    if text and not hosts.is_label(text):
        yield said(name, f'invalid gateway name: "{text}"')
    if spec.unsure or spec.get("servers").unsure:
        return
    if spec.get("servers").empty:
        yield said(spec if spec.given else root, "gateway must have at least one server", lack=True)
    seen: dict[str, At] = {}
    for server in spec.items("servers"):
        yield from _server(server)
        named = server.get("port").get("name")
        if named.text and seen.setdefault(named.text, named) is not named:
            yield said(
                named,
                f"port names in servers must be unique: duplicate name {named.text}",
                first=seen[named.text],
            )


def _server(server: At) -> Iterator[Refusal]:
    if server.get("hosts").given and server.get("hosts").empty:
        yield said(server.get("hosts"), "server config must contain at least one host")
    for host in server.items("hosts"):
        text = hosts.readable(host)
        wrong = hosts.with_namespace(text, gateway=True) if text is not None else None
        if wrong is not None:
            yield said(host, wrong)
    yield from _socket(server)
    protocol, tls = server.get("port").get("protocol"), server.get("tls")
    kind = protocol.text.lower()
    yield from _settings(tls)
    if kind not in KNOWN or tls.unsure:
        return
    if kind in TLS and not tls.given:
        yield said(protocol, "server must have TLS settings for HTTPS/TLS protocols", "add `tls`", lack=True)
    elif kind not in TLS and tls.given:
        yield from _plain(tls, kind)


def _socket(server: At) -> Iterator[Refusal]:
    socket, bind = server.get("port"), hosts.readable(server.get("bind")) or ""
    protocol, number = socket.get("protocol"), socket.get("number")
    if isinstance(protocol.value, str) and protocol.text.lower() not in KNOWN:
        known = "HTTP, HTTP2, GRPC, GRPC-WEB, MONGO, REDIS, MYSQL, TCP"
        yield said(protocol, f'invalid protocol "{protocol.text}", supported protocols are {known}')
    if socket.get("name").value == "":
        yield said(socket.get("name"), "port name must be set")
    if bind.startswith(_FILE):
        if number.number:
            yield said(number, "port number must be 0 for unix domain socket")
    else:
        yield from port(number)
        if bind and address(bind) is None:
            yield said(server.get("bind"), f"{bind} is not a valid IP")
    if socket.get("targetPort").number:
        yield said(socket.get("targetPort"), "targetPort has no impact on Gateways")


def _plain(tls: At, kind: str) -> Iterator[Refusal]:
    if kind not in HTTP:
        yield said(tls, "server cannot have TLS settings for non HTTPS/TLS ports")
    elif tls.get("mode").text not in _PASSED or not all(tls.get(f).empty for f in _FILES):
        yield said(tls, "server cannot have TLS settings for plain text HTTP ports")


def _settings(tls: At) -> Iterator[Refusal]:
    mode = tls.get("mode")
    if not tls.given or tls.unsure or mode.unsure:
        return
    if mode.text == "ISTIO_MUTUAL":
        for field, words in _MUTUAL.items():
            if not tls.get(field).empty:
                yield said(tls.get(field), f"ISTIO_MUTUAL TLS cannot have associated {words}")
        return
    files = not tls.get("serverCertificate").empty and not tls.get("privateKey").empty
    named = [tls.get(f) for f in _SOURCES if not tls.get(f).empty]
    if len(named) + files > 1:
        yield said(
            named[-1],
            "only one of credential_name, credential_names, server_certificate/private_key, tls_certificates should be specified",
        )
    if mode.text not in _ENDED:
        return
    if tls.get("credentialName").empty and tls.get("credentialNames").empty:
        yield from _certificates(tls, mode)


def _certificates(tls: At, mode: At) -> Iterator[Refusal]:
    prefix = "SIMPLE TLS" if mode.text == "SIMPLE" else "MUTUAL TLS"
    if prefix == "MUTUAL TLS" and tls.get("caCertificates").empty:
        yield said(mode, f"{prefix} requires a client CA bundle", lack=True)
    for holder in tls.items("tlsCertificates") or [tls]:
        if holder.get("serverCertificate").empty:
            yield said(mode, f"{prefix} requires a server certificate", "name a `credentialName`", lack=True)
        if holder.get("privateKey").empty:
            yield said(mode, f"{prefix} requires a private key", "name a `credentialName`", lack=True)
