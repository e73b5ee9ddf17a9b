"""Which files of a tree are Compose projects, and which belong together."""

from __future__ import annotations

import fnmatch
import posixpath
import re
from collections.abc import Iterable

from upstreamlint import patterns
from upstreamlint.documents import Mapping, Node, Scalar, Sequence
from upstreamlint.files.readable import Files, join, normal, parent
from upstreamlint.readers import yaml
from upstreamlint.readers.compose.catalogue import catalogued
from upstreamlint.readers.compose.commands import started_over_others
from upstreamlint.readers.compose.load import env_values
from upstreamlint.readers.compose.pieces import WHOLE, beside, families, is_piece
from upstreamlint.readers.compose.schema import SERVICE_KEYS
from upstreamlint.readers.compose.tree import RESET
from upstreamlint.values import frozen, replace

DEFAULT_NAMES = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")
OVERRIDE_NAMES = (
    "compose.override.yml",
    "compose.override.yaml",
    "docker-compose.override.yml",
    "docker-compose.override.yaml",
)
_YAML = (".yml", ".yaml")
_SERVICES = patterns.compile(r"\n(?:services|\"services\"|'services')[ \t]*:")
_NAMED = patterns.compile(r"(?:^|[-_./])(?:docker-)?(?:compose|stack)(?=$|[-_./])", re.IGNORECASE)
_TOP = frozenset(
    {"version", "name", "include", "services", "networks", "volumes", "secrets", "configs", "models"}
)


@frozen
class Candidate:
    """The files of one project, in the order in which they are merged.

    `default` says that `docker compose up` finds the project by itself; `fragment` that the files are a
    piece of something (an override, a set meant for several `-f`), as far as one look tells: a load may find
    more.
    """

    paths: tuple[str, ...]
    default: bool = False
    fragment: bool = False


def discover(paths: Iterable[str], files: Files) -> list[Candidate]:
    """The Compose projects among the files of a walked tree, sorted by their first path.

    A file that another project includes, extends or names in COMPOSE_FILE is no project of its own.
    """
    given = sorted({normal(p) for p in paths})
    folders: dict[str, list[str]] = {}
    for path in given:
        folders.setdefault(parent(path), []).append(path)
    projects: list[Candidate] = []
    taken: set[str] = set()
    others: list[str] = []
    for folder, members in folders.items():
        names = {posixpath.basename(p): p for p in members}
        chosen = _default(folder, names, files)
        if chosen:
            projects.append(Candidate(chosen, default=True))
            taken.update(chosen)
            taken.update(names[n] for n in OVERRIDE_NAMES if n in names)
        others.extend(p for n, p in names.items() if n.endswith(_YAML) and p not in taken)
    trees = {
        p: found for p in [*others, *(p for c in projects for p in c.paths)] if (found := _tree(p, files))
    }
    for path, tree in trees.items():
        taken.update(_among(given, _led_to(path, tree)) - {path})
    # What another project includes is read with it; alone it may miss what the other brings.
    included = {p for path, tree in trees.items() for p in _among(given, _included(path, tree)) - {path}}
    projects = [c for c in projects if c.paths[0] not in included]
    pieces = catalogued({c.paths[0]: trees[c.paths[0]] for c in projects if c.paths[0] in trees})
    projects = [replace(c, fragment=True) if c.paths[0] in pieces else c for c in projects]
    defined = beside(trees)
    projects.extend(
        Candidate((path,), fragment=is_piece(path, trees[path], defined[parent(path)]))
        for path in others
        if path in trees and path not in taken
    )
    single = {c.paths[0] for c in projects if len(c.paths) == 1}
    pieces = families(single, trees) | started_over_others(single, files)
    projects = [replace(c, fragment=True) if c.paths[0] in pieces else c for c in projects]
    return sorted(projects, key=lambda c: c.paths)


