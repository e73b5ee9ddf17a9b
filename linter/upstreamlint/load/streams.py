"""YAML streams: as they are, or as the releases of the charts that Helm printed them from."""

from __future__ import annotations

import posixpath
from collections.abc import Sequence

from upstreamlint.documents import Document, Mapping
from upstreamlint.files.discover import CHART
from upstreamlint.files.readable import Files, join
from upstreamlint.load import manifests
from upstreamlint.load.rendered import Scope, scope
from upstreamlint.model import manifest
from upstreamlint.readers import yaml
from upstreamlint.settings.config import Config
from upstreamlint.source import Source
from upstreamlint.values import frozen


@frozen
class Stream:
    """What standard input held: parts that are read like files, and releases that Helm has rendered."""

    sources: tuple[Source, ...] = ()
    scopes: tuple[Scope, ...] = ()


def stream(text: str | None, charts: Sequence[str], files: Files, config: Config) -> Stream:
    """Read a stream: cut where Helm's `# Source:` comments name the template of what follows.

    What comes from one chart is a release. A part whose template is among the files stands in it; the others are
    sources of their own, named as the comment does.
    """
    if text is None:
        return Stream()
    if "# Source: " not in text:
        return Stream((Source(config.stdin_name, text),))
    from upstreamlint.render.helm import sections

    by_name = {posixpath.basename(folder): folder for folder in charts}
    by_name |= {name: folder for folder in charts if (name := _chart_name(folder, files))}
    plain: list[Source] = []
    parts: dict[str, list[Document]] = {}
    for name, part in sections(text):
        chart, _, path = name.partition("/")
        if not path:
            plain.append(Source(name or config.stdin_name, part))
            continue
        template = files.source(join(by_name[chart], path)) if chart in by_name else None
        parts.setdefault(chart, []).extend(_documents(name, part, template))
    scopes = (_release(chart, documents, files, config) for chart, documents in parts.items())
    return Stream(tuple(plain), tuple(scopes))


def _documents(name: str, part: str, template: Source | None) -> list[Document]:
    from upstreamlint.render.templates import documents

    if template is not None:
        return list(documents(part, template, manifests.wanted))
    return yaml.read(Source(name, part), manifests.wanted).documents


def _release(chart: str, documents: Sequence[Document], files: Files, config: Config) -> Scope:
    resources: list[object] = [
        r for d in documents for r in manifest.build(d, chart, config.namespace, config.kubernetes)
    ]
    made = scope(chart, resources, (d.source.path for d in documents), files, config, closed=True)
    sources = {d.source.path: d.source for d in documents}
    return Scope(
        name=f"{chart} on standard input",
        folder=chart,
        resources=made.resources,
        files=made.files,
        closed=made.closed,
        sources=tuple(sources.values()),
        problems=made.problems,
    )


def _chart_name(folder: str, files: Files) -> str:
    source = files.source(join(folder, CHART))
    found = yaml.read(source).documents if source is not None else []
    root = found[0].root if found else None
    name = root.scalar("name") if isinstance(root, Mapping) else None
    return name.value if name is not None else ""
