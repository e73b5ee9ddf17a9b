"""Port ranges of services: each is written out later, so that what they stand for in all is bounded here."""

from __future__ import annotations

from upstreamlint.budget import PORTS, Budget
from upstreamlint.documents import Entry, Mapping, Node, Scalar, Sequence
from upstreamlint.numerals import HIGHEST_PORT, decimal
from upstreamlint.readers.compose.tree import mapping_like, sequence_like

_KEYS = ("ports", "expose")


def bounded(root: Mapping, budget: Budget) -> Mapping:
    """A file's tree without the ranges that a budget has no room for."""
    services = root.mapping("services")
    if services is None or not any(map(_has_ranges, services)):
        return root
    made = (
        Entry(e.key, _service(e.value, budget) if isinstance(e.value, Mapping) else e.value) for e in services
    )
    entry = Entry(root.entries["services"].key, mapping_like(services, made, services.tag))
    return mapping_like(root, {**root.entries, "services": entry}.values(), root.tag)


def _has_ranges(entry: Entry) -> bool:
    service = entry.value
    return isinstance(service, Mapping) and any(
        _size(item) for key in _KEYS for item in service.sequence(key) or ()
    )


def _service(service: Mapping, budget: Budget) -> Mapping:
    entries = (
        Entry(e.key, _kept(e.value, budget)) if e.key.value in _KEYS and isinstance(e.value, Sequence) else e
        for e in service
    )
    return mapping_like(service, entries, service.tag)


def _kept(items: Sequence, budget: Budget) -> Sequence:
    kept = [i for i in items if not (size := _size(i)) or budget.spend(PORTS, size, i.anchor)]
    return sequence_like(items, kept, items.tag)


def _size(item: Node) -> int:
    """How many ports an entry adds to its first: `8000-9000:8000-9000/tcp` adds 1000."""
    if not isinstance(item, Scalar) or "-" not in item.value:
        return 0
    first, _, last = item.value.partition("/")[0].rpartition(":")[2].partition("-")
    start, end = decimal(first, HIGHEST_PORT), decimal(last, HIGHEST_PORT)
    return max(end - start, 0) if start is not None and end is not None else 0
