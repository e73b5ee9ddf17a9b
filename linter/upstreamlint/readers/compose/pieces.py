"""Which Compose files are pieces, that are merged with others or over them: what such a file lacks is elsewhere."""

from __future__ import annotations

import posixpath
from collections import Counter
from collections.abc import Collection, Iterator

from upstreamlint import patterns
from upstreamlint.documents import Mapping
from upstreamlint.files.readable import parent
from upstreamlint.readers.compose.catalogue import needed
from upstreamlint.suggest import closest
from upstreamlint.typed import TypeAlias

WHOLE = frozenset({"image", "build", "extends", "provider"})
"""What makes a service by itself."""

_Name: TypeAlias = tuple[str, str]
"""A table of a Compose file, and a name in it."""

_TABLES = ("services", "networks", "volumes", "secrets", "configs")
_VOLUME = patterns.compile(r"[A-Za-z0-9][\w.-]+\Z")
_OVERRIDE = patterns.compile(r"(?:^|[-_.])override(?:[-_.]|$)")
_SEVERAL = 3


def beside(trees: dict[str, Mapping]) -> dict[str, frozenset[_Name]]:
    """What the Compose files of each folder define."""
    found: dict[str, set[_Name]] = {}
    for path, root in trees.items():
        found.setdefault(parent(path), set()).update(_defined(root))
    return {folder: frozenset(names) for folder, names in found.items()}


def _defined(root: Mapping) -> Iterator[_Name]:
    for table in _TABLES:
        for name in root.mapping(table) or ():
            yield table, name.key.value


def is_piece(path: str, root: Mapping, beside: frozenset[_Name]) -> bool:
    """Whether a file cannot stand alone: an override, a service without an image, a network or a service that is not in it.

    A name that is nearly one of the file's own is a slip, and no sign of a piece, unless a file beside it defines
    the name, or several services ask for it.
    """
    if _OVERRIDE.search(posixpath.basename(path)):
        return True
    known = root.mapping("networks")
    services = list(root.mapping("services") or ())
    own = [entry.key.value for entry in services]
    wanted = list(_all_wanted(root))
    if not _lacked(root).isdisjoint(beside):
        return True
    for entry in services:
        service = entry.value
        if not isinstance(service, Mapping) or not WHOLE & service.entries.keys():
            return True
        networks = _networks(service)
        if any(n != "default" and n not in (known or ()) for n in networks) and "include" not in root:
            return True
        missing = [n for n in needed(service) if n not in own]
        if (
            any(closest(n, own) is None or wanted.count(("services", n)) > 1 for n in missing)
            and "include" not in root
        ):
            return True
    return False


def families(paths: Collection[str], trees: dict[str, Mapping]) -> set[str]:
    """The files that are given to Compose beside a base, one for each part that may be wanted: `parts/*/compose.yml`.

    Several of them lack what another file defines, and most of them cannot stand alone. The base is none of them.
    """
    kin: dict[tuple[str, str], list[str]] = {}
    for path in sorted(paths):
        kin.setdefault((parent(parent(path)), posixpath.basename(path)), []).append(path)
    found: set[str] = set()
    for members in kin.values():
        lacked = {path: _lacked(trees[path]) for path in members if path in trees}
        asked = Counter(name for names in lacked.values() for name in names)
        common = {name for name, times in asked.items() if times > 1}
        common &= {name for root in trees.values() for name in _defined(root)} if common else set()
        pieces = {path for path, names in lacked.items() if not names.isdisjoint(common)}
        if len(pieces) >= _SEVERAL and 2 * len(pieces) > len(lacked):
            asked_for = {name for name in common if name[0] == "services"}
            pieces |= {path for path in lacked if asked_for.isdisjoint(_defined(trees[path]))}
        if len(pieces) >= _SEVERAL:
            found |= pieces
    return found


def _lacked(root: Mapping) -> frozenset[_Name]:
    """What the services of a file name, and the file does not define."""
    return frozenset(_all_wanted(root)) - frozenset(_defined(root)) - {("networks", "default")}


def _all_wanted(root: Mapping) -> Iterator[_Name]:
    for entry in root.mapping("services") or ():
        if isinstance(entry.value, Mapping):
            yield from _wanted(entry.value)


def _wanted(service: Mapping) -> Iterator[_Name]:
    """What a service names that its project has to define."""
    yield from (("services", name) for name in needed(service))
    yield from (("networks", name) for name in _networks(service))
    for table in ("secrets", "configs"):
        yield from ((table, s.value) for s in service.scalars(table))
        yield from (
            (table, s.value) for m in service.mappings(table) if (s := m.scalar("source")) is not None
        )
    for volume in service.scalars("volumes"):
        name, colon, _ = volume.value.partition(":")
        if colon and _VOLUME.match(name):
            yield "volumes", name


def _networks(service: Mapping) -> list[str]:
    networks = service.get("networks")
    if isinstance(networks, Mapping):
        return list(networks.entries)
    return [s.value for s in service.scalars("networks")]
