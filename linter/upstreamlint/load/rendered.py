"""Kustomizations and charts to scopes of resources, where a renderer is at hand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import field, replace
from typing import TYPE_CHECKING

from upstreamlint.files.readable import DiskFiles, Files, join
from upstreamlint.finding import Diagnostic
from upstreamlint.graph.problems import Problem
from upstreamlint.load import manifests
from upstreamlint.load.running import RUNNING
from upstreamlint.model import manifest
from upstreamlint.model.kubernetes import Workload
from upstreamlint.programs.reading import Run, read
from upstreamlint.run.result import Skipped
from upstreamlint.settings.config import Config
from upstreamlint.source import Source
from upstreamlint.values import frozen

if TYPE_CHECKING:
    from upstreamlint.render.kustomize import Built
    from upstreamlint.render.reach import Reach

NO_RENDERER = "kustomization not built, since neither `kubectl` nor `kustomize` is at hand: `pip install 'upstreamlint[render]'`"


@frozen(kw_only=True)
class Scope:
    """What is deployed together and sees nothing else: a built kustomization, a rendered chart.

    `name` is what a person calls it, `folder` where it is rooted, `files` what it was made from. `closed`
    says that nothing of it was left out, `whole` that all of it is deployed at once. `values` are the values files of a chart, the strongest first,
    `switched_off` words for what it would make with others.
    """

    name: str
    folder: str
    resources: tuple[object, ...]
    files: frozenset[str]
    closed: bool
    whole: bool = True
    sources: tuple[Source, ...] = ()
    problems: tuple[Problem, ...] = ()
    values: tuple[Source, ...] = ()
    switched_off: frozenset[str] = frozenset()

    def explained(self, diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
        """Diagnostics with the values that the templates took, where the place of one asks for a value."""
        return [self._explained(d) for d in diagnostics] if self.values else list(diagnostics)

    def _explained(self, diagnostic: Diagnostic) -> Diagnostic:
        from upstreamlint.render.values import label

        finding = diagnostic.finding
        anchor = finding.primary.anchor
        # The values of a chart's own charts are other values.
        own = anchor.source.path in self.files and not anchor.source.path.startswith(
            join(self.folder, "charts/")
        )
        found = label(anchor, self.values) if own else None
        if found is None:
            return diagnostic
        return replace(diagnostic, finding=replace(finding, related=(*finding.related, found)))


@frozen(kw_only=True)
class Rendered:
    """The scopes that were rendered, the files that are spoken for by them, what was not rendered, and what to report of that."""

    scopes: tuple[Scope, ...] = ()
    taken: frozenset[str] = frozenset()
    skipped: tuple[Skipped, ...] = field(default=())
    problems: tuple[Problem, ...] = ()


def kustomizations(paths: list[str], files: Files, config: Config) -> Rendered:
    """Build the outermost of these kustomizations."""
    if not paths or not config.render or not isinstance(files, DiskFiles):
        return Rendered()
    from upstreamlint.render import kustomize
    from upstreamlint.render.objects import Originals, objects
    from upstreamlint.render.reach import outermost

    roots = outermost(paths, files)
    skipped = [
        Skipped(r.path, f"kustomization not built: {r.refusal}", needed=True) for r in roots if r.refusal
    ]
    wanted = [r for r in roots if not r.refusal]
    program = kustomize.command() if wanted else None
    if program is None:
        return Rendered(skipped=(*skipped, *(Skipped(r.path, NO_RENDERER, needed=True) for r in wanted)))
    originals = Originals(files, manifests.wanted)
    scopes = []
    taken: set[str] = set()
    for built, reach in zip(_built(program, wanted, files, config), wanted, strict=True):
        if built.error:
            skipped.append(Skipped(reach.path, f"kustomization does not build: {built.error}", needed=True))
            continue
        resources: list[object] = []
        for document in objects(built, reach, originals):
            resources.extend(manifest.build(document, reach.folder, config.namespace, config.kubernetes))
        scopes.append(scope(reach.folder, resources, reach.files, files, config, closed=True))
        taken |= reach.files
    return Rendered(scopes=tuple(scopes), taken=frozenset(taken), skipped=tuple(skipped))


def _built(program: list[str], roots: list[Reach], files: DiskFiles, config: Config) -> list[Built]:
    """Build roots, but for those that an earlier run has built from the same files."""
    from upstreamlint.render import kustomize, store

    keys = {r.path: store.key(r, program, files) for r in roots} if config.cache else {}
    kept = {r.path: found for r in roots if config.cache and (found := store.load(keys[r.path])) is not None}
    missing = [r for r in roots if r.path not in kept]
    edited = [r for r in missing if not r.files.isdisjoint(files.edited)]
    if edited:
        kept |= zip((r.path for r in edited), _of_copies(program, edited, files, config), strict=True)
        missing = [r for r in missing if r.path not in kept]
    for root, built in zip(
        missing, kustomize.build(program, [r.folder for r in missing], config.jobs), strict=True
    ):
        kept[root.path] = built
        if config.cache and not built.error:
            store.save(keys[root.path], built, manifests.wanted)
    return [kept[r.path] for r in roots]


def _of_copies(program: list[str], roots: list[Reach], files: DiskFiles, config: Config) -> list[Built]:
    """Build roots of which some file has another text than on disk."""
    from upstreamlint.render import kustomize
    from upstreamlint.render.mirror import mirrored, under

    with mirrored(frozenset().union(*(r.files for r in roots)), files) as mirror:
        folders = [under(mirror, r.folder) for r in roots]
        return [b._replace(mirror=mirror) for b in kustomize.build(program, folders, config.jobs)]


def scope(
    folder: str,
    resources: list[object],
    made_from: Iterable[str],
    files: Files,
    config: Config,
    *,
    closed: bool,
) -> Scope:
    """Objects as a scope, with the proxies that are configured in their ConfigMaps.

    One without workloads is a part of something, and never closed.
    """
    run = Run(files=files, config=config, resources=tuple(resources))
    running = read(run, RUNNING)
    texts = (files.source(path) for path in sorted(made_from))
    return Scope(
        name=folder,
        folder=folder,
        resources=(*resources, *running.resources),
        files=frozenset(made_from),
        closed=closed and any(isinstance(r, Workload) for r in resources),
        sources=tuple(s for s in texts if s is not None),
        problems=running.problems,
    )
