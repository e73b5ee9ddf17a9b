"""Objects that claim one host twice, where their controller gives it to one of them, or to none.

Contour refuses every root HTTPProxy of a host that several have (internal/dag/httpproxy_processor.go, `validHTTPProxies`: `fqdn … is used in multiple HTTPProxies`).
The NGINX Ingress Controller gives a host to the oldest object, and passes by the others (internal/k8s/configuration.go, `addProblemsForResourcesWithoutActiveHost`:
`All hosts are taken by other resources`), Ingresses too, but those that say that they are merged. The OpenShift router gives a host and path to the oldest Route
(`HostAlreadyClaimed`, pkg/router/controller/unique_host.go). The webhook of ingress-nginx refuses an Ingress with a host and path of another one, unless either
is a canary (internal/ingress/controller/controller.go, `checkOverlap`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from upstreamlint.graph.evidence import Verdict, is_placeholder
from upstreamlint.graph.grouping import grouped
from upstreamlint.graph.index import Index
from upstreamlint.graph.references import Candidate, Reference
from upstreamlint.model.kubernetes import Ingress
from upstreamlint.programs.managed.controllers import Classes, Controller, annotated_for
from upstreamlint.programs.managed.model import ManagedRoute
from upstreamlint.source import Anchor
from upstreamlint.typed import TypeAlias
from upstreamlint.values import entity, frozen

_MERGED = "nginx.org/mergeable-ingress-type"
_CANARY = "nginx.ingress.kubernetes.io/canary"
_F5 = "NGINX Ingress Controller"
_COMMUNITY = "the webhook of ingress-nginx"
_TOGETHER = "both files are deployed"

Owner: TypeAlias = ManagedRoute | Ingress


@entity(kw_only=True)
class HostClaim(Reference):
    """A host that another object of the same folder claims too; `lost` says that then neither gets it.

    `said` is what is said of the object that is refused, where one is.
    """

    owner: Owner
    other: Owner
    by: str
    lost: bool
    said: str
    assumption: str


@frozen
class _Claim:
    """An object, the host that it wants for itself, where that is written, and the part of it that must be its own."""

    owner: Owner
    host: str
    anchor: Anchor
    path: str = ""


def link(index: Index) -> Iterator[HostClaim]:
    """Each object that claims a host after another one of its folder and class."""
    managed = index.of(ManagedRoute)
    yield from _of(index, _roots(managed, "HTTPProxy"), "Contour", lost=True)
    classes = Classes(index)
    served = [(i, classes.controller(i) or annotated_for(i)) for i in index.of(Ingress)]
    plain = [i for i, by in served if by is Controller.F5_NGINX and i.meta.annotation(_MERGED) is None]
    own = [_Claim(i, b.host, b.anchor) for i in plain for b in i.backends]
    yield from _of(index, [*_roots(managed, "VirtualServer"), *own], _F5, lost=False)
    yield from _of(index, _routes(managed), "OpenShift router", lost=False)
    single = [i for i, by in served if by is Controller.INGRESS_NGINX and i.meta.annotation(_CANARY) is None]
    places = [
        _Claim(i, b.host, b.anchor, b.path) for i in single for b in i.backends if b.service is not None
    ]
    yield from _of(index, places, _COMMUNITY, lost=False)


def _roots(managed: Sequence[ManagedRoute], kind: str) -> list[_Claim]:
    found = [(o, o.host) for o in managed if o.meta.kind == kind and o.host is not None]
    return [_Claim(o, host.value, host.anchor) for o, host in found]


def _routes(managed: Sequence[ManagedRoute]) -> list[_Claim]:
    routes = [o for o in managed if o.meta.kind == "Route" and o.meta.group == "route.openshift.io"]
    return [_Claim(c.owner, c.host, c.anchor, _path(c.owner)) for c in _roots(routes, "Route")]


def _path(owner: Owner) -> str:
    return owner.rules[0].path if isinstance(owner, ManagedRoute) and owner.rules else "/"


def _of(index: Index, claims: Sequence[_Claim], by: str, *, lost: bool) -> Iterator[HostClaim]:
    known = [c for c in claims if c.host and not is_placeholder(c.host) and not c.owner.meta.patched]
    for same in grouped(known, _place).values():
        apart = {(c.owner.meta.kind, c.owner.title): c for c in reversed(same)}
        for first, other in pairwise(sorted(apart.values(), key=lambda c: c.anchor.line)):
            sure = first.anchor.source is other.anchor.source or index.ladder.is_closed(
                other.owner.meta.folder
            )
            yield HostClaim(
                wanted=other.host,
                anchor=other.anchor,
                owner=other.owner,
                verdict=Verdict.CONFLICT,
                near=(
                    Candidate(first.anchor, f"{first.owner.meta.kind} `{first.owner.title}` has it too", ""),
                ),
                other=first.owner,
                by=by,
                lost=lost,
                said=_overlap(other, first.owner) if by == _COMMUNITY else "",
                assumption="" if sure else _TOGETHER,
            )


def _overlap(claim: _Claim, other: Owner) -> str:
    host = "_" if claim.host == "*" else claim.host
    return f'host "{host}" and path "{claim.path}" is already defined in ingress {other.meta.namespace or "default"}/{other.meta.name}'


def _place(claim: _Claim) -> tuple[str, str, str, str]:
    """What must agree for two claims to meet: the host and path, the folder, and the class that is written."""
    owner = claim.owner
    if isinstance(owner, ManagedRoute):
        classes = owner.classes
    else:
        classes = (owner.class_name,) if owner.class_name is not None else ()
    return claim.host.lower(), claim.path, owner.meta.folder, ",".join(sorted(c.value for c in classes))
