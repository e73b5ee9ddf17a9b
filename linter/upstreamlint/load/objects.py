"""The Kubernetes objects of plain files, as Kustomize lays them out where it is not run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from upstreamlint.files.readable import parent
from upstreamlint.graph.problems import Problem
from upstreamlint.load import manifests
from upstreamlint.model import manifest
from upstreamlint.programs.reading import Found, Loader, Run
from upstreamlint.readers import kustomize
from upstreamlint.refusal.refused import Refused
from upstreamlint.run.progress import Progress
from upstreamlint.run.result import Skipped
from upstreamlint.settings.config import Config
from upstreamlint.source import Source
from upstreamlint.values import replace

_TOLD_EVERY = 50
"""So many files are read between two words about it."""


def objects(layout: kustomize.Layout, spaces: Mapping[str, str], progress: Progress) -> Loader:
    """A loader of the objects in YAML texts; `spaces` are the namespaces in which folders of them are put."""

    def load(run: Run) -> Found:
        found: list[object] = []
        for number, source in enumerate(run.sources):
            if number % _TOLD_EVERY == 0:
                progress("reading", number, len(run.sources))
            found.extend(_objects(source, layout, spaces, run.config))
        return Found(
            resources=tuple(item for item in found if not isinstance(item, Problem | Skipped)),
            problems=tuple(item for item in found if isinstance(item, Problem)),
            skipped=tuple(dict.fromkeys(item for item in found if isinstance(item, Skipped))),
        )

    return load


def _objects(
    source: Source, layout: kustomize.Layout, spaces: Mapping[str, str], config: Config
) -> Iterator[object]:
    """The Kubernetes objects and the problems of a file."""
    namespace = layout.namespaces.get(source.path) or _space(source.path, spaces) or config.namespace
    listed, moved = source.path in layout.listed, source.path in layout.namespaces
    for item in manifests.resources(
        source, namespace, kustomized=listed, moved=moved, version=config.kubernetes
    ):
        yield item if isinstance(item, Problem | Skipped) else _patched(item, layout)


def _space(path: str, spaces: Mapping[str, str]) -> str:
    """The namespace that the nearest folder around a file is put into."""
    while spaces and path != parent(path):
        path = parent(path)
        if path in spaces:
            return spaces[path]
    return ""


def _patched(resource: manifest.Resource, layout: kustomize.Layout) -> manifest.Resource:
    meta = resource.meta
    if isinstance(resource, Refused) and meta.anchor.source.path in layout.listed:
        resource = resource.completed
    path, name = meta.anchor.source.path, meta.name.value
    counts = meta.kind == "StatefulSet" or getattr(resource, "scaled_to_zero", False)
    if layout.patched and layout.touches(path, meta.kind, name, counts=counts):
        return replace(resource, meta=replace(meta, patched=True))
    return resource
