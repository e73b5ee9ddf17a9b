"""Applications whose values lie here and whose chart does not: `grafana-values.yaml` is for a chart of somewhere else."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from upstreamlint import patterns
from upstreamlint.files.readable import parent

_VALUES = patterns.compile(r"(?:values[-._]([\w-]+)|([\w-]+)[-._]values)\.ya?ml\Z")


def valued(paths: Iterable[str], charts: Collection[str]) -> Iterator[str]:
    """The names of applications that files with values are for; one in the folder of a chart is for that chart."""
    for path in paths:
        found = _VALUES.match(path.rpartition("/")[2])
        if found is not None and parent(path) not in charts:
            yield found[1] or found[2]
