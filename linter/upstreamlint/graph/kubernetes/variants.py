"""Variants: files of one folder that hold the same object, of which a user applies one.

When a variant fits, one that does not is not known to be what is deployed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import TypeAlias

from upstreamlint.graph.evidence import Verdict
from upstreamlint.graph.references import ServiceSelector, TargetPort
from upstreamlint.model.kubernetes import Meta
from upstreamlint.values import replace

_Key: TypeAlias = tuple[str, str]


def _key(meta: Meta) -> _Key:
    """What the variants of an object share."""
    return meta.id, meta.folder


def settled_selectors(selectors: Sequence[ServiceSelector]) -> Iterator[ServiceSelector]:
    """Selectors; one without pods is unknown when a variant of its Service has some."""
    fitting = {_key(s.service.meta) for s in selectors if s.verdict is Verdict.FOUND}
    for selector in selectors:
        unsure = selector.broken and _key(selector.service.meta) in fitting
        yield replace(selector, verdict=Verdict.UNKNOWN) if unsure else selector


def settled_targets(targets: Sequence[TargetPort]) -> Iterator[TargetPort]:
    """Target ports; one that the pods lack is unknown when a variant of the Service or of the workload fits."""
    misfits = {_pair(t) for t in targets if t.broken}
    fitting: dict[tuple[_Key, _Key], set[tuple[int, int]]] = defaultdict(set)
    for target in targets:
        if _pair(target) not in misfits:
            fitting[_keys(target)].add(_pair(target))
    for target in targets:
        service, workload = _pair(target)
        others = fitting[_keys(target)] if target.broken else ()
        # A variant of both is another version of the whole.
        unsure = any((one == service) != (other == workload) for one, other in others)
        yield replace(target, verdict=Verdict.UNKNOWN) if unsure else target


def _pair(target: TargetPort) -> tuple[int, int]:
    return id(target.service), id(target.workload)


def _keys(target: TargetPort) -> tuple[_Key, _Key]:
    return _key(target.service.meta), _key(target.workload.meta)
