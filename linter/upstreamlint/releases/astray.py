"""Paths that lead to nothing: where they leave what is there, and what a slip of the hand makes of another."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

from upstreamlint.files.readable import Files, join, parent
from upstreamlint.graph.likeness import is_slip


def meant(path: str, files: Files) -> str:
    """The one path that a slip of the hand in a single part of it makes of this; empty where there is none, or several."""
    parts = path.split("/")
    for count, part in enumerate(parts):
        here = "/".join(parts[:count]) or "."
        if not _is_there(join(here, part), files):
            rest = "/".join(parts[count + 1 :])
            near = [
                n
                for n in files.listing(here)
                if is_slip(part, n) and _is_there(join(here, f"{n}/{rest}"), files)
            ]
            return join(here, f"{near[0]}/{rest}") if len(near) == 1 else ""
    return ""


def _is_there(path: str, files: Files) -> bool:
    return files.is_file(path) or files.is_folder(path)


def may_be_made(path: str, files: Files) -> bool:
    """Whether git leaves out what has a path, or takes it from another repository (`.gitignore`, `.gitmodules`)."""
    names = {path.rpartition("/")[2], *path.split("/")}
    for folder in _above(path):
        ignored = files.source(join(folder, ".gitignore"))
        lines = ignored.text.splitlines() if ignored is not None else ()
        patterns = {
            line.strip().strip("/").rpartition("/")[2] for line in lines if not line.startswith(("#", "!"))
        }
        if any(fnmatchcase(name, pattern) for name in names for pattern in patterns if pattern):
            return True
        modules = files.source(join(folder, ".gitmodules"))
        if modules is not None and any(name in modules.text for name in names - {"", ".", ".."}):
            return True
    return False


def _above(path: str) -> Iterator[str]:
    folder = parent(path)
    while folder not in (".", "..", "/"):
        yield folder
        folder = parent(folder)
    yield "."
