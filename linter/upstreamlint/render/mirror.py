"""Copies of what a renderer reads, for files that have another text by now than on disk: renderers read disks."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

from upstreamlint.files import asked
from upstreamlint.files.readable import DiskFiles


@contextmanager
def mirrored(paths: Iterable[str], files: DiskFiles, texts: Mapping[str, str]) -> Iterator[str]:
    """A folder in which files lie under the paths that they have on this machine; it goes when the context ends.

    Some have other texts there. What must not be read is left out.
    """
    with tempfile.TemporaryDirectory(prefix="upstreamlint-") as private:
        root = os.path.realpath(private)
        for path in dict.fromkeys(paths):
            source = files.source(path) if path in files.edited else None
            text = texts.get(path, source.text if source is not None else None)
            if text is None and not files.is_file(path):
                continue
            copy = under(root, path)
            os.makedirs(os.path.dirname(copy), exist_ok=True)
            if text is None:
                shutil.copyfile(asked.real(path), copy)
            else:
                with open(copy, "w", encoding="utf-8", errors="surrogatepass", newline="") as stream:
                    stream.write(text)
        yield root


def linked(root: str, links: Mapping[str, str]) -> None:
    """Let folders of a mirror stand in it under further paths, too."""
    for path, folder in links.items():
        link = under(root, path)
        os.makedirs(os.path.dirname(link), exist_ok=True)
        if not os.path.lexists(link):
            os.symlink(under(root, folder), link)


def unnamed(root: str, text: str) -> str:
    """A renderer's words without the name of a mirror, which is another one every time."""
    name = os.path.basename(root)
    return re.sub(rf"(?:\.\./)*{re.escape(name)}(?=/)", "", text.replace(root, "")) if root else text


def under(root: str, path: str) -> str:
    """Where a file or folder is in a mirror."""
    real = asked.real(path)
    return f"{root}{os.path.splitdrive(real)[1]}" if root else real
