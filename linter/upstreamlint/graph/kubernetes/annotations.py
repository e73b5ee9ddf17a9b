"""Annotations of Ingresses and Services that no controller reads, or not as they are meant."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from enum import StrEnum

from upstreamlint import patterns
from upstreamlint.documents import Entry, Scalar
from upstreamlint.graph.evidence import Verdict
from upstreamlint.graph.index import Index
from upstreamlint.graph.kubernetes.annotation_prefixes import Prefix, prefix_of, prefixes
from upstreamlint.graph.likeness import near_names
from upstreamlint.graph.references import Candidate, Reference
from upstreamlint.model.gateway_api import GatewayRoute
from upstreamlint.model.kubernetes import Ingress, Service
from upstreamlint.model.kubernetes.nearest import same_namespace
from upstreamlint.numerals import decimal
from upstreamlint.programs.managed.annotations import domains, family, fault
from upstreamlint.programs.managed.controllers import Classes, Controller
from upstreamlint.values import entity


class Unread(StrEnum):
    """Why an annotation does nothing, or not what is meant."""

    MISSPELT = "misspelt"
    WRONG_OBJECT = "wrong object"
    VALUE = "value"
    GROUP = "group"
    NO_MAIN = "no main"


@entity(kw_only=True)
class AnnotationFault(Reference):
    """An annotation that does not do what it says: `text` says why, `remedy` what to write; `meant` is the key that was misspelt."""

    owner: Ingress | Service
    why: Unread
    text: str
    remedy: str
    meant: str = ""


def link(index: Index) -> Iterator[AnnotationFault]:
    """Every annotation of every Ingress and Service."""
    behind_alb = _behind_alb(index)
    classes = Classes(index)
    owners: list[Ingress | Service] = [*index.of(Ingress), *index.of(Service)]
    for owner in owners:
        if owner.meta.annotations is None or owner.meta.patched:
            continue
        kind = owner.meta.kind
        for key, entry in owner.meta.annotations.entries.items():
            if "/" not in key or not isinstance(entry.value, Scalar):
                continue
            found = _misspelt(owner, key, entry) or _other_prefix(owner, key, entry, classes)
            found = found or _misplaced(index, owner, kind, key, entry, behind_alb)
            found = found or _valued(owner, key, entry, entry.value)
            if found is not None:
                yield found
        yield from _matcher(owner)
    yield from _streamed(index)
    ingresses, told = index.of(Ingress), prefixes(index)
    for ingress in ingresses:
        if not ingress.meta.patched:
            yield from _behind_other(ingress, prefix_of(ingress, told))
            yield from _rewritten(ingress)
            yield from _canary(index, ingress, ingresses, classes)


def _fault(
    owner: Ingress | Service,
    entry: Entry,
    why: Unread,
    text: str,
    remedy: str,
    near: tuple[Candidate, ...] = (),
    meant: str = "",
) -> AnnotationFault:
    value = why in (Unread.VALUE, Unread.GROUP, Unread.NO_MAIN)
    return AnnotationFault(
        wanted=entry.key.value,
        anchor=entry.value.anchor if value else entry.key.anchor,
        owner=owner,
        verdict=Verdict.CONFLICT,
        near=near,
        why=why,
        text=text,
        remedy=remedy,
        meant=meant,
    )


def _misspelt(owner: Ingress | Service, key: str, entry: Entry) -> AnnotationFault | None:
    """A prefix, or a key of a family that is known as a whole, that is another one but for a slip of the hand."""
    domain, _, name = key.partition("/")
    found = family(key)
    if found is None:
        like = [] if domain in domains() else near_names(domain, domains(), words=False)
        meant = [
            f"{one}/{name}"
            for one in like
            if (f := family(f"{one}/{name}")) and f.known(f.name(f"{one}/{name}"))
        ]
    elif not found.known(found.name(key)):
        names = near_names(found.name(key), found.keys, words=False)
        meant = [found.prefix + one for one in names]
        meant += [found.prefix + one for one in _singular(found.name(key)) if one in found.keys]
    else:
        return None
    if not meant:
        return None
    only = meant[0] if len(set(meant)) == 1 and owner.meta.annotation(meant[0]) is None else ""
    text = f"no controller reads it: it is `{meant[0]}`"
    return _fault(owner, entry, Unread.MISSPELT, text, f"write `{meant[0]}`", meant=only)


_SHORT = frozenset({"kubernetes.io", "ingress.kubernetes.io", "networking.k8s.io", "nginx.kubernetes.io"})
_OWN = "nginx.ingress.kubernetes.io/"


def _other_prefix(
    owner: Ingress | Service, key: str, entry: Entry, classes: Classes
) -> AnnotationFault | None:
    """A key of ingress-nginx behind a part of its prefix; the old one, `ingress.kubernetes.io`, went with 0.9."""
    domain, _, name = key.partition("/")
    found = family(_OWN + name)
    if not isinstance(owner, Ingress) or domain not in _SHORT or found is None or name not in found.keys:
        return None
    if (
        classes.controller(owner) is not Controller.INGRESS_NGINX
        or owner.meta.annotation(_OWN + name) is not None
    ):
        return None
    text = f"ingress-nginx, which serves its class, reads `{_OWN}{name}`"
    return _fault(owner, entry, Unread.MISSPELT, text, f"write `{_OWN}{name}`", meant=_OWN + name)


def _behind_other(ingress: Ingress, prefix: Prefix | None) -> Iterator[AnnotationFault]:
    """The first annotation of an Ingress behind a prefix that its controller is told not to read."""
    entries = ingress.meta.annotations.entries if ingress.meta.annotations is not None else {}
    lost = [key for key in entries if prefix is not None and key.startswith(prefix.lost)]
    if prefix is None or not lost:
        return
    near = (Candidate(prefix.anchor, "the controller of its class is told so", ""),)
    text = f"the controller of its class reads what stands behind `{prefix.told[0]}` instead"
    remedy = f"write `{prefix.told[0]}{lost[0].partition('/')[2]}`"
    yield _fault(ingress, entries[lost[0]], Unread.WRONG_OBJECT, text, remedy, near)


def _singular(name: str) -> Iterator[str]:
    """The name with an `s` more or less, which is no slip among names of ports, but is one here."""
    yield name.removesuffix("s")
    yield f"{name}s"


_EQUIVALENTS = {
    "healthcheck-path": "healthcheck-path",
    "healthcheck-port": "healthcheck-port",
    "healthcheck-protocol": "healthcheck-protocol",
    "healthcheck-interval": "healthcheck-interval-seconds",
    "healthcheck-timeout": "healthcheck-timeout-seconds",
    "healthcheck-healthy-threshold": "healthy-threshold-count",
    "healthcheck-unhealthy-threshold": "unhealthy-threshold-count",
    "healthcheck-success-codes": "success-codes",
    "backend-protocol": "backend-protocol",
    "nlb-target-type": "target-type",
    "target-group-attributes": "target-group-attributes",
}
"""What an ALB calls the settings of an NLB (both guides of the AWS Load Balancer Controller)."""
_NLB, _ALB = "service.beta.kubernetes.io/aws-load-balancer-", "alb.ingress.kubernetes.io/"
_CONFIG = patterns.compile(r"backend-?config", re.IGNORECASE)


def _behind_alb(index: Index) -> dict[int, Ingress]:
    """The Services that an ALB leads to."""
    classes = Classes(index)
    served = [i for i in index.of(Ingress) if classes.controller(i) is Controller.ALB]
    if not served:
        return {}
    from upstreamlint.programs.managed.checks.fronts import fronts_of

    return {id(front.service): ingress for ingress in served for front in fronts_of(index, ingress)}


def _misplaced(
    index: Index, owner: Ingress | Service, kind: str, key: str, entry: Entry, behind_alb: dict[int, Ingress]
) -> AnnotationFault | None:
    if isinstance(owner, Ingress) and _CONFIG.search(key) and isinstance(entry.value, Scalar):
        from upstreamlint.programs.managed.checks.policies import HealthCheck

        configs = [
            c
            for c in index.of(HealthCheck)
            if c.meta.kind == "BackendConfig"
            and c.meta.name.value in entry.value.value
            and same_namespace(c.meta.namespace, owner.meta.namespace)
        ]
        if configs or family(key) is not None:
            near = tuple(Candidate(c.anchor, "this BackendConfig is not used", "") for c in configs[:1])
            text = "GKE reads the BackendConfig that a Service names, not an Ingress"
            name = configs[0].meta.name.value if configs else "…"
            remedy = f'set `cloud.google.com/backend-config: \'{{"default": "{name}"}}\'` on the Service'
            return _fault(owner, entry, Unread.WRONG_OBJECT, text, remedy, near)
    found = family(key)
    if found is None:
        return None
    name = found.name(key)
    if found.prefix == _NLB and isinstance(owner, Service) and owner.type != "LoadBalancer":
        ingress, equivalent = behind_alb.get(id(owner)), _EQUIVALENTS.get(name)
        if ingress is None or equivalent is None or _told(owner, ingress, _ALB + equivalent):
            return None
        near = (Candidate(ingress.anchor, f"the ALB of Ingress `{ingress.title}` leads to it", ""),)
        text = "it is for Services of type LoadBalancer; the ALB before this one does not read it"
        return _fault(owner, entry, Unread.WRONG_OBJECT, text, f"use `{_ALB}{equivalent}`", near)
    if found.read_on(kind, name):
        return None
    kinds = [*found.on, *(k for k, names in found.also.items() if name in names)]
    kinds = [k for k in kinds if found.read_on(k, name)]
    text = f"{found.by} reads it on {' and '.join(_PLURALS.get(k, k) for k in kinds)} only"
    return _fault(owner, entry, Unread.WRONG_OBJECT, text, f"write it on the {' or '.join(kinds)}")


_PLURALS = {"Ingress": "Ingresses", "Service": "Services"}


def _told(service: Service, ingress: Ingress, key: str) -> bool:
    return service.meta.annotation(key) is not None or ingress.meta.annotation(key) is not None


def _valued(owner: Ingress | Service, key: str, entry: Entry, value: Scalar) -> AnnotationFault | None:
    found = family(key)
    kind = found.keys.get(found.name(key)) if found is not None else None
    wrong = fault(kind, value.value) if kind is not None else ""
    if found is None or not wrong:
        return None
    return _fault(
        owner,
        entry,
        Unread.VALUE,
        f"{found.by} does not take `{value.value[:60]}`: {wrong}",
        f"mend the value: {wrong}",
    )


_CODE = patterns.compile(r"[0-9]{1,3}")
_CODES = patterns.compile(r"[0-9]{1,3}(?:[,-][0-9]{1,3}){0,50}\Z")
_HTTP_CODES, _GRPC_CODES = range(200, 500), range(100)


def _matcher(owner: Ingress | Service) -> Iterator[AnnotationFault]:
    """Codes of the other protocol: an ALB counts the states of gRPC from 0 to 99, and those of HTTP from 200 to 499.

    Elastic Load Balancing refuses the target group (API reference, `Matcher`), and the controller builds nothing of the Ingress.
    """
    entries = owner.meta.annotations.entries if owner.meta.annotations is not None else {}
    entry, told = entries.get(f"{_ALB}success-codes"), entries.get(f"{_ALB}backend-protocol-version")
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
        yield _fault(owner, entry, Unread.VALUE, text, "write codes of the protocol of the backend", near)


_KONG = "konghq.com/protocol"
_STREAMS = frozenset({"tcp", "tls", "udp", "tls_passthrough"})


def _streamed(index: Index) -> Iterator[AnnotationFault]:
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
        yield _fault(service, entry, Unread.VALUE, text, remedy, (leading,))


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


_REWRITE = "nginx.ingress.kubernetes.io/rewrite-target"
_GROUP = patterns.compile(r"\$([1-9])")


def _rewritten(ingress: Ingress) -> Iterator[AnnotationFault]:
    """A target that names a group which no path of the Ingress has is rewritten to nothing in its place."""
    entry = ingress.meta.annotations.entries.get(_REWRITE) if ingress.meta.annotations is not None else None
    if entry is None or not isinstance(entry.value, Scalar):
        return
    wanted = max((decimal(n) or 0 for n in _GROUP.findall(entry.value.value)), default=0)
    paths = [b.path for b in ingress.backends if b.path]
    short = [p for p in paths if _groups(p) < wanted and p != "/"]
    if wanted and short and len(short) == len(paths):
        text = f"path `{short[0]}` has no group {wanted}, so every request loses what stands in its place"
        remedy = (
            f"give the path its groups, such as `{short[0].rstrip('/')}(/|$)(.*)`"
            if wanted > 1
            else f"write `{short[0].rstrip('/')}/(.*)`"
        )
        yield _fault(ingress, entry, Unread.GROUP, text, remedy)


def _groups(path: str) -> int:
    return len(re.findall(r"(?<!\\)\((?!\?)", path))


_CANARY = "nginx.ingress.kubernetes.io/canary"


def _canary(
    index: Index, ingress: Ingress, ingresses: Iterable[Ingress], classes: Classes
) -> Iterator[AnnotationFault]:
    """A canary is merged into the Ingress that has its host and path; without one ingress-nginx drops it."""
    if ingress.meta.annotation(_CANARY) != "true" or classes.controller(ingress) not in (
        None,
        Controller.INGRESS_NGINX,
    ):
        return
    entry = ingress.meta.annotations.entries[_CANARY] if ingress.meta.annotations is not None else None
    mains = [
        other
        for other in ingresses
        if other.meta.annotation(_CANARY) != "true"
        and same_namespace(other.meta.namespace, ingress.meta.namespace)
    ]
    served = {(b.host, b.path.rstrip("/")) for other in mains for b in other.backends}
    lost = [b for b in ingress.backends if (b.host, b.path.rstrip("/")) not in served]
    if entry is None or not lost or len(lost) < len(ingress.backends):
        return
    first = lost[0]
    alike = [(o, b) for o in mains for b in o.backends if b.host == first.host or b.path == first.path]
    near = tuple(
        Candidate(b.anchor, f"Ingress `{o.title}` takes `{b.host}{b.path}`", "") for o, b in alike[:1]
    )
    verdict = index.ladder.absent(f"{first.host}{first.path}", ingress.meta.folder, near=bool(near))
    if verdict.broken:
        text = f"no other Ingress takes `{first.host}{first.path}`, and a canary has no route of its own"
        yield _fault(ingress, entry, Unread.NO_MAIN, text, "give both the same host and path", near)
