"""Helm charts to scopes of resources, and streams that Helm printed to documents of their templates."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from upstreamlint.documents import Document, Scalar
from upstreamlint.documents import Mapping as Tree
from upstreamlint.errors import UsageError
from upstreamlint.files import asked
from upstreamlint.files.discover import CHART, REASON_CHART
from upstreamlint.files.readable import DiskFiles, Files, join
from upstreamlint.graph.problems import ChartProblem
from upstreamlint.load import manifests
from upstreamlint.load.rendered import Rendered, Scope, scope
from upstreamlint.model import manifest
from upstreamlint.run.result import Skipped
from upstreamlint.settings.config import Config
from upstreamlint.source import Anchor, Source

if TYPE_CHECKING:
    from upstreamlint.render import helm
    from upstreamlint.render.helm import Chart

NO_ENGINE = f"{REASON_CHART}, since no engine is at hand: `pip install 'upstreamlint[render]'`"
_MOST_SETS = 8
_LIBRARY = re.compile(r"^type:[ \t]*[\"']?library\b", re.MULTILINE)
_MANIFESTS = (".yaml", ".yml", ".json")


class _Set(NamedTuple):
    """A chart with one set of values; the name is empty for the set that the chart itself comes with."""

    folder: str
    name: str
    values: tuple[Source, ...]


def charts(folders: Sequence[str], files: Files, config: Config) -> Rendered:
    """Render the charts in these folders; those in a chart's own `charts` come with it."""
    if not folders or not config.render:
        return Rendered()
    if not isinstance(files, DiskFiles):
        return Rendered(problems=tuple(_unrendered(folders, files)))
    from upstreamlint.render import helm

    roots = helm.outermost(folders)
    held = {folder: helm.held(folder, files) for folder in roots}
    refused = {folder: found.refusal for folder, found in held.items() if found.refusal}
    skipped = [Skipped(folder, f"{REASON_CHART}: {why}", needed=True) for folder, why in refused.items()]
    wanted = [folder for folder in roots if folder not in refused]
    program = helm.command()
    if program is None:
        return Rendered(
            taken=frozenset(wanted),
            skipped=(*skipped, *(Skipped(folder, NO_ENGINE, needed=True) for folder in wanted)),
            problems=tuple(_unrendered(wanted, files)),
        )
    sets = [s for folder in wanted for s in _sets(folder, files, config)]
    requests = [
        (s.folder, helm.Values(tuple(v.text for v in reversed(s.values)), config.helm_set, config.namespace))
        for s in sets
    ]
    scopes: list[Scope] = []
    errors: dict[str, str] = {}
    for one, chart in zip(sets, _rendered(program, requests, held, files, config), strict=True):
        if chart.library:
            continue
        if chart.error:
            errors.setdefault(one.folder, chart.error)
            continue
        if chart.missing and not one.name:
            names = ", ".join(chart.missing)
            skipped.append(Skipped(one.folder, f"Helm chart rendered without its dependencies: {names}"))
        scopes.append(_scope(one, chart, files, config))
    done = {s.folder for s in scopes}
    skipped.extend(
        Skipped(folder, f"Helm chart does not render: {error}", needed=True)
        for folder, error in errors.items()
        if folder not in done
    )
    return Rendered(scopes=tuple(scopes), taken=frozenset(roots), skipped=tuple(skipped))


def _rendered(
    program: Sequence[str],
    requests: Sequence[tuple[str, helm.Values]],
    held: Mapping[str, helm.Held],
    files: DiskFiles,
    config: Config,
) -> Iterator[Chart]:
    """Render charts, but for those that an earlier run has rendered from the same files and values."""
    from upstreamlint.render import helm, store

    keys = [store.chart_key(program, held[f], values) if config.cache else None for f, values in requests]
    kept = [store.load_chart(key, f) if key else None for key, (f, _) in zip(keys, requests, strict=True)]
    missing = [request for request, chart in zip(requests, kept, strict=True) if chart is None]
    made = iter(_made(program, missing, held, files, config.jobs))
    for key, found in zip(keys, kept, strict=True):
        chart = found or helm.without(next(made), manifests.wanted)
        if key and found is None:
            store.save_chart(key, chart)
        yield chart


def _made(
    program: Sequence[str],
    requests: Sequence[tuple[str, helm.Values]],
    held: Mapping[str, helm.Held],
    files: DiskFiles,
    jobs: int,
) -> list[Chart]:
    """Render charts, from copies where some file of one has another text than on disk."""
    from upstreamlint.render import helm
    from upstreamlint.render.mirror import mirrored, under

    inside = {folder: [join(folder, path) for path, _ in held[folder].files] for folder, _ in requests}
    edited = {folder: own for folder, own in inside.items() if not files.edited.isdisjoint(own)}
    if not edited:
        return helm.render(program, requests, jobs)
    with mirrored((path for own in edited.values() for path in own), files) as mirror:
        there = [(under(mirror, f) if f in edited else f, values) for f, values in requests]
        return [
            replace(c, folder=f)
            for c, (f, _) in zip(helm.render(program, there, jobs), requests, strict=True)
        ]


