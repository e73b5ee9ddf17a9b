"""What a tree deploys: its kustomizations and charts, by themselves and as the releases that files state.

Releases are rendered in rounds: a chart or kustomization may print the objects that state further ones.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property

from upstreamlint.files.discover import CHART, REASON_CHART
from upstreamlint.files.readable import DiskFiles, Files, join
from upstreamlint.graph.problems import Problem
from upstreamlint.load.rendered import Rendered, Scope, wanting, whole
from upstreamlint.readers import kustomize
from upstreamlint.releases import stated
from upstreamlint.run.result import Skipped
from upstreamlint.settings.config import Config
from upstreamlint.source import Source
from upstreamlint.typed import TYPE_CHECKING
from upstreamlint.values import frozen, replace

if TYPE_CHECKING:
    from upstreamlint.releases.release import Release, Stated

MOST = 100
"""So many stated releases are rendered in a run."""

_ROUNDS = 4
"""Releases that state releases that state releases: deeper than this nobody nests them."""


@frozen(kw_only=True)
class Deployed:
    """What was rendered, the namespaces that releases give to folders of plain manifests, and the names of releases whose charts are elsewhere."""

    rendered: Rendered = Rendered()
    away: frozenset[str] = frozenset()
    namespaces: Mapping[str, str]


def deployed(folders: Sequence[str], sources: Sequence[Source], files: Files, config: Config) -> Deployed:
    """Build and render what files deploy; `folders` are those of charts."""
    if not config.render:
        return Deployed(namespaces={})
    paths = [s.path for s in sources if kustomize.is_kustomization(s.path)]
    if not isinstance(files, DiskFiles):
        problems = (*_unrendered(folders, files), *_unbuilt(paths, files))
        return Deployed(rendered=Rendered(problems=problems), namespaces={})
    return _Rounds(folders, paths, sources, files, config).run()


def _unrendered(folders: Sequence[str], files: Files) -> Iterator[Problem]:
    """What is known of charts that are not rendered."""
    if folders:
        from upstreamlint.charts import problems
        from upstreamlint.load import charts

        yield from charts.unrendered(folders, files)
        yield from problems.problems(folders, (), (), files)


def _unbuilt(paths: list[str], files: Files) -> Iterator[Problem]:
    """What is known of kustomizations that are not built."""
    if paths:
        from upstreamlint.render.missing import missing
        from upstreamlint.render.reach import outermost

        yield from missing(outermost(paths, files), files)


class _Rounds:
    """The releases of a run as they become known."""

    def __init__(
        self,
        folders: Sequence[str],
        paths: list[str],
        sources: Sequence[Source],
        files: DiskFiles,
        config: Config,
    ) -> None:
        self._charts = folders
        self._paths = paths
        self._sources = sources
        self._files = files
        self._config = config
        self._given = bool(config.helm_values or config.helm_set)
        self._known: set[tuple[object, ...]] = set()
        self._away: set[str] = set()
        self._stated: list[Release] = []
        self._cut: Counter[str] = Counter()
        self._done: list[Rendered] = []
        self._skipped: dict[Skipped, None] = {}
        self._lacking: tuple[Problem, ...] = ()

    def run(self) -> Deployed:
        todo = [one for one in self._own() if self._is_new(one)]
        for _ in range(_ROUNDS):
            self._render(todo)
            todo = self._found()
            if not todo:
                break
        if not self._given:
            self._render([one for one in self._beside() if self._is_new(one)])
            self._render(self._found())
            self._render(list(self._options()))
        return Deployed(rendered=self._all(), namespaces=dict(self._namespaces()), away=frozenset(self._away))

    def _own(self) -> Iterator[Release]:
        """The kustomizations and charts by themselves; what renders them is imported where there are any."""
        if self._paths:
            from upstreamlint.load import kustomizations

            yield from kustomizations.roots(self._paths, self._files)
        if self._charts:
            from upstreamlint.load import charts

            yield from charts.roots(self._charts, self._files, self._config)

    def _render(self, todo: list[Release]) -> None:
        if not todo:
            return
        from upstreamlint.load import charts, kustomizations

        built, rendered = [], []
        for one in todo:
            if self._is_chart(one):
                rendered.append(one)
            else:
                built.append(one)
        self._done.append(kustomizations.build(built, self._files, self._config))
        self._done.append(charts.render(rendered, self._files, self._config))

    def _is_chart(self, one: Release) -> bool:
        return one.folder in self._charts and self._files.is_file(join(one.folder, CHART))

    def _is_new(self, one: Release) -> bool:
        is_new = one.same not in self._known
        self._known.add(one.same)
        return is_new

    @cached_property
    def _installed(self) -> list[Stated]:
        """The releases that commands beside the charts install."""
        if not self._charts:
            return []
        from upstreamlint.releases import commands

        return list(commands.releases(self._charts, self._files))

    def _found(self) -> list[Release]:
        """The releases that are stated by now and were not before."""
        taken = frozenset(path for done in self._done for path in done.taken)
        plain = stated.objects(s for s in self._sources if s.path not in taken)
        printed = (root for done in self._done for scope in done.scopes for root in scope.states)
        roots = [*plain, *printed]
        from upstreamlint.releases.located import located, root_of

        helmfiles = list(stated.of_helmfiles(self._sources, self._files))
        self._away.update(one.name for one in helmfiles if root_of(one, self._files) is None)
        found = [*stated.of_objects(roots, self._files), *helmfiles, *self._installed]
        if not found:
            return []
        from upstreamlint.releases import missing, projects

        self._lacking = (*missing.missing(found, self._files), *projects.missing(roots))
        new: list[Release] = []
        for one in located(found, self._files):
            if isinstance(one, Skipped):
                self._skipped[one] = None
            elif self._is_new(one) and not (self._given and self._is_chart(one)):
                new.append(one)
        # When there are too many, each chart gets its share.
        numbers: Counter[str] = Counter()
        numbered = []
        for one in new:
            numbers[one.folder] += 1
            numbered.append((numbers[one.folder], one))
        room = MOST - len(self._stated)
        chosen = {id(one) for _, one in sorted(numbered, key=lambda item: item[0])[:room]}
        self._stated += [one for one in new if id(one) in chosen]
        self._cut.update(one.folder for one in new if id(one) not in chosen)
        return [one for one in new if id(one) in chosen]

    def _beside(self) -> Iterator[Release]:
        """The releases that values files beside charts suggest, where nobody states what they are for."""
        if not self._charts:
            return
        from upstreamlint.load import charts
        from upstreamlint.releases import beside

        used = {values.path for one in self._stated for values in one.values}
        for own in charts.roots(self._charts, self._files, self._config):
            found = list(beside.releases(own.folder, self._charts, used, self._files))
            yield from (replace(one, open=own.open) for one in found[: beside.MOST])
            self._cut[own.folder] += len(found[beside.MOST :])

    def _options(self) -> Iterator[Release]:
        """For each chart the releases that switch on what none of its others prints."""
        silent: dict[str, frozenset[str]] = {}
        for scope in whole([scope for done in self._done for scope in done.scopes]):
            if scope.release is not None and self._is_chart(scope.release):
                own = scope.switched_off.paths
                silent[scope.folder] = silent.get(scope.folder, own) & own
        if silent:
            from upstreamlint.releases import options

            for folder, paths in silent.items():
                yield from options.releases(folder, paths, self._files)

    def _all(self) -> Rendered:
        scopes = whole([scope for done in self._done for scope in done.scopes])
        # A kustomization that somebody deploys in another way is not deployed as it stands.
        placed = {
            s.folder
            for s in scopes
            if s.release is not None and s.release.said and not self._is_chart(s.release)
        }
        # Nor is a chart by itself that another takes.
        parts = _parts(s for s in scopes if s.release is not None and self._is_chart(s.release))
        kept = [
            s
            for s in scopes
            if s.release is None
            or s.release.said
            or s.folder not in (parts if self._is_chart(s.release) else placed)
        ]
        cut = (
            Skipped(folder, f"{REASON_CHART} with {count} more of its values")
            for folder, count in self._cut.items()
            if count
        )
        return Rendered(
            scopes=tuple(_told_apart(kept)),
            taken=frozenset(path for done in self._done for path in done.taken),
            skipped=(
                *dict.fromkeys(s for done in self._done for s in done.skipped),
                *self._failed({scope.folder for scope in scopes} | parts),
                *wanting(kept),
                *self._skipped,
                *cut,
            ),
            problems=(*(p for done in self._done for p in done.problems), *self._lacking, *self._written()),
        )

    def _written(self) -> Iterator[Problem]:
        """What is wrong with the charts as they are written."""
        if self._charts:
            from upstreamlint.charts import problems

            scopes = [s for done in self._done for s in done.scopes if s.option is None]
            failed = [(one, why) for done in self._done for one, why in done.failed if one.option is None]
            words = [(one.folder, why) for one, why in failed] + [(s.folder, s.wanting) for s in scopes]
            of_all = (*(s.release for s in scopes if s.release is not None), *(one for one, _ in failed))
            yield from problems.problems(self._charts, of_all, words, self._files)

    def _failed(self, done: set[str]) -> Iterator[Skipped]:
        """What does not render; of a chart in a folder that does with other values nothing is said."""
        failed = [failure for one in self._done for failure in one.failed]
        if failed:
            from upstreamlint.load import charts

            yield from charts.failed(failed, done)

    def _namespaces(self) -> Iterator[tuple[str, str]]:
        """The namespace of each folder of plain manifests that all who deploy it agree on."""
        spaces: dict[str, set[str]] = {}
        for one in self._stated:
            if not self._is_chart(one):
                spaces.setdefault(one.folder, set()).add(one.over.namespace or one.namespace)
        for folder, found in spaces.items():
            (space,) = found if len(found) == 1 else ("",)
            yield folder, space


def _parts(scopes: Iterable[Scope]) -> set[str]:
    """The folders of the charts whose templates others have printed."""
    parts: set[str] = set()
    for one in scopes:
        own = join(one.folder, "templates") + "/"
        outside = (path for path in one.files if not path.startswith(own))
        parts.update(path.partition("/templates/")[0] for path in outside if "/templates/" in path)
    return parts


def _told_apart(scopes: Iterable[Scope]) -> Iterator[Scope]:
    """The scopes, each with a name of its own."""
    named: set[str] = set()
    for scope in scopes:
        names = _names(scope)
        name = next(name for name in names if name not in named)
        named.add(name)
        yield replace(scope, name=name)


def _names(scope: Scope) -> Iterator[str]:
    """What a scope may be called, the shortest first."""
    yield scope.name
    said = scope.release.said if scope.release is not None else None
    yield f"{scope.name} (chart)" if said is None else f"{scope.name} ({said.source.path})"
    for number in range(2, 10_000):
        yield f"{scope.name} ({number})"
