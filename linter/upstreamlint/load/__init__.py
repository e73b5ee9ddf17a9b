"""Paths to resources: what is read, as what, and what is passed over. One module a technology."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from upstreamlint.documents import Document
from upstreamlint.files.discover import Discovery, why_unread
from upstreamlint.files.kinds import Kind
from upstreamlint.files.readable import Files
from upstreamlint.graph.problems import Problem
from upstreamlint.load import charts, rendered
from upstreamlint.load.objects import objects
from upstreamlint.load.rendered import Scope
from upstreamlint.load.running import RUNNING
from upstreamlint.load.scopes import Part, parts
from upstreamlint.load.unread import unread as unread_proxies
from upstreamlint.programs.reading import Found, Run, read
from upstreamlint.readers import kustomize
from upstreamlint.run.progress import Progress, silent
from upstreamlint.run.result import Skipped
from upstreamlint.settings.config import Config
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
    sources, unread = _texts(found, files)
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
    run = Run(files=files, config=config, sources=tuple(sources))
    composed = read(run, [_composed])
    spoken_for = layout.fragments | composed.taken | built.taken
    rest = replace(
        run,
        sources=tuple(
            s for s in (*sources, *streams) if s.path not in spoken_for and s not in kustomizations
        ),
        paths=tuple((path, kind) for path, kind in found.files if path not in built.taken),
        resources=composed.resources,
    )
    got = composed.plus(read(rest, [objects(layout, documents, progress), *RUNNING]))
    *apart, left = parts(got.resources, [*released.problems, *got.problems], config, found.projects)
    scopes = (*_named_apart(built.scopes, released.scopes), *(_plain(part) for part in apart))
    made_from = (*(d.source for d in documents), *(s for scope in scopes for s in scope.sources))
    everything = [*left.resources, *(r for scope in scopes for r in scope.resources)]
    seen = {s.path for s in (*made_from, *got.sources, *sources)}
    return Loaded(
        resources=left.resources,
        problems=left.problems,
        skipped=(
            *charts.still_skipped(found.skipped, released.taken),
            *unread,
            *built.skipped,
            *released.skipped,
            *got.skipped,
            *unread_proxies(everything, seen, files),
        ),
        closed=layout.closed,
        sources=tuple({s.path: s for s in (*made_from, *got.sources, *streams, *sources)}.values()),
        scopes=scopes,
    )


def _composed(run: Run) -> Found:
    """The Compose projects among YAML files; their reader is imported when a file looks like one."""
    if not any("services" in s.text or "compose" in s.path for s in run.sources):
        return Found()
    from upstreamlint.load import compose

    return compose.load(run)


def _texts(found: Discovery, files: Files) -> tuple[list[Source], list[Skipped]]:
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
