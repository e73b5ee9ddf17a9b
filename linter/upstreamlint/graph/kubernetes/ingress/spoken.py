"""What the controller of an Ingress speaks to a backend, as annotations of the Ingress or of the Service tell it.

ingress-nginx, docs: annotations, Backend Protocol; AWS Load Balancer Controller, guide: annotations, Traffic Routing; haproxytech/kubernetes-ingress, documentation/annotations.md
and pkg/service/service.go (`getBackendModel`: a Backend object takes the place of all annotations); jcmoraisjr/haproxy-ingress, docs: keys, Backend protocol and
Secure backend; nginx/kubernetes-ingress, docs: `nginx.org/ssl-services`; Kong, `konghq.com/protocol`; Traefik, `service.serversscheme`;
Contour, `projectcontour.io/upstream-protocol.*`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from upstreamlint.documents import Scalar
from upstreamlint.facets.dial import Protocol
from upstreamlint.graph.index import Index
from upstreamlint.graph.istio.registry.hosts import written_protocol
from upstreamlint.model.istio import DestinationRule
from upstreamlint.model.kubernetes import Ingress, Service, ServicePort
from upstreamlint.programs.managed.haproxy_backend import HaproxyBackend
from upstreamlint.source import Anchor
from upstreamlint.values import NamedTuple


class Spoken(NamedTuple):
    """What is spoken, and whether over TLS; `anchor` is where that is told, `by` who then answers."""

    protocol: Protocol
    secure: bool
    anchor: Anchor | None = None
    by: str = ""


PLAIN = Spoken(Protocol.HTTP1, False)
"""Where nothing is told."""
UNKNOWN = Spoken(Protocol.UNKNOWN, False)

_H1, _H2, _GRPC = Protocol.HTTP1, Protocol.HTTP2, Protocol.GRPC
_Words = Mapping[str, tuple[Protocol, bool]]
_SCHEMES: _Words = {
    "http": (_H1, False),
    "https": (_H1, True),
    "h2c": (_H2, False),
    "grpc": (_GRPC, False),
    "grpcs": (_GRPC, True),
}
_NGINX: _Words = {
    "http": (_H1, False),
    "https": (_H1, True),
    "grpc": (_GRPC, False),
    "grpcs": (_GRPC, True),
    "fcgi": (Protocol.FASTCGI, False),
}
_HAPROXY: _Words = {
    "h1": (_H1, False),
    "h2": (_H2, False),
    "h1-ssl": (_H1, True),
    "h2-ssl": (_H2, True),
    "grpc": (_H2, False),
    "grpcs": (_H2, True),
}
_TRUE: _Words = {"true": (_H1, True)}
_TOLD: tuple[tuple[str, str, _Words], ...] = (
    ("nginx.ingress.kubernetes.io/backend-protocol", "Ingress (ingress-nginx)", _NGINX),
    ("haproxy.org/server-ssl", "HAProxy", _TRUE),
    ("haproxy-ingress.github.io/backend-protocol", "HAProxy", _HAPROXY),
    ("haproxy-ingress.github.io/secure-backends", "HAProxy", _TRUE),
    ("ingress.kubernetes.io/backend-protocol", "HAProxy", _HAPROXY),
    ("ingress.kubernetes.io/secure-backends", "HAProxy", _TRUE),
    ("konghq.com/protocol", "Ingress (Kong)", _SCHEMES),
    ("traefik.ingress.kubernetes.io/service.serversscheme", "Ingress (Traefik)", _SCHEMES),
)
"""Annotations whose value says all, whose proxy answers, and what the values mean."""
_LISTED = (
    ("nginx.org/ssl-services", "Ingress (the NGINX Ingress Controller of F5)", (_H1, True)),
    ("nginx.org/grpc-services", "Ingress (the NGINX Ingress Controller of F5)", (_GRPC, False)),
)
"""Annotations of an Ingress that list the Services that are spoken to so."""
_PORTS = (
    ("projectcontour.io/upstream-protocol.tls", "Ingress (Contour)", (_H1, True)),
    ("projectcontour.io/upstream-protocol.h2", "Ingress (Contour)", (_H2, True)),
    ("projectcontour.io/upstream-protocol.h2c", "Ingress (Contour)", (_H2, False)),
)
"""Annotations of a Service that list the ports, by name or number, that are spoken to so."""
_ALB = "alb.ingress.kubernetes.io/backend-protocol"
_VERSIONS = {"HTTP2": _H2, "GRPC": _GRPC}
_SAYS = ("protocol", "grpc", "ssl-passthrough", "ssl-services", "server-ssl", "secure", "fastcgi")
_OBJECT = "/cr-backend"


def spoken(
    index: Index,
    ingress: Ingress,
    service: Service | None,
    port: ServicePort | None,
    *,
    by_istio: bool = False,
) -> Spoken:
    """What is spoken to a port of a Service; unknown where an annotation says it that is not understood.

    `by_istio` is for Ingresses that istiod serves, which looks at no annotation.
    """
    named = _object(index, ingress, service)
    if named is not None:
        return named
    if by_istio:
        return _by_istio(index, port)
    found = [*_told(ingress, service, port)]
    saying = [key for key in _annotations(ingress) if _says(key)]
    of_service = [key for key in _annotations(service) if _says(key)] if service is not None else []
    if not saying and not of_service:
        return PLAIN
    if all(key.startswith(_ALB) for key in saying) and not of_service:
        return _by_alb(ingress)
    return found[0] if len(found) == len(saying) + len(of_service) == 1 else UNKNOWN


def _by_istio(index: Index, port: ServicePort | None) -> Spoken:
    """What Istio's gateway speaks: what the port's name says, in plain text where no DestinationRule may say more."""
    kind = written_protocol(port) if port is not None else ""
    if index.of(DestinationRule) or kind not in ("", "http", "https"):
        return UNKNOWN
    return PLAIN


def _says(key: str) -> bool:
    told = any(word in key for word in _SAYS) or key == "traefik.ingress.kubernetes.io/service.serversscheme"
    return told and not any(word in key for word in ("healthcheck", "aws-load-balancer", "azure-load"))


def _annotations(holder: Ingress | Service | None) -> Mapping[str, Scalar]:
    entries = holder.meta.annotations.entries if holder is not None and holder.meta.annotations else {}
    return {key: entry.value for key, entry in entries.items() if isinstance(entry.value, Scalar)}


def _told(ingress: Ingress, service: Service | None, port: ServicePort | None) -> Iterator[Spoken]:
    """What each annotation tells that is understood."""
    own, beside = _annotations(ingress), _annotations(service)
    if not own and not beside:
        return
    for key, by, words in _TOLD:
        for written in (own.get(key), beside.get(key)):
            meant = words.get(written.value.lower()) if written is not None else None
            if written is not None and meant is not None:
                yield Spoken(*meant, written.anchor, by)
    for key, by, meant in _LISTED:
        listed = own.get(key)
        if listed is not None:
            there = service is not None and service.meta.name.value in _words(listed)
            yield Spoken(*meant, listed.anchor, by) if there else PLAIN
    for key, by, meant in _PORTS:
        listed = beside.get(key)
        if listed is not None and port is not None:
            name = port.name.value if port.name is not None else ""
            there = not {str(port.number), name}.isdisjoint(_words(listed))
            yield Spoken(*meant, listed.anchor, by) if there else PLAIN


def _words(listed: Scalar) -> frozenset[str]:
    return frozenset(word.strip() for word in listed.value.split(","))


def _by_alb(ingress: Ingress) -> Spoken:
    annotations = _annotations(ingress)
    version, said = annotations.get(f"{_ALB}-version"), annotations.get(_ALB)
    protocol = _VERSIONS.get(version.value, _H1) if version is not None else _H1
    return Spoken(protocol, said is not None and said.value == "HTTPS")


def _object(index: Index, ingress: Ingress, service: Service | None) -> Spoken | None:
    """What the Backend object says that a Service, or else its Ingress, names; nothing where none is named."""
    for holder in (service, ingress):
        for key, written in _annotations(holder).items():
            if not key.endswith(_OBJECT):
                continue
            space, slash, name = written.value.rpartition("/")
            space = space if slash else ingress.meta.namespace
            found = [
                b
                for b in index.of(HaproxyBackend)
                if b.meta.name.value == name and b.meta.namespace in (space, "")
            ]
            if len(found) != 1 or found[0].meta.patched:
                return UNKNOWN
            return _by_object(found[0])
    return None


def _by_object(found: HaproxyBackend) -> Spoken:
    if found.unclear:
        return UNKNOWN
    protocol = _H2 if found.http2 else _H1
    return Spoken(protocol, found.secure is not None, found.secure, "HAProxy")
