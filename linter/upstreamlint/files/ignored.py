"""Files that git is told to ignore: whoever uses the tree makes them, so that one which is not there is not missing."""

from __future__ import annotations

from upstreamlint.files.gitignore import Patterns
from upstreamlint.files.readable import Files, join, normal, parent


def is_ignored(files: Files, path: str) -> bool:
    """Whether a `.gitignore` of a folder that a path lies in covers it; the nearest one that speaks of it decides."""
    folder = path = normal(path)
    while folder not in (".", "/", ""):
        folder = parent(folder)
        source = files.source(join(folder, ".gitignore"))
        inside = path if folder == "." else path[len(folder) :].lstrip("/")
        said = Patterns(source.text.split("\n")).ignores(inside) if source is not None else None
        if said is not None:
            return said
    return False
