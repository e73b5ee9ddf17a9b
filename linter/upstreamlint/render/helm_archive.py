"""A chart's folder as an archive with other templates: the engine takes it as it takes the folder."""

from __future__ import annotations

import io
import os
import re
import tarfile
from collections.abc import Callable, Collection, Iterator, Mapping
from types import MappingProxyType

from upstreamlint import patterns
from upstreamlint.files.opener import content

_LARGEST = 4_000_000


def archive(
    folder: str,
    rewrite: Callable[[str], str],
    without: Collection[str] = (),
    more: Mapping[str, str] = MappingProxyType({}),
) -> bytes:
    """An archive of a chart's folder whose templates are rewritten, without files of some names or paths, and with `more` of them."""
    stream = io.BytesIO()
    called = _called(folder)
    with tarfile.open(fileobj=stream, mode="w:gz", compresslevel=1) as tar:
        for inside, path in _files(folder):
            if os.path.basename(path) in without or _printed(inside, called) in without:
                continue
            data = content(path, _LARGEST)
            if _is_template(inside):
                data = rewrite(data.decode(errors="replace")).encode()
            _add(tar, inside, data)
        for inside, text in more.items():
            _add(tar, inside, text.encode())
    return stream.getvalue()


def _called(folder: str) -> dict[str, str]:
    """What the charts in a chart's folder are called, by where they are."""
    found = {}
    for inside, path in _files(folder):
        where, _, name = inside.rpartition("/")
        if name == "Chart.yaml" and where:
            named = _NAME.search(content(path, _LARGEST).decode(errors="replace"))
            found[where] = named[1] if named is not None else os.path.basename(where)
    return found


_NAME = patterns.compile(r"^name:[ \t]*[\"']?([\w.-]{1,100})", re.MULTILINE)


def _printed(inside: str, called: Mapping[str, str]) -> str:
    """How Helm calls a file: by the names of the charts that it is in, which their folders need not have."""
    parts = inside.split("/")
    return "/".join(called.get("/".join(parts[: n + 1]), part) for n, part in enumerate(parts))


def _add(tar: tarfile.TarFile, inside: str, data: bytes) -> None:
    entry = tarfile.TarInfo(f"chart/{inside}")
    entry.size = len(data)
    tar.addfile(entry, io.BytesIO(data))


def templates(folder: str) -> Iterator[str]:
    """The texts of the templates of a chart, and of the charts in its folder."""
    for inside, path in _files(folder):
        if _is_template(inside):
            yield content(path, _LARGEST).decode(errors="replace")


def _is_template(inside: str) -> bool:
    return "templates/" in inside


def _files(folder: str) -> Iterator[tuple[str, str]]:
    for here, folders, names in os.walk(folder, followlinks=True):
        folders[:] = sorted(f for f in folders if not f.startswith("."))
        for name in sorted(names):
            path = os.path.join(here, name)
            if os.path.isfile(path) and os.path.getsize(path) <= _LARGEST:
                yield os.path.relpath(path, folder).replace(os.sep, "/"), path
