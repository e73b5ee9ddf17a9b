"""Objects of GKE that a Service or an Ingress names in an annotation, and that are not there.

The controller then makes nothing of the Ingress: `error getting BackendConfig for port … no BackendConfig for service port exists`,
`FrontendConfig … does not exist` (ingress-gce, pkg/controller/translator/translator.go; pkg/frontendconfig).
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.documents import Scalar
from upstreamlint.graph.evidence import is_placeholder
from upstreamlint.graph.index import Index
from upstreamlint.graph.likeness import near_names
from upstreamlint.graph.references import Candidate, Reference
from upstreamlint.model.kubernetes import Ingress, Other, Service
from upstreamlint.model.kubernetes.meta import KubernetesObject
from upstreamlint.model.kubernetes.nearest import same_namespace
from upstreamlint.programs.managed.checks.fronts import fronts_of
from upstreamlint.programs.managed.checks.policies import ANNOTATIONS, HealthCheck, config_named
from upstreamlint.programs.managed.controllers import Classes, Controller
from upstreamlint.values import entity

_FRONTEND = "networking.gke.io/v1beta1.FrontendConfig"


@entity(kw_only=True)
class GkeConfig(Reference):
    """A BackendConfig or FrontendConfig (`kind`) that is named and does not exist."""

    ingress: Ingress
    holder: Ingress | Service
    kind: str


def link(index: Index) -> Iterator[GkeConfig]:
    """Every such name of the Ingresses of GKE, and of the Services behind them."""
    classes = Classes(index)
    for ingress in index.of(Ingress):
        if ingress.meta.patched or classes.controller(ingress) is not Controller.GCE:
            continue
        written = _annotation(ingress, (_FRONTEND,))
        if written is not None:
            yield from _missing(index, ingress, ingress, "FrontendConfig", written.value, written)
        for front in fronts_of(index, ingress):
            name = config_named(front.service, front.port)
            written = _annotation(front.service, ANNOTATIONS)
            if name and written is not None and not front.service.meta.patched:
                yield from _missing(index, ingress, front.service, "BackendConfig", name, written)


def _annotation(holder: Ingress | Service, keys: tuple[str, ...]) -> Scalar | None:
    entries = holder.meta.annotations.entries if holder.meta.annotations is not None else {}
    found = (entries[key].value for key in keys if key in entries)
    return next((value for value in found if isinstance(value, Scalar)), None)


def _missing(
    index: Index, ingress: Ingress, holder: Ingress | Service, kind: str, name: str, written: Scalar
) -> Iterator[GkeConfig]:
    every: list[KubernetesObject] = [*index.of(HealthCheck), *index.of(Other)]
    there = {
        o.meta.name.value: o
        for o in every
        if o.meta.kind == kind and same_namespace(o.meta.namespace, holder.meta.namespace)
    }
    if name in there or is_placeholder(name):
        return
    near = near_names(name, there)[:1]
    yield GkeConfig(
        wanted=name,
        anchor=written.anchor,
        owner=holder,
        verdict=index.ladder.absent(name, holder.meta.folder, near=bool(near)),
        near=tuple(Candidate(there[n].anchor, f"{kind} `{there[n].title}`", "") for n in near),
        ingress=ingress,
        holder=holder,
        kind=kind,
    )
