"""Paths to resources: what is read, as what, and what is passed over. One module a technology."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from upstreamlint.config import Config
from upstreamlint.containers.find import containers
from upstreamlint.discover import Discovery, why_unread
from upstreamlint.documents import Document
from upstreamlint.files import Files
from upstreamlint.graph.problems import Problem
from upstreamlint.kinds import Kind
from upstreamlint.load import charts, manifests, rendered
from upstreamlint.load.found import bootstraps_of, composed_of, proxies_of
from upstreamlint.load.rendered import Scope
from upstreamlint.load.scopes import Part, parts
from upstreamlint.load.unread import unread as unread_proxies
from upstreamlint.model import manifest
from upstreamlint.progress import Progress, silent
from upstreamlint.readers import kustomize
from upstreamlint.result import Skipped
from upstreamlint.source import Source
from upstreamlint.values import frozen


@frozen(kw_only=True)
class Loaded:
    """Everything that was read.

    `closed` are folders whose set of files is known to be whole; `sources` the files that were read, for
    the comments in them. `scopes` are what was rendered; nothing of it is in `resources`.
    """

    resources: tuple[object, ...]
    problems: tuple[Problem, ...]
    skipped: tuple[Skipped, ...]
    closed: tuple[str, ...]
    sources: tuple[Source, ...]
    scopes: tuple[Scope, ...] = ()


def load(
    found: Discovery,
    files: Files,
    config: Config,
    stdin: str | None = None,
    progress: Progress = silent,
) -> Loaded:
    """Read and model every file that was discovered, and a YAML stream beside them."""
    sources, unread = _read(found, files)
    kustomizations = [s for s in sources if kustomize.is_kustomization(s.path)]
    if kustomizations or found.charts:
        progress("rendering")
    built = rendered.kustomizations([s.path for s in kustomizations], files, config)
    released = charts.charts(found.charts, files, config)
    layout = kustomize.layout(
        [k for s in kustomizations if s.path not in built.taken and (k := kustomize.kustomization(s))],
        files,
        [s.path for s in sources],
    )
    streamed = list(charts.stream(stdin, found.charts, files, config)) if stdin is not None else []
    streams = [part for part in streamed if isinstance(part, Source)]
    documents = [part for part in streamed if isinstance(part, Document)]
    composed = composed_of(sources, files)
    spoken_for = layout.fragments | composed.paths | built.taken
    plain = [s for s in (*sources, *streams) if s.path not in spoken_for and s not in kustomizations]
    objects: list[object] = []
    for number, source in enumerate(plain):
        if number % _TOLD_EVERY == 0:
            progress("reading", number, len(plain))
        objects.extend(_objects(source, layout, config))
    objects += [r for d in documents for r in manifest.build(d, ".", config.namespace)]
    unclaimed = list(dict.fromkeys(item for item in objects if isinstance(item, Skipped)))
    resources = [*composed.resources, *(i for i in objects if not isinstance(i, Problem | Skipped))]
    resources += containers(resources, files)
    resources += bootstraps_of(plain, resources, files)
    configured = [p for p, k in found.files if k is Kind.NGINX and p not in built.taken]
    proxies = proxies_of(resources, configured, files, config)
    problems = [
        *composed.problems,
        *released.problems,
        *(p for p in objects if isinstance(p, Problem)),
        *proxies.problems,
    ]
    *apart, rest = parts([*resources, *proxies.resources], problems, config, found.projects)
    scopes = (*_named_apart(built.scopes, released.scopes), *(_plain(part) for part in apart))
    made_from = (*(d.source for d in documents), *(s for scope in scopes for s in scope.sources))
    everything = [*rest.resources, *(r for scope in scopes for r in scope.resources)]
    seen = {s.path for s in (*made_from, *proxies.sources, *sources)}
    return Loaded(
        resources=rest.resources,
        problems=rest.problems,
        skipped=(
            *charts.still_skipped(found.skipped, released.taken),
            *unread,
            *built.skipped,
            *released.skipped,
            *composed.skipped,
            *unclaimed,
            *unread_proxies(everything, seen, files),
        ),
        closed=layout.closed,
        sources=tuple({s.path: s for s in (*made_from, *proxies.sources, *streams, *sources)}.values()),
        scopes=scopes,
    )


_TOLD_EVERY = 50
"""So many files are read between two words about it."""


def _read(found: Discovery, files: Files) -> tuple[list[Source], list[Skipped]]:
    """The YAML files, and those that gave no text."""
    sources: list[Source] = []
    unread: list[Skipped] = []
    for path, kind in found.files:
        if kind is not Kind.YAML:
            continue
        source = files.source(path)
        if source is None:
            unread.append(Skipped(path, why_unread(path)))
        else:
            sources.append(source)
    return sources, unread


def _objects(source: Source, layout: kustomize.Layout, config: Config) -> Iterator[object]:
    """The Kubernetes objects and the problems of a file."""
    namespace = layout.namespaces.get(source.path, config.namespace)
    listed = source.path in layout.listed
    for item in manifests.resources(source, namespace, kustomized=listed):
        yield item if isinstance(item, Problem | Skipped) else _patched(item, layout)


def _named_apart(built: Iterable[Scope], released: Iterable[Scope]) -> Iterator[Scope]:
    """Built kustomizations and charts; a chart in the folder of a kustomization says that it is the chart."""
    named = set()
    for scope in built:
        named.add(scope.name)
        yield scope
    for scope in released:
        yield replace(scope, name=f"{scope.name} (chart)") if scope.name in named else scope


def _plain(part: Part) -> Scope:
    """A part of the plain files as a scope; only a declared one is deployed as a whole."""
    return Scope(
        name=part.name,
        folder=part.name,
        resources=part.resources,
        files=part.files,
        closed=False,
        whole=part.declared,
        problems=part.problems,
    )


def _patched(resource: manifest.Resource, layout: kustomize.Layout) -> manifest.Resource:
    meta = resource.meta
    if layout.patched and layout.touches(meta.anchor.source.path, meta.kind, meta.name.value):
        return replace(resource, meta=replace(meta, patched=True))
    return resource
