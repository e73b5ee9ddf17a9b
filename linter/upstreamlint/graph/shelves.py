"""Shelves: folders with several files that hold an object of one name, of which a person applies one at a time.

What such an object has to do with others cannot be told of any one of the files: the others may be there in the variant that
goes with it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from upstreamlint.files.readable import parent
from upstreamlint.model.kubernetes.meta import KubernetesObject
from upstreamlint.source import Anchor

_SEVERAL = 4
"""Fewer files of one folder are the environments of a deployment, each of which is applied somewhere."""


class Shelves:
    """The files that hold an object which some folder has on a shelf."""

    def __init__(self, objects: Iterable[KubernetesObject]) -> None:
        paths: dict[tuple[str, str], set[str]] = defaultdict(set)
        for found in objects:
            paths[found.meta.kind, found.meta.name.value].add(found.meta.anchor.source.path)
        several = (of for of in paths.values() if len(of) >= _SEVERAL)
        self._paths = {path for of in several if _is_shelf(of) for path in of}

    def hold(self, anchors: Iterable[Anchor]) -> bool:
        """Whether places are in several files, one of which is of a shelf."""
        files = {anchor.source.path for anchor in anchors}
        return len(files) > 1 and not files.isdisjoint(self._paths)


def _is_shelf(paths: Iterable[str]) -> bool:
    folders: dict[str, int] = defaultdict(int)
    for path in paths:
        folders[parent(path)] += 1
    return max(folders.values()) >= _SEVERAL
