"""A run: paths in, a result out. Nothing here prints."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from upstreamlint import load
from upstreamlint.budget import make_room
from upstreamlint.containers.data import also_known
from upstreamlint.errors import NothingToCheckError
from upstreamlint.files.discover import Discovery, discover
from upstreamlint.files.readable import DiskFiles, EditedFiles, Files, Kept
from upstreamlint.finding import Diagnostic
from upstreamlint.graph import Graph
from upstreamlint.rules import Rule
from upstreamlint.rules import load as load_rules
from upstreamlint.run.diagnose import diagnose, identity, numbered, one_per_reason
from upstreamlint.run.graphs import FILES, graphs_of, joined
from upstreamlint.run.progress import Progress, silent
from upstreamlint.run.result import Coverage, External, Result
from upstreamlint.settings.config import Config, check_rules
from upstreamlint.suppression import MARK
from upstreamlint.values import NamedTuple


def check(
    paths: Sequence[str], config: Config, *, stdin: str | None = None, progress: Progress = silent
) -> Result:
    """Check what lies under the paths; `stdin` is a YAML stream beside them.

    Raises:
        UsageError: a path cannot be read, there is nothing to check, a rule is unknown or fails.
    """
    return check_releases(paths, config, stdin=stdin, progress=progress)[1]


def check_with_graph(paths: Sequence[str], config: Config) -> tuple[Graph, Result]:
    """As `check`, with the graph that the findings are about."""
    releases, result = check_releases(paths, config)
    return joined(release.graph for release in releases), result


class Release(NamedTuple):
    """What is deployed together: its graph, and the findings about it that count. Plain files have no name."""

    name: str
    graph: Graph
    diagnostics: tuple[Diagnostic, ...]


def check_releases(
    paths: Sequence[str], config: Config, *, stdin: str | None = None, progress: Progress = silent
) -> tuple[tuple[Release, ...], Result]:
    """As `check`, with the graph of each release and the findings about it."""
    make_room()
    with _collector_paused():
        found = discover(paths, exclude=config.exclude, base=config.base)
        return _check(found, DiskFiles(paths), config, load_rules(), stdin, progress)


def check_edited(
    paths: Sequence[str], texts: Mapping[str, str], config: Config, *, stdin: str | None = None
) -> Result:
    """As `check`, with other texts for some files, which are there."""
    return check_kept(paths, texts, config, None, stdin=stdin)[1]


def check_kept(
    paths: Sequence[str],
    texts: Mapping[str, str],
    config: Config,
    kept: Kept | None,
    *,
    stdin: str | None = None,
) -> tuple[tuple[Release, ...], Result]:
    """As `check_releases`, with other texts for some files, and what earlier runs kept of files that are the same."""
    with _collector_paused():
        found = discover(paths, exclude=config.exclude, base=config.base)
        return _check(found, EditedFiles(paths, texts, kept), config, load_rules(), stdin, silent)


def check_files(
    found: Discovery, files: Files, config: Config, rules: Mapping[str, Rule], *, stdin: str | None = None
) -> Result:
    """As `check`, over files that were discovered already, with the given rules."""
    return _check(found, files, config, rules, stdin, silent)[1]


def _check(
    found: Discovery,
    files: Files,
    config: Config,
    rules: Mapping[str, Rule],
    stdin: str | None,
    progress: Progress,
) -> tuple[tuple[Release, ...], Result]:
    with also_known(config.images, config.servers):
        return _checked(found, files, config, rules, stdin, progress)


def _checked(
    found: Discovery,
    files: Files,
    config: Config,
    rules: Mapping[str, Rule],
    stdin: str | None,
    progress: Progress,
) -> tuple[tuple[Release, ...], Result]:
    loaded = load.load(found, files, config, stdin, progress)
    if not loaded.sources:
        raise NothingToCheckError("nothing to check: no YAML, JSON or nginx file was found")
    progress("linking")
    graphs = graphs_of(loaded, config)
    progress("following the routes")
    check_rules((*config.select, *config.ignore_rules, *(name for name, _ in config.severity)), rules)
    chosen = {name: rule for name, rule in rules.items() if config.runs(name)}
    found_in = {name: diagnose(graph, chosen.values(), config) for name, graph in graphs.items()}
    for scope in loaded.scopes:
        found_in[scope.name] = scope.judged(found_in[scope.name])
    diagnostics = one_per_reason(_of_all(found_in))
    options = {scope.name for scope in loaded.scopes if scope.option is not None}
    deployed = {name: graph for name, graph in graphs.items() if name not in options}
    if config.expect:
        diagnostics = numbered((*diagnostics, *_unmet(deployed, found_in, chosen, config)))
    if any(d.finding.fix for d in diagnostics):
        from upstreamlint.mend.written import only_written

        diagnostics = only_written(diagnostics, files, found.charts)
    result = _result(joined(deployed.values()), diagnostics, chosen, rules, loaded, config)
    counted = {(d.rule, d.finding.primary.anchor) for d in result.diagnostics}
    releases = tuple(
        Release(
            name,
            graph,
            tuple(d for d in found_in[name] if (d.rule, d.finding.primary.anchor) in counted),
        )
        for name, graph in deployed.items()
    )
    return releases, result


def _of_all(found_in: Mapping[str, list[Diagnostic]]) -> list[Diagnostic]:
    """The diagnostics of all scopes, what several say once."""
    if len(found_in) == 1:
        return found_in[FILES]
    from upstreamlint.run import environments

    return numbered(environments.merged(found_in))


def _unmet(
    graphs: Mapping[str, Graph],
    found_in: Mapping[str, Sequence[Diagnostic]],
    chosen: Mapping[str, Rule],
    config: Config,
) -> Iterator[Diagnostic]:
    """What the configuration expects to be answered and is not, or is not proved to be."""
    from upstreamlint.answers import expected
    from upstreamlint.answers.routes import answers

    rule = chosen.get(expected.RULE)
    if rule is None:
        return
    each = [a for name, graph in graphs.items() for a in answers(graph, found_in[name], name)]
    severity = config.severity_of(rule.name, rule.severity) or rule.severity
    for finding in expected.unmet(config.expect, each):
        yield Diagnostic(
            rule=rule.name, severity=severity, finding=finding, subject=identity(finding.subject)
        )


def _result(
    graph: Graph,
    diagnostics: list[Diagnostic],
    chosen: dict[str, Rule],
    rules: Mapping[str, Rule],
    loaded: load.Loaded,
    config: Config,
) -> Result:
    by_path = [
        d for d in diagnostics if config.ignores(d.finding.primary.anchor.source.path, d.rule, d.subject)
    ]
    kept = [d for d in diagnostics if d not in by_path] if by_path else diagnostics
    silenced: list[Diagnostic] = by_path
    if config.heed_ignores and any(MARK in source.text for source in loaded.sources):
        from upstreamlint.suppression import ignore

        comments = [c for source in loaded.sources for c in ignore.comments(source)]
        if comments:
            applied = ignore.apply(kept, comments, ran=chosen, known=rules)
            unused = applied.unused if config.runs(ignore.RULE) else ()
            kept = numbered((*applied.kept, *unused))
            silenced = [*silenced, *applied.ignored]
    return Result(
        diagnostics=tuple(kept),
        coverage=_coverage(graph, loaded),
        rules=chosen,
        ignored=tuple(silenced),
    )


def _coverage(graph: Graph, loaded: load.Loaded) -> Coverage:
    external = {External(r.wanted, r.owner.id, r.anchor.source.path, r.anchor.line) for r in graph.external()}
    return Coverage(
        files=len(loaded.sources),
        routes=len(graph.routes),
        clusters=graph.clusters,
        workloads=graph.workloads,
        external=tuple(sorted(external)),
        skipped=loaded.skipped,
    )


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Trees of values hold no cycles; looking for some would take half of the run."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
