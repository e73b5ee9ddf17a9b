"""Where the comments of a file are, and which lines each is about.

A `#` inside a quoted text is none. nginx configuration often stands in a YAML block scalar (a ConfigMap):
comments in there are comments of the embedded text and count as such.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import NamedTuple

from upstreamlint.source import Source

_YAML = (".yaml", ".yml", ".json")
_BLANK = re.compile(r"[ \t]*(?:#.*)?$")
_DOCUMENT = re.compile(r"(?:---|\.\.\.)(?=\s|$)")
_NGINX_TOKEN = re.compile(
    r"""[ \t\r\n]+|\#[^\r\n]*|"(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?|[;{}]|(?:\$\{[^\s}]*\}|[^\s;{}\\]|\\.|\\$)+""",
    re.DOTALL,
)


class Comment(NamedTuple):
    """A comment from its `#` to the end of its line, and the first and last line that it is about."""

    start: int
    end: int
    lines: tuple[int, int]


class Scalar(NamedTuple):
    """The extent of a YAML scalar, and whether it is a block scalar (`|`, `>`)."""

    start: int
    end: int
    block: bool


def find(source: Source, mark: str) -> Iterator[Comment]:
    """The comments that hold `mark` right after their `#`."""
    if source.path.lower().endswith(_YAML) or source.path.startswith("<"):
        yield from _in_yaml(source, mark)
    else:
        yield from _in_nginx(source, 0, len(source.text), mark)


def _in_yaml(source: Source, mark: str) -> Iterator[Comment]:
    text = source.text
    scalars = _scalars(text)
    starts = [scalar.start for scalar in scalars]
    embedded: set[Scalar] = set()
    for found in re.finditer(rf"#[ \t]*{re.escape(mark)}[^\r\n]*", text):
        at = found.start()
        index = bisect_right(starts, at) - 1
        scalar = scalars[index] if index >= 0 and scalars[index].end > at else None
        if scalar is not None:
            if scalar.block and scalar not in embedded:
                embedded.add(scalar)
                body = text.find("\n", scalar.start) + 1
                yield from _in_nginx(source, body, scalar.end, mark)
            continue
        if at == 0 or text[at - 1] in " \t\r\n":
            yield Comment(at, found.end(), _yaml_lines(source, at))


def _scalars(text: str) -> list[Scalar]:
    """Every scalar of a stream, in order; those before the fault when it is broken."""
    import yaml

    scalars: list[Scalar] = []
    try:
        for token in yaml.scan(text, Loader=yaml.CSafeLoader):
            if isinstance(token, yaml.ScalarToken):
                block = token.style in ("|", ">")
                scalars.append(Scalar(token.start_mark.index, token.end_mark.index, block))
    except yaml.YAMLError:
        pass
    return scalars


def _yaml_lines(source: Source, at: int) -> tuple[int, int]:
    """The comment's own line, or the lines of the node after it."""
    number, column = source.position(at)
    if source.line(number)[: column - 1].strip():
        return number, number
    last = len(source.line_starts)
    first = number + 1
    while first <= last and _BLANK.match(source.line(first)):
        first += 1
    if first > last:
        return number, number
    line = source.line(first)
    if _DOCUMENT.match(line):
        return first, _document_end(source, first + 1)
    if _opens_document(source, number):
        return first, _document_end(source, first)
    return first, _node_end(source, first, _indent(line), is_item=line.lstrip().startswith("- "))


def _opens_document(source: Source, number: int) -> bool:
    """Whether only comments and blank lines stand between a line and the start of its document."""
    for above in range(number - 1, 0, -1):
        line = source.line(above)
        if _DOCUMENT.match(line):
            return True
        if not _BLANK.match(line):
            return False
    return True


def _document_end(source: Source, first: int) -> int:
    last = len(source.line_starts)
    return next((n - 1 for n in range(first, last + 1) if _DOCUMENT.match(source.line(n))), last)


def _node_end(source: Source, first: int, indent: int, *, is_item: bool) -> int:
    """The last line that is indented more than the node; a list may stand right under its key."""
    end = first
    for number in range(first + 1, len(source.line_starts) + 1):
        line = source.line(number)
        if _BLANK.match(line):
            continue
        deeper = _indent(line) > indent
        listed = not is_item and _indent(line) == indent and line.lstrip().startswith("- ")
        if not (deeper or listed) or _DOCUMENT.match(line):
            break
        end = number
    return end


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _in_nginx(source: Source, start: int, end: int, mark: str) -> Iterator[Comment]:
    """Comments of nginx configuration between two offsets."""
    wanted = re.compile(rf"#[ \t]*{re.escape(mark)}")
    tokens = list(_NGINX_TOKEN.finditer(source.text, start, end))
    for index, token in enumerate(tokens):
        if wanted.match(token.group()):
            number, column = source.position(token.start())
            if source.line(number)[: column - 1].strip():
                lines = number, number
            else:
                lines = _directive_lines(source, tokens[index + 1 :]) or (number, number)
            yield Comment(token.start(), token.end(), lines)


def _directive_lines(source: Source, tokens: list[re.Match[str]]) -> tuple[int, int] | None:
    """The lines of the first directive, with its block if it has one."""
    first = None
    depth = 0
    for token in tokens:
        text = token.group()
        if text.isspace() or text.startswith("#"):
            continue
        if first is None:
            if text == "}":
                return None
            first = source.position(token.start())[0]
        depth += (text == "{") - (text == "}")
        if (text == ";" and depth == 0) or (text == "}" and depth <= 0):
            return first, source.position(token.start())[0]
    return None if first is None else (first, first)
