"""What kustomizations list and is not there: `kustomize build` ends with `no such file or directory`, and prints nothing.

A file that is listed may be written, or decrypted, before anybody builds; a folder seldom is.
"""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator

from upstreamlint import patterns
from upstreamlint.documents import Mapping, Node, Scalar
from upstreamlint.files.readable import Files, join, parent
from upstreamlint.graph.evidence import is_placeholder
from upstreamlint.graph.likeness import akin, is_slip, tell_apart
from upstreamlint.graph.problems import MissingPartProblem
from upstreamlint.readers.kustomize import is_kustomization
from upstreamlint.releases.astray import may_be_made, meant
from upstreamlint.render.cut import Cut
from upstreamlint.render.reach import Reach, Reaches, root_of
from upstreamlint.source import Anchor
from upstreamlint.values import replace

_PRIVATE = ("secret", "credential", "password", ".env", ".key", ".crt", ".pem")
"""What is seldom checked in has one of these in its name."""
_OBJECTS = frozenset({"resources", "bases", "components"})
"""Fields that list objects: what is read besides is small, and more often left out of a copy of a tree."""
_NEEDED = "requests depend on what the patch changes"
"""`kustomize build` takes no notice of a target that selects nothing."""
_SEVERAL = 3
_WRITTEN = "nothing writes it before the build"


def missing(reaches: Iterable[Reach], files: Files) -> Iterator[MissingPartProblem]:
    """What kustomizations and those that they include lack, each place once.

    What several of them call by one path is put there before they are built.
    """
    told: set[tuple[str, int]] = set()
    found: list[MissingPartProblem] = []
    for cut in (cut for reach in reaches for cut in reach.cuts if cut.missing):
        if (cut.path, cut.start) not in told:
            told.add((cut.path, cut.start))
            problem = _problem(cut, files)
            found += [problem] if problem is not None else []
    called = Counter(one.message for one in found)
    for one in found:
        made = called[one.message] >= _SEVERAL and not one.assumption
        yield replace(one, assumption=_WRITTEN) if made else one


def idle(reached: Iterable[Reach], reaches: Reaches) -> Iterator[MissingPartProblem]:
    """The patches of kustomizations for objects that they do not have, each place once."""
    told: set[tuple[str, int]] = set()
    for path, one in (found for reach in reached for found in reaches.idle(reach)):
        if (path, one.node.start) in told:
            continue
        told.add((path, one.node.start))
        like = [name for name in sorted(one.names) if is_slip(one.name, name)]
        what = "patch" if one.patches else "count of pods"
        yield MissingPartProblem(
            _name_in(one.node, one.name),
            f"no {one.kind} here is called `{one.name}`, which a {what} is for"
            + (f": there is `{like[0]}`" if like else ""),
            help=f"write `{like[0]}`" if like else f"correct the name, or drop the {what}",
            assumption="" if one.refused else _NEEDED,
        )


def _name_in(node: Node, name: str) -> Anchor:
    """Where the name stands in a patch; all of it where that is in another file, or in a text."""
    return next((s.anchor for s in _scalars(node) if s.value == name), node.anchor)


def _problem(cut: Cut, files: Files) -> MissingPartProblem | None:
    source = files.source(cut.path)
    root = root_of(source) if source is not None else None
    listed = {join(parent(cut.path), s.value): s for s in _scalars(root)} if root is not None else {}
    written = listed.get(cut.missing)
    if written is None or is_placeholder(written.value):
        return None
    other = meant(cut.missing, files)
    is_slip = bool(other) and other not in listed
    if not is_slip and (left := _left(cut.missing, listed, files)):
        other, is_slip = left, True
    name = posixpath.basename(cut.missing).lower()
    private = any(word in name for word in _PRIVATE) or may_be_made(cut.missing, files)
    # What takes parts from outside of the tree, as a template to copy does, is built at another place.
    private = private or any(path.startswith("../") for path in listed)
    if not is_slip and (private or _key(root, cut.start) not in _OBJECTS):
        return None
    shown = posixpath.relpath(other, parent(cut.path)) if is_slip else ""
    return MissingPartProblem(
        written.anchor,
        f"`{written.value}` is not there" + (f": there is `{shown}`" if shown else ""),
        help=f"write `{shown}`"
        if shown
        else "correct the path, or drop it: `kustomize build` prints nothing at all",
        assumption="" if is_slip or "." not in name else _WRITTEN,
    )


def _left(path: str, listed: Collection[str], files: Files) -> str:
    """The only file with objects of a folder that is not listed, where all others are, and one listed is not there, of nearly its name."""
    folder = parent(path)
    here = [one for name in files.listing(folder) if (one := join(folder, name)).endswith(_OBJECT_FILES)]
    others = [one for one in here if one not in listed and not is_kustomization(one) and _holds(one, files)]
    lacking = [
        one for one in listed if parent(one) == folder and one.endswith(_OBJECT_FILES) and one not in here
    ]
    present = sum(one in listed for one in here)
    if not len(others) == len(lacking) == 1 or present < _SEVERAL:
        return ""
    like = akin(_stem(path), [_stem(others[0])])
    return others[0] if like and not tell_apart(_stem(path), _stem(others[0])) else ""


def _stem(path: str) -> str:
    return posixpath.splitext(posixpath.basename(path))[0]


def _holds(path: str, files: Files) -> bool:
    """Whether a file holds an object."""
    source = files.source(path)
    return source is not None and _OBJECT.search(source.text) is not None


_SEVERAL = 2
_OBJECT_FILES = (".yaml", ".yml")
_OBJECT = patterns.compile(r"^apiVersion:[ \t]*\S", re.MULTILINE)


def _scalars(node: Node) -> Iterator[Scalar]:
    if isinstance(node, Scalar):
        yield node
    elif isinstance(node, Mapping):
        for entry in node:
            yield from _scalars(entry.value)
    else:
        for item in node.items:
            yield from _scalars(item)


def _key(root: Mapping | None, start: int) -> str:
    """The field of a kustomization that a place is in."""
    return next((e.key.value for e in root or () if e.key.start <= start < e.value.end), "")
