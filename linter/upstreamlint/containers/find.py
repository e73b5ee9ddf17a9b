"""The containers among the resources of a run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from upstreamlint.containers.config_maps import ConfigMaps
from upstreamlint.containers.container import Container
from upstreamlint.files.readable import Files
from upstreamlint.model.kubernetes import Workload
from upstreamlint.model.technology import technology


def containers(resources: Sequence[object], files: Files) -> Iterator[Container]:
    """One for each Compose service, and each container of a workload's pods."""
    maps = ConfigMaps(resources)
    for resource in resources:
        if isinstance(resource, Workload):
            yield from _of_pod(resource, maps)
        elif technology(type(resource)) == "compose":
            yield from _of_project(resource, files)


def _of_pod(workload: Workload, maps: ConfigMaps) -> Iterator[Container]:
    from upstreamlint.containers.pod import PodFacts

    for part in workload.containers:
        yield Container(workload, PodFacts(workload, part, maps), part=part)


def _of_project(resource: object, files: Files) -> Iterator[Container]:
    from upstreamlint.containers.compose import ServiceFacts
    from upstreamlint.model.compose.types import Project

    if isinstance(resource, Project):
        for service in resource.services.values():
            yield Container(service, ServiceFacts(service, files), project=resource)
