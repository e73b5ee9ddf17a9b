"""Places of the program as places of the protocol, and back."""

from __future__ import annotations

import os
from urllib.parse import unquote, urlsplit
from urllib.request import pathname2url

from lsprotocol import types as lsp

from upstreamlint.source import Anchor, Source

_BYTES = {
    lsp.PositionEncodingKind.Utf8: "utf-8",
    lsp.PositionEncodingKind.Utf16: "utf-16-le",
    lsp.PositionEncodingKind.Utf32: "utf-32-le",
}
_WIDTH = {"utf-8": 1, "utf-16-le": 2, "utf-32-le": 4}

Encoding = str
"""What characters of a line are counted in: UTF-16 code units, unless the editor can do with others."""


def uri(path: str) -> str:
    """The address of a file, whose path is relative to the working directory."""
    return f"file://{pathname2url(os.path.abspath(path))}"


def path_of(address: str, root: str) -> str | None:
    """The path of an address, relative to a folder, if it is a file below it."""
    parts = urlsplit(address)
    if parts.scheme != "file":
        return None
    name = unquote(parts.path)
    if os.name == "nt":
        name = name.lstrip("/")
    relative = os.path.relpath(os.path.realpath(name), root).replace(os.sep, "/")
    return None if relative.startswith("../") or relative == ".." else relative


def range_of(anchor: Anchor, encoding: Encoding) -> lsp.Range:
    """An anchor's range; never empty on a line that has a character there, since editors show no empty ones."""
    start = position(anchor.source, anchor.start, encoding)
    return lsp.Range(start, position(anchor.source, max(anchor.end, anchor.start), encoding))


def location(anchor: Anchor, encoding: Encoding) -> lsp.Location:
    """An anchor's file and range."""
    return lsp.Location(uri(anchor.source.path), range_of(anchor, encoding))


def position(source: Source, offset: int, encoding: Encoding) -> lsp.Position:
    """The position of an offset."""
    line, column = source.position(offset)
    start = source.line_starts[line - 1]
    return lsp.Position(line - 1, _units(source.text[start : start + column - 1], encoding))


def offset(source: Source, at: lsp.Position, encoding: Encoding) -> int:
    """The offset of a position; the end of the line for one behind it."""
    starts = source.line_starts
    if at.line >= len(starts):
        return len(source.text)
    start, text = starts[at.line], source.line(at.line + 1)
    if at.character >= _units(text, encoding):
        return start + len(text)
    code = _BYTES[lsp.PositionEncodingKind(encoding)]
    head = text.encode(code, "surrogatepass")[: at.character * _WIDTH[code]]
    return start + len(head.decode(code, "ignore"))


def _units(text: str, encoding: Encoding) -> int:
    code = _BYTES[lsp.PositionEncodingKind(encoding)]
    return len(text.encode(code, "surrogatepass")) // _WIDTH[code]
