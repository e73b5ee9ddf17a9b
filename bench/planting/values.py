"""Places in the values of charts, and in templates where these are taken."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from planting.sites import Project, Site, at, text_of
from upstreamlint.documents import Mapping, Scalar
from upstreamlint.readers import yaml
from upstreamlint.source import Source

_PLAIN = re.compile(
    r"(?P<before>: *\"?|://|:)\{\{-? *\$?\.Values\.(?P<path>[\w.]+?)(?: *\| *(?:quote|int|toString))? *-?\}\}"
)
_OVERRIDE = re.compile(r"(?:values[-._][\w.-]+|[\w.-]+[-._]values)\.ya?ml\Z")
_NAMING = ("fullnameOverride", "nameOverride", "serviceName")
_HOST = re.compile(r"(?:host|hostname|server|address|addr|upstream|backend|endpoint)s?\Z", re.IGNORECASE)
"""Keys whose value names who is dialled, and no user, image or database of the same name."""
_DIALLED = re.compile(r"(?<![\w.-])(?P<host>[a-z][a-z0-9-]*):(?P<port>\d{2,5})\b")


def sites(project: Project) -> Iterator[Site]:
    charts = [p for p in project.files if posixpath.basename(p) == "values.yaml"]
    for path in charts:
        folder = posixpath.dirname(path)
        below = f"{folder}/" if folder else ""
        templates = {p: s for p, s in project.files.items() if p.startswith(f"{below}templates/")}
        root = _root(project.files[path])
        if root is not None and templates:
            yield from _chart(root, templates)
            for other, source in project.files.items():
                if posixpath.dirname(other) == folder and _OVERRIDE.fullmatch(posixpath.basename(other)):
                    yield from _overrides(source, root)


def _chart(root: Mapping, templates: dict[str, Source]) -> Iterator[Site]:
    leaves = dict(_leaves(root, ()))
    names = {
        m[1]
        for s in templates.values()
        for m in re.finditer(r"^kind: Service\nmetadata:\n  name: *([a-z0-9-]+) *$", s.text, re.MULTILINE)
    }
    names |= {v.value for p, (_, v) in leaves.items() if p[-1] in _NAMING}
    told = set()
    for template, source in templates.items():
        for match in _PLAIN.finditer(source.text):
            keys = tuple(match["path"].split("."))
            if keys not in leaves or f".{match['path']}" in _conditions(source.text):
                continue
            parent, value = leaves[keys]
            beside = frozenset(parent.names())
            start = match.start("path") + match["path"].rindex(keys[-1])
            if value.value and keys[-1] not in ("tag", "repository"):
                yield Site("helm", "value taken", template, start, keys[-1], beside)
                if keys not in told:
                    told.add(keys)
                    key = parent.entries[keys[-1]].key
                    yield from at("helm", "values key", key, keys[-1], beside)
    for keys, (_, value) in leaves.items():
        if keys[-1] in _NAMING:
            continue  # what gives the name changes it everywhere
        host = _DIALLED.search(text_of(value))
        if host is not None and host["host"] in names:
            yield from at("helm", "values host", value, host["host"], names)
            yield from at("helm", "values port", value, host["port"])
        elif text_of(value) in names and _HOST.search(keys[-1]):
            yield from at("helm", "values host", value, value.value, names)


def _conditions(text: str) -> str:
    return " ".join(re.findall(r"\{\{-? *(?:if|else if|with|range)[^}]*\}\}", text))


def _overrides(source: Source, own: Mapping) -> Iterator[Site]:
    """The keys of values beside a chart that the chart comes with, too."""
    root = _root(source)
    known = dict(_leaves(own, ()))
    for keys, (parent, _) in _leaves(root, ()) if root is not None else ():
        if keys in known:
            beside = frozenset((*parent.names(), *known[keys][0].names()))
            yield from at("helm", "override key", parent.entries[keys[-1]].key, keys[-1], beside)


def _root(source: Source) -> Mapping | None:
    reading = yaml.read(source)
    root = reading.documents[0].root if reading.documents and not reading.faults else None
    return root if isinstance(root, Mapping) else None


def _leaves(
    node: Mapping, above: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], tuple[Mapping, Scalar]]]:
    for entry in node:
        path = (*above, entry.key.value)
        if isinstance(entry.value, Mapping):
            yield from _leaves(entry.value, path)
        elif isinstance(entry.value, Scalar):
            yield path, (node, entry.value)
