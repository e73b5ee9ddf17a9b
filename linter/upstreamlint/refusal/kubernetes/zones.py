"""Time zones of CronJobs (`pkg/apis/batch/validation`, `validateTimeZone`, with the zones that Go brings)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from upstreamlint.refusal.at import At
from upstreamlint.refusal.near import meant
from upstreamlint.refusal.refused import Refusal, invalid
from upstreamlint.refusal.schema import load

_WITHIN = ("posix/", "right/")
"""Folders in which systems have the same zones again."""


def zone(at: At) -> Iterator[Refusal]:
    """What is refused of a time zone."""
    if not at.given or at.unsure or not isinstance(at.value, str):
        return
    name = at.text
    if not name:
        yield invalid(at, "timeZone must be nil or non-empty string")
    elif name.lower() == "local":
        said = "timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones"
        yield invalid(at, said)
    elif ".." in name or name.startswith("/") or "\\" in name:
        yield invalid(at, "time: invalid location name")
    elif name not in _zones() and not name.startswith(_WITHIN):
        near = meant(name, _zones())
        wants = f"did you mean `{near[0]}`?" if len(near) == 1 else ""
        yield invalid(at, f"unknown time zone {name}", wants)


@cache
def _zones() -> frozenset[str]:
    regions: dict[str, list[str]] = load("time-zones")["zones"]
    return frozenset(
        f"{region}/{place}" if region else place for region, names in regions.items() for place in names
    )
