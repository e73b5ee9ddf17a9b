"""Which objects of a run are refused, once all of its files are known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from upstreamlint.finding import Finding
from upstreamlint.model.kubernetes.meta import Meta
from upstreamlint.refusal import Refused


def standing(resources: Iterable[object]) -> tuple[Refused, ...]:
    """The objects with something that is refused of them.

    Nothing is said of what a patch may change. What an object lacks is no fault when another one has its name:
    one of them is a patch, or part of a program's own overlay.
    """
    found: list[Refused] = []
    named: Counter[tuple[str, str]] = Counter()
    for resource in resources:
        if isinstance(resource, Refused):
            found.append(resource)
            continue
        meta = getattr(resource, "meta", None)
        if isinstance(meta, Meta):
            named[meta.kind, meta.name.value] += 1
    told = (
        refused.completed if named[refused.meta.kind, refused.meta.name.value] > 1 else refused
        for refused in found
        if not refused.meta.patched
    )
    return tuple(refused for refused in told if refused.refusals)


class Dead:
    """The objects of a run that do not exist, and the faults that are nothing but that.

    A fault is, if it is of such an object, or stands where the refusal does. What an old API is refused for says
    nothing about the rest of the object, so its other faults stay.
    """

    def __init__(self, resources: Iterable[object]) -> None:
        gone = [refused for refused in standing(resources) if refused.dead]
        self._nodes = {id(refused.resource) for refused in gone if not refused.outdated}
        self._lines = {
            (refusal.anchor.source, refusal.anchor.line) for refused in gone for refusal in refused.refusals
        }

    def explain(self, finding: Finding) -> bool:
        """Whether a fault is that an object does not exist."""
        place = finding.primary.anchor
        return id(finding.subject) in self._nodes or (place.source, place.line) in self._lines
