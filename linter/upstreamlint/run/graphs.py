"""The graphs of a run: one of the plain files, and one of each rendered scope."""

from __future__ import annotations

from collections.abc import Iterable

from upstreamlint import load
from upstreamlint.graph import Graph
from upstreamlint.graph.build import build
from upstreamlint.graph.evidence import Ladder
from upstreamlint.graph.neighbours import Neighbours
from upstreamlint.graph.unparsed import unparsed
from upstreamlint.load.rendered import Scope
from upstreamlint.settings.config import Config
from upstreamlint.values import replace

FILES = ""
"""The name of the scope that plain files are in."""


def graphs_of(loaded: load.Loaded, config: Config) -> dict[str, Graph]:
    """Link what was loaded: the plain files, and each rendered scope for itself, by name."""
    lost = unparsed((*loaded.problems, *(p for scope in loaded.scopes for p in scope.problems)))
    ladder = Ladder(
        complete=config.complete,
        external=config.external,
        closed=loaded.closed,
        elsewhere=lost.names | loaded.renamed,
        installed_elsewhere=loaded.installed,
        labels_elsewhere=lost.labels,
    )
    if not loaded.scopes:
        return {FILES: build(loaded.resources, ladder, loaded.problems)}
    from upstreamlint.run import environments

    deployed = [scope for scope in loaded.scopes if scope.option is None]
    everything = [loaded.resources, *(scope.resources for scope in deployed)]
    files: list[frozenset[str]] = [frozenset(), *(scope.main for scope in deployed)]
    charts = ["", *(scope.unnamed for scope in deployed)]
    defined = [environments.defined(r, chart) for r, chart in zip(everything, charts, strict=True)]
    names = environments.elsewhere(defined, files)
    labels = environments.others([environments.labels(r) for r in everything])
    classes = environments.platforms(everything)
    here = {s.release.said for s in deployed if s.release and s.release.said and not s.release.open}
    installs = [environments.installed(r, here) for r in everything]
    filled = frozenset().union(*(environments.filled(r, here) for r in everything))
    ladder = replace(ladder, ports=environments.ports(everything), filled=filled)
    around = [
        (
            replace(
                ladder,
                elsewhere=own | lost.names | loaded.renamed,
                installed_elsewhere=made | loaded.installed,
                installing=bool(makes),
                labels_elsewhere=carried | lost.labels,
            ),
            platform,
        )
        for own, makes, made, carried, platform in zip(
            names, installs, environments.others(installs), labels, classes, strict=True
        )
    ]
    plain, platform = around[0]
    # Of a tree with several projects nobody knows which of them has what another lacks.
    neighbours = Neighbours(everything if not any(scope.apart for scope in deployed) else ())
    graphs = {FILES: build((*loaded.resources, *platform), plain, loaded.problems, neighbours)}
    # What a chart makes with other values is put onto the same cluster.
    beside: dict[str, tuple[Ladder, tuple[object, ...]]] = {}
    for scope, seen in zip(deployed, around[1:], strict=True):
        beside.setdefault(scope.folder, seen)
        graphs[scope.name] = _linked(scope, *seen, neighbours)
    for scope in loaded.scopes:
        if scope.option is not None:
            graphs[scope.name] = _linked(scope, *beside[scope.folder], neighbours)
    return graphs


def _linked(scope: Scope, ladder: Ladder, platform: tuple[object, ...], neighbours: Neighbours) -> Graph:
    own = replace(
        ladder,
        closed=(scope.folder,) if scope.closed else (),
        whole=scope.whole,
        switched_off=scope.switched_off,
        unnamed=scope.unnamed,
        lacking=not scope.closed,
    )
    return build((*scope.resources, *platform), own, scope.problems, neighbours)


def joined(graphs: Iterable[Graph]) -> Graph:
    """The graphs of scopes that see nothing of each other, as one."""
    each = tuple(graphs)
    if len(each) == 1:
        return each[0]
    return Graph(
        tuple(r for g in each for r in g.resources),
        tuple(r for g in each for r in g.routes),
        tuple(e for g in each for e in g.edges),
        tuple(r for g in each for r in g.refs),
        tuple(p for g in each for p in g.problems),
        frozenset().union(*(g.technologies for g in each)),
    )
