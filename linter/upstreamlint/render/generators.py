"""The objects that a kustomization generates, as trees: what it says of them, and the files that they hold."""

from __future__ import annotations

import posixpath

from upstreamlint.documents import Entry, Mapping, Scalar
from upstreamlint.files import Files, join, parent
from upstreamlint.render.settings import Identity

_GENERATORS = {"ConfigMap": "configMapGenerator", "Secret": "secretGenerator"}


def generated(root: Mapping, identity: Identity, files: Files) -> Mapping | None:
    """The generator of an object in a kustomization, in the shape of the object; its files stand in themselves."""
    items = root.mappings(_GENERATORS.get(identity.kind, ""))
    named = [(len(n.value), -i) for i, item in enumerate(items) if (n := item.scalar("name")) and identity.named(n.value)]
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
