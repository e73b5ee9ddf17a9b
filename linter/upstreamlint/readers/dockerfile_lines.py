"""A Dockerfile cut into instructions: continued lines, comments inside them, here-documents."""

from __future__ import annotations

import re
from collections.abc import Iterator

from upstreamlint import patterns
from upstreamlint.documents import Scalar
from upstreamlint.source import Anchor, Source
from upstreamlint.values import frozen

_INSTRUCTION = patterns.compile(r"[ \t]*([A-Za-z]+)(?=[ \t\r\n]|$)")
_BLANK = patterns.compile(r"[ \t]*(?:#[^\n]*)?\r?(?:\n|\Z)")
_HEREDOC = patterns.compile(r"<<-?[ \t]*([\"']?)([A-Za-z_][A-Za-z0-9_]*)\1")
_ESCAPE = patterns.compile(r"#[ \t]*escape[ \t]*=[ \t]*(`)", re.IGNORECASE)


@frozen
class Instruction:
    """One instruction. `text` is what follows its name, as long as in the file, with line ends and comments blanked.

    `start` is where that text starts; `heredoc` is the first here-document.
    """

    name: str
    source: Source
    start: int
    end: int
    text: str
    heredoc: Scalar | None = None

    @property
    def anchor(self) -> Anchor:
        """Where the text stands."""
        return Anchor(self.source, self.start, self.end)


def instructions(source: Source) -> Iterator[Instruction]:
    """Every instruction of a file, in order; lines that are none are passed over."""
    text = source.text
    escape = "`" if _ESCAPE.match(text) else "\\"
    at = 0
    while at < len(text):
        blank = _BLANK.match(text, at)
        if blank and blank.end() > at:
            at = blank.end()
            continue
        end = _logical_end(text, at, escape)
        match = _INSTRUCTION.match(text, at, end)
        if match is None:
            at = end + 1
            continue
        start = match.end()
        while start < end and text[start] in " \t":
            start += 1
        name = match.group(1).upper()
        body = _joined(text[start:end], escape)
        heredoc, following = None, end + 1
        if name in ("RUN", "COPY", "ADD"):
            heredoc, following = _heredocs(source, start, end)
        stop = start + len(text[start:end].rstrip())
        yield Instruction(name, source, start, stop, body.rstrip(), heredoc)
        at = following


def _logical_end(text: str, at: int, escape: str) -> int:
    """The end of an instruction: its lines go on while they end in the escape character."""
    continued = False
    while True:
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        line = text[at:end].rstrip()
        # Comments and empty lines inside an instruction do not end it.
        passed_over = continued and (not line or line.lstrip().startswith("#"))
        continued = line.endswith(escape) or passed_over
        if not continued or end >= len(text):
            return end
        at = end + 1


def _joined(text: str, escape: str) -> str:
    """An instruction's text with line ends and inner comments blanked, so that offsets stay the same."""
    if "\n" not in text:
        return text.replace("\r", " ")
    lines = []
    for index, line in enumerate(text.split("\n")):
        bare = line.rstrip()
        if index and bare.lstrip().startswith("#"):
            lines.append(" " * len(line))
        elif bare.endswith(escape):
            lines.append(bare[:-1] + " " * (len(line) - len(bare) + 1))
        else:
            lines.append(line.replace("\r", " "))
    return " ".join(lines)


def _heredocs(source: Source, start: int, end: int) -> tuple[Scalar | None, int]:
    """The first here-document of an instruction, and the offset after the last."""
    text, at = source.text, end + 1
    first: Scalar | None = None
    for match in _HEREDOC.finditer(text, start, end):
        stop, following = _closing(text, at, match.group(2))
        first = first or Scalar(text[at:stop], False, source, min(at, len(text)), stop)
        at = following
    return first, at


def _closing(text: str, at: int, name: str) -> tuple[int, int]:
    """Where the line starts that ends a here-document, and where the next one does."""
    found = text.find(name, at)
    while found >= 0:
        start = max(text.rfind("\n", at, found) + 1, at)
        end = text.find("\n", found)
        end = len(text) if end < 0 else end
        if text[start:end].rstrip("\r").lstrip(" \t") == name:
            return start, end + 1
        found = text.find(name, end)
    return len(text), len(text) + 1
