"""Annotations of ingress-nginx that go by the paths of their Ingress: groups of a rewrite, canaries."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from upstreamlint import patterns
from upstreamlint.documents import Scalar
from upstreamlint.graph.index import Index
from upstreamlint.graph.kubernetes.annotations.faults import AnnotationFault, Unread, fault_of
from upstreamlint.graph.references import Candidate
from upstreamlint.model.kubernetes import Ingress
from upstreamlint.model.kubernetes.nearest import same_namespace
from upstreamlint.numerals import decimal
from upstreamlint.programs.managed.controllers import Classes, Controller

_REWRITE = "nginx.ingress.kubernetes.io/rewrite-target"
_GROUP = patterns.compile(r"\$([1-9])")


def rewritten(ingress: Ingress) -> Iterator[AnnotationFault]:
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
        yield fault_of(ingress, entry, Unread.GROUP, text, remedy)


def _groups(path: str) -> int:
    return len(re.findall(r"(?<!\\)\((?!\?)", path))


_CANARY = "nginx.ingress.kubernetes.io/canary"


def canaries(
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
        yield fault_of(ingress, entry, Unread.NO_MAIN, text, "give both the same host and path", near)
