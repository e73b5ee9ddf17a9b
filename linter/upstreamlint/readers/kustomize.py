"""Kustomizations, as far as they can be told without building them.

One that only lists files (and names a namespace) is a scope whose files are all known. One that patches
makes what it touches unknown: nothing is judged that a patch may change.
"""

from __future__ import annotations

import posixpath
from collections.abc import Collection
from dataclasses import field

from upstreamlint.documents import Mapping, Scalar
from upstreamlint.files.readable import Files, join, parent
from upstreamlint.readers import yaml
from upstreamlint.source import Source
from upstreamlint.values import frozen

NAMES = ("kustomization.yaml", "kustomization.yml", "Kustomization")

_PLAIN = frozenset(
    {"apiVersion", "kind", "metadata", "resources", "namespace", "sortOptions", "buildMetadata"}
)
_PATCHES = ("patches", "patchesStrategicMerge", "patchesJson6902")
_UNBOUNDED = ("components", "replacements", "transformers", "vars", "configurations", "helmCharts", "crds")


@frozen
class Target:
    """What a patch touches; an empty kind or name stands for any."""

    kind: str
    name: str


@frozen
class Kustomization:
    """A kustomization file: what it lists, what it patches, and whether it does nothing else.

    `targets` is nothing when it may change any object that it reaches.
    """

    path: str
    namespace: str
    resources: tuple[str, ...]
    fragments: tuple[str, ...]
    targets: tuple[Target, ...] | None
    plain: bool

    @property
    def folder(self) -> str:
        """The folder that it is the root of."""
        return parent(self.path)


@frozen
class Layout:
    """What kustomizations say about a tree.

    `closed` are the folders of roots that only list files, `listed` what any lists as its resources. `fragments` are files that are no objects of
    their own. `namespaces` maps a file to the namespace that its root gives it; `patched` maps a file to
    what patches may touch in it.
    """

    closed: tuple[str, ...] = ()
    listed: frozenset[str] = frozenset()
    fragments: frozenset[str] = frozenset()
    namespaces: dict[str, str] = field(default_factory=dict)
    patched: dict[str, tuple[Target, ...] | None] = field(default_factory=dict)

    def touches(self, path: str, kind: str, name: str) -> bool:
        """Whether a patch may change an object of a file."""
        if path not in self.patched:
            return False
        targets = self.patched[path]
        if targets is None:
            return True
        return any(t.kind in ("", kind) and t.name in ("", name) for t in targets)


def is_kustomization(path: str) -> bool:
    """Whether a file is one, by its name."""
    return posixpath.basename(path) in NAMES


def kustomization(source: Source) -> Kustomization | None:
    """Read a kustomization file; nothing when it does not parse."""
    documents = yaml.read(source).documents
    root = documents[0].root if documents else None
    if not isinstance(root, Mapping):
        return None
    folder = parent(source.path)
    paths = [
        join(folder, r.value) for k in ("resources", "bases") for r in root.scalars(k) if _local(r.value)
    ]
    fragments: list[str] = []
    targets: list[Target] | None = []
    for key in _PATCHES:
        node = root.sequence(key)
        for item in node.items if node else ():
            found, touched = _patch(item, folder)
            fragments += found
            targets = None if targets is None or touched is None else [*targets, *touched]
    for key in _UNBOUNDED:
        listed = root.sequence(key)
        if listed is not None and len(listed):
            targets = None
            fragments += [join(folder, s.value) for s in root.scalars(key) if _local(s.value)]
    namespace = root.scalar("namespace")
    remote = any(not _local(r.value) for r in root.scalars("resources"))
    return Kustomization(
        path=source.path,
        namespace=namespace.value if namespace else "",
        resources=tuple(paths),
        fragments=tuple(fragments),
        targets=None if targets is None else tuple(targets),
        plain=all(e.key.value in _PLAIN for e in root) and not remote,
    )


def _local(path: str) -> bool:
    return "://" not in path and not path.startswith(("github.com/", "git@")) and "?ref=" not in path


def _patch(item: object, folder: str) -> tuple[list[str], list[Target] | None]:
    """The files that a patch is in, and what it touches; nothing when that is anything."""
    if isinstance(item, Scalar):
        if "\n" in item.value:
            return [], _inline(item.value)
        return [join(folder, item.value)], None
    if not isinstance(item, Mapping):
        return [], None
    path, inline, target = item.scalar("path"), item.scalar("patch"), item.mapping("target")
    files = [join(folder, path.value)] if path else []
    if target is not None:
        kind, name = target.scalar("kind"), target.scalar("name")
        return files, [Target(kind.value if kind else "", name.value if name else "")]
    return files, _inline(inline.value) if inline else None


def _inline(text: str) -> list[Target] | None:
    """What a strategic merge patch in the kustomization itself touches."""
    targets = []
    for document in yaml.read(Source("patch", text)).documents:
        root = document.root
        head = root.mapping("metadata") if isinstance(root, Mapping) else None
        kind = root.scalar("kind") if isinstance(root, Mapping) else None
        name = head.scalar("name") if head else None
        if kind is None or name is None:
            return None
        targets.append(Target(kind.value, name.value))
    return targets


def layout(kustomizations: list[Kustomization], files: Files, manifests: Collection[str]) -> Layout:
    """What the kustomizations of a tree say together; `manifests` are the paths of all YAML files in it."""
    by_folder = {k.folder: k for k in kustomizations}
    closed: list[str] = []
    fragments: set[str] = set()
    namespaces: dict[str, str] = {}
    patched: dict[str, tuple[Target, ...] | None] = {}
    for root in kustomizations:
        reached = _reach(root, by_folder)
        whole = all(k.plain for k in reached)
        for member in reached:
            fragments.update(member.fragments)
            for path in member.resources:
                if not files.is_file(path):
                    continue
                if root.namespace:
                    namespaces.setdefault(path, root.namespace)
                for patcher in {root.path: root, member.path: member}.values():
                    _mark(patched, path, patcher)
        inside = all(
            p == root.folder or p.startswith(_inner(root.folder)) for k in reached for p in k.resources
        )
        present = all(files.is_file(p) or p in by_folder for k in reached for p in k.resources)
        listed = {p for k in reached for p in (*k.resources, k.path)}
        strays = (p for p in manifests if p.startswith(_inner(root.folder)) and p not in listed)
        if whole and inside and present and root.resources and not any(strays):
            closed.append(root.folder)
    named = frozenset(path for k in kustomizations for path in k.resources)
    return Layout(tuple(closed), named, frozenset(fragments), namespaces, patched)


def _inner(folder: str) -> str:
    return "" if folder == "." else folder + "/"


def _mark(patched: dict[str, tuple[Target, ...] | None], path: str, by: Kustomization) -> None:
    if by.targets is None or patched.get(path, ()) is None:
        patched[path] = None
    elif by.targets:
        patched[path] = (*(patched.get(path) or ()), *by.targets)


def _reach(root: Kustomization, by_folder: dict[str, Kustomization]) -> list[Kustomization]:
    """A root and the kustomizations that it lists, each once."""
    seen = {root.path: root}
    todo = [root]
    while todo:
        for path in todo.pop().resources:
            found = by_folder.get(path)
            if found is not None and found.path not in seen:
                seen[found.path] = found
                todo.append(found)
    return list(seen.values())
