"""Charts whose release nobody names: what they make is called after a name that is not known."""

from __future__ import annotations

from collections.abc import Iterable

from upstreamlint import patterns
from upstreamlint.files.discover import CHART
from upstreamlint.files.readable import Files, join

RELEASE = "release-name"
"""What `helm template` calls a release without a name."""

_NAME = patterns.compile(
    r"(?:\A|\n)name:[ \t]*[\"']?([a-z0-9](?:[a-z0-9-]{0,50}[a-z0-9])?)[\"']?[ \t]*(?:#[^\n]*)?\r?(?:\n|\Z)"
)


def chart_name(folder: str, files: Files) -> str:
    """What a chart calls itself."""
    source = files.source(join(folder, CHART))
    found = _NAME.search(source.text) if source is not None else None
    return found[1] if found is not None else ""


def fitting(wanted: str, names: Iterable[str], chart: str) -> str:
    """The name of a release under which something that a chart makes would have the wanted name; nothing if there is none.

    Names begin with that of the release, and as charts name things (`fullname` of `helm create`) with that and the
    chart's, or with what holds the chart's.
    """
    starts = ((f"{RELEASE}-{chart}", chart), (RELEASE, ""))
    fits = (_given(wanted, name, start, held) for name in names for start, held in starts)
    return next(filter(None, fits), "")


def _given(wanted: str, name: str, start: str, held: str) -> str:
    rest = name.removeprefix(start)
    if wanted == RELEASE + rest and held:
        # What is wanted begins with the release as well: one called as the chart is not put before it again.
        return held if name.startswith(start) else ""
    given = wanted.removesuffix(rest) if rest else wanted
    return (
        given
        if name.startswith(start) and wanted.endswith(rest) and held in given and (rest or given == held)
        else ""
    )


def called(names: Iterable[str], chart: str) -> frozenset[str]:
    """The names as a release that is called as its chart has them: the chart's is not put behind it again."""
    return frozenset(n.replace(f"{RELEASE}-{chart}", chart).replace(RELEASE, chart) for n in names)
