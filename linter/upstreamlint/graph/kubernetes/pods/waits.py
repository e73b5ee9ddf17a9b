"""What pods wait for before their programs start."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.containers.config_maps import ConfigMaps
from upstreamlint.containers.container import Container
from upstreamlint.containers.waits import waits
from upstreamlint.facets.judgement import Judgement
from upstreamlint.graph.index import Index
from upstreamlint.graph.waits import in_loops, judged
from upstreamlint.model.kubernetes import Workload


def link(index: Index) -> Iterator[Judgement]:
    """What init containers ask, none of which may fail, and what loops in the others do."""
    maps: ConfigMaps | None = None
    for workload in index.of(Workload):
        if workload.meta.patched:
            continue
        yield from in_loops(index, index.containers(workload))
        if workload.template.first:
            from upstreamlint.containers.pod import PodFacts

            maps = maps or ConfigMaps(index.resources)
            for part in workload.template.first:
                first = Container(workload, PodFacts(workload, part, maps), part=part)
                for wait in waits(first.commands, fetches=True):
                    yield from judged(index, first, wait)
