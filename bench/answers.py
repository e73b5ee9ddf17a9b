"""Write what the program answers about many folders, a line a folder: python bench/answers.py [--no-render] FOLDER... > FILE

Two versions answer alike when `diff` finds nothing between their files. A folder that holds a file `INDEX.tsv`, or
nothing but folders, stands for its folders.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from upstreamlint.errors import UsageError
from upstreamlint.formats import Format, render
from upstreamlint.run.engine import check
from upstreamlint.settings.config import Config


def answer(folder: Path, *, rendered: bool) -> str:
    """The digest of the report, and how many findings are in it; the error if there is no report."""
    os.chdir(folder)
    try:
        result = check(["."], Config(cache=False, render=rendered, show_external=True))
    except UsageError as error:
        return str(error)
    text = render(result, Format.JSON)
    return f"{hashlib.sha256(text.encode()).hexdigest()[:16]} {len(result.diagnostics)}"


def folders(path: Path) -> Iterator[Path]:
    """The folder, or its folders."""
    inside = sorted(path.iterdir())
    if (path / "INDEX.tsv").exists() or all(p.is_dir() for p in inside):
        for found in inside:
            if found.is_dir():
                yield from folders(found)
    else:
        yield path


if __name__ == "__main__":
    named = [name for name in sys.argv[1:] if name != "--no-render"]
    for given in map(Path, named):
        for folder in folders(given.resolve()):
            print(folder, answer(folder, rendered=len(named) == len(sys.argv) - 1), flush=True)
