"""A Compose project from its files: what `docker compose config` would make of them, with positions kept."""

from __future__ import annotations

import re
from collections.abc import Iterable
from collections.abc import Mapping as Environment
from collections.abc import Sequence as Several

from upstreamlint.budget import CHAIN, INCLUDES, Budget
from upstreamlint.documents import Entry, Mapping, Node, Scalar, Sequence
from upstreamlint.files.readable import Files, join, normal, parent
from upstreamlint.readers.compose import consistency, dotenv, single
from upstreamlint.readers.compose.environment import with_env_files
from upstreamlint.readers.compose.extends import extended
from upstreamlint.readers.compose.faults import LoadFault
from upstreamlint.readers.compose.merge import merge, reset
from upstreamlint.readers.compose.tree import is_unknown, mapping_like
from upstreamlint.source import Anchor, Source
from upstreamlint.values import field, frozen, mutable

_FRAGMENT_KINDS = frozenset({"no-image", "undefined-network", "version-1", "empty"})

_WORKING_FOLDER = {"PWD": "."}
"""`${PWD}/conf` is how people write `./conf`: Compose is run from the project's folder."""


@frozen
class Loaded:
    """A project as loaded.

    `root` is the merged, interpolated tree: short forms of `depends_on`, `networks`, `environment`, `labels`,
    `extra_hosts`, `build`, `env_file`, `configs` and `secrets` are mappings, `extends` and `include` are
    resolved, `env_file` values are in `environment`. `paths` are the files that made it, the given ones first.
    `folders` says for each of them where its relative paths start. `unset` names the variables without a
    value. `podman` says that Podman runs it. `incomplete` names services of which a part lies outside the files (something to extend),
    `unread` those of which only variables do (an `env_file`); `fragment` says that the whole is a piece of something else. `profiles` are those that the
    environment turns on. `given` are the variables that `.env` and the environment have a value for.
    """

    name: str
    paths: tuple[str, ...]
    root: Mapping
    faults: tuple[LoadFault, ...]
    fragment: bool
    folders: Environment[str, str]
    unset: tuple[tuple[str, Anchor], ...] = ()
    incomplete: frozenset[str] = frozenset()
    unread: frozenset[str] = frozenset()
    profiles: frozenset[str] = frozenset()
    podman: bool = False
    given: frozenset[str] = frozenset()


@mutable
class Loading:
    """What is gathered while the files of one project are read."""

    files: Files
    notes: single.Notes = field(default_factory=single.Notes)
    folders: dict[str, str] = field(default_factory=dict)
    incomplete: set[str] = field(default_factory=set)
    unread: set[str] = field(default_factory=set)
    documents: dict[str, list[Mapping]] = field(default_factory=dict)
    env_files: dict[tuple[str, bool], dict[str, Entry]] = field(default_factory=dict)
    services: dict[str, Mapping | None] = field(default_factory=dict)
    passed_over: dict[str, list[LoadFault]] = field(default_factory=dict)

    def read(self, path: str, folder: str, environment: Environment[str, str]) -> list[Mapping] | None:
        """The documents of a file; nothing when there is none."""
        path = normal(path)
        source = self.files.source(path)
        if source is None:
            return None
        self.folders.setdefault(path, folder)
        if path not in self.documents:
            self.documents[path] = single.read(source, environment, self.notes)
        return self.documents[path]


def load(
    paths: Several[str],
    files: Files,
    environment: Environment[str, str] | None = None,
    *,
    default_name: str = "",
    home: str | None = None,
) -> Loaded:
    """Load one project: the first path is the base, the others go over it as with `-f`.

    `home` is the project directory, where it is not the folder of the first.

    Variables come from `environment`, then from the `.env` beside the first file; never from the process.
    `default_name` names the project when neither a file nor its folder does. Never raises: what cannot be
    read becomes a fault.
    """
    first = normal(paths[0])
    folder = parent(first) if home is None else home
    given = {**_WORKING_FOLDER, **(environment or {})}
    loading = Loading(files)
    known = {**env_values(files, folder, given, budget=loading.notes.budget), **given}
    root = _merged(paths, folder, known, loading, ())
    if root is None:
        source = files.source(first) or Source(first, "")
        root = Mapping(source, 0, 0, {})
    root = with_env_files(root, known, loading)
    profiles = frozenset(p.strip() for p in known.get("COMPOSE_PROFILES", "").split(",") if p.strip())
    if not loading.notes.broken:
        loading.notes.faults.extend(consistency.check(root, profiles))
    for over in loading.notes.budget.faults:
        loading.notes.faults.append(LoadFault("limit", over.anchor, over.message))
    faults = tuple(dict.fromkeys(loading.notes.faults))
    fragment = loading.notes.broken or any(f.kind in _FRAGMENT_KINDS for f in faults)
    return Loaded(
        _name(root, folder, known, default_name),
        tuple(loading.folders),
        root,
        faults,
        fragment,
        loading.folders,
        tuple(dict.fromkeys(loading.notes.unset)),
        frozenset(loading.incomplete),
        frozenset(loading.unread),
        profiles,
        given=frozenset(known).difference(_WORKING_FOLDER),
    )


