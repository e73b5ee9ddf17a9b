"""What a renderer refuses of a kustomization: found again in its files, so that the rest of it can be built.

A field that no kustomization has, a generator that merges into nothing, a patch of nothing and a file that does not parse
end a build. Where that is not all, what the kustomization includes is built by itself.
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import patterns
from upstreamlint.documents import Mapping
from upstreamlint.files.readable import Files, join, parent
from upstreamlint.readers import kustomize, yaml
from upstreamlint.readers.patches import ANYTHING, Target
from upstreamlint.render.cut import Cut, named
from upstreamlint.render.reach import Reach, Reaches, root_of
from upstreamlint.values import replace

_UNKNOWN = patterns.compile(r"unknown field \\?\"([A-Za-z]\w{0,60})\\?\"")
_CONFLICT = "namespace transformation produces ID conflict"
"""Two objects of one kind and name are put into one namespace: what they have of their own tells them apart."""
_KNOWN = frozenset({"apiVersion", "kind", "metadata", "resources", "bases", "components"})


def without(reach: Reach, error: str, reaches: Reaches, files: Files) -> Reach | None:
    """A kustomization without what a renderer says that it refuses; nothing where that is not found."""
    known = {(cut.path, cut.start) for cut in reach.cuts}
    found = [
        cut
        for path in reach.kustomizations
        for cut in (
            *_fields(path, error, files),
            *_merging(path, error, files),
            *_of_none(path, error, files),
            *_unparsed(path, files),
        )
        if (cut.path, cut.start) not in known
    ]
    cuts = (*reach.cuts, *found)
    known |= {(cut.path, cut.start) for cut in found}
    more = [c for c in reaches.unmatched(reach, cuts) if (c.path, c.start) not in known]
    lost = {path for inner in reach.kustomizations for path, _ in _broken(inner, files)}
    return replace(reach, cuts=(*cuts, *more), files=reach.files - lost) if found or more else None


def _fields(path: str, error: str, files: Files) -> Iterator[Cut]:
    """The fields of a kustomization that a renderer does not know."""
    named = set(_UNKNOWN.findall(error)) - _KNOWN
    if _CONFLICT in error:
        named.add("namespace")
    root = _root(path, files) if named else None
    for entry in root or ():
        if entry.key.value in named:
            yield Cut(path, entry.key.start, "", ANYTHING if "atch" in entry.key.value else ())


def _merging(path: str, error: str, files: Files) -> Iterator[Cut]:
    """The generators that merge, where one of them finds nothing to merge into: the namespace may tell them apart."""
    root = _root(path, files) if _NOTHING in error else None
    for key, kind in _GENERATORS.items() if root is not None else ():
        for item in root.mappings(key) if root is not None else ():
            name, behavior = item.scalar("name"), item.scalar("behavior")
            if name is not None and behavior is not None and behavior.value in ("merge", "replace"):
                yield Cut(path, item.start, "", (Target(kind, name.value),))


def _of_none(path: str, error: str, files: Files) -> Iterator[Cut]:
    """The counts and patches for an object of a name that a renderer does not find."""
    names = {one or other for one, other in _NAMED.findall(error)}
    root = _root(path, files) if names else None
    for key in _NAMING if root is not None else ():
        listed = root.sequence(key) if root is not None else None
        for item in listed.items if listed is not None else ():
            if not names.isdisjoint(named(item, path, files)):
                yield Cut(path, item.start, "")


_NAMED = patterns.compile(
    r"resource with name ([\w.-]{1,253}) does not match a config|no matches for Id \w{1,63}\.[\w.\[\]]{0,200}/([\w.-]{1,253}?)\.\["
)
_NAMING = ("replicas", "patches", "patchesStrategicMerge")
_NOTHING = "merging from generator"
_GENERATORS = {"configMapGenerator": "ConfigMap", "secretGenerator": "Secret"}


def _unparsed(path: str, files: Files) -> Iterator[Cut]:
    yield from (Cut(path, start, "") for _, start in _broken(path, files))


def _broken(path: str, files: Files) -> Iterator[tuple[str, int]]:
    """The resources that are no YAML, with where they are listed."""
    root = _root(path, files)
    for resource in root.scalars("resources") if root is not None else ():
        source = files.source(join(parent(path), resource.value))
        if source is not None and yaml.read(source).faults:
            yield source.path, resource.start


def _root(path: str, files: Files) -> Mapping | None:
    source = files.source(path)
    return root_of(source) if source is not None else None


def included(reach: Reach, reaches: Reaches, files: Files) -> Iterator[Reach]:
    """The kustomizations that one which does not build includes, each by itself; what it patches in them is not known."""
    source = files.source(reach.path)
    outer = kustomize.kustomization(source, files) if source is not None else None
    changes = outer.targets if outer is not None else ANYTHING
    for path in reaches.included(reach.path):
        inner = reaches.of(path)
        yield replace(inner, cuts=(*inner.cuts, Cut(reach.path, 0, "", changes)))
