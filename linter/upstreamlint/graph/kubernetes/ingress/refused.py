"""Ingresses that the webhook of ingress-nginx refuses, by the settings that it has or would have out of the box.

Snippets are off since 1.9; paths and the values of annotations are looked at since 1.12, where snippets are a risk that has to be allowed as well
(kubernetes/ingress-nginx: internal/ingress/controller/controller.go, `CheckIngress`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from upstreamlint.documents import Entry, Scalar
from upstreamlint.graph.evidence import Verdict
from upstreamlint.graph.index import Index
from upstreamlint.graph.references import Candidate, Reference
from upstreamlint.model.kubernetes import Ingress
from upstreamlint.programs.managed.admitted import SNIPPET, invalid, is_plain, risky
from upstreamlint.programs.managed.admitting import Admitting, Version, admitting
from upstreamlint.programs.managed.annotations import templated
from upstreamlint.programs.managed.controllers import Classes, Controller, annotated_for
from upstreamlint.source import Anchor
from upstreamlint.values import entity

_SNIPPETS_OFF: Version = (1, 9)
_STRICT: Version = (1, 12)
_TYPES = ("Prefix", "Exact")


@entity(kw_only=True)
class IngressRefused(Reference):
    """An Ingress that is refused: what is said of it, and what to write instead."""

    owner: Ingress
    said: str
    remedy: str
    assumption: str


def link(index: Index) -> Iterator[IngressRefused]:
    """Every one, by the first that the webhook says of it."""
    classes = Classes(index)
    served = [
        i
        for i in index.of(Ingress)
        if not i.meta.patched and (classes.controller(i) or annotated_for(i)) is Controller.INGRESS_NGINX
    ]
    asked = admitting(index) if served else []
    for ingress in served:
        found = next(_said(ingress, asked), None)
        if found is not None:
            yield found


def _said(ingress: Ingress, asked: Sequence[Admitting]) -> Iterator[IngressRefused]:
    """What is said, in the order of the webhook."""
    paths = [
        (backend.asked, backend.kind)
        for backend in ingress.backends
        if backend.asked is not None and backend.kind in _TYPES and not _is_taken(backend.asked.value)
    ]
    assumed = _assumed(asked, _STRICT, lambda one: one.paths) if paths else None
    if assumed is not None:
        texts = (f"path {path} cannot be used with pathType {kind}" for path, kind in paths)
        yield _refused(
            ingress,
            paths[0][0].anchor,
            f"ingress contains invalid paths: {', '.join(texts)}",
            "write `pathType: ImplementationSpecific`",
            assumed,
            tuple(Candidate(path.anchor, "this one neither", "") for path, _ in paths[1:]),
        )
    entries = ingress.meta.annotations.entries if ingress.meta.annotations is not None else {}
    snippets = [entry for key, entry in entries.items() if key.endswith(SNIPPET)]
    for entry in snippets:
        yield from _snippet(ingress, entry, asked)
    values = {key: e.value.value for key, e in entries.items() if isinstance(e.value, Scalar)}
    filled = {key: value for key, value in values.items() if not templated(value)}
    for key in invalid(filled):
        assumed = _assumed(asked, _STRICT, lambda one: one.values)
        if assumed is not None:
            said = f"annotation {key} contains invalid value"
            yield _refused(ingress, entries[key].value.anchor, said, "write a value that it takes", assumed)


def _is_taken(path: str) -> bool:
    return not path or is_plain(path) or templated(path)


def _snippet(ingress: Ingress, entry: Entry, asked: Sequence[Admitting]) -> Iterator[IngressRefused]:
    key, anchor = entry.key.value, entry.key.anchor
    assumed = _assumed(asked, _SNIPPETS_OFF, lambda one: one.snippets)
    if assumed is not None:
        said = (
            f"{key} annotation cannot be used. Snippet directives are disabled by the Ingress administrator"
        )
        remedy = 'set `allow-snippet-annotations: "true"` and `annotations-risk-level: Critical` in the controller\'s ConfigMap'
        yield _refused(ingress, anchor, said, remedy, assumed)
    elif risky(key) and all(one.snippets for one in asked):
        assumed = _assumed(asked, _STRICT, lambda one: one.risks)
        if assumed is not None:
            said = f"annotation group {risky(key)} contains risky annotation based on ingress configuration"
            remedy = "set `annotations-risk-level: Critical` in the controller's ConfigMap as well"
            yield _refused(ingress, anchor, said, remedy, assumed)


def _assumed(asked: Sequence[Admitting], since: Version, takes: Callable[[Admitting], bool]) -> str | None:
    """What has to hold for controllers of a release or a later one to refuse something; nothing where one of them does not."""
    if any(not one.asked or takes(one) or (one.version or since) < since for one in asked):
        return None
    if all(one.version is not None for one in asked):
        return ""
    release = f"ingress-nginx is {since[0]}.{since[1]} or newer"
    unseen = any(one.anchor is None for one in asked)
    return f"{release}, and its settings are those that it comes with" if unseen else release


def _refused(
    owner: Ingress,
    anchor: Anchor,
    said: str,
    remedy: str,
    assumption: str,
    near: tuple[Candidate, ...] = (),
) -> IngressRefused:
    return IngressRefused(
        wanted=said,
        anchor=anchor,
        owner=owner,
        verdict=Verdict.CONFLICT,
        near=near,
        said=said,
        remedy=remedy,
        assumption=assumption,
    )