def _default(folder: str, names: dict[str, str], files: Files) -> tuple[str, ...]:
    """The files that Compose takes in a folder when none is named."""
    if ".env" in names:
        environment = env_values(files, folder, {})
        written = environment.get("COMPOSE_FILE")
        if written:
            separator = environment.get("COMPOSE_PATH_SEPARATOR") or (";" if ";" in written else ":")
            found = [join(folder, p) for p in written.split(separator) if p]
            if found and all(files.is_file(p) for p in found):
                return tuple(found)
    base = next((names[n] for n in DEFAULT_NAMES if n in names), None)
    if base is None:
        return ()
    override = next((names[n] for n in OVERRIDE_NAMES if n in names), None)
    return (base, override) if override else (base,)


def _tree(path: str, files: Files) -> Mapping | None:
    """A file's first document that looks like a Compose file."""
    source = files.source(path)
    if source is None:
        return None
    by_name = posixpath.basename(path) in (*DEFAULT_NAMES, *OVERRIDE_NAMES) or _NAMED.search(path) is not None
    if not by_name and not _SERVICES.search(f"\n{source.text}"):
        return None
    for document in yaml.read(source).documents:
        root = document.root
        if isinstance(root, Mapping) and _looks_like_compose(root) and (by_name or _is_told(root)):
            return root
    return None


def _looks_like_compose(root: Mapping) -> bool:
    """Other programs have a `services:` too (Symfony, GitLab CI, Drone): look at what is in it."""
    if any(k not in _TOP and not k.startswith("x-") for k in root.entries):
        return False
    if isinstance(root.get("include"), Sequence):
        return True
    services = root.mapping("services")
    if services is None or not any(isinstance(e.value, Mapping) for e in services):
        return False
    return all(_is_service(e.value) for e in services)


def _is_service(node: Node) -> bool:
    """Whether a value reads like a service, complete or not; an override may take one away."""
    if isinstance(node, Mapping):
        return not node.entries or bool(_HINTS & node.entries.keys())
    return node.tag == RESET


def _is_told(root: Mapping) -> bool:
    """Whether most of what services say is for Compose: designs of Meshery have `services:` with `labels`, too."""
    keys = [key for entry in root.mapping("services") or () for key in _keys(entry.value)]
    return 2 * sum(key in SERVICE_KEYS or key.startswith("x-") for key in keys) >= len(keys)


def _keys(node: Node) -> Iterable[str]:
    return node.entries if isinstance(node, Mapping) else ()


_HINTS = WHOLE | {
    "command", "container_name", "depends_on", "deploy", "entrypoint", "env_file", "environment", "expose",
    "healthcheck", "hostname", "labels", "links", "networks", "ports", "profiles", "restart", "volumes",
}  # fmt: skip


def _led_to(path: str, root: Mapping) -> set[str]:
    """The files that a file includes or extends."""
    folder = parent(path)
    found = _included(path, root)
    for entry in root.mapping("services") or ():
        extends = entry.value.mapping("extends") if isinstance(entry.value, Mapping) else None
        file = extends.scalar("file") if extends else None
        if file is not None:
            found.add(join(folder, file.value))
    return found - {path}


def _among(given: list[str], written: set[str]) -> set[str]:
    """The files of these names; a variable in a name may be anything."""
    found = {path for path in written if "$" not in path}
    for pattern in (_VARIABLE.sub("*", path) for path in written if "$" in path):
        found.update(fnmatch.filter(given, pattern) if pattern.strip("*/.") else ())
    return found


_VARIABLE = patterns.compile(r"\$\{[^}]{0,300}\}|\$\w+")


def _included(path: str, root: Mapping) -> set[str]:
    """The files that a file includes."""
    folder = parent(path)
    found: set[str] = set()
    include = root.get("include")
    for item in include if isinstance(include, Sequence) else ():
        written: list[Scalar] = []
        if isinstance(item, Scalar):
            written = [item]
        elif isinstance(item, Mapping):
            one = item.get("path")
            written = [one] if isinstance(one, Scalar) else item.scalars("path")
        found.update(join(folder, s.value) for s in written)
    return found - {path}
