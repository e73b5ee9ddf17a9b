"""What a kustomization sets in the objects that pass through it, and where each setting is written."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from upstreamlint import patterns
from upstreamlint.documents import Mapping, Node, Scalar
from upstreamlint.documents import Sequence as Items
from upstreamlint.files.readable import Files, join, parent
from upstreamlint.readers import yaml
from upstreamlint.render.origin import Path, likeness
from upstreamlint.render.reach import root_of
from upstreamlint.render.within import within
from upstreamlint.source import Anchor
from upstreamlint.values import NamedTuple, frozen

_LABELS = ("commonLabels", "commonAnnotations")


class Identity(NamedTuple):
    """The kind and name of an object, as rendered."""

    kind: str
    name: str

    def named(self, name: str) -> bool:
        """Whether a name is this one, before a prefix or suffix was put to it."""
        return bool(name) and (name == self.name or name in self.name)


class Operation(NamedTuple):
    """One step of a JSON patch that puts a value somewhere."""

    path: tuple[str, ...]
    value: Node


@frozen
class Patch:
    """A patch: a tree of the object's shape, or operations; and what it is for."""

    kind: str
    name: str
    tree: Mapping | None
    operations: tuple[Operation, ...]

    def touches(self, identity: Identity) -> bool:
        """Whether it is for an object; a pattern that does not compile is for all."""
        if self.kind and not _fits(self.kind, identity.kind):
            return False
        return not self.name or identity.named(self.name) or _fits(self.name, identity.name)


class Replacement(NamedTuple):
    """A field that a replacement fills, and where that is said."""

    kind: str
    path: tuple[str, ...]
    anchor: Anchor


@frozen
class Settings:
    """A kustomization's patches and fields."""

    root: Mapping
    patches: tuple[Patch, ...]
    replacements: tuple[Replacement, ...]

    def written(self, path: Path, scalar: Scalar, identity: Identity) -> Anchor | None:
        """Where it sets a field to a value, other than by a patch."""
        last = path[-1]
        if last == "namespace":
            namespace = self.root.scalar("namespace")
            return namespace.anchor if namespace is not None and namespace.value == scalar.value else None
        if last == "image":
            return self._image(scalar.value)
        if path == ("spec", "replicas"):
            return self._replicas(identity)
        for pairs in self._pairs():
            entry = pairs.entries.get(str(last))
            if entry is not None and isinstance(entry.value, Scalar) and entry.value.value == scalar.value:
                return entry.value.anchor
        return None

    def replaced(self, path: Path, identity: Identity) -> Anchor | None:
        """Where a replacement for a field names it."""
        found = (
            r.anchor for r in self.replacements if r.kind in ("", identity.kind) and _covers(r.path, path)
        )
        return next(found, None)

    def _replicas(self, identity: Identity) -> Anchor | None:
        for item in self.root.mappings("replicas"):
            name, count = item.scalar("name"), item.scalar("count")
            if name is not None and count is not None and identity.named(name.value):
                return count.anchor
        return None

    def _image(self, image: str) -> Anchor | None:
        for item in self.root.mappings("images"):
            name, new = item.scalar("name"), item.scalar("newName")
            tag = item.scalar("digest") or item.scalar("newTag")
            used = new or name
            if used is not None and image.startswith(used.value):
                return (tag or used).anchor
        return None

    def _pairs(self) -> Iterator[Mapping]:
        for key in _LABELS:
            pairs = self.root.mapping(key)
            if pairs is not None:
                yield pairs
        for item in self.root.mappings("labels"):
            pairs = item.mapping("pairs")
            if pairs is not None:
                yield pairs


@frozen
class Stack:
    """The kustomizations that an object passed, the last first, as `origin.Layers`."""

    settings: Sequence[Settings]
    identity: Identity
    operations: tuple[Operation, ...]

    def at(self, path: Path, node: Node) -> list[Node]:
        """The values that JSON patches put at a path."""
        return [o.value for o in self.operations if _reaches(o, path, node)]

    def written(self, path: Path, scalar: Scalar) -> Anchor | None:
        """Where the last kustomization that sets a field to a value does so."""
        for settings in self.settings:
            place = settings.written(path, scalar, self.identity) or settings.replaced(path, self.identity)
            if place is not None:
                return place
        return None


def stack(settings: Sequence[Settings], identity: Identity) -> tuple[Stack, list[Node]]:
    """What kustomizations (the last first) laid over an object, and the patches of its own shape."""
    patches = [p for s in settings for p in reversed(s.patches) if p.touches(identity)]
    operations = tuple(o for p in patches for o in reversed(p.operations))
    return Stack(settings, identity, operations), [p.tree for p in patches if p.tree is not None]


