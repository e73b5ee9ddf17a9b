"""Values files that lie beside a chart: what somebody will install it with, though nobody says under which name."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterator, Sequence

from upstreamlint import patterns
from upstreamlint.files.readable import Files, join, parent
from upstreamlint.releases.release import Release, of_file
from upstreamlint.source import Source

MOST = 8
"""So many sets of values are rendered of a chart; more rarely teach anything new."""

_VALUES = patterns.compile(r"(?:values[-._][\w.-]+|[\w.-]+[-._]values)\.ya?ml\Z")
_YAML = patterns.compile(r"(?<![\w.-])[\w-][\w.-]*+(?:(?<=\.yml)|(?<=\.yaml))\Z")
_SHARED = patterns.compile(
    r"(?:values[-._])?(?:common|base|defaults?|global|shared|all)(?:[-._]values)?\.ya?ml\Z"
)
"""What is laid under each of the others and never alone."""
_NO_VALUES = patterns.compile(r"secret|schema|sops|\.enc\.|example|sample", re.IGNORECASE)
_FOLDERS = ("values", "env", "envs", "environments")
_TESTED = "ci"
"""The folder of the values that chart-testing installs a chart with, each for itself."""


def releases(chart: str, charts: Sequence[str], used: Collection[str], files: Files) -> Iterator[Release]:
    """A release for each values file beside a chart; `used` are those with which somebody states one."""
    shared: list[str] = []
    single: list[str] = []
    for path in _candidates(chart, charts, files):
        if path not in used:
            folder, name = posixpath.split(path)
            # What a chart is tested with is whole, whatever it is called.
            is_shared = posixpath.basename(folder) != _TESTED and _SHARED.match(name)
            (shared if is_shared else single).append(path)
    if not files.is_file(join(chart, _OWN)):
        # Nobody installs it with nothing: what shows how to write the values is all that tells them.
        single += [s.path for s in examples(chart, files) if s.path not in used]
    for path in single:
        under = [s for s in shared if parent(s) == parent(path)]
        sources = [source for p in (*under, path) if (source := files.source(p)) is not None]
        if sources:
            named = path.removeprefix("" if chart == "." else f"{chart}/")
            yield Release(folder=chart, title=f"{chart} with {named}", values=tuple(map(of_file, sources)))


def examples(chart: str, files: Files) -> Iterator[Source]:
    """The values files beside a chart that show how to write one."""
    for name in files.listing(chart):
        if (_VALUES.match(name) and _EXAMPLE.search(name)) or _SHOWN.match(name):
            source = files.source(join(chart, name))
            if source is not None:
                yield source


_OWN = "values.yaml"
_EXAMPLE = patterns.compile(r"example|sample", re.IGNORECASE)
_SHOWN = patterns.compile(r"values\.ya?ml[._-](?:default|defaults|example|sample|dist|template|tmpl|tpl)\Z")
"""What is copied to `values.yaml` before the chart is installed."""


def _candidates(chart: str, charts: Sequence[str], files: Files) -> Iterator[str]:
    """`values-prod.yaml`, `ci/small-values.yaml`, `values/prod.yaml`; those above the chart when it is the only one there."""
    folder = parent(chart)
    alone = chart != "." and [c for c in charts if parent(c) == folder and c != "."] == [chart]
    for where in [chart, folder] if alone else [chart]:
        for name in files.listing(where):
            if _VALUES.match(name) and not _NO_VALUES.search(name):
                yield join(where, name)
    yield from (
        join(chart, f"{_TESTED}/{n}") for n in files.listing(join(chart, _TESTED)) if _VALUES.match(n)
    )
    for below in _FOLDERS:
        for name in files.listing(join(chart, below)):
            if _YAML.match(name) and not _NO_VALUES.search(name):
                yield join(chart, f"{below}/{name}")
