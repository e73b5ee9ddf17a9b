"""nginx configuration text to a tree of directives, with the place of every word.

`words` gives the words, and crossplane's table of directives says which of them open a
block and how many arguments they take. The tree is built here, without recursion, and from broken text as
well: one missing brace must not hide the rest of the file. Faults are worded as nginx words them.
"""

from __future__ import annotations

from functools import lru_cache

from upstreamlint import patterns
from upstreamlint.documents import Scalar
from upstreamlint.programs.nginx.language.directives import missing_end, takes_block
from upstreamlint.programs.nginx.language.words import Word, without_lua, words
from upstreamlint.readers.fault import Fault
from upstreamlint.readers.fragment import Fragment, embedded, substitute, whole
from upstreamlint.source import Anchor
from upstreamlint.values import NamedTuple, field, frozen, mutable, replace

__all__ = [
    "Directive",
    "Fragment",
    "MAX_DEPTH",
    "Reading",
    "embedded",
    "read",
    "substitute",
    "whole",
]

MAX_DEPTH = 100
"""Deeper blocks are refused: what walks the tree recurses, and real configuration stays below ten."""

_TEMPLATE = patterns.compile(r"\{\{|\{%|<%|%\{~?[ \t]{0,9}(?:if|else|endif|for|endfor)\b")
_VARIABLE = patterns.compile(r"\$(?:\w+|\{\w+\})")
_TO_FILL_IN = patterns.compile(r"(?<!\$)\{([A-Za-z_]\w{0,80})\}")
"""A name alone in braces, `{HTTP_PORT}`: no block of nginx is so short, and a script of an image puts a value there."""
_END_OF_LINE = patterns.compile(r"[ \t]*(?:\r?\n|#|\Z)")
_MAX_INDENT = 200
_MAX_SPLITS = 50


@frozen
class Directive:
    """One directive. `block` is nothing when it ends with `;`.

    A Lua block is a directive with its code as the last argument. `anchor` ends after the `;` or the
    block's `}`.
    """

    name: Scalar
    args: tuple[Scalar, ...]
    block: tuple[Directive, ...] | None
    anchor: Anchor

    @property
    def head(self) -> Anchor:
        """From the name to the last argument."""
        last = self.args[-1] if self.args else self.name
        if last.source is not self.name.source or last.end < self.name.start:
            return self.name.anchor
        return Anchor(self.name.source, self.name.start, last.end)


class Reading(NamedTuple):
    """What a text holds. A template that was not rendered is no nginx text: it has no tree and no faults."""

    directives: tuple[Directive, ...]
    faults: tuple[Fault, ...]
    templated: bool


@mutable
class _Block:
    """A block that is being read; the outermost one has no words."""

    words: list[Word]
    column: int = 0
    children: list[Directive] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.words[0].value if self.words else ""


@lru_cache(maxsize=1_024)
def read(fragment: Fragment) -> Reading:
    """Read nginx text; text that nginx refuses gives faults and as much of a tree as can be told."""
    if _TEMPLATE.search(without_lua(fragment.text)):
        return Reading((), (), templated=True)
    reader = _Reader(fragment)
    reader.run()
    if reader.faults and _TO_FILL_IN.search(fragment.text):
        return read(replace(fragment, text=_TO_FILL_IN.sub(r"<\1>", fragment.text)))
    faults = (*fragment.faults, *reader.faults)
    return Reading(tuple(reader.stack[0].children), faults, templated=False)