def settings_of(path: str, files: Files) -> Settings | None:
    """Read what a kustomization sets."""
    source = files.source(path)
    root = root_of(source) if source is not None else None
    if root is None:
        return None
    folder = parent(path)
    patches = [
        p
        for key in ("patchesStrategicMerge", "patches", "patchesJson6902")
        for p in _patches(root, key, folder, files)
    ]
    return Settings(root, tuple(patches), tuple(_replacements(root, folder, files)))


def _patches(root: Mapping, key: str, folder: str, files: Files) -> Iterator[Patch]:
    listed = root.sequence(key)
    for item in listed or ():
        if isinstance(item, Scalar):
            for node in _contents(item, folder, files):
                yield from _patch(node, None)
        elif isinstance(item, Mapping):
            text = item.scalar("path") or item.scalar("patch")
            for node in _contents(text, folder, files) if text is not None else ():
                yield from _patch(node, item.mapping("target"))


def _contents(scalar: Scalar, folder: str, files: Files) -> list[Node]:
    """The documents of a patch that is given by its file or inline."""
    path = join(folder, scalar.value)
    source = files.source(path) if "\n" not in scalar.value else None
    if source is not None:
        return [d.root for d in yaml.read(source).documents]
    return within(scalar)


def _patch(node: Node, target: Mapping | None) -> Iterator[Patch]:
    kind = target.scalar("kind") if target else None
    name = target.scalar("name") if target else None
    operations: list[Operation] = []
    if isinstance(node, Items):
        for item in node:
            where = item.scalar("path") if isinstance(item, Mapping) else None
            value = item.get("value") if isinstance(item, Mapping) else None
            if where is not None and value is not None:
                operations.append(Operation(_pointer(where.value), value))
        tree = None
    elif isinstance(node, Mapping):
        tree = node
        if target is None:
            kind, name = node.scalar("kind"), _name(node)
    else:
        return
    yield Patch(kind.value if kind else "", name.value if name else "", tree, tuple(operations))


def _name(node: Mapping) -> Scalar | None:
    name = node.at("metadata", "name")
    return name if isinstance(name, Scalar) else None


def _replacements(root: Mapping, folder: str, files: Files) -> Iterator[Replacement]:
    for item in root.mappings("replacements"):
        path = item.scalar("path")
        for node in _contents(path, folder, files) if path is not None else [item]:
            for one in node if isinstance(node, Items) else [node]:
                if isinstance(one, Mapping):
                    yield from _targets(one)


def _targets(replacement: Mapping) -> Iterator[Replacement]:
    for target in replacement.mappings("targets"):
        select = target.mapping("select")
        kind = select.scalar("kind") if select else None
        for field in target.scalars("fieldPaths"):
            parts = re.split(r"(?<!\\)\.(?![^\[.]{0,253}\])", field.value)
            path = tuple(p.replace("\\.", ".") for p in parts)
            yield Replacement(kind.value if kind else "", path, field.anchor)


def _pointer(text: str) -> tuple[str, ...]:
    return tuple(p.replace("~1", "/").replace("~0", "~") for p in text.strip("/").split("/"))


def _reaches(operation: Operation, path: Path, node: Node) -> bool:
    """Whether an operation put its value at a path; a place in a list may have moved since."""
    if len(operation.path) != len(path):
        return False
    moved = False
    for wanted, part in zip(operation.path, path, strict=True):
        if isinstance(part, str):
            if wanted != part:
                return False
        elif wanted != str(part):
            moved = True
    return not moved or likeness(node, operation.value) > 0


def _covers(pattern: tuple[str, ...], path: Path) -> bool:
    """Whether a field path with wildcards (`*`, `[name=web]`) names a path."""
    return len(pattern) == len(path) and all(
        wanted in (str(part), "*") or (isinstance(part, int) and wanted.startswith("["))
        for wanted, part in zip(pattern, path, strict=True)
    )


_REPEATS = patterns.compile(r"\\.|([*+?{])", re.DOTALL)
_REPEATED_GROUP = patterns.compile(r"\)[*+?{]")
_MOST_REPEATS = 3
_LONGEST_NAME = 253


def _fits(pattern: str, text: str) -> bool:
    """Whether a selector's expression means a name; one that may take too long to try may mean any."""
    repeats = sum(m[1] is not None for m in _REPEATS.finditer(pattern))
    if repeats > _MOST_REPEATS or _REPEATED_GROUP.search(pattern) or len(text) > _LONGEST_NAME:
        return True
    try:
        return re.fullmatch(pattern, text) is not None
    except re.error:
        return True
