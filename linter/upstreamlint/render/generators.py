"""The objects that a kustomization generates, as trees: what it says of them, and the files that they hold."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from upstreamlint import patterns
from upstreamlint.documents import Entry, Mapping, Scalar
from upstreamlint.files.readable import Files, join, parent
from upstreamlint.render.settings import Identity
from upstreamlint.source import Source

_GENERATORS = {"ConfigMap": "configMapGenerator", "Secret": "secretGenerator"}

_VARIABLE = patterns.compile(r"^[ \t]*([\w.-]+)=([^\r\n]*)", re.MULTILINE)


def generated(root: Mapping, identity: Identity, files: Files) -> Mapping | None:
    """The generator of an object in a kustomization, in the shape of the object; its files stand in themselves."""
    items = root.mappings(_GENERATORS.get(identity.kind, ""))
    named = [
        (len(n.value), -i)
        for i, item in enumerate(items)
        if (n := item.scalar("name")) and identity.named(n.value)
    ]
    if not named:
        return None
    item = items[-max(named)[1]]
    name = item.entries["name"]
    data: dict[str, Entry] = {}
    for scalar in item.scalars("files"):
        key, _, path = scalar.value.rpartition("=")
        source = files.source(join(parent(root.source.path), path))
        if source is not None:
            key = key or posixpath.basename(path)
            value = Scalar(source.text, False, source, 0, len(source.text))
            data[key] = Entry(scalar._replace(value=key), value)
    for scalar in item.scalars("literals"):
        key, _, text = scalar.value.partition("=")
        data[key] = Entry(scalar._replace(value=key), scalar._replace(value=text))
    for scalar in (*item.scalars("envs"), *([env] if (env := item.scalar("env")) else ())):
        source = files.source(join(parent(root.source.path), scalar.value))
        data.update(_variables(source) if source is not None else {})
    source, start, end = item.anchor
    kind = name.key._replace(value=identity.kind)
    return Mapping(
        source,
        start,
        end,
        {
            "kind": Entry(kind, kind),
            "metadata": Entry(name.key, Mapping(source, start, end, {"name": name})),
            "data": Entry(name.key, Mapping(source, start, end, data)),
        },
    )


def _variables(source: Source) -> Iterator[tuple[str, Entry]]:
    """The lines of an env file."""
    for found in _VARIABLE.finditer(source.text):
        key = Scalar(found.group(1), True, source, found.start(1), found.end(1))
        value = Scalar(found.group(2), True, source, found.start(2), found.end(2))
        yield key.value, Entry(key, value)
