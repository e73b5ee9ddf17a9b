"""A cursor over the words of a Caddyfile, which puts what an `import` names in its place as it meets one.

After `doImport` of caddyconfig/caddyfile/parse.go: an `import` is replaced by words before anything is read, so that a
snippet may hold half a site; `{args[0]}`, `{args[1:]}`, `{block}` and `{blocks.name}` are filled in.
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.programs.caddy.arguments import fill
from upstreamlint.programs.caddy.environment import substitute
from upstreamlint.programs.caddy.imports import Finder, Import, found
from upstreamlint.programs.caddy.words import Refused, Word, words
from upstreamlint.programs.variables import Variables
from upstreamlint.readers.fault import Fault
from upstreamlint.readers.fragment import Fragment
from upstreamlint.values import NamedTuple

MAX_IMPORTS = 2000
MAX_WORDS = 400_000
MAX_TEXT = 20_000_000
"""More is taken for snippets that double each other."""


class Cursor:
    """Where the reading of a Caddyfile stands, with the snippets and imports so far.

    `complete` says that all that was to be imported was found.
    """

    def __init__(self, main: Fragment, finder: Finder | None, variables: Variables) -> None:
        self.finder = finder
        self.variables = variables
        self.words = list(words(substitute(main, variables)))
        self.at = 0
        self.snippets: dict[str, list[Word]] = {}
        self.imports: list[Import] = []
        self.complete = True
        self._size = 0

    def word(self, ahead: int = 0) -> Word | None:
        """The word at the cursor, or some words after it."""
        index = self.at + ahead
        return self.words[index] if 0 <= index < len(self.words) else None

    def starts_line(self) -> bool:
        """Whether the word at the cursor is the first of its line."""
        before = self.word(-1)
        return before is None or not self.words[self.at].on_line_of(before)

    def refused(self, word: Word, message: str) -> Refused:
        """What ends the reading at a word."""
        return Refused(Fault(word.scalar.anchor, message))

    def cut_short(self) -> Refused:
        """What ends the reading where more words are wanted."""
        last = self.words[-1]
        return Refused(Fault(last.scalar.anchor, "unexpected EOF"))

    def enclosed(self) -> Iterator[Word]:
        """The words of a block without its braces; the cursor stands behind it afterwards."""
        brace = self.word()
        if brace is None or not brace.opens:
            word = brace or self.words[-1]
            raise self.refused(word, f"syntax error: unexpected token '{word.text}', expecting '{{'")
        depth = 1
        start = self.at + 1
        while depth:
            self.at += 1
            if self.at >= len(self.words):
                last = self.words[-1]
                raise self.refused(last, f"syntax error: unexpected token '{last.text}', expecting '}}'")
            depth += self.words[self.at].opens - self.words[self.at].closes
        self.at += 1
        yield from self.words[start : self.at - 1]

    def replace_import(self, nesting: int) -> None:
        """Put what an `import` names in its place; the cursor stays, on the first of the new words."""
        start = self.at
        keyword = self.words[start]
        args: list[Word] = []
        end = start + 1
        while (
            end < len(self.words)
            and self.words[end].on_line_of(self.words[end - 1])
            and not self.words[end].opens
        ):
            args.append(self.words[end])
            end += 1
        given: list[Word] = []
        if (
            end < len(self.words)
            and self.words[end].opens
            and self.words[end].on_line_of(self.words[end - 1])
        ):
            self.at = end
            given = list(self.enclosed())
            end, self.at = self.at, start
        if not args:
            raise self.refused(keyword, "wrong argument count or unexpected line ending after 'import'")
        new = self._imported(args[0])
        self.imports.append(new.found)
        self.complete &= new.found.complete
        if len(self.imports) > MAX_IMPORTS or len(self.words) + len(new.words) > MAX_WORDS:
            raise self.refused(args[0], "too many imports")
        chain = args[0].scalar
        filled = fill(new.words, [a.text for a in args[1:]], given, chain, whole=not nesting)
        self._size += sum(len(w.text) for w in filled)
        if self._size > MAX_TEXT:
            raise self.refused(args[0], "imports make too much text")
        self.words[start:end] = filled

    def _imported(self, pattern: Word) -> _Imported:
        if any(
            link.source is s.source and link.start == s.start
            for s in [pattern.scalar]
            for link in pattern.imports
        ):
            raise self.refused(pattern, f"a cycle of imports exists at {pattern.text}")
        snippet = self.snippets.get(pattern.text)
        if snippet is not None:
            return _Imported(Import(pattern.scalar, "snippet"), snippet)
        answer = found(pattern.scalar, pattern.fragment, self.finder)
        if answer.status == "missing":
            raise self.refused(pattern, f"File to import not found: {pattern.text}")
        return _Imported(answer, [w for f in answer.fragments for w in words(substitute(f, self.variables))])


class _Imported(NamedTuple):
    found: Import
    words: list[Word]
