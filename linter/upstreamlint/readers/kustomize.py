"""Kustomizations, as far as they can be told without building them.

One that only lists files (and names a namespace) is a scope whose files are all known. One that patches
makes what it touches unknown: nothing is judged of an object that a patch may change in what matters.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterator

from upstreamlint.documents import Mapping, Scalar
from upstreamlint.files.readable import Files, join, parent
from upstreamlint.readers import yaml
from upstreamlint.readers.patches import ANYTHING, UNSEEN, Target, by_patch, by_replacement
from upstreamlint.source import Source
from upstreamlint.values import field, frozen

NAMES = ("kustomization.yaml", "kustomization.yml", "Kustomization")

_PLAIN = frozenset(
    {"apiVersion", "kind", "metadata", "resources", "namespace", "sortOptions", "buildMetadata"}
)
_PATCHES = ("patches", "patchesStrategicMerge", "patchesJson6902")
_DEEPEST = 8


@frozen
class Kustomization:
    """A kustomization file: what it lists, what it and its components patch, and whether it does nothing else.

    `fragments` are files that are no objects of their own, `affixes` what it puts before and behind names, `labels` says that
    it gives all of them labels.
    """

    path: str
    namespace: str
    resources: tuple[str, ...]
    fragments: tuple[str, ...]
    targets: tuple[Target, ...]
    plain: bool
    affixes: tuple[str, str] = ("", "")
    labels: bool = False

    @property
    def folder(self) -> str:
        """The folder that it is the root of."""
        return parent(self.path)


@frozen
class Layout:
    """What kustomizations say about a tree.

    `closed` are the folders of roots that only list files, `listed` what any lists as its resources. `fragments` are files that are no objects of
    their own. `namespaces` maps a file to the namespace that its root gives it; `patched` maps a file to
    what patches may touch in it, `renamed` to what is put before and behind the names in it.
    """

    closed: tuple[str, ...] = ()
    listed: frozenset[str] = frozenset()
    fragments: frozenset[str] = frozenset()
    namespaces: dict[str, str] = field(default_factory=dict)
    patched: dict[str, tuple[Target, ...]] = field(default_factory=dict)
    renamed: dict[str, frozenset[tuple[str, str]]] = field(default_factory=dict)

    def other_names(self, path: str, name: str) -> Iterator[str]:
        """What an object of a file is called where a kustomization puts something before or behind its name."""
        yield from (before + name + behind for before, behind in self.renamed.get(path, ()))

    def touches(self, path: str, kind: str, name: str, *, counts: bool = True) -> bool:
        """Whether a patch may change an object of a file in what matters; `counts` says that the number of its pods does."""
        return any(t.is_of(kind, name) and (counts or not t.scales) for t in self.patched.get(path, ()))


def is_kustomization(path: str) -> bool:
    """Whether a file is one, by its name."""
    return path.rpartition("/")[2] in NAMES


def kustomization(source: Source, files: Files, depth: int = 0) -> Kustomization | None:
    """Read a kustomization file with its components; nothing when it does not parse."""
    documents = yaml.read(source).documents
    root = documents[0].root if documents else None
    if not isinstance(root, Mapping):
        return None
    folder = parent(source.path)
    paths = [
        join(folder, r.value) for k in ("resources", "bases") for r in root.scalars(k) if _local(r.value)
    ]
    fragments: list[str] = []
    targets: list[Target] = []
    for key in _PATCHES:
        node = root.sequence(key)
        for item in node.items if node else ():
            found, touched = _patch(item, folder, files)
            fragments += found
            targets += touched
    for item in root.mappings("replacements"):
        path = item.scalar("path")
        fragments += [join(folder, path.value)] if path is not None else []
        targets += ANYTHING if path is not None else by_replacement(item)
    for component in root.scalars("components"):
        inner = _component(join(folder, component.value), files, depth) if _local(component.value) else None
        targets += inner.targets if inner is not None else UNSEEN
        paths += inner.resources if inner is not None else ()
        fragments += inner.fragments if inner is not None else ()
    if len(root.sequence("transformers") or ()):
        targets += ANYTHING
    for key in ("components", "transformers", "configurations", "crds"):
        fragments += [join(folder, s.value) for s in root.scalars(key) if _local(s.value)]
    namespace = root.scalar("namespace")
    remote = any(not _local(r.value) for r in root.scalars("resources"))
    return Kustomization(
        path=source.path,
        namespace=namespace.value if namespace else "",
        resources=tuple(paths),
        fragments=tuple(fragments),
        targets=tuple(dict.fromkeys(targets)),
        plain=all(e.key.value in _PLAIN for e in root) and not remote,
        affixes=(_affix(root, "namePrefix"), _affix(root, "nameSuffix")),
        labels="commonLabels" in root or "labels" in root,
    )


def _affix(root: Mapping, key: str) -> str:
    scalar = root.scalar(key)
    return scalar.value if scalar is not None else ""


def _local(path: str) -> bool:
    return "://" not in path and not path.startswith(("github.com/", "git@")) and "?ref=" not in path


def _component(folder: str, files: Files, depth: int) -> Kustomization | None:
    """What a component lists and patches; nothing for one that is not here."""
    sources = (files.source(join(folder, name)) for name in NAMES if files.is_file(join(folder, name)))
    source = next(sources, None)
    return kustomization(source, files, depth + 1) if source is not None and depth < _DEEPEST else None


def _patch(item: object, folder: str, files: Files) -> tuple[list[str], tuple[Target, ...]]:
    """The files that a patch is in, and what it touches."""
    if isinstance(item, Scalar):
        if "\n" in item.value:
            return [], by_patch(item.value, None)
        return _from_file(join(folder, item.value), None, files)
    if not isinstance(item, Mapping):
        return [], ANYTHING
    path, inline, target = item.scalar("path"), item.scalar("patch"), item.mapping("target")
    if path is not None:
        return _from_file(join(folder, path.value), target, files)
    return [], by_patch(inline.value, target) if inline is not None else ANYTHING


def _from_file(path: str, target: Mapping | None, files: Files) -> tuple[list[str], tuple[Target, ...]]:
    source = files.source(path)
    return [path], by_patch(source.text, target) if source is not None else ANYTHING


def layout(
    kustomizations: list[Kustomization],
    files: Files,
    manifests: Collection[str],
    labelling: Collection[Kustomization] = (),
) -> Layout:
    """What the kustomizations of a tree say together; `manifests` are the paths of all YAML files in it.

    `labelling` are those that are built, of which only what is said of labels matters.
    """
    by_folder = {k.folder: k for k in kustomizations}
    ordered = sorted(manifests)
    closed: list[str] = []
    fragments: set[str] = set()
    namespaces: dict[str, str] = {}
    patched: dict[str, tuple[Target, ...]] = {}
    renamed: dict[str, frozenset[tuple[str, str]]] = {}
    for root in kustomizations:
        reached = _reach(root, by_folder)
        whole = all(k.plain for k in reached)
        for member in reached:
            fragments.update(member.fragments)
            inner = member.affixes if member is not root else ("", "")
            affixes = root.affixes[0] + inner[0], inner[1] + root.affixes[1]
            for path in member.resources:
                if not files.is_file(path):
                    continue
                if root.namespace:
                    namespaces.setdefault(path, root.namespace)
                if any(affixes):
                    renamed[path] = renamed.get(path, frozenset()) | {affixes}
                if touching := (*root.targets, *member.targets):
                    patched[path] = tuple(dict.fromkeys((*patched.get(path, ()), *touching)))
        inside = all(
            p == root.folder or p.startswith(_inner(root.folder)) for k in reached for p in k.resources
        )
        present = all(files.is_file(p) or p in by_folder for k in reached for p in k.resources)
        listed = {p for k in reached for p in (*k.resources, k.path)}
        strays = (p for p in _below(root.folder, ordered) if p not in listed)
        if whole and inside and present and root.resources and not any(strays):
            closed.append(root.folder)
    named = frozenset(path for k in kustomizations for path in k.resources)
    for one in (k for k in (*kustomizations, *labelling) if k.labels):
        # What is taken out of it for now is written for the labels that it gives.
        left_out = (p for p in _below(one.folder, ordered) if parent(p) == one.folder and p not in named)
        patched.update(dict.fromkeys(left_out, ANYTHING))
    return Layout(tuple(closed), named, frozenset(fragments), namespaces, patched, renamed)


def _below(folder: str, ordered: list[str]) -> Iterator[str]:
    """The paths in a folder, of all in order."""
    inner = _inner(folder)
    for number in range(bisect_left(ordered, inner), len(ordered)):
        if not ordered[number].startswith(inner):
            return
        yield ordered[number]


def _inner(folder: str) -> str:
    return "" if folder == "." else folder + "/"


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
