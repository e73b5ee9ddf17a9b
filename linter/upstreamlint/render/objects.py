"""A built kustomization's objects, with the files that each was made from laid beside it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence

from upstreamlint.documents import Document, Entry, Node, Scalar
from upstreamlint.documents import Mapping as Tree
from upstreamlint.documents import Sequence as Items
from upstreamlint.files.readable import Files, normal
from upstreamlint.readers import yaml
from upstreamlint.render.generators import generated
from upstreamlint.render.kustomize import Built
from upstreamlint.render.mirror import under
from upstreamlint.render.origin import anchored
from upstreamlint.render.reach import Reach
from upstreamlint.render.settings import Identity, Settings, settings_of, stack
from upstreamlint.source import Anchor, Source
from upstreamlint.values import field, frozen

ORIGIN = "config.kubernetes.io/origin"
TRANSFORMATIONS = "alpha.config.kubernetes.io/transformations"

Wanted = Callable[[str], bool]


class Originals:
    """The files of a run's kustomizations, each read once however many roots reach it."""

    def __init__(self, files: Files, wanted: Wanted) -> None:
        self.files = files
        self.wanted = wanted
        self._objects: dict[str, list[Tree]] = {}
        self._settings: dict[str, Settings | None] = {}

    def objects(self, path: str) -> list[Tree]:
        """The objects in a file; lists are opened."""
        if path not in self._objects:
            source = self.files.source(path) if path else None
            roots = [d.root for d in yaml.read(source, self.wanted).documents] if source else []
            self._objects[path] = [o for r in roots if isinstance(r, Tree) for o in _opened(r)]
        return self._objects[path]

    def settings(self, path: str) -> Settings | None:
        """What the kustomization in a file sets."""
        if path not in self._settings:
            self._settings[path] = settings_of(path, self.files) if path else None
        return self._settings[path]


@frozen
class _Root:
    """One built root: where its annotations lead."""

    built: Built
    reach: Reach
    originals: Originals
    shown: dict[str, str] = field(default_factory=dict)

    def path(self, written: str) -> str:
        """A path of an annotation as the user knows it; empty when the root does not reach it."""
        return self.shown.get(_slashed(os.path.join(self.built.wrapper, written)), "")


def objects(built: Built, reach: Reach, originals: Originals) -> Iterator[Document]:
    """The objects that a root rendered to, each field where it was written."""
    root = _Root(built, reach, originals, {_slashed(under(built.mirror, p)): p for p in reach.files})
    own = originals.files.source(reach.path) or Source(reach.path, "")
    for document in yaml.read(Source(reach.path, built.text), originals.wanted).documents:
        if isinstance(document.root, Tree):
            yield Document(own, _placed(document.root, root, own), document.number)


def _slashed(path: str) -> str:
    return normal(path.replace(os.sep, "/"))


def _opened(root: Tree) -> Iterator[Tree]:
    kind = root.scalar("kind")
    if kind is not None and kind.value.endswith("List") and root.sequence("items") is not None:
        for item in root.mappings("items"):
            yield from _opened(item)
    else:
        yield root


def _placed(rendered: Tree, root: _Root, own: Source) -> Tree:
    """An object with its places; what none of its files holds stands at the top of the kustomization."""
    kind, name = rendered.scalar("kind"), rendered.at("metadata", "name")
    identity = Identity(kind.value if kind else "", name.value if isinstance(name, Scalar) else "")
    layers, patches = stack(_passed(rendered, root), identity)
    original = _original(rendered, root, identity)
    home = _head(original) if original is not None else Anchor(own, 0, 0)
    origins: list[Node] = [*([original] if original is not None else []), *patches]
    return anchored(_without_notes(rendered), origins, home, layers)


def _passed(rendered: Tree, root: _Root) -> list[Settings]:
    """The kustomizations that changed an object, the last first."""
    notes = _note(rendered, TRANSFORMATIONS)
    changes = list(notes) if isinstance(notes, Items) else []
    paths: dict[str, None] = {}
    for change in reversed(changes):
        where = change.scalar("configuredIn") if isinstance(change, Tree) else None
        if where is not None:
            paths.setdefault(root.path(where.value))
    return [s for path in paths if (s := root.originals.settings(path)) is not None]


def _original(rendered: Tree, root: _Root, identity: Identity) -> Tree | None:
    """The object, or the generator, that an object was made from."""
    note = _note(rendered, ORIGIN)
    if not isinstance(note, Tree):
        return None
    file, maker = note.scalar("path"), note.scalar("configuredIn")
    if file is not None:
        return _namesake(root.originals.objects(root.path(file.value)), identity)
    made_by = root.originals.settings(root.path(maker.value)) if maker is not None else None
    return generated(made_by.root, identity, root.originals.files) if made_by is not None else None


def _namesake(candidates: Sequence[Tree], identity: Identity) -> Tree | None:
    """The object of a file that was rendered to one of this kind and name."""
    same = [o for o in candidates if (kind := o.scalar("kind")) is not None and kind.value == identity.kind]
    named = [(name.value, o) for o in same if isinstance(name := o.at("metadata", "name"), Scalar)]
    fitting = [(len(name), -n) for n, (name, _) in enumerate(named) if identity.named(name)]
    if fitting:
        return named[-max(fitting)[1]][1]
    return same[0] if len(same) == 1 else None


def _head(own: Tree) -> Anchor:
    name = own.at("metadata", "name") or own.get("kind")
    return name.anchor if name is not None else own.anchor


def _note(root: Tree, key: str) -> Node | None:
    text = root.at("metadata", "annotations", key)
    documents = yaml.read(Source("", text.value)).documents if isinstance(text, Scalar) else []
    return documents[0].root if documents else None


def _without_notes(root: Tree) -> Tree:
    """An object as it would have been without the wrapper."""
    head = root.mapping("metadata")
    notes = head.mapping("annotations") if head is not None else None
    if head is None or notes is None:
        return root
    left = {k: e for k, e in notes.entries.items() if k not in (ORIGIN, TRANSFORMATIONS)}
    inner = dict(head.entries)
    if left:
        inner["annotations"] = inner["annotations"]._replace(
            value=Tree(notes.source, notes.start, notes.end, left)
        )
    else:
        del inner["annotations"]
    entries = dict(root.entries)
    entries["metadata"] = Entry(entries["metadata"].key, Tree(head.source, head.start, head.end, inner))
    return Tree(root.source, root.start, root.end, entries)
