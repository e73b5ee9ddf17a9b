"""Paths to resources: what is read, as what, and what is passed over. One module a technology."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from upstreamlint.files.discover import REASON_CHART, Discovery, why_unread
from upstreamlint.files.kinds import Kind
from upstreamlint.files.readable import Files
from upstreamlint.graph.problems import Problem
from upstreamlint.graph.unparsed import lacking_anchors, without_conflicts
from upstreamlint.load import manifests
from upstreamlint.load.objects import objects
from upstreamlint.load.releases import deployed
from upstreamlint.load.rendered import Scope
from upstreamlint.load.running import RUNNING
from upstreamlint.load.scopes import Part, parts
from upstreamlint.load.streams import stream
from upstreamlint.load.unread import unread as unread_proxies
from upstreamlint.model.kubernetes.meta import KubernetesObject
from upstreamlint.programs.reading import Found, Run, read
from upstreamlint.readers import kustomize, yaml
from upstreamlint.releases.valued import valued
from upstreamlint.run.progress import Progress, silent
from upstreamlint.run.result import Skipped
from upstreamlint.settings.config import Config
from upstreamlint.source import Source
from upstreamlint.values import frozen, replace

PIECE = "lacks the anchor of `{}`, as other files do: a piece of what a tool puts together"


@frozen(kw_only=True)
class Loaded:
    """Everything that was read.

    `closed` are folders whose set of files is known to be whole; `sources` the files that were read, for
    the comments in them. `scopes` are what was rendered; nothing of it is in `resources`. `renamed` are the names that
    kustomizations which were not built give to objects, `installed` those of applications whose values are here and whose
    charts are not.
    """

    resources: tuple[object, ...]
    problems: tuple[Problem, ...]
    skipped: tuple[Skipped, ...]
    closed: tuple[str, ...]
    sources: tuple[Source, ...]
    scopes: tuple[Scope, ...] = ()
    renamed: frozenset[str] = frozenset()
    installed: frozenset[str] = frozenset()


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
    releases = deployed(found.charts, sources, files, config)
    rendered = releases.rendered
    built = [s for s in kustomizations if s.path in rendered.taken and "abels:" in s.text]
    unbuilt = [s for s in kustomizations if s.path not in rendered.taken]
    layout = kustomize.layout(
        [k for s in unbuilt if (k := kustomize.kustomization(s, files))],
        files,
        [s.path for s in sources],
        labelling=[k for s in built if (k := kustomize.kustomization(s, files))],
    )
    streamed = stream(stdin, found.charts, files, config)
    run = Run(files=files, config=config, sources=tuple(sources), paths=tuple(found.files))
    composed = read(run, [_composed, _quadlets])
    spoken_for = layout.fragments | composed.taken | rendered.taken
    rest = replace(
        run,
        sources=tuple(
            s for s in (*sources, *streamed.sources) if s.path not in spoken_for and s not in kustomizations
        ),
        paths=tuple((path, kind) for path, kind in found.files if path not in rendered.taken),
        resources=composed.resources,
    )
    got = composed.plus(read(rest, [objects(layout, releases.namespaces, progress), *RUNNING]))
    faults = list(
        without_conflicts(
            [*rendered.problems, *got.problems, *_unparsed(kustomizations)], (*sources, *got.sources)
        )
    )
    pieces = lacking_anchors(faults)
    problems = [fault for fault in faults if fault.anchor.source.path not in pieces]
    *apart, left = parts(got.resources, problems, config, found.projects)
    scopes = (*rendered.scopes, *streamed.scopes, *(_plain(part) for part in apart))
    made_from = tuple(s for scope in scopes for s in scope.sources)
    everything = [*left.resources, *(r for scope in scopes for r in scope.resources)]
    seen = {s.path for s in (*made_from, *got.sources, *sources)}
    return Loaded(
        resources=left.resources,
        problems=left.problems,
        skipped=(
            *_still_skipped(found.skipped, rendered.taken),
            *unread,
            *rendered.skipped,
            *got.skipped,
            *(Skipped(path, PIECE.format(alias), needed=True) for path, alias in sorted(pieces.items())),
            *unread_proxies(everything, seen, files),
        ),
        closed=layout.closed,
        sources=tuple({s.path: s for s in (*made_from, *got.sources, *streamed.sources, *sources)}.values()),
        scopes=scopes,
        renamed=frozenset(_renamed(left.resources, layout)),
        installed=releases.away | frozenset(valued((path for path, _ in found.files), found.charts)),
    )


def _unparsed(kustomizations: Iterable[Source]) -> Iterator[Problem]:
    """What in kustomizations is no YAML, so that nothing is built of them; a key that is there twice they may have (`kubectl` 1.32.4)."""
    for source in kustomizations:
        yield from (manifests.broken(source, f) for f in yaml.read(source).faults if not f.repeated)


def _renamed(resources: Iterable[object], layout: kustomize.Layout) -> Iterator[str]:
    """The names that kustomizations which were not built give to the objects of plain files."""
    for resource in resources if layout.renamed else ():
        if isinstance(resource, KubernetesObject):
            meta = resource.meta
            yield from layout.other_names(meta.anchor.source.path, meta.name.value)


def _still_skipped(found: Sequence[Skipped], taken: frozenset[str]) -> list[Skipped]:
    """What discovery passed over, without the charts that are spoken for and those that come with them."""
    return [
        s
        for s in found
        if s.reason != REASON_CHART
        or not any(s.path == c or s.path.startswith("" if c == "." else f"{c}/") for c in taken)
    ]


def _composed(run: Run) -> Found:
    """The Compose projects among YAML files; their reader is imported when a file looks like one."""
    if not any("services" in s.text or "compose" in s.path for s in run.sources):
        return Found()
    from upstreamlint.load import compose

    return compose.load(run)


def _quadlets(run: Run) -> Found:
    """The Quadlet units; their reader is imported when there are any."""
    if not run.paths_of(Kind.QUADLET):
        return Found()
    from upstreamlint.load import quadlets

    return quadlets.load(run)


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


def _plain(part: Part) -> Scope:
    """A part of the plain files as a scope; only a declared one is deployed as a whole."""
    return Scope(
        name=part.name,
        folder=part.name,
        resources=part.resources,
        files=part.files,
        closed=False,
        whole=part.declared,
        apart=True,
        problems=part.problems,
    )
