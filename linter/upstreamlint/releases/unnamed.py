"""Charts whose release nobody names: what they make is called after a name that is not known."""

from __future__ import annotations

from collections.abc import Iterable

RELEASE = "release-name"
"""What `helm template` calls a release without a name."""


def may_be_named(wanted: str, names: Iterable[str], chart: str) -> bool:
    """Whether one of the names of what a chart makes would be the wanted one, were its release named so.

    The name of the release takes the place of `RELEASE` in front, and as charts name things (`fullname` of
    `helm create`) that of `RELEASE` and the chart's name, where it holds the chart's name itself.
    """
    starts = ((f"{RELEASE}-{chart}", chart), (RELEASE, ""))
    return any(_fits(wanted, name, start, held) for name in names for start, held in starts)


def _fits(wanted: str, name: str, start: str, held: str) -> bool:
    rest = name.removeprefix(start)
    given = wanted.removesuffix(rest) if rest else wanted
    return name.startswith(start) and wanted.endswith(rest) and bool(given) and held in given
