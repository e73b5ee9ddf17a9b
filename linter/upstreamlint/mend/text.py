"""Edits in text, and text in bytes: nothing but the edited characters changes."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import unified_diff

from upstreamlint.finding import Edit

_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_NO_END = "\\ No newline at end of file\n"


def edited(text: str, edits: Iterable[Edit]) -> str | None:
    """A text with edits made; nothing when two of them want the same place."""
    parts: list[str] = []
    at = 0
    for anchor, new in sorted(set(edits), key=lambda e: (e.anchor.start, e.anchor.end)):
        if anchor.start < at:
            return None
        parts += [text[at : anchor.start], new]
        at = anchor.end
    return "".join([*parts, text[at:]])


def words(edits: Iterable[Edit]) -> str:
    """What edits write, for what, in words."""
    each = (f"`{new}` for `{a.source.text[a.start : a.end]}`" for a, new in edits)
    return f"write {', '.join(dict.fromkeys(each))}"


def recoded(data: bytes, before: str, after: str) -> bytes | None:
    """The bytes of a file whose text changes; nothing when they are not those of the text, so that some would be lost.

    The byte order mark and the line ends stay as they are.
    """
    mark, encoding = next(((m, e) for m, e in _MARKS if data.startswith(m)), (b"", "utf-8"))
    if mark + before.encode(encoding, "surrogatepass") != data:
        return None
    return mark + after.encode(encoding, "surrogatepass")


def difference(path: str, before: str, after: str) -> str:
    """A unified diff of a file, as `patch` and `git apply` take it."""
    lines = unified_diff(_by_feed(before), _by_feed(after), f"a/{path}", f"b/{path}")
    return "".join(line if line.endswith("\n") else f"{line}\n{_NO_END}" for line in lines)


def _by_feed(text: str) -> list[str]:
    """Lines as diffs know them: a line feed ends one, and nothing else does."""
    parts = text.split("\n")
    return [f"{line}\n" for line in parts[:-1]] + ([parts[-1]] if parts[-1] else [])
