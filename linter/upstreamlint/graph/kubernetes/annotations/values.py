"""Values of annotations that a controller does not take."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import patterns
from upstreamlint.documents import Entry, Scalar
from upstreamlint.graph.index import Index
from upstreamlint.graph.kubernetes.annotations.faults import ALB, AnnotationFault, Unread, fault_of
from upstreamlint.graph.references import Candidate
from upstreamlint.model.gateway_api import GatewayRoute
from upstreamlint.model.kubernetes import Ingress, Service
from upstreamlint.model.kubernetes.nearest import same_namespace
from upstreamlint.numerals import decimal
from upstreamlint.programs.managed.annotations import family, fault
from upstreamlint.programs.managed.controllers import Classes, Controller


def refused(owner: Ingress | Service, key: str, entry: Entry, value: Scalar) -> AnnotationFault | None:
    """A value that is none of the kind that the controller asks for."""
    found = family(key)
    kind = found.keys.get(found.name(key)) if found is not None else None
    wrong = fault(kind, value.value) if kind is not None else ""
    if found is None or not wrong:
        return None
    return fault_of(
        owner,
        entry,
        Unread.VALUE,
        f"{found.by} does not take `{value.value[:60]}`: {wrong}",
        f"mend the value: {wrong}",
    )


_CODE = patterns.compile(r"[0-9]{1,3}")
_CODES = patterns.compile(r"[0-9]{1,3}(?:[,-][0-9]{1,3}){0,50}\Z")
_HTTP_CODES, _GRPC_CODES = range(200, 500), range(100)


def codes_of_other_protocol(owner: Ingress | Service) -> Iterator[AnnotationFault]:
    """Codes of the other protocol: an ALB counts the states of gRPC from 0 to 99, and those of HTTP from 200 to 499.

    Elastic Load Balancing refuses the target group (API reference, `Matcher`), and the controller builds nothing of the Ingress.
    """
    entries = owner.meta.annotations.entries if owner.meta.annotations is not None else {}
    entry, told = entries.get(f"{ALB}success-codes"), entries.get(f"{ALB}backend-protocol-version")
    version = told.value if told is not None else None
    if entry is None or not isinstance(entry.value, Scalar) or not isinstance(version, Scalar):
        return
    grpc = version.value == "GRPC"
    asked = _CODE.findall(entry.value.value) if _CODES.match(entry.value.value) else []
    wrong = [code for code in asked if decimal(code) not in (_GRPC_CODES if grpc else _HTTP_CODES)]
    if wrong:
        what = "gRPC, whose codes are 0 to 99" if grpc else "HTTP, whose codes are 200 to 499"
        text = f"AWS refuses a target group with `{wrong[0]}`: it is checked with {what}"
        near = (Candidate(version.anchor, f"`{version.value}` is checked so", ""),)
        yield fault_of(owner, entry, Unread.VALUE, text, "write codes of the protocol of the backend", near)


_KONG = "konghq.com/protocol"
_STREAMS = frozenset({"tcp", "tls", "udp", "tls_passthrough"})


def streamed(index: Index) -> Iterator[AnnotationFault]:
    """Services whose protocol for Kong is one of streams, and to which a route of HTTP leads.

    Kong takes only services of `http`, `https`, `grpc` and `grpcs` into its router of HTTP (kong: kong/runloop/handler.lua, `kong.router`).
    """
    marked = [s for s in index.of(Service) if (s.meta.annotation(_KONG) or "").lower() in _STREAMS]
    for service in marked:
        entry = service.meta.annotations.entries[_KONG] if service.meta.annotations is not None else None
        leading = next(_leading(index, service), None)
        if entry is None or leading is None or service.meta.patched:
            continue
        text = f"Kong makes no route of HTTP to a service of `{service.meta.annotation(_KONG)}`, and answers `503` (`no Service found with those values`)"
        remedy = "leave it out for HTTP, or write `https`, `grpc` or `grpcs`; what streams go to has a TCPIngress or a TCPRoute"
        yield fault_of(service, entry, Unread.VALUE, text, remedy, (leading,))


def _leading(index: Index, service: Service) -> Iterator[Candidate]:
    """The routes of HTTP that lead to a Service, but those of Ingresses that another controller serves."""
    space, name = service.meta.namespace, service.meta.name.value
    classes = Classes(index)
    for ingress in index.of(Ingress):
        if classes.controller(ingress) in (None, Controller.KONG) and same_namespace(
            ingress.meta.namespace, space
        ):
            for backend in ingress.backends:
                if backend.service is not None and backend.service.value == name:
                    yield Candidate(backend.service.anchor, f"Ingress `{ingress.title}` leads to it", "")
    for route in index.of(GatewayRoute):
        for sent in (b for rule in route.rules for b in rule.backends if route.meta.kind == "HTTPRoute"):
            if sent.name.value == name and same_namespace(sent.namespace, space):
                yield Candidate(sent.name.anchor, f"HTTPRoute `{route.title}` leads to it", "")
