"""What a run asks the disk, and what the disk answers.

While a run is noted, every answer is kept under its question. A later run that would get the same answers to the same
questions finds the same, and need not be made: `run.remembered` asks them `again`.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from upstreamlint.files import opener
from upstreamlint.files.opener import MAX_BYTES

try:
    # `hashlib` looks for OpenSSL first, which takes longer than all the rest of a remembered run.
    from _blake2 import blake2b
except ImportError:
    from hashlib import blake2b

Answers = dict[str, dict[str, str]]
"""By path, the questions that were asked about it, and what was answered."""

FILE = "file"
FOLDER = "folder"
ENDING = ".exe" if os.name == "nt" else ""
"""What the name of a program's file ends in."""

_HEAD = 65_536
"""Bytes that tell a program: linkers write in front what a build was made from."""

COMPILED = "__pycache__"
"""Python makes such a folder wherever it has modules, while they are looked at."""

_noted: list[Answers] = []


@contextmanager
def noted() -> Iterator[Answers]:
    """Note what is asked until the end, with the answers."""
    answers: Answers = {}
    _noted.append(answers)
    try:
        yield answers
    finally:
        _noted.remove(answers)


def again(path: str, question: str, looked: os.stat_result | None = None) -> str:
    """The answer to a question that an earlier run asked; `looked` is what `os.stat` has said just now.

    Raises:
        OSError, KeyError, ValueError: it cannot be answered, or there is no such question.
    """
    name, _, most = question.partition(" ")
    if not most:
        return _QUESTIONS[name](path)
    return digest(opener.content(path, int(most), links=_LINKS[name], looked=looked))


def chance() -> None:
    """Say that the run has met with something, like a time-out, that another would not meet."""
    _note("", "chance", "")


def digest(data: bytes) -> str:
    """What tells contents apart, whoever made them."""
    return blake2b(data, digest_size=16).hexdigest()


def content(path: str, most: int = MAX_BYTES, *, links: bool = True) -> bytes:
    """See `opener.content`.

    Raises:
        OSError: it is missing, no regular file, or cannot be read.
    """
    question = f"{'text' if links else 'own'} {most}"
    try:
        data = opener.content(path, most, links=links)
    except OSError:
        _note(path, question, "")
        raise
    if _noted:
        _note(path, question, digest(data))
    return data


def is_file(path: str) -> bool:
    """Whether a regular file is there, or a link leads to one."""
    return _note(path, "kind", _kind(path)).endswith(FILE)


def is_folder(path: str) -> bool:
    """Whether a folder is there, or a link leads to one."""
    return _note(path, "kind", _kind(path)).endswith(FOLDER)


def is_there(path: str) -> bool:
    """Whether anything has the name."""
    return _note(path, "kind", _kind(path)) != ""


def is_large(path: str) -> bool:
    """Whether a file is longer than any that is read.

    Raises:
        OSError: there is no such file.
    """
    return _note(path, "large", _large(path)) == "yes"


def real(path: str) -> str:
    """The path without symbolic links; with slashes, whatever the system writes."""
    return _note(path, "real", _real(path))


def entries(folder: str) -> list[os.DirEntry[str]]:
    """What is in a folder, by name.

    Raises:
        OSError: it is no folder, or cannot be read.
    """
    try:
        found = _entries(folder)
    except OSError:
        _note(folder, "names", "")
        raise
    if _noted:
        _note(folder, "names", _names(found))
    return found


def program(path: str) -> str:
    """What tells a program from every other; nothing when none is there that can be started."""
    return _note(path, "program", _program(path))


def on_path(name: str) -> str | None:
    """The program that a name starts."""
    paths = (os.path.join(folder, f"{name}{ENDING}") for folder in os.get_exec_path())
    return next(filter(program, paths), None)


def distributions(folder: str) -> list[str]:
    """The folders of the distributions that are installed in a folder; their names hold the versions."""
    found = _distributions(folder)
    _note(folder, "distributions", "\0".join(found))
    return found


def _note(path: str, question: str, answer: str) -> str:
    for answers in _noted:
        answers.setdefault(path, {})[question] = answer
    return answer


_LINKS = {"text": True, "own": False}
_LINK = "link "


def _real(path: str) -> str:
    try:
        found = os.path.realpath(path)
    except OSError:  # a link that may not be read: `/proc/1/ns/net`, until Python 3.13
        found = os.path.abspath(path)
    return found.replace(os.sep, "/")


def _kind(path: str) -> str:
    """`file`, `folder`, `other`, behind `link ` when a link leads there; nothing for what is missing."""
    if not opener.is_name(path):
        return ""
    try:
        mode = os.lstat(path).st_mode
    except OSError:
        return ""
    if not stat.S_ISLNK(mode):
        return _KINDS.get(stat.S_IFMT(mode), "other")
    try:
        return _LINK + _KINDS.get(stat.S_IFMT(os.stat(path).st_mode), "other")
    except OSError:
        return _LINK + "nowhere"


_KINDS = {stat.S_IFREG: FILE, stat.S_IFDIR: FOLDER}


def _large(path: str) -> str:
    return "yes" if os.path.getsize(path) > MAX_BYTES else "no"


def _entries(folder: str) -> list[os.DirEntry[str]]:
    with os.scandir(folder) as scan:
        return sorted(scan, key=lambda entry: entry.name)


def _names(found: list[os.DirEntry[str]]) -> str:
    marked = (f"{_mark(entry)}{entry.name}" for entry in found if entry.name != COMPILED)
    return digest(os.fsencode("\0".join(marked)))


def _mark(entry: os.DirEntry[str]) -> str:
    if entry.is_file(follow_symlinks=False):
        return "-"
    return "d" if entry.is_dir(follow_symlinks=False) else "l" if entry.is_symlink() else "?"


def _program(path: str) -> str:
    if not os.path.isfile(path) or not os.access(path, os.X_OK):
        return ""
    try:
        head = digest(opener.content(path, _HEAD))
    except OSError:
        head = ""
    return f"{os.path.getsize(path)} {head}"


def _distributions(folder: str) -> list[str]:
    try:
        return sorted(n for n in os.listdir(folder or ".") if n.endswith((".dist-info", ".egg-info")))
    except OSError:
        return []


def _again_names(folder: str) -> str:
    try:
        return _names(_entries(folder))
    except OSError:
        return ""


_QUESTIONS: dict[str, Callable[[str], str]] = {
    "kind": _kind,
    "large": _large,
    "real": _real,
    "names": _again_names,
    "program": _program,
    "distributions": lambda folder: "\0".join(_distributions(folder)),
}
