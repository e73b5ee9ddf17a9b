"""Middlewares of Traefik that an Ingress names in an annotation.

Each is `namespace-name@kubernetescrd`; what has no provider behind it is looked for in that of Ingresses, which has none
(traefik: pkg/provider/kubernetes/ingress/kubernetes.go and pkg/server/provider/provider.go, `GetQualifiedName`).
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.documents import Scalar
from upstreamlint.graph.evidence import Verdict, is_placeholder
from upstreamlint.graph.index import Index
from upstreamlint.graph.likeness import near_names, sole
from upstreamlint.graph.references import Candidate, Reference
from upstreamlint.model.kubernetes import Ingress, Other
from upstreamlint.programs.managed.controllers import Classes, Controller
from upstreamlint.programs.managed.model import ManagedRoute
from upstreamlint.readers.compose.tree import part
from upstreamlint.values import entity

_ANNOTATION = "traefik.ingress.kubernetes.io/router.middlewares"
_PROVIDER = "kubernetescrd"


@entity(kw_only=True)
class IngressMiddleware(Reference):
    """A middleware that an Ingress names; `remedy` is what to write."""

    ingress: Ingress
    remedy: str


def link(index: Index) -> Iterator[IngressMiddleware]:
    """Every name in the annotation of every Ingress that Traefik may serve."""
    classes = Classes(index)
    for ingress in index.of(Ingress):
        if classes.controller(ingress) not in (None, Controller.TRAEFIK):
            continue
        for name in named(ingress):
            found = _judged(index, ingress, name)
            if found is not None:
                yield found


def named(ingress: Ingress) -> Iterator[Scalar]:
    """The names in the annotation of an Ingress."""
    entry = ingress.meta.annotations.entries.get(_ANNOTATION) if ingress.meta.annotations else None
    if entry is None or not isinstance(entry.value, Scalar):
        return
    at = 0
    for text in entry.value.value.split(","):
        start = at + len(text) - len(text.lstrip())
        if text.strip():
            yield part(entry.value, start, start + len(text.strip()))
        at += len(text) + 1


def middlewares(index: Index, name: str) -> list[ManagedRoute | Other]:
    """The Middleware objects that a name with the provider of objects means."""
    plain, _, provider = name.partition("@")
    if provider != _PROVIDER:
        return []
    return [m for m in _all(index) if _is(m, plain)]


def _all(index: Index) -> list[ManagedRoute | Other]:
    found: list[ManagedRoute | Other] = [*index.of(ManagedRoute), *index.of(Other)]
    return [m for m in found if m.meta.kind == "Middleware"]


def _is(middleware: ManagedRoute | Other, plain: str) -> bool:
    name, namespace = middleware.meta.name.value, middleware.meta.namespace
    return plain == f"{namespace}-{name}" if namespace else plain.endswith(f"-{name}")


def _judged(index: Index, ingress: Ingress, written: Scalar) -> IngressMiddleware | None:
    name, at, provider = written.value.partition("@")
    if is_placeholder(name) or (at and provider != _PROVIDER) or middlewares(index, written.value):
        return None
    there = _all(index)
    full = {_full(m): m for m in there}
    like = near_names(name, full)
    meant = [m for m in there if m.meta.name.value == name or _is(m, name)]
    meant += [m for m in there if name.endswith(f"-{m.meta.name.value}") and m not in meant]
    meant = meant or [full[n] for n in like[:1]]
    near = tuple(
        Candidate(
            m.anchor,
            f"Middleware `{m.title}`",
            f"{_full(m)}@{_PROVIDER}" if m.meta.namespace else "",
            certain=len(meant) == 1 and bool(m.meta.namespace) and (not like or sole(name, like)),
        )
        for m in meant[:1]
    )
    if not at:
        verdict = Verdict.CONFLICT
    elif not near and _is_away(index, ingress, name):
        verdict = Verdict.EXTERNAL
    else:
        verdict = index.ladder.absent(name, ingress.meta.folder, near=bool(near))
    instead = near[0].instead if near and near[0].instead else f"{name}@{_PROVIDER}"
    return IngressMiddleware(
        wanted=written.value,
        anchor=written.anchor,
        owner=ingress,
        verdict=Verdict.UNKNOWN if ingress.meta.patched else verdict,
        near=near,
        ingress=ingress,
        remedy=f"write `{instead}`"
        if near or not at
        else f"define it: a name is `namespace-name@{_PROVIDER}`",
    )


def _is_away(index: Index, ingress: Ingress, name: str) -> bool:
    """Whether a name begins with no namespace of which anything is here."""
    spaces = {*index.namespaces, ingress.meta.namespace}
    return not index.ladder.complete and not any(name.startswith(f"{space}-") for space in spaces if space)


def _full(middleware: ManagedRoute | Other) -> str:
    namespace = middleware.meta.namespace
    return f"{namespace}-{middleware.meta.name.value}" if namespace else middleware.meta.name.value
