"""What the controller behind an Ingress makes of it: classes, annotations, protocols, health checks (I3, I6)."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.graph.evidence import Verdict, near_names, sole
from upstreamlint.graph.index import Index
from upstreamlint.graph.references import Candidate, ClassOfIngress, Reference
from upstreamlint.model.kubernetes import Ingress, IngressClass
from upstreamlint.programs.managed.controllers import KNOWN_CLASSES, Classes, Controller
from upstreamlint.values import entity

_PREFIXES = {
    "nginx.ingress.kubernetes.io/": Controller.INGRESS_NGINX,
    "nginx.org/": Controller.F5_NGINX,
    "nginx.com/": Controller.F5_NGINX,
}
_EQUIVALENTS = {
    "nginx.ingress.kubernetes.io/backend-protocol": "nginx.org/ssl-services` or `nginx.org/grpc-services",
    "nginx.ingress.kubernetes.io/rewrite-target": "nginx.org/rewrites",
    "nginx.ingress.kubernetes.io/proxy-read-timeout": "nginx.org/proxy-read-timeout",
    "nginx.ingress.kubernetes.io/proxy-connect-timeout": "nginx.org/proxy-connect-timeout",
    "nginx.org/ssl-services": "nginx.ingress.kubernetes.io/backend-protocol",
    "nginx.org/grpc-services": "nginx.ingress.kubernetes.io/backend-protocol",
    "nginx.org/rewrites": "nginx.ingress.kubernetes.io/rewrite-target",
    "nginx.org/proxy-read-timeout": "nginx.ingress.kubernetes.io/proxy-read-timeout",
    "nginx.org/proxy-connect-timeout": "nginx.ingress.kubernetes.io/proxy-connect-timeout",
}
"""Annotations that change how a backend is called, and what the other controller calls them."""


@entity(kw_only=True)
class ControllerAnnotation(Reference):
    """An annotation of an Ingress, and the controller that should read it."""

    ingress: Ingress
    controller: Controller
    equivalent: str


def link(index: Index) -> Iterator[Reference]:
    """What each Ingress asks of its controller."""
    classes = Classes(index)
    for ingress in index.of(Ingress):
        yield from _class(index, ingress, classes.by_name)
        if ingress.meta.patched:
            continue
        yield from _annotations(ingress, classes.controller(ingress))


def _class(
    index: Index, ingress: Ingress, classes: dict[str, list[IngressClass]]
) -> Iterator[ClassOfIngress]:
    """Classes mostly come with a controller from elsewhere: only a near miss or a whole scope tells (I6)."""
    name = ingress.class_name
    if name is None or name.value in classes or name.value in KNOWN_CLASSES or not classes:
        return
    similar = near_names(name.value, classes, words=False)
    absent = index.ladder.absent(name.value, ingress.meta.folder, near=bool(similar))
    yield ClassOfIngress(
        wanted=name.value,
        anchor=name.anchor,
        owner=ingress,
        verdict=absent if absent.broken and not ingress.meta.patched else Verdict.UNKNOWN,
        near=tuple(
            Candidate(classes[n][0].meta.anchor, f"IngressClass `{n}`", n, certain=sole(name.value, similar))
            for n in similar[:1]
        ),
        ingress=ingress,
    )


def _annotations(ingress: Ingress, controller: Controller | None) -> Iterator[ControllerAnnotation]:
    if controller not in (Controller.INGRESS_NGINX, Controller.F5_NGINX) or ingress.meta.annotations is None:
        return
    entries = ingress.meta.annotations.entries
    for key, entry in entries.items():
        equivalent = _EQUIVALENTS.get(key)
        meant = next((c for prefix, c in _PREFIXES.items() if key.startswith(prefix)), None)
        if equivalent is None or meant is controller or meant is None:
            continue
        if any(other in entries for other in equivalent.split("` or `")):
            continue
        yield ControllerAnnotation(
            wanted=key,
            anchor=entry.key.anchor,
            owner=ingress,
            verdict=Verdict.CONFLICT,
            ingress=ingress,
            controller=controller,
            equivalent=equivalent,
        )
