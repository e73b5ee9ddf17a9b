"""What is wrong with charts as they are written, whatever engine is at hand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from upstreamlint.charts.chart import read
from upstreamlint.charts.misspelt import misspelt
from upstreamlint.charts.undefined import undefined
from upstreamlint.charts.unparsed import unparsed, unread
from upstreamlint.files.readable import Files
from upstreamlint.graph.problems import Problem
from upstreamlint.releases.beside import examples
from upstreamlint.releases.release import Release, of_file


def problems(
    folders: Sequence[str], releases: Sequence[Release], errors: Sequence[tuple[str, str]], files: Files
) -> Iterator[Problem]:
    """What is wrong with the charts in some folders; `errors` are Helm's words, with the folder of the chart."""
    from upstreamlint.render import helm
    from upstreamlint.render.helm_local import local

    taken = {one.folder for folder in folders for one in local(folder, files)}
    for folder in helm.outermost(folders):
        if folder in taken:
            continue
        chart = read(folder, files)
        given = [v for one in releases if one.folder == folder for v in one.values]
        shown = [of_file(s) for s in examples(folder, files)]
        roots = [root for v in (*given, *shown) for root in v.roots]
        yield from misspelt(chart, roots)
        words = [said for where, said in errors if where == folder]
        yield from undefined(chart, words)
        yield from unparsed(folder, words, files)
        if any(words) or not releases:
            yield from unread(chart, files)
