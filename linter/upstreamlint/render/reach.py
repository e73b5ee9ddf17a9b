"""What building a kustomization would read: decided before a renderer runs, so that it opens nothing else.

What leads out of the given paths, to the network or to a plugin is cut out of what is built, with the reason.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from upstreamlint import patterns
from upstreamlint.documents import Mapping, Scalar
from upstreamlint.files import asked
from upstreamlint.files.readable import Files, join, parent
from upstreamlint.readers import yaml
from upstreamlint.readers.kustomize import NAMES, is_kustomization
from upstreamlint.readers.patches import ANYTHING, UNSEEN, Target, chosen
from upstreamlint.render.cut import Cut, Idle, Left
from upstreamlint.source import Source
from upstreamlint.values import NamedTuple, frozen

_REMOTE = patterns.compile(
    r"://|^git@|^git::|\?(?:ref|version|timeout)=|^github\.com[/:]|\.git(?:/|$)|^[\w.@-]+:[\w./~-]"
)
_ROOTS = {"resources": (), "bases": (), "components": UNSEEN}
_PLUGINS = {"transformers": ANYTHING, "generators": (), "validators": ()}
_INFLATORS = ("helmCharts", "helmChartInflationGenerator")
_LISTS = {"crds": (), "configurations": (), "patchesStrategicMerge": ANYTHING}
"""Lists of what is read, and what an item may change of the objects of others."""

_ITEMS = ("patches", "patchesJson6902", "replacements", "configMapGenerator", "secretGenerator")
_FILES = ("path", "paths", "files", "file", "envs", "env")
_GROUPS = ("", "kustomize.config.k8s.io")

INFLATES = "it inflates Helm charts, which takes the network and a program"
LINKED = "it includes a folder through a symbolic link"
OUTSIDE = "it reaches out of the given paths"
PLUGIN = "it runs a plugin"
REMOTE = "it includes what only the network has"
ABOVE = "it lists `{}`, which is not in or below its folder: `kustomize build` refuses that by default"


class Step(NamedTuple):
    """One kustomization: the files that it reads itself, the kustomizations that it includes, what is cut, why not to build it."""

    files: tuple[str, ...]
    includes: tuple[str, ...]
    cuts: tuple[Cut, ...]
    refusal: str
    is_root: bool


@frozen
class Reach:
    """A kustomization with all that it includes.

    `kustomizations` are the files of that name, its own first; `files` are those and everything else that
    is read. `cuts` are the parts that are left out, `refusal` says why it is not to be built at all, if so.
    """

    path: str
    kustomizations: tuple[str, ...]
    files: frozenset[str]
    cuts: tuple[Cut, ...]
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


class Reaches:
    """Kustomizations with all that they include, whoever else includes them; each file is looked at once."""

    def __init__(self, files: Files, wanted: Callable[[str], bool]) -> None:
        self._files = files
        self._left = Left(files, wanted)
        self._steps: dict[str, Step] = {}

    def of(self, path: str) -> Reach:
        """A kustomization with all that it includes, and with what nothing is left for."""
        found = _reach(path, self._files, self._steps)
        more = self.unmatched(found, found.cuts) if found.cuts else ()
        return replace(found, cuts=(*found.cuts, *more))

    def unmatched(self, reach: Reach, cuts: Sequence[Cut]) -> Iterator[Cut]:
        """The parts for which nothing is left where some are cut."""
        for inner in reach.kustomizations:
            # A component sees the objects of whoever includes it.
            below = _reach(inner, self._files, self._steps) if self._steps[inner].is_root else reach
            yield from self._left.unmatched(inner, below.kustomizations, cuts)

    def idle(self, reach: Reach) -> Iterator[tuple[str, Idle]]:
        """The patches for objects that are not there, each with its kustomization, where all that it includes is here."""
        for inner in reach.kustomizations if not (reach.cuts or reach.refusal) else ():
            if self._steps[inner].is_root:
                below = _reach(inner, self._files, self._steps)
                yield from ((inner, one) for one in self._left.idle(inner, below.kustomizations))

    def included(self, path: str) -> list[str]:
        """The kustomizations that one includes, without components, which are never built alone."""
        return [include for include in self._steps[path].includes if self._steps[include].is_root]


def _reach(path: str, files: Files, steps: dict[str, Step]) -> Reach:
    order = {path: None}
    todo = [path]
    read: set[str] = set()
    cuts: list[Cut] = []
    refusal = ""
    while todo:
        current = todo.pop(0)
        if current not in steps:
            steps[current] = _step(current, files)
        step = steps[current]
        read.update(step.files)
        cuts += step.cuts
        refusal = refusal or step.refusal
        for include in step.includes:
            if include not in order:
                order[include] = None
                todo.append(include)
    return Reach(path, tuple(order), frozenset({*order, *read}), tuple(cuts), refusal)


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
    """A part of a kustomization is not to be read; `missing` is the path that it names, where nothing is there."""

    missing = ""


class _MissingError(_RefusedError):
    def __init__(self, path: str) -> None:
        super().__init__(f"`{path}` is not there")
        self.missing = path


def _step(path: str, files: Files) -> Step:
    source = files.source(path)
    root = root_of(source) if source is not None else None
    if root is None:
        return Step((), (), (), f"`{path}` is no kustomization that can be read", is_root=False)
    kind = root.scalar("kind")
    found: list[str] = []
    cuts: list[Cut] = []
    for part in _parts(root, parent(path), files):
        try:
            found.extend(part.reads)
        except _RefusedError as why:
            cuts.append(Cut(path, part.start, str(why), part.changes, why.missing))
    includes = tuple(f for f in found if is_kustomization(f))
    read = tuple(f for f in found if not is_kustomization(f))
    return Step(read, includes, tuple(cuts), "", is_root=kind is None or kind.value != "Component")


class _Part(NamedTuple):
    """A part of a kustomization: where it starts, what it may change, and what it reads, which may be refused."""

    start: int
    changes: tuple[Target, ...]
    reads: Iterator[str]


def _parts(root: Mapping, folder: str, files: Files) -> Iterator[_Part]:
    for entry in root:
        if entry.key.value in _INFLATORS and root.mappings(entry.key.value):
            yield _Part(entry.key.start, (), _inflated())
        if entry.key.value == "openapi" and isinstance(entry.value, Mapping):
            yield _Part(entry.key.start, (), _named_files(entry.value, folder, files))
    for key, changes in _ROOTS.items():
        yield from (_Part(s.start, changes, _included(s.value, folder, files)) for s in root.scalars(key))
    for key, changes in _LISTS.items():
        named = (s for s in root.scalars(key) if "\n" not in s.value)
        yield from (_Part(s.start, changes, _single(s.value, folder, files)) for s in named)
    for key in _ITEMS:
        for item in root.mappings(key):
            yield _Part(item.start, _changed(key, item), _named_files(item, folder, files))
    for key, changes in _PLUGINS.items():
        yield from (_Part(s.start, changes, _plugged(s.value, folder, files)) for s in root.scalars(key))


def _changed(key: str, item: Mapping) -> tuple[Target, ...]:
    """What an item of a list may change of other objects."""
    if "Generator" in key:
        name, behavior = item.scalar("name"), item.scalar("behavior")
        kind = "ConfigMap" if key.startswith("config") else "Secret"
        return (Target(kind, name.value),) if name is not None and behavior is not None else ()
    return chosen(item.mapping("target"))


def _inflated() -> Iterator[str]:
    raise _RefusedError(INFLATES)
    yield ""


def _included(written: str, folder: str, files: Files) -> Iterator[str]:
    """The file, or the kustomization, that one lists as a resource or component."""
    entry = _checked(written, folder, files, folders=True)
    if not files.is_folder(entry):
        yield entry
        return
    if asked.real(entry) != os.path.normpath(join(asked.real(folder), written)):
        # The renderer goes on from where the link leads, where these checks would look elsewhere.
        raise _RefusedError(LINKED)
    inner = kustomization_in(entry, files)
    if inner is None:
        raise _RefusedError(f"`{entry}` holds no kustomization")
    yield inner


def _single(written: str, folder: str, files: Files) -> Iterator[str]:
    yield _checked(written, folder, files)


def _plugged(written: str, folder: str, files: Files) -> Iterator[str]:
    """The files that a plugin reads, and its own configuration."""
    if "\n" in written:
        yield from _builtin(Source(folder, written), folder, files)
        return
    path = _checked(written, folder, files, folders=True)
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
        raise _MissingError(path)
    if folder != "." and files.is_file(path) and not path.startswith(f"{folder}/"):
        raise _RefusedError(ABOVE.format(written))
    return path
