"""Folders of Compose files side by side that a tool puts together: one service a folder, which needs those of others."""

from __future__ import annotations

from collections.abc import Mapping as Trees

from upstreamlint.documents import Mapping
from upstreamlint.files.readable import parent

_SEVERAL = 2
"""One project that depends on what its neighbour has is a mistake; several are a habit."""


def catalogued(roots: Trees[str, Mapping]) -> set[str]:
    """The projects, by their paths, of catalogues: folders of which several need services that only neighbours have."""
    together: dict[str, list[str]] = {}
    for path in roots:
        together.setdefault(parent(parent(path)), []).append(path)
    own = {path: _services(root) for path, root in roots.items()}
    found: set[str] = set()
    for paths in together.values():
        every = frozenset().union(*(own[path] for path in paths))
        lacking = [path for path in paths if _lacks(roots[path], own[path], every)]
        found.update(paths if len(lacking) >= _SEVERAL else ())
    return found


def _lacks(root: Mapping, own: frozenset[str], every: frozenset[str]) -> bool:
    services = (entry.value for entry in root.mapping("services") or ())
    wanted = {n for service in services if isinstance(service, Mapping) for n in needed(service)}
    return "include" not in root and bool((wanted - own) & every)


def _services(root: Mapping) -> frozenset[str]:
    return frozenset(entry.key.value for entry in root.mapping("services") or ())


def needed(service: Mapping) -> list[str]:
    """The services that a service depends on."""
    node = service.get("depends_on")
    if isinstance(node, Mapping):
        return list(node.names())
    return [s.value for s in service.scalars("depends_on")]
