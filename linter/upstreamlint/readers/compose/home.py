"""The folder that the relative paths of a file start from, where it is given to Compose behind another: `--project-directory`.

Compose sees every path from the folder of the first file that it is given, or from the one that it is told.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from upstreamlint import patterns
from upstreamlint.files.readable import Files, join, parent

_RELATIVE = patterns.compile(
    r"(?:^|[\s\"'=])(\.{1,2}/[A-Za-z0-9][A-Za-z0-9._-]*(?:/[A-Za-z0-9._-]+)+)", re.MULTILINE
)
"""A path of two names at least: `./data` is in many folders."""
_LEVELS = 4


def home(path: str, files: Files) -> str:
    """The file's own folder, or the nearest around it that has what the file names, when its own has none of it."""
    own, source = parent(path), files.source(path)
    named = set(_RELATIVE.findall(source.text)) if source is not None and "./" in source.text else set()
    if not named or any(_is_there(own, name, files) for name in named):
        return own
    return next((f for f in _above(own) if any(_is_there(f, name, files) for name in named)), own)


def _is_there(folder: str, name: str, files: Files) -> bool:
    path = join(folder, name)
    return files.knows(path) and (files.is_file(path) or files.is_folder(path))


def _above(folder: str) -> Iterator[str]:
    for _ in range(_LEVELS):
        if folder == ".":
            return
        folder = parent(folder)
        yield folder
