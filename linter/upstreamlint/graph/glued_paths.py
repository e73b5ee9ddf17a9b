"""Prefixes of paths that run together with what is put in their place.

What proxies cut off is the prefix with its slash: `/api/` replaced by `/v1` makes `/v1basket` of `/api/basket`. nginx: `proxy_pass` with a URI, which is what
`nginx.org/rewrites` and `rewritePath` become (nginx/kubernetes-ingress: internal/configs/ingress.go, `createLocation`); Envoy: `prefix_rewrite`, which Istio's
`rewrite.uri`, Emissary's `rewrite` and Gloo's `prefixRewrite` become. Contour and the Gateway API mind the slash.
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import patterns
from upstreamlint.documents import Scalar
from upstreamlint.graph.evidence import Verdict
from upstreamlint.graph.index import Index
from upstreamlint.graph.references import Reference
from upstreamlint.model.istio import VirtualService
from upstreamlint.model.kubernetes import Ingress
from upstreamlint.model.rewriting import Glue, glue
from upstreamlint.programs.managed.controllers import Classes, Controller
from upstreamlint.programs.managed.model import ManagedRoute
from upstreamlint.readers.compose.tree import part
from upstreamlint.values import entity

_REWRITES = "nginx.org/rewrites"
_REGEX = "nginx.org/path-regex"
_ONE = patterns.compile(r"serviceName=(?P<service>[^\s;=]+)\s+rewrite=(?P<instead>[^\s;]+)")


@entity(kw_only=True)
class GluedPath(Reference):
    """What runs together, and what does it."""

    owner: Ingress | VirtualService | ManagedRoute
    glue: Glue
    by: str


def link(index: Index) -> Iterator[GluedPath]:
    """Every prefix that runs together with what is put in its place."""
    classes = Classes(index)
    for ingress in index.of(Ingress):
        if classes.controller(ingress) in (None, Controller.F5_NGINX):
            for found in _annotated(ingress):
                yield _judged(ingress, found, Controller.F5_NGINX)
    for virtual in index.of(VirtualService):
        for route in virtual.routes:
            for found in route.glued:
                yield _judged(virtual, found, Controller.ISTIO)
    for managed in index.of(ManagedRoute):
        for found in managed.glued:
            yield _judged(managed, found, managed.kind.by)


def _annotated(ingress: Ingress) -> Iterator[Glue]:
    annotations = ingress.meta.annotations
    entry = annotations.entries.get(_REWRITES) if annotations is not None else None
    if annotations is None or entry is None or not isinstance(entry.value, Scalar):
        return
    if _REGEX in annotations.entries:
        return
    for match in _ONE.finditer(entry.value.value):
        instead = part(entry.value, *match.span("instead"))
        for backend in ingress.backends:
            named = backend.service is not None and backend.service.value == match["service"]
            found = glue(backend.asked, instead) if named and not backend.exact else None
            if found is not None:
                yield found


def _judged(owner: Ingress | VirtualService | ManagedRoute, found: Glue, by: str) -> GluedPath:
    return GluedPath(
        wanted=found.instead.value,
        anchor=found.instead.anchor,
        owner=owner,
        verdict=Verdict.UNKNOWN if owner.meta.patched else Verdict.CONFLICT,
        glue=found,
        by=by,
    )