def _unrendered(folders: Iterable[str], files: Files) -> Iterator[ChartProblem]:
    """What to report of charts that nothing at hand renders; a library is never rendered by itself."""
    for folder in folders:
        source = files.source(join(folder, CHART))
        if source is None or _LIBRARY.search(source.text):
            continue
        start = max(source.text.find("name:"), 0)
        yield ChartProblem(
            Anchor(source, start, start + len("name")),
            "this chart was not rendered, so nothing in it is checked",
            help="`pip install 'upstreamlint[render]'`, or put `helm` on the path",
        )


def still_skipped(found: Sequence[Skipped], taken: frozenset[str]) -> list[Skipped]:
    """What discovery passed over, without the charts that are spoken for and those that come with them."""
    return [
        s
        for s in found
        if s.reason != REASON_CHART
        or not any(s.path == c or s.path.startswith("" if c == "." else f"{c}/") for c in taken)
    ]


def _sets(folder: str, files: Files, config: Config) -> Iterator[_Set]:
    """The values to render with: the chart's own, and those of its `ci` folder unless the user gives some."""
    own = files.source(join(folder, "values.yaml"))
    defaults = () if own is None else (own,)
    yield _Set(folder, "", (*_given(config), *defaults))
    if config.helm_values or config.helm_set:
        return
    names = [n for n in files.listing(join(folder, "ci")) if n.endswith("-values.yaml")]
    for name in names[:_MOST_SETS]:
        source = files.source(join(folder, f"ci/{name}"))
        if source is not None:
            yield _Set(folder, f"ci/{name}", (source, *defaults))


def _given(config: Config) -> Iterator[Source]:
    """The values files of the command line, the last first."""
    for path in reversed(config.helm_values):
        try:
            yield Source(path, asked.content(path).decode("utf-8-sig", errors="replace"))
        except OSError as error:
            raise UsageError(f"`{path}` cannot be read: {(error.strerror or str(error)).lower()}") from error


def _scope(one: _Set, chart: Chart, files: Files, config: Config) -> Scope:
    from upstreamlint.render import helm
    from upstreamlint.render.templates import documents

    resources: list[object] = []
    read: set[str] = set()
    for path, text in sorted(chart.templates.items()):
        template = files.source(helm.template_of(chart, path, files)) if path.endswith(_MANIFESTS) else None
        if template is None:
            continue
        read.add(template.path)
        for document in documents(text, template, manifests.wanted):
            if not _is_test(document):
                resources.extend(manifest.build(document, one.folder, config.namespace, config.kubernetes))
    looks_up = any("lookup " in source.text for path in read if (source := files.source(path)) is not None)
    made = scope(one.folder, resources, read, files, config, closed=not chart.missing and not looks_up)
    name = f"{one.folder} with {one.name}" if one.name else one.folder
    return replace(made, name=name, values=one.values, switched_off=_switched_off(chart, one.folder, files))


def _switched_off(chart: Chart, folder: str, files: Files) -> frozenset[str]:
    """The words by which templates that print nothing with these values are called, and no others."""
    printing = {path for path, text in chart.templates.items() if text.strip(" \t\r\n-")}
    off: set[str] = set()
    on: set[str] = set()
    todo = ["templates"]
    while todo:
        here = todo.pop()
        for name in files.listing(join(folder, here)):
            path = f"{here}/{name}"
            if files.is_folder(join(folder, path)):
                todo.append(path)
            elif name.endswith(_MANIFESTS):
                (on if path in printing else off).update(_WORD.findall(path.lower()))
    return frozenset(off - on)


_WORD = re.compile(r"[a-z0-9]+")


def _is_test(document: Document) -> bool:
    """Whether an object only exists while `helm test` runs."""
    root = document.root
    hook = root.at("metadata", "annotations", "helm.sh/hook") if isinstance(root, Tree) else None
    return isinstance(hook, Scalar) and hook.value.startswith("test")


def stream(
    text: str, charts_found: Sequence[str], files: Files, config: Config
) -> Iterator[Source | Document]:
    """A stream: as it is, or cut where Helm's `# Source:` comments name the template of what follows.

    A part whose template is among the files comes as documents that stand in it; others are sources of
    their own, named as the comment does.
    """
    if "# Source: " not in text:
        yield Source(config.stdin_name, text)
        return
    from upstreamlint.render.helm import sections
    from upstreamlint.render.templates import documents

    by_name = {posixpath.basename(folder): folder for folder in charts_found}
    by_name |= {name: folder for folder in charts_found if (name := _chart_name(folder, files))}
    for name, part in sections(text):
        chart, _, path = name.partition("/")
        template = files.source(join(by_name[chart], path)) if chart in by_name else None
        if template is None:
            yield Source(name or config.stdin_name, part)
        else:
            yield from documents(part, template, manifests.wanted)


def _chart_name(folder: str, files: Files) -> str:
    from upstreamlint.readers import yaml

    source = files.source(join(folder, CHART))
    found = yaml.read(source).documents if source is not None else []
    root = found[0].root if found else None
    name = root.scalar("name") if isinstance(root, Tree) else None
    return name.value if name is not None else ""
