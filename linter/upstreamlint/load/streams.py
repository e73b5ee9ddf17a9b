"""YAML streams: as they are, or as the releases that a renderer printed."""

from __future__ import annotations

import posixpath
from collections.abc import Sequence

from upstreamlint.documents import Document, Mapping, Node, Scalar
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

    What comes from one chart is a release, and so is what another renderer has printed. A part whose template is among the files stands in it; the others are
    sources of their own, named as the comment does.
    """
    if text is None:
        return Stream()
    if "# Source: " not in text:
        source = Source(config.stdin_name, text)
        reading = yaml.read(source, manifests.wanted)
        if reading.faults or not _is_printed([d.root for d in reading.documents]):
            return Stream((source,))
        return Stream(scopes=(_release(config.stdin_name, ".", reading.documents, files, config),))
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
    scopes = (
        _release(f"{chart} on standard input", chart, documents, files, config)
        for chart, documents in parts.items()
    )
    return Stream(tuple(plain), tuple(scopes))


def _documents(name: str, part: str, template: Source | None) -> list[Document]:
    from upstreamlint.render.templates import documents

    if template is not None:
        return list(documents(part, template, manifests.wanted, []))
    return yaml.read(Source(name, part), manifests.wanted).documents


def _is_printed(roots: Sequence[Node]) -> bool:
    """Whether a program has printed these objects, as it does all that it deploys: nobody else sorts every key.

    What a cluster has printed is no such thing: somebody asked for a part of it.
    """
    objects = [root for root in roots if isinstance(root, Mapping) and "kind" in root]
    if len(objects) != len(roots) or len(roots) <= 1:
        return False
    kept = any(root.at("metadata", key) is not None for root in objects for key in _OF_CLUSTERS)
    return not kept and not any("items" in root for root in objects) and all(map(_is_sorted, objects))


_OF_CLUSTERS = ("uid", "resourceVersion", "creationTimestamp")


def _is_sorted(node: Node) -> bool:
    if isinstance(node, Scalar):
        return True
    if isinstance(node, Mapping):
        names = list(node.names())
        return names == sorted(names) and all(_is_sorted(entry.value) for entry in node)
    return all(map(_is_sorted, node))


def _release(name: str, chart: str, documents: Sequence[Document], files: Files, config: Config) -> Scope:
    resources: list[object] = [
        r for d in documents for r in manifest.build(d, chart, config.namespace, config.kubernetes)
    ]
    made = scope(chart, resources, (d.source.path for d in documents), files, config, closed=True)
    sources = {d.source.path: d.source for d in documents}
    return Scope(
        name=name,
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
