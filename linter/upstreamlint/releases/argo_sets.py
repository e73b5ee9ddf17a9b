"""Argo CD: an ApplicationSet makes an Application of its template for each set of parameters.

Lists, folders and files of this repository and products of them are told from the files; which clusters or pull requests
there are is not, so that one Application stands for those of all of them. Parameters that nobody can tell stay to be filled in.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import partial

from upstreamlint import patterns
from upstreamlint.documents import Mapping, Node, Scalar
from upstreamlint.files.readable import Files, join, parent
from upstreamlint.readers import yaml
from upstreamlint.releases.argo import of_spec
from upstreamlint.releases.fields import place, text
from upstreamlint.releases.located import above
from upstreamlint.releases.release import Stated
from upstreamlint.releases.templates import filled, is_known

Parameters = dict[str, str]

MOST = 64
"""So many sets of parameters are told; more would take longer than they teach."""

_TOLD = frozenset({"list", "git", "matrix", "merge", "selector", "template"})
"""The fields of a generator that are read; each other one is a generator too."""

_NO_NAME = patterns.compile(r"[^a-z0-9.-]+")


def application_set(root: Mapping, files: Files) -> Iterator[Stated]:
    """The releases of the Applications that a set makes."""
    spec = root.mapping("spec")
    template = spec.mapping("template") if spec is not None else None
    inner = template.mapping("spec") if template is not None else None
    if spec is None or template is None or inner is None:
        return
    own = text(root, "metadata", "name")
    said = place(root, "metadata", "name")
    each = [
        p for generator in spec.mappings("generators") for p in _generated(generator, said.source.path, files)
    ]
    for parameters in each[:MOST]:
        fill = partial(filled, parameters=parameters)
        name = fill(text(template, "metadata", "name"))
        title = f"Application {name}" if is_known(name) else f"ApplicationSet {own}"
        yield from of_spec(inner, name, title, said, fill)


def _generated(generator: Mapping, said: str, files: Files) -> Iterator[Parameters]:
    listed = generator.mapping("list")
    for element in listed.mappings("elements") if listed is not None else ():
        yield dict(flat(element))
    git = generator.mapping("git")
    if git is not None:
        for found in (*_folders(git, said, files), *_files(git, said, files)):
            yield found | _own_values(git, found)
    product, merged = generator.mapping("matrix"), generator.mapping("merge")
    if product is not None:
        yield from _product(product.mappings("generators"), said, files)
    for first in merged.mappings("generators")[:1] if merged is not None else ():
        yield from _generated(first, said, files)
    for entry in generator:
        if entry.key.value not in _TOLD:
            # Clusters, pull requests, plugins: there may be any number, of which the files know nothing.
            yield _own_values(entry.value, {}) if isinstance(entry.value, Mapping) else {}


def _product(generators: list[Mapping], said: str, files: Files) -> Iterator[Parameters]:
    """Each set of the first with each of the second."""
    if len(generators) == 2:  # noqa: PLR2004 - a matrix has two
        others = list(_generated(generators[1], said, files))
        for one in _generated(generators[0], said, files):
            yield from (one | other for other in others)


def _own_values(generator: Mapping, parameters: Parameters) -> Parameters:
    own = generator.mapping("values")
    found = dict(flat(own, "values")) if own is not None else {}
    return {name: filled(value, parameters) for name, value in found.items()}


def flat(node: Mapping, before: str = "") -> Iterator[tuple[str, str]]:
    """The texts of a tree by their dotted paths."""
    for entry in node:
        name = f"{before}.{entry.key.value}" if before else entry.key.value
        if isinstance(entry.value, Scalar):
            yield name, "" if entry.value.is_null else entry.value.value
        elif isinstance(entry.value, Mapping):
            yield from flat(entry.value, name)


def _folders(git: Mapping, said: str, files: Files) -> Iterator[Parameters]:
    items = git.mappings("directories")
    wanted = [text(item, "path") for item in items if text(item, "exclude") != "true"]
    left_out = [text(item, "path") for item in items if text(item, "exclude") == "true"]
    for path in _in_repository(wanted, said, files, folders=True):
        if not any(fnmatchcase(path, pattern) for pattern in left_out):
            yield _of_path(path)


def _files(git: Mapping, said: str, files: Files) -> Iterator[Parameters]:
    wanted = [text(item, "path") for item in git.mappings("files")]
    for root in _roots(wanted, said, files, folders=False):
        for path in _expanded(root, wanted, files, folders=False):
            source = files.source(join(root, path))
            trees: list[Node] = [d.root for d in yaml.read(source).documents] if source is not None else []
            for tree in trees:
                for item in [tree] if isinstance(tree, Mapping) else []:
                    name = posixpath.basename(path)
                    yield dict(flat(item)) | _of_path(parent(path)) | {"path.filename": name}


def _of_path(path: str) -> Parameters:
    """What a folder gives to a template, in the words of both template languages."""
    parts = path.split("/")
    name = parts[-1]
    normal = _NO_NAME.sub("-", name.lower().replace("_", "-"))
    found = {"path": path, "path.path": path, "path.basename": name, "path.basenameNormalized": normal}
    for number, part in enumerate(parts):
        found |= {f"path[{number}]": part, f"path.segments[{number}]": part}
    return found


def _in_repository(patterns: list[str], said: str, files: Files, *, folders: bool) -> list[str]:
    """What patterns mean, seen from the root of the repository: the nearest folder from which they lead to something."""
    for root in _roots(patterns, said, files, folders=folders):
        return _expanded(root, patterns, files, folders=folders)
    return []


def _roots(patterns: list[str], said: str, files: Files, *, folders: bool) -> Iterator[str]:
    """The first folder above a statement from which patterns lead to something."""
    for root in above(parent(said)):
        if _expanded(root, patterns, files, folders=folders):
            yield root
            return


def _expanded(root: str, patterns: list[str], files: Files, *, folders: bool) -> list[str]:
    found = {
        path for p in patterns if is_known(p) for path in _expand(root, "", p.strip("/").split("/"), files)
    }
    test = files.is_folder if folders else files.is_file
    return sorted(path for path in found if test(join(root, path)))


def _expand(root: str, below: str, parts: list[str], files: Files) -> Iterator[str]:
    if not parts:
        yield below
        return
    first, *rest = parts
    if first == "**":
        yield from _expand(root, below, rest or ["*"], files)
    elif not any(c in first for c in "*?["):
        yield from _expand(root, posixpath.join(below, first), rest, files)
        return
    for name in files.listing(join(root, below)):
        if name.startswith("."):
            continue
        path = posixpath.join(below, name)
        if first == "**" and files.is_folder(join(root, path)):
            yield from _expand(root, path, parts, files)
        elif first != "**" and fnmatchcase(name, first):
            yield from _expand(root, path, rest, files)
