"""Variants: files of one folder that hold the same object, of which a user applies one.

When a variant fits, one that does not is not known to be what is deployed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from upstreamlint.graph.evidence import Verdict
from upstreamlint.graph.kubernetes.services.nearest_workload import difference
from upstreamlint.graph.likeness import are_apart, are_siblings, near_names
from upstreamlint.graph.references import ServiceSelector, TargetPort, is_slip
from upstreamlint.model.kubernetes import Meta
from upstreamlint.typed import TypeAlias
from upstreamlint.values import replace

_Key: TypeAlias = tuple[str, str]


def variant_key(meta: Meta) -> _Key:
    """What the variants of an object share."""
    return meta.id, meta.folder


def settled_selectors(selectors: Sequence[ServiceSelector]) -> Iterator[ServiceSelector]:
    """Selectors; one without pods is unknown when a variant of its Service has some, unless it is that of the variant misspelt."""
    fitting: dict[_Key, list[ServiceSelector]] = defaultdict(list)
    for selector in selectors:
        if selector.verdict is Verdict.FOUND:
            fitting[variant_key(selector.service.meta)].append(selector)
    for selector in selectors:
        variants = fitting.get(variant_key(selector.service.meta), [])
        sure = selector.verdict in (Verdict.FOUND, Verdict.UNKNOWN) or not variants
        yield selector if sure or _misspells(selector, variants) else _beside(selector, variants)


def _misspells(selector: ServiceSelector, variants: Sequence[ServiceSelector]) -> bool:
    if any(near.anchor.source is selector.service.anchor.source for near in selector.near):
        # What is beside it in its own file is deployed with it.
        return selector.broken
    pairs = (_other_value(selector, variant) for variant in variants)
    slips = (pair is not None and near_names(pair[0], [pair[1]], words=False) for pair in pairs)
    return selector.broken and any(slips)


def _other_value(one: ServiceSelector, other: ServiceSelector) -> tuple[str, str] | None:
    """The value in which two selectors differ, when they differ in no more than that."""
    own = one.service.selector.values if one.service.selector else {}
    its = other.service.selector.values if other.service.selector else {}
    differing = [key for key, value in own.items() if its.get(key) != value]
    if own.keys() != its.keys() or len(differing) != 1:
        return None
    return own[differing[0]], its[differing[0]]


def _beside(selector: ServiceSelector, variants: Sequence[ServiceSelector]) -> ServiceSelector:
    """A selector without pods: unknown, but for one whose variants, several, agree on another value."""
    meant = {str(variant.service.selector) for variant in variants}
    pair = _other_value(selector, variants[0])
    alone = len(variants) < _SEVERAL or len(meant) > 1 or pair is None
    if pair is None or alone or are_apart(*pair) or are_siblings(*pair):
        return replace(selector, verdict=Verdict.UNKNOWN) if selector.broken else selector
    near = difference(selector.service, variants[0].workloads[0])
    doubt = "it is for the same pods as the Services of its name beside it"
    return replace(selector, verdict=Verdict.NEAR_MISS, near=(near,), assumption=doubt)


_SEVERAL = 2


def settled_targets(targets: Sequence[TargetPort]) -> Iterator[TargetPort]:
    """Target ports; one that the pods lack is unknown when a variant of the Service or of the workload fits."""
    misfits = {_pair(t) for t in targets if t.broken}
    fitting: dict[tuple[_Key, _Key], set[tuple[int, int]]] = defaultdict(set)
    for target in targets:
        if _pair(target) not in misfits:
            fitting[_keys(target)].add(_pair(target))
    for target in targets:
        service, workload = _pair(target)
        others = fitting[_keys(target)] if target.broken and not _is_slip(target) else ()
        # A variant of both is another version of the whole.
        unsure = any((one == service) != (other == workload) for one, other in others)
        yield replace(target, verdict=Verdict.UNKNOWN) if unsure else target


def _is_slip(target: TargetPort) -> bool:
    """Whether a port of the pods is misspelt: no variant means it."""
    meant = [near.instead for near in target.near]
    if target.number is not None:
        return is_slip(target.number, target.near)
    return bool(near_names(target.wanted, meant, words=False))


def _pair(target: TargetPort) -> tuple[int, int]:
    return id(target.service), id(target.workload)


def _keys(target: TargetPort) -> tuple[_Key, _Key]:
    return variant_key(target.service.meta), variant_key(target.workload.meta)
