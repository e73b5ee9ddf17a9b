"""Which location takes a path (ngx_http_core_find_location): exact, then the longest prefix, then expressions in their order."""

from __future__ import annotations

import re
from collections.abc import Sequence

from upstreamlint import patterns
from upstreamlint.programs.nginx.config import Location
from upstreamlint.typed import Final

UNKNOWN: Final = "unknown"
"""Nobody can tell without nginx's own expressions."""

_LONGEST = 64
_QUANTIFIED = patterns.compile(r"[*+{]")
_GROUP_QUANTIFIED = patterns.compile(r"\)[*+{]")
_MOST = 2


def find(locations: Sequence[Location], path: str) -> Location | str | None:
    """The location that takes a path; nothing where none does."""
    usable = [x for x in locations if x.path is not None and not x.named]
    exact = next(
        (x for x in usable if x.modifier == "=" and x.path is not None and x.path.value == path), None
    )
    if exact is not None:
        return exact
    prefixes = [
        x for x in usable if x.modifier in ("", "^~") and x.path is not None and path.startswith(x.path.value)
    ]
    best = max(prefixes, key=lambda x: len(x.path.value) if x.path is not None else 0, default=None)
    inner = find(best.locations, path) if best is not None and best.locations else None
    if inner == UNKNOWN or (isinstance(inner, Location) and inner.modifier == "="):
        return inner
    if best is None or best.modifier != "^~":
        for location in usable:
            if location.modifier.startswith("~") and location.path is not None:
                fits = _fits(location.path.value, path, caseless="*" in location.modifier)
                if fits is None:
                    return UNKNOWN
                if fits:
                    return location if not location.locations else UNKNOWN
    return inner or best


def _fits(pattern: str, path: str, *, caseless: bool) -> bool | None:
    """Whether an expression fits; nothing for one that is not the same here, or may take for ever."""
    if len(path) > _LONGEST or _GROUP_QUANTIFIED.search(pattern) or len(_QUANTIFIED.findall(pattern)) > _MOST:
        return None
    if "(?" in pattern.replace("(?:", "").replace("(?i)", "").replace("(?<", "") or "\\K" in pattern:
        return None
    try:
        # With at most two repetitions, none of them of a group, the work is bounded by the path's length squared.
        return re.search(pattern.replace("(?<", "(?P<"), path, re.IGNORECASE if caseless else 0) is not None
    except (re.error, OverflowError, RecursionError):
        return None
