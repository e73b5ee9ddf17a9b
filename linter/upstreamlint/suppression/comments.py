"""Where the comments of a file are, and which lines each is about.

A `#` inside a quoted text is none. nginx configuration often stands in a YAML block scalar (a ConfigMap):
comments in there are comments of the embedded text and count as such.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator

from upstreamlint import patterns
from upstreamlint.source import Source
from upstreamlint.values import NamedTuple

_YAML = (".yaml", ".yml", ".json")
_BLANK = patterns.compile(r"[ \t]*(?:#.*)?$")
_DOCUMENT = patterns.compile(r"(?:---|\.\.\.)(?=\s|$)")
_NGINX_TOKEN = patterns.compile(
    r"""[ \t\r\n]+|\#[^\r\n]*|"(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?|[;{}]|(?:\$\{[^\s}]{0,200}\}|[^\s;{}\\]|\\.|\\$)+""",
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
    lines: _Lines | None = None
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
            lines = lines or _Lines(source)
            yield Comment(at, found.end(), lines.about(at))


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


class _Lines:
    """The lines of a YAML stream, each with the next one that ends the node which starts on it."""

    def __init__(self, source: Source) -> None:
        self._source = source
        # Lines that hold something, in order, and how far in each starts: an item stands further in than its key.
        self._numbers: list[int] = []
        self._depths: list[int] = []
        for number in range(1, len(source.line_starts) + 1):
            line = source.line(number)
            if not _BLANK.match(line):
                self._numbers.append(number)
                self._depths.append(_OUTSIDE if _DOCUMENT.match(line) else _depth(line))
        self._ends = _next_within(self._depths)
        self._documents = [i for i, depth in enumerate(self._depths) if depth == _OUTSIDE]

    def about(self, at: int) -> tuple[int, int]:
        """The line of a comment at an offset, or the lines of the node after it."""
        number, column = self._source.position(at)
        if self._source.line(number)[: column - 1].strip():
            return number, number
        index = bisect_right(self._numbers, number)
        if index == len(self._numbers):
            return number, number
        if self._depths[index] == _OUTSIDE:
            return self._numbers[index], self._document_end(index + 1)
        if index == 0 or self._depths[index - 1] == _OUTSIDE:
            return self._numbers[index], self._document_end(index)
        return self._numbers[index], self._numbers[self._ends[index] - 1]

    def _document_end(self, index: int) -> int:
        """The last line before the next document's first, looked for from a line on."""
        found = bisect_left(self._documents, index)
        if found == len(self._documents):
            return len(self._source.line_starts)
        return self._numbers[self._documents[found]] - 1


_OUTSIDE = -1
"""How far in a document's marker stands: it ends every node."""


def _depth(line: str) -> int:
    bare = line.lstrip(" ")
    return 2 * (len(line) - len(bare)) + bare.startswith("- ")


def _next_within(depths: list[int]) -> list[int]:
    """For each number the index of the next one that is not larger; the length where there is none."""
    ends = [len(depths)] * len(depths)
    open_: list[int] = []
    for index, depth in enumerate(depths):
        while open_ and depths[open_[-1]] >= depth:
            ends[open_.pop()] = index
        open_.append(index)
    return ends


def _in_nginx(source: Source, start: int, end: int, mark: str) -> Iterator[Comment]:
    """Comments of nginx configuration between two offsets."""
    wanted = re.compile(rf"#[ \t]*{re.escape(mark)}")
    tokens = list(_NGINX_TOKEN.finditer(source.text, start, end))
    ends = _directive_ends(tokens)
    for index, token in enumerate(tokens):
        if wanted.match(token.group()):
            number, column = source.position(token.start())
            if source.line(number)[: column - 1].strip():
                lines = number, number
            else:
                lines = _directive_lines(source, tokens, ends[index]) or (number, number)
            yield Comment(token.start(), token.end(), lines)


class _Reach(NamedTuple):
    """The indices of the first token after another one that is no comment, and of the last of its directive."""

    first: int
    last: int


def _directive_ends(tokens: list[re.Match[str]]) -> list[_Reach]:
    """For each token where the directive after it starts, and where that ends; its own place where none does."""
    owners: list[int] = []
    ends: dict[int, int] = {}
    above: list[int] = []
    current: int | None = None
    for index, token in enumerate(tokens):
        text = token.group()
        if text.isspace() or text.startswith("#"):
            owners.append(-1)
            continue
        owner = index if current is None else current
        owners.append(owner)
        current = owner
        if text == "{":
            above.append(owner)
            current = None
        elif text in (";", "}"):
            ends[owner] = index
            if text == "}" and above:
                ends[above.pop()] = index
            current = None
    reaches: list[_Reach] = []
    first = len(tokens)
    for index in range(len(tokens) - 1, -1, -1):
        reaches.append(_Reach(first, ends.get(owners[first], first) if first < len(tokens) else first))
        if owners[index] >= 0:
            first = index
    return reaches[::-1]


def _directive_lines(source: Source, tokens: list[re.Match[str]], reach: _Reach) -> tuple[int, int] | None:
    """The lines of a directive, with its block if it has one."""
    if reach.first == len(tokens) or tokens[reach.first].group() == "}":
        return None
    first = source.position(tokens[reach.first].start())[0]
    return first, source.position(tokens[reach.last].start())[0]
