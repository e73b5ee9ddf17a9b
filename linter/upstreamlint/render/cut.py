"""A kustomization without the parts that are not to be read, or that nothing is left for.

What stands in the rest is rendered as it would be; what a missing part might have changed is said beside it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

from upstreamlint import patterns
from upstreamlint.documents import Mapping, Node, Scalar
from upstreamlint.files.readable import Files, join, parent
from upstreamlint.readers import yaml
from upstreamlint.readers.patches import Target, by_replacement
from upstreamlint.source import Source
from upstreamlint.values import NamedTuple


class Cut(NamedTuple):
    """A part of a kustomization that is left out, why, and what it might have changed of the rest.

    `start` is where it stands in the file: an item of a list, or the key of a field. Without a reason it is left out
    because what it is for was left out. `missing` is the path that it names, where nothing is there.
    """

    path: str
    start: int
    why: str
    changes: tuple[Target, ...] = ()
    missing: str = ""


_LONGEST = 1000
"""Longer numbers are kept as texts: nothing that counts has so many digits, and they are not read as numbers."""
_NUMBER = patterns.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?")
_WORDS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}


def without(source: Source, starts: Collection[int]) -> str:
    """The text of a kustomization, as JSON, without the parts that start at some offsets."""
    (document,) = yaml.read(source).documents
    kept = _kept(document.root, starts)
    # The renderer refuses one that is empty, where a part of it would have been something.
    return json.dumps({"generatorOptions": {}, **kept} if isinstance(kept, dict) else kept)


def _kept(node: Node, starts: Collection[int]) -> object:
    if isinstance(node, Mapping):
        return {e.key.value: _kept(e.value, starts) for e in node if e.key.start not in starts}
    if not isinstance(node, Scalar):
        return [_kept(item, starts) for item in node.items if item.start not in starts]
    if node.is_null:
        return None
    if node.plain and node.value in _WORDS:
        return _WORDS[node.value]
    is_number = node.plain and len(node.value) < _LONGEST and _NUMBER.fullmatch(node.value)
    return json.loads(node.value) if is_number else node.value


class Left:
    """What is left of kustomizations that parts were cut out of; each file is read once, and only for objects that are `wanted`."""

    def __init__(self, files: Files, wanted: Callable[[str], bool]) -> None:
        self._files = files
        self._wanted = wanted
        self._held: dict[str, tuple[tuple[str, str], ...]] = {}

    def unmatched(self, path: str, below: Iterable[str], cuts: Sequence[Cut]) -> Iterator[Cut]:
        """The parts of a kustomization that the renderer would fail on, since what they are for was cut: patches, merges, counts.

        `below` are the kustomizations whose objects pass it, itself among them.
        """
        root = _root(path, self._files)
        if root is None:
            return
        known = self._known(below, {(cut.path, cut.start) for cut in cuts})
        yield from (Cut(path, item.start, "") for item in _patches_of_none(root, path, known, self._files))
        yield from (Cut(path, item.start, "") for item in _named_none(root, known))
        for key, inner in (("replacements", "source"), ("vars", "objref")):
            for item in root.mappings(key):
                chosen = item.mapping(inner)
                if chosen is not None and not known.has(_text(chosen, "kind"), _text(chosen, "name")):
                    yield Cut(path, item.start, "", by_replacement(item))

    def idle(self, path: str, below: Iterable[str]) -> Iterator[Idle]:
        """The patches of a kustomization for whose objects it has others of the kind, and none of the name."""
        root = _root(path, self._files)
        if root is None:
            return
        kustomizations = list(below)
        known = self._known(kustomizations, ())
        if not any(
            r is not None and (_text(r, "namePrefix") or _text(r, "nameSuffix"))
            for r in self._roots(kustomizations)
        ):
            known = known._replace(renamed=False)
        for item in _patches_of_none(root, path, known, self._files):
            text = _patch(item, parent(path), self._files)
            for kind, name in _objects(Source(path, text)):
                if not known.has(kind, name) and (names := known.of(kind)):
                    yield Idle(item, kind, name, names, refused=True)
        for item in root.mappings("replicas"):
            name = _text(item, "name")
            if name and not known.has("", name) and (names := known.counted):
                yield Idle(item, "Deployment or StatefulSet", name, names, refused=True, patches=False)
        for item in (i for key in ("patches", "patchesJson6902") for i in root.mappings(key)):
            target = item.mapping("target")
            name, kind = (_text(target, "name"), _text(target, "kind")) if target is not None else ("", "")
            if _PLAIN.match(name) and not known.has(kind, name) and (names := known.of(kind)):
                yield Idle(item, kind, name, names, refused=False)

    def _roots(self, kustomizations: Iterable[str]) -> Iterator[Mapping | None]:
        return (_root(path, self._files) for path in kustomizations)

    def _known(self, kustomizations: Iterable[str], cut: Collection[tuple[str, int]]) -> _Known:
        found: set[tuple[str, str]] = set()
        for path in kustomizations:
            root = _root(path, self._files)
            if root is None:
                continue
            for scalar in (s for key in ("resources", "bases") for s in root.scalars(key)):
                if (path, scalar.start) not in cut:
                    found.update(self._in(join(parent(path), scalar.value)))
            for key, kind in _GENERATORS:
                kept = (item for item in root.mappings(key) if (path, item.start) not in cut)
                found |= {(kind, _text(item, "name")) for item in kept if not _merges(item)}
        return _Known(frozenset(found))

    def _in(self, path: str) -> tuple[tuple[str, str], ...]:
        if path not in self._held:
            source = self._files.source(path)
            self._held[path] = tuple(_objects(source, self._wanted)) if source is not None else ()
        return self._held[path]


class Idle(NamedTuple):
    """A patch, or else a count of pods, for an object that is not there: where, of which kind and name, the names of the others; `refused` says that the build ends."""

    node: Node
    kind: str
    name: str
    names: frozenset[str]
    refused: bool
    patches: bool = True


_COUNTED = ("Deployment", "StatefulSet", "ReplicaSet", "ReplicationController")
"""What a count of pods is for: `kustomize build` ends where none of the name is there."""
_PLAIN = patterns.compile(r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?\Z")


class _Known(NamedTuple):
    """The kinds and names of the objects that pass a kustomization; `renamed` says that something may be put to the names."""

    objects: frozenset[tuple[str, str]]
    renamed: bool = True

    def of(self, kind: str) -> frozenset[str]:
        """The names of the objects of a kind."""
        return frozenset(name for of, name in self.objects if of == kind and name)

    @property
    def counted(self) -> frozenset[str]:
        """The names of the objects that `replicas` may be for."""
        return frozenset().union(*map(self.of, _COUNTED))

    def has(self, kind: str, name: str) -> bool:
        """Whether there is an object of a kind, if one is given, and a name, before or after something is put to it."""
        return any(
            kind in ("", of)
            and bool(known)
            and (known in name or name in known if self.renamed else known == name)
            for of, known in self.objects
        )


def _root(path: str, files: Files) -> Mapping | None:
    source = files.source(path)
    documents = yaml.read(source).documents if source is not None else []
    root = documents[0].root if len(documents) == 1 else None
    return root if isinstance(root, Mapping) else None


def named(item: Node, path: str, files: Files) -> Iterator[str]:
    """The names of the objects that a patch or a count of a kustomization is for; none of a patch with a target, which may find nothing."""
    if isinstance(item, Mapping) and item.scalar("name") is not None:
        yield _text(item, "name")
    text = _patch(item, parent(path), files)
    yield from (name for _, name in _objects(Source(path, text)))


def _patches_of_none(root: Mapping, path: str, known: _Known, files: Files) -> Iterator[Node]:
    """The patches whose objects are not there."""
    for key in ("patches", "patchesStrategicMerge"):
        node = root.sequence(key)
        for item in node.items if node is not None else ():
            text = _patch(item, parent(path), files)
            if text and not all(known.has(*one) for one in _objects(Source(path, text))):
                yield item


def _named_none(root: Mapping, known: _Known) -> Iterator[Node]:
    """The generators that merge into what is not there, and the counts of what is not."""
    for key, kind in _GENERATORS:
        for item in root.mappings(key):
            if _merges(item) and not known.has(kind, _text(item, "name")):
                yield item
    yield from (i for i in root.mappings("replicas") if not known.has("", _text(i, "name")))


def _merges(generator: Mapping) -> bool:
    """Whether a generator changes what is there instead of making something."""
    return _text(generator, "behavior") in ("merge", "replace")


_GENERATORS = (("configMapGenerator", "ConfigMap"), ("secretGenerator", "Secret"))


def _objects(source: Source, wanted: Callable[[str], bool] | None = None) -> Iterator[tuple[str, str]]:
    """The kinds and names of objects in a text; lists are opened."""
    for document in yaml.read(source, wanted).documents:
        root = document.root
        if isinstance(root, Mapping):
            for one in (root, *root.mappings("items")):
                head = one.mapping("metadata")
                yield _text(one, "kind"), _text(head, "name") if head is not None else ""


def _patch(item: Node, folder: str, files: Files) -> str:
    """The text of a patch that finds its object by its own kind and name; nothing for one with a target."""
    written = item if isinstance(item, Scalar) else None
    if isinstance(item, Mapping) and item.get("target") is None:
        written = item.scalar("patch") or item.scalar("path")
    if written is None:
        return ""
    if "\n" in written.value:
        return written.value
    source = files.source(join(folder, written.value))
    return source.text if source is not None else ""


def _text(node: Mapping, key: str) -> str:
    scalar = node.scalar(key)
    return scalar.value if scalar is not None else ""
