"""What building a kustomization would read: decided before a renderer runs, so that it opens nothing else.

A root that leads out of the given paths, to the network or to a plugin is refused, with the reason.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

from upstreamlint import patterns
from upstreamlint.documents import Mapping, Scalar
from upstreamlint.files import asked
from upstreamlint.files.readable import Files, join, parent
from upstreamlint.readers import yaml
from upstreamlint.readers.kustomize import NAMES
from upstreamlint.source import Source
from upstreamlint.values import NamedTuple, frozen

_REMOTE = patterns.compile(
    r"://|^git@|^git::|\?(?:ref|version|timeout)=|^github\.com[/:]|\.git(?:/|$)|^[\w.@-]+:[\w./~-]"
)
_ROOTS = ("resources", "bases", "components")
_PLUGINS = ("transformers", "generators", "validators")
_INFLATORS = ("helmCharts", "helmChartInflationGenerator")
_LISTS = ("crds", "configurations", "patchesStrategicMerge")
_ITEMS = ("patches", "patchesJson6902", "replacements", "configMapGenerator", "secretGenerator")
_FILES = ("path", "paths", "files", "file", "envs", "env")
_GROUPS = ("", "kustomize.config.k8s.io")

INFLATES = "it inflates Helm charts, which takes the network and a program"
LINKED = "it includes a folder through a symbolic link"
OUTSIDE = "it reaches out of the given paths"
PLUGIN = "it runs a plugin"
REMOTE = "it includes what only the network has"


class Step(NamedTuple):
    """One kustomization: the files that it reads itself, the kustomizations that it includes, why not to build it."""

    files: tuple[str, ...]
    includes: tuple[str, ...]
    refusal: str
    is_root: bool


@frozen
class Reach:
    """A kustomization with all that it includes.

    `kustomizations` are the files of that name, its own first; `files` are those and everything else that
    is read. `refusal` says why it is not to be built, if so.
    """

    path: str
    kustomizations: tuple[str, ...]
    files: frozenset[str]
    refusal: str

    @property
    def folder(self) -> str:
        """The folder that it is the root of."""
        return parent(self.path)


def outermost(paths: list[str], files: Files) -> list[Reach]:
    """The kustomizations that no other includes, in order; components are never built alone."""
    steps: dict[str, Step] = {}
    reaches = [_reach(path, files, steps) for path in paths]
    included = {i for step in steps.values() for i in step.includes}
    return [r for r in reaches if r.path not in included and steps[r.path].is_root]


def reach(path: str, files: Files) -> Reach:
    """A kustomization with all that it includes, whoever else includes it."""
    return _reach(path, files, {})


def _reach(path: str, files: Files, steps: dict[str, Step]) -> Reach:
    order = {path: None}
    todo = [path]
    read: set[str] = set()
    refusal = ""
    while todo:
        current = todo.pop(0)
        if current not in steps:
            steps[current] = _step(current, files)
        step = steps[current]
        read.update(step.files)
        refusal = refusal or step.refusal
        for include in step.includes:
            if include not in order:
                order[include] = None
                todo.append(include)
    return Reach(path, tuple(order), frozenset({*order, *read}), refusal)


def kustomization_in(folder: str, files: Files) -> str | None:
    """The kustomization file of a folder, if it has one."""
    return next(iter(kustomizations_in(folder, files)), None)


def kustomizations_in(folder: str, files: Files) -> list[str]:
    """The kustomization files of a folder; the renderer builds none when there are several."""
    return [path for name in NAMES if files.is_file(path := join(folder, name))]


def root_of(source: Source) -> Mapping | None:
    """The mapping that a kustomization file holds; nothing for other things of that file name."""
    documents = yaml.read(source).documents
    root = documents[0].root if len(documents) == 1 else None
    if not isinstance(root, Mapping):
        return None
    version = root.scalar("apiVersion")
    group = version.value.rpartition("/")[0] if version else ""
    return root if group in _GROUPS else None


class _RefusedError(Exception):
    """The kustomization is not to be built."""


def _step(path: str, files: Files) -> Step:
    source = files.source(path)
    root = root_of(source) if source is not None else None
    if root is None:
        return Step((), (), f"`{path}` is no kustomization that can be read", is_root=False)
    kind = root.scalar("kind")
    is_root = kind is None or kind.value != "Component"
    folder = parent(path)
    try:
        read, includes = _included(root, folder, files)
        read.extend(_read_files(root, folder, files))
    except _RefusedError as why:
        # What it includes is still no root of its own.
        return Step((), tuple(_plain_includes(root, folder, files)), str(why), is_root)
    return Step(tuple(read), tuple(includes), "", is_root)


def _included(root: Mapping, folder: str, files: Files) -> tuple[list[str], list[str]]:
    """The files and the kustomizations that one lists as resources and components."""
    if any(root.mappings(key) for key in _INFLATORS):
        raise _RefusedError(INFLATES)
    read: list[str] = []
    includes: list[str] = []
    for scalar in (s for key in _ROOTS for s in root.scalars(key)):
        entry = _checked(scalar.value, folder, files, folders=True)
        if not files.is_folder(entry):
            read.append(entry)
            continue
        if asked.real(entry) != os.path.normpath(join(asked.real(folder), scalar.value)):
            # The renderer goes on from where the link leads, where these checks would look elsewhere.
            raise _RefusedError(LINKED)
        inner = kustomization_in(entry, files)
        if inner is None:
            raise _RefusedError(f"`{entry}` holds no kustomization")
        includes.append(inner)
    return read, includes


def _plain_includes(root: Mapping, folder: str, files: Files) -> Iterator[str]:
    for key in _ROOTS:
        for scalar in root.scalars(key):
            inner = (
                None if _REMOTE.search(scalar.value) else kustomization_in(join(folder, scalar.value), files)
            )
            if inner is not None:
                yield inner


def _read_files(root: Mapping, folder: str, files: Files) -> Iterator[str]:
    """The files that a kustomization reads beside its resources."""
    for scalar in (s for key in _LISTS for s in root.scalars(key)):
        if "\n" not in scalar.value:
            yield _checked(scalar.value, folder, files)
    openapi = root.mapping("openapi")
    for item in (*(i for key in _ITEMS for i in root.mappings(key)), *([openapi] if openapi else ())):
        yield from _named_files(item, folder, files)
    for scalar in (s for key in _PLUGINS for s in root.scalars(key)):
        if "\n" in scalar.value:
            yield from _builtin(Source(folder, scalar.value), folder, files)
            continue
        path = _checked(scalar.value, folder, files, folders=True)
        source = files.source(path)
        if source is None:
            raise _RefusedError(f"`{path}` configures a plugin, and is no single file")
        yield path
        yield from _builtin(source, folder, files)


def _builtin(source: Source, folder: str, files: Files) -> Iterator[str]:
    """The files that a plugin's configuration names; anything but a built-in one is refused."""
    for document in yaml.read(source).documents:
        root = document.root
        version = root.scalar("apiVersion") if isinstance(root, Mapping) else None
        kind = root.scalar("kind") if isinstance(root, Mapping) else None
        if not isinstance(root, Mapping) or version is None or kind is None:
            continue
        annotations = root.at("metadata", "annotations")
        is_function = isinstance(annotations, Mapping) and any("function" in e.key.value for e in annotations)
        if version.value != "builtin" or "Helm" in kind.value or is_function:
            raise _RefusedError(PLUGIN)
        yield from _named_files(root, folder, files)


def _named_files(item: Mapping, folder: str, files: Files) -> Iterator[str]:
    for key in _FILES:
        value = item.get(key)
        if value is None or isinstance(value, Mapping):
            continue
        for scalar in [value] if isinstance(value, Scalar) else item.scalars(key):
            written = scalar.value
            if key == "files":
                written = written.partition("=")[2] or written
            if "\n" not in written:
                yield _checked(written, folder, files)


def _checked(written: str, folder: str, files: Files, *, folders: bool = False) -> str:
    """A path that a renderer may open."""
    path = join(folder, written)
    if _REMOTE.search(written):
        raise _RefusedError(REMOTE)
    if not files.knows(path):
        raise _RefusedError(OUTSIDE)
    if not files.is_file(path) and not (folders and files.is_folder(path)):
        raise _RefusedError(f"`{path}` is not there")
    return path