class _Reader:
    """The state of reading one text: open blocks, and the words since the last `;` or brace."""

    def __init__(self, fragment: Fragment) -> None:
        self.fragment = fragment
        self.text = fragment.text
        self.stack = [_Block([])]
        self.faults: list[Fault] = []
        self.pending: list[Word] = []
        self.misplaced: _Block | None = None
        self.sunk = 0

    def run(self) -> None:
        found = words(self.text)
        for word in found.words:
            if self.sunk:
                self.sunk += {"{": 1, "}": -1}.get(word.value, 0) if word.special else 0
            elif not word.special and self.is_filled_in(word):
                continue
            elif not word.special:
                self.check_space(word)
                self.pending.append(word)
            elif word.value == ";":
                self.end_directive(word)
            elif word.value == "{":
                self.open_block(word)
            else:
                self.close_block(word)
        self.finish(found.unclosed)

    def is_filled_in(self, word: Word) -> bool:
        """Whether a variable stands where a directive begins, alone on its line: another tool puts whole directives there."""
        alone = not self.pending and not word.quoted and _VARIABLE.fullmatch(word.value) is not None
        return alone and _END_OF_LINE.match(self.text, word.end) is not None

    def fault(self, start: int, end: int, message: str, *related: tuple[Anchor, str]) -> None:
        self.faults.append(Fault(self.fragment.place(start, end), message, related))

    def check_space(self, word: Word) -> None:
        """After a closing quote nginx wants a space, `;`, `{` or `)`."""
        last = self.pending[-1] if self.pending else None
        if last and last.quoted and last.end == word.start and self.text[word.start] != ")":
            self.fault(word.start, word.start + 1, f'unexpected "{self.text[word.start]}"')

    def end_directive(self, end: Word) -> None:
        if not self.pending:
            self.fault(end.start, end.end, 'unexpected ";"')
            return
        last = self.split(opens=False)
        name = last[0].value
        if takes_block(name, self.stack[-1].name) is True:
            self.fault(last[0].start, last[-1].end, f'directive "{name}" has no opening "{{"')
        self.add(last, end.end, None)

    def open_block(self, brace: Word) -> None:
        if len(self.stack) > MAX_DEPTH:
            self.fault(brace.start, brace.end, f"nested deeper than {MAX_DEPTH} blocks")
            self.pending = []
            self.sunk = 1
            return
        if not self.pending:
            self.fault(brace.start, brace.end, 'unexpected "{"')
            self.stack.append(_Block([], self.indent(brace.start)[0]))
            return
        header = self.split(opens=True)
        if takes_block(header[0].value, self.stack[-1].name) is False:
            self.unterminated(header)
        self.stack.append(_Block(header, self.indent(header[0].start)[0]))

    def close_block(self, brace: Word) -> None:
        if self.pending:
            last = self.split(opens=False)
            where = self.fragment.place(last[0].start, last[-1].end)
            message = f'directive "{last[0].value}" is not terminated by ";"'
            self.fault(brace.start, brace.end, 'unexpected "}"', (where, message))
            self.add(last, last[-1].end, None)
        if len(self.stack) == 1:
            self.fault(brace.start, brace.end, 'unexpected "}"')
            return
        block = self.stack.pop()
        column, leads = self.indent(brace.start)
        if leads and column < block.column and self.misplaced is None:
            self.misplaced = block
        self.close(block, brace.end)

    def close(self, block: _Block, end: int) -> None:
        if block.words:
            self.add(block.words, end, tuple(block.children))
        else:
            self.stack[-1].children.extend(block.children)

    def finish(self, unclosed: int | None) -> None:
        """The end of the text: what is open is closed where the text ends."""
        end = len(self.text.rstrip())
        if unclosed is not None:
            where = (self.fragment.place(unclosed, unclosed + 1), "this quote is not closed")
            self.fault(max(end - 1, 0), end, 'unexpected end of file, expecting ";" or "}"', where)
        elif self.pending:
            last = self.split(opens=False)
            self.fault(last[0].start, last[-1].end, 'unexpected end of file, expecting ";" or "}"')
            self.add(last, last[-1].end, None)
        elif len(self.stack) > 1:
            suspect = self.misplaced or self.stack[-1]
            related = []
            if suspect.words:
                start, stop = suspect.words[0].start, suspect.words[-1].end
                related = [(self.fragment.place(start, stop), "this block is not closed")]
            self.fault(max(end - 1, 0), end, 'unexpected end of file, expecting "}"', *related)
        while len(self.stack) > 1:
            self.close(self.stack.pop(), end)

    def split(self, *, opens: bool) -> list[Word]:
        """Take the pending words; directives that lack their `;` are cut off before a line that starts anew."""
        rest, self.pending = self.pending, []
        parent = self.stack[-1].name
        for _ in range(_MAX_SPLITS):
            cut = missing_end(self.text, rest, parent, opens=opens)
            if cut is None:
                break
            first, rest = rest[:cut], rest[cut:]
            self.unterminated(first)
            self.add(first, first[-1].end, None)
        return rest

    def unterminated(self, part: list[Word]) -> None:
        message = f'directive "{part[0].value}" is not terminated by ";"'
        self.fault(part[0].start, part[-1].end, message)

    def add(self, part: list[Word], end: int, block: tuple[Directive, ...] | None) -> None:
        name, *args = (self.scalar(word) for word in part)
        anchor = self.fragment.place(part[0].start, end)
        self.stack[-1].children.append(Directive(name, tuple(args), block, anchor))

    def scalar(self, word: Word) -> Scalar:
        source, start, end = self.fragment.place(word.start, word.end)
        return Scalar(word.value, not word.quoted, source, start, end)

    def indent(self, offset: int) -> tuple[int, bool]:
        """The indentation of the line of an offset, and whether the offset is its first visible character."""
        # Looked for nearby only, or text that is one long line would take forever.
        start = self.text.rfind("\n", max(offset - _MAX_INDENT, 0), offset) + 1
        if not start and offset > _MAX_INDENT:
            return _MAX_INDENT, False
        line = self.text[start:offset]
        return len(line) - len(line.lstrip()), not line.strip()
