"""Annotations of Ingresses and Services that no controller reads, or not as they are meant."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.documents import Scalar
from upstreamlint.graph.index import Index
from upstreamlint.graph.kubernetes.annotations.faults import AnnotationFault
from upstreamlint.graph.kubernetes.annotations.keys import (
    behind_alb,
    behind_other,
    misplaced,
    misspelt,
    other_prefix,
)
from upstreamlint.graph.kubernetes.annotations.paths import canaries, rewritten
from upstreamlint.graph.kubernetes.annotations.prefixes import prefix_of, prefixes
from upstreamlint.graph.kubernetes.annotations.values import codes_of_other_protocol, refused, streamed
from upstreamlint.model.kubernetes import Ingress, Service
from upstreamlint.programs.managed.controllers import Classes


def link(index: Index) -> Iterator[AnnotationFault]:
    """Every annotation of every Ingress and Service."""
    led_to = behind_alb(index)
    classes = Classes(index)
    owners: list[Ingress | Service] = [*index.of(Ingress), *index.of(Service)]
    for owner in owners:
        if owner.meta.annotations is None or owner.meta.patched:
            continue
        kind = owner.meta.kind
        for key, entry in owner.meta.annotations.entries.items():
            if "/" not in key or not isinstance(entry.value, Scalar):
                continue
            found = misspelt(owner, key, entry) or other_prefix(owner, key, entry, classes)
            found = found or misplaced(index, owner, kind, key, entry, led_to)
            found = found or refused(owner, key, entry, entry.value)
            if found is not None:
                yield found
        yield from codes_of_other_protocol(owner)
    yield from streamed(index)
    ingresses, told = index.of(Ingress), prefixes(index)
    for ingress in ingresses:
        if not ingress.meta.patched:
            yield from behind_other(ingress, prefix_of(ingress, told))
            yield from rewritten(ingress)
            yield from canaries(index, ingress, ingresses, classes)
