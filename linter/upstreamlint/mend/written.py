"""Which places are text that somebody wrote, and not what a template or a stream made."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from upstreamlint.files.readable import Files, join
from upstreamlint.finding import Diagnostic
from upstreamlint.source import Source
from upstreamlint.values import replace

_TEMPLATED = ("{{", "{%", "<%")


def only_written(diagnostics: Iterable[Diagnostic], files: Files, charts: Sequence[str]) -> list[Diagnostic]:
    """Diagnostics without the fixes that edit something else than a file as it stands."""
    known: dict[int, bool] = {}

    def written(source: Source) -> bool:
        if id(source) not in known:
            known[id(source)] = is_written(source, files, charts)
        return known[id(source)]

    return [
        d
        if all(written(edit.anchor.source) for edit in d.finding.fix)
        else replace(d, finding=replace(d.finding, fix=()))
        for d in diagnostics
    ]


def is_written(source: Source, files: Files, charts: Sequence[str]) -> bool:
    """Whether a source is a file, letter by letter, and none that a template engine reads."""
    file = files.source(source.path)
    if file is None or file.text != source.text:
        return False
    if any(source.path.startswith(join(chart, "templates/") + "/") for chart in charts):
        return False
    return not any(mark in source.text for mark in _TEMPLATED)
