"""What the controller behind an Ingress makes of it: classes, annotations, protocols, health checks (I3, I6)."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.documents import Scalar
from upstreamlint.finding import Symptom
from upstreamlint.graph.evidence import Verdict
from upstreamlint.graph.index import Index
from upstreamlint.graph.likeness import near_names, sole
from upstreamlint.graph.references import Candidate, ClassOfIngress, Reference
from upstreamlint.model.kubernetes import Ingress, IngressClass
from upstreamlint.programs.managed import solvers
from upstreamlint.programs.managed.controllers import KNOWN_CLASSES, Classes, Controller
from upstreamlint.programs.managed.meanings import MEANINGS, Meaning
from upstreamlint.programs.managed.watched import classless, of_ingresses, unserved_classes
from upstreamlint.values import entity


@entity(kw_only=True)
class ControllerAnnotation(Reference):
    """An annotation of an Ingress that its controller does not read, and what it means to others."""

    ingress: Ingress
    controller: Controller
    meaning: Meaning
    symptom: Symptom


def link(index: Index) -> Iterator[Reference]:
    """What each Ingress asks of its controller."""
    classes = Classes(index)
    yield from classless(index)
    yield from of_ingresses(index)
    yield from unserved_classes(index)
    yield from solvers.link(index)
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
    """Annotations that mean something to another controller than the one that serves the Ingress."""
    if controller is None or ingress.meta.annotations is None:
        return
    entries = ingress.meta.annotations.entries
    for meaning in MEANINGS:
        own = meaning.keys.get(controller, ())
        instead = meaning.instead(controller)
        if not instead or any(key in entries for key in own):
            continue
        for key, by in meaning.others(controller):
            entry = entries.get(key)
            told = entry.value if entry is not None else None
            if entry is None or not isinstance(told, Scalar) or told.value.lower() in meaning.idle:
                continue
            yield ControllerAnnotation(
                wanted=key,
                anchor=entry.key.anchor,
                owner=ingress,
                verdict=Verdict.CONFLICT,
                near=(Candidate(entry.key.anchor, f"{by} reads it", ""),),
                ingress=ingress,
                controller=controller,
                meaning=meaning,
                symptom=(meaning.of_grpc if "grpc" in f"{key}={told.value}".lower() else None)
                or meaning.symptom,
            )
