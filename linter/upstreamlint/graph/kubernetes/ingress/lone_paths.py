"""Paths of an Ingress that a cloud's load balancer takes word for word, where all that is below them must be meant.

With the type `ImplementationSpecific` the path is the load balancer's own pattern, which is one path unless it ends in `*`. GKE: kubernetes/ingress-gce,
pkg/translator (`getPathsFromImplementationSpecific`); ALB: aws-load-balancer-controller, pkg/ingress/model_build_listener_rules.go (`buildPathPatterns`);
AGIC: application-gateway-kubernetes-ingress, pkg/appgw/requestroutingrules.go (`preparePathFromPathType`), which takes `/` for all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from upstreamlint.graph.evidence import Verdict, is_placeholder
from upstreamlint.graph.index import Index
from upstreamlint.graph.references import Candidate, Reference
from upstreamlint.model.kubernetes import Ingress
from upstreamlint.model.kubernetes.ingress import IngressBackend
from upstreamlint.model.kubernetes.probe import ProbeAction
from upstreamlint.programs.managed.controllers import OF_CLOUDS, Classes, Controller, annotated_for
from upstreamlint.values import entity

_CONDITIONS = "alb.ingress.kubernetes.io/conditions."
"""What such an annotation says of a Service holds beside the path, and is often the point of it."""


@entity(kw_only=True)
class LonePath(Reference):
    """A path that stands for itself alone; `below` is what shows that more is meant, `by` whose pattern it is."""

    owner: Ingress
    below: Candidate | None
    by: Controller


def link(index: Index) -> Iterator[LonePath]:
    """The paths that leave out what is below them."""
    classes = Classes(index)
    for ingress in index.of(Ingress):
        by = classes.controller(ingress) or annotated_for(ingress)
        if by is not None and by in OF_CLOUDS and not ingress.meta.patched:
            yield from _of(index, ingress, by)


def _of(index: Index, ingress: Ingress, by: Controller) -> Iterator[LonePath]:
    if any(not b.host for b in ingress.backends):
        # The rest has a backend of its own.
        return
    hosts: dict[str, list[IngressBackend]] = defaultdict(list)
    for backend in ingress.backends:
        hosts[backend.host].append(backend)
    for backends in hosts.values():
        lone = [b for b in backends if _is_lone(b, backends)]
        for backend in lone:
            path = backend.asked
            if (
                path is None
                or (path.value == "/" and by is Controller.AGIC)
                or _has_conditions(ingress, backend)
            ):
                continue
            below = None if path.value == "/" else _below(index, ingress, backend)
            if path.value != "/" and below is None and len(lone) < max(len(backends), 2):
                continue
            yield LonePath(
                wanted=path.value,
                anchor=path.anchor,
                owner=ingress,
                verdict=Verdict.CONFLICT,
                below=below,
                by=by,
            )


def _is_lone(backend: IngressBackend, beside: Iterable[IngressBackend]) -> bool:
    """Whether nothing else of its host takes what is below a path that stands for itself alone."""
    path = backend.path
    if not backend.literal or backend.asked is None or "*" in path or "." in path or is_placeholder(path):
        return False
    within = f"{path.rstrip('/')}/"
    return not any(
        other is not backend and (other.path.startswith(within) if path != "/" else other.path == "/*")
        for other in beside
    )


def _has_conditions(ingress: Ingress, backend: IngressBackend) -> bool:
    name = backend.service.value if backend.service is not None else ""
    return ingress.meta.annotation(f"{_CONDITIONS}{name}") is not None


def _below(index: Index, ingress: Ingress, backend: IngressBackend) -> Candidate | None:
    """A path below that a probe asks the pods of the backend for."""
    if backend.service is None:
        return None
    within = f"{backend.path.rstrip('/')}/"
    for service in index.services(backend.service.value, ingress.meta.namespace, ingress.meta.folder):
        for workload in index.selected(service):
            for probe in (p for c in workload.containers for p in c.probes):
                asked = probe.path
                if probe.action is ProbeAction.HTTP and asked is not None and asked.value.startswith(within):
                    return Candidate(asked.anchor, f"the {probe.kind} asks for a path below", "")
    return None