def env_values(
    files: Files,
    folder: str,
    environment: Environment[str, str],
    path: str = ".env",
    *,
    budget: Budget | None = None,
) -> dict[str, str]:
    """The variables of an env file that have a value."""
    source = files.source(join(folder, path))
    if source is None:
        return {}
    return {
        name: s.value
        for name, s in dotenv.read(source, environment, budget or Budget()).items()
        if not is_unknown(s)
    }


def _name(root: Mapping, folder: str, known: Environment[str, str], default_name: str) -> str:
    """The project's name: COMPOSE_PROJECT_NAME, `name:`, the folder; lower case, other characters dropped."""
    written = root.scalar("name")
    if written is not None and is_unknown(written):
        written = None
    last = folder.rsplit("/", 1)[-1]
    base = default_name if last in (".", "..", "") else last
    name = known.get("COMPOSE_PROJECT_NAME") or (written.value if written else "") or base
    return re.sub(r"[^a-z0-9_-]", "", name.lower()).lstrip("_-")


def _merged(
    paths: Iterable[str], folder: str, known: Environment[str, str], loading: Loading, chain: tuple[str, ...]
) -> Mapping | None:
    """The files one over another, each with what it extends and includes."""
    root: Node | None = None
    for path in map(normal, paths):
        documents = loading.read(path, folder, known)
        if documents is None:
            _missing(path, Anchor(Source(path, ""), 0, 0), loading)
            continue
        for document in documents:
            whole: Node = extended(document, path, known, loading)
            for project in _included(document, folder, known, loading, (*chain, path)):
                # What is written here wins, then what was included earlier.
                whole = merge(project, whole)
            root = reset(whole) if root is None else merge(root, whole)
    return root if isinstance(root, Mapping) else None


def _missing(path: str, anchor: Anchor, loading: Loading) -> None:
    loading.notes.broken = True
    if loading.files.knows(path):
        loading.notes.faults.append(
            LoadFault("missing-file", anchor, f"open {path}: no such file or directory")
        )


def _included(
    document: Mapping, folder: str, known: Environment[str, str], loading: Loading, chain: tuple[str, ...]
) -> list[Mapping]:
    """The projects that a document includes, each loaded from its own folder with its own `.env`."""
    include = document.get("include")
    if include is None:
        return []
    if not isinstance(include, Sequence):
        loading.notes.faults.append(LoadFault("schema", include.anchor, "`include` must be a list"))
        return []
    found = []
    for item in include:
        scalars = _include_paths(item)
        if any(is_unknown(s) for s in scalars) or not scalars:
            loading.notes.broken |= bool(scalars)
            continue
        paths = [join(folder, s.value) for s in scalars]
        absent = [(s, p) for s, p in zip(scalars, paths, strict=True) if loading.files.source(p) is None]
        for scalar, path in absent:
            _missing(path, scalar.anchor, loading)
        if cycle := next((p for p in paths if p in chain), None):
            message = f"include cycle detected: {' includes '.join((*chain, cycle))}"
            loading.notes.faults.append(LoadFault("cycle", item.anchor, message))
        if absent or cycle:
            continue
        budget = loading.notes.budget
        if not budget.within(CHAIN, len(chain), item.anchor) or not budget.spend(INCLUDES, 1, item.anchor):
            loading.notes.broken = True
            continue
        own, environment = _include_settings(item, paths, folder, known, loading)
        project = _merged(paths, own, environment, loading, chain)
        if project is not None:
            found.append(
                mapping_like(project, (e for e in project if e.key.value not in ("name", "include")))
            )
    return found


def _include_paths(item: Node) -> list[Scalar]:
    if isinstance(item, Scalar):
        return [item]
    if not isinstance(item, Mapping):
        return []
    path = item.get("path")
    return [path] if isinstance(path, Scalar) else item.scalars("path")


def _include_settings(
    item: Node, paths: list[str], folder: str, known: Environment[str, str], loading: Loading
) -> tuple[str, Environment[str, str]]:
    """The folder and the variables of an included project; what the parent sets wins."""
    own = parent(paths[0])
    env_files = [".env"]
    at = own
    if isinstance(item, Mapping):
        directory = item.scalar("project_directory")
        own = at = join(folder, directory.value) if directory else own
        one = item.scalar("env_file")
        written = [one] if one else item.scalars("env_file")
        if written:
            env_files, at = [s.value for s in written], folder
    environment: dict[str, str] = {}
    for path in env_files:
        environment.update(
            env_values(loading.files, at, {**environment, **known}, path, budget=loading.notes.budget)
        )
    return own, {**environment, **known}
