"""A Caddyfile as blocks of directives: sites, snippets and imports, as Caddy's parser takes them.

After caddyconfig/caddyfile/parse.go: an `import` is replaced by words before anything is read, so that a snippet
may hold half a site; `{args[0]}`, `{args[1:]}`, `{block}` and `{blocks.name}` are filled in. What Caddy refuses
ends the reading with one fault; what stands before it is kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import NamedTuple

from upstreamlint.documents import Scalar
from upstreamlint.programs.caddy.arguments import fill
from upstreamlint.programs.caddy.environment import OPEN, substitute
from upstreamlint.programs.caddy.imports import Finder, Import, found
from upstreamlint.programs.caddy.names import DIRECTIVES
from upstreamlint.programs.caddy.tree import Directive, between, directives_of
from upstreamlint.programs.caddy.words import Refused, Word, words
from upstreamlint.programs.variables import NOTHING_KNOWN, Variables
from upstreamlint.readers.fault import Fault
from upstreamlint.readers.fragment import Fragment
from upstreamlint.source import Anchor
from upstreamlint.values import frozen

MAX_IMPORTS = 2000
MAX_WORDS = 400_000
MAX_TEXT = 20_000_000
"""More is taken for snippets that double each other."""


@frozen
class Block:
    """What stands at the top of a file: the addresses of a site, or `&(name)` of a named route.

    Without keys it holds the global options.
    """

    keys: tuple[Scalar, ...]
    directives: tuple[Directive, ...]
    anchor: Anchor
    route: str = ""


class Reading(NamedTuple):
    """What a Caddyfile holds; `complete` says that all that Caddy would read was read."""

    blocks: tuple[Block, ...]
    imports: tuple[Import, ...]
    faults: tuple[Fault, ...]
    complete: bool


def read(main: Fragment, finder: Finder | None = None, variables: Variables = NOTHING_KNOWN) -> Reading:
    """Read a Caddyfile and what it imports."""
    reader = _Reader(finder, variables)
    try:
        reader.load(main)
        reader.run()
    except Refused as refused:
        reader.faults.append(refused.fault)
    return Reading(
        tuple(reader.blocks),
        tuple(reader.imports),
        tuple(reader.faults),
        reader.complete and not reader.faults,
    )


class _Reader:
    """A cursor over the words, which imports replace in place."""

    def __init__(self, finder: Finder | None, variables: Variables) -> None:
        self.finder = finder
        self.variables = variables
        self.words: list[Word] = []
        self.at = 0
        self.snippets: dict[str, list[Word]] = {}
        self.blocks: list[Block] = []
        self.imports: list[Import] = []
        self.faults: list[Fault] = []
        self.complete = True
        self.size = 0

    def load(self, main: Fragment) -> None:
        self.words = list(self.lexed(main))

    def lexed(self, fragment: Fragment) -> Iterator[Word]:
        return words(substitute(fragment, self.variables))

    def run(self) -> None:
        while self.at < len(self.words):
            self.block()

    # Where the cursor is.

    def word(self, ahead: int = 0) -> Word | None:
        index = self.at + ahead
        return self.words[index] if 0 <= index < len(self.words) else None

    def starts_line(self) -> bool:
        before = self.word(-1)
        return before is None or not self.words[self.at].on_line_of(before)

    def refused(self, word: Word, message: str) -> Refused:
        return Refused(Fault(word.scalar.anchor, message))

    def cut_short(self) -> Refused:
        last = self.words[-1]
        return Refused(Fault(last.scalar.anchor, "unexpected EOF"))

    # Blocks.

    def block(self) -> None:
        """One site, snippet, named route or the global options."""
        first = self.words[self.at]
        keys = self.keys()
        if keys is None:
            return
        name = keys[0].text if len(keys) == 1 else ""
        if name.startswith("&(") and name.endswith(")"):
            inner = list(self.enclosed())
            self.add((), inner, first, name[2:-1])
        elif name.startswith("(") and name.endswith(")"):
            self.snippet(keys[0], name[1:-1])
        else:
            self.site(keys, first)

    def add(self, keys: Iterable[Word], inner: list[Word], first: Word, route: str = "") -> None:
        scalars = tuple(k.scalar for k in keys)
        anchor = between(first.scalar, self.words[min(self.at, len(self.words)) - 1].scalar)
        directives = directives_of(inner)
        self.complete &= not any(OPEN in d.name.value for d in directives)
        if scalars or directives or route:
            self.blocks.append(Block(scalars, directives, anchor, route))

    def keys(self) -> list[Word] | None:
        """The addresses of a site, up to its brace or the end of the line; nothing at the end of the text."""
        keys: list[Word] = []
        more = False
        while (word := self.word()) is not None:
            if word.text == "import" and self.starts_line():
                self.replace_import(0)
                continue
            if word.opens and not more:
                return keys
            self.check_key(word)
            if self.is_fill(word, keys):
                self.complete = False
            elif word.text:
                more = word.text.endswith(",")
                text = word.text.removesuffix(",")
                keys.extend([_with(word, text)] if text else [])
            self.at += 1
            if keys and not more and self.word() is not None and self.starts_line():
                return keys
        if more:
            raise self.cut_short()
        if keys:
            self.add(keys, [], keys[0])
        return None

    def check_key(self, word: Word) -> None:
        """Refuse what Caddy refuses as an address."""
        text = word.text
        said = ""
        if text.startswith("@"):
            said = f"request matchers may not be defined globally, they must be in a site block; found {text}"
        elif word.opens:
            said = "Expected another address but had '{' - check for extra comma"
        elif text.endswith("{") and not word.quote:
            said = f"Site addresses cannot end with a curly brace: '{text}' - put a space between the token and the brace"
        elif "," in text.removesuffix(",") and OPEN not in text:
            said = f"Site addresses cannot contain a comma ',': '{text}' - put a space after the comma to separate site addresses"
        if said:
            raise self.refused(word, said)

    def is_fill(self, word: Word, keys: list[Word]) -> bool:
        """Whether a placeholder of unknown value stands alone on its line, in front of a site or at the end.

        What it stands for are whole sites or options; one that directives follow is the address of the file's
        only site.
        """
        alone = word.text.startswith(OPEN) and word.text.endswith("}") and word.text.count("{") == 1
        after = self.word(1)
        if keys or not alone or (after is not None and after.on_line_of(word)):
            return False
        return after is None or (after.text not in DIRECTIVES and not after.text.startswith("@"))

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

    def snippet(self, key: Word, name: str) -> None:
        if name in self.snippets:
            raise self.refused(key, f"redeclaration of previously declared snippet {name}")
        self.snippets[name] = [replace(w, snippet=name) for w in self.enclosed()]

    def site(self, keys: list[Word], first: Word) -> None:
        """The directives of a site; one site alone needs no braces."""
        brace = self.word()
        braced = brace is not None and brace.opens
        self.at += braced
        inner: list[Word] = []
        depth = 0
        while (word := self.word()) is not None:
            if word.closes and not depth:
                if braced:
                    break
                raise self.refused(word, "Unexpected '}' because no matching opening brace")
            if word.text == "import" and (self.starts_line() or not inner):
                self.replace_import(1)
                continue
            if word.opens or (word.text == "{}" and not word.quote):
                self.check_brace(word)
            depth += word.opens - word.closes
            inner.append(word)
            self.at += 1
        # Caddy looks at the last word it has: a block that ends the text lends its brace to the site around it.
        if depth or (braced and self.word() is None and not (inner and inner[-1].closes)):
            self.add(keys, inner, first)
            raise self.cut_short()
        self.at += braced
        self.add(keys, inner, first)

    def check_brace(self, word: Word) -> None:
        after = self.word(1)
        joined = after is not None and after.on_line_of(word)
        if not word.opens:
            if not joined:
                raise self.refused(word, "Unexpected '{}' at end of line")
            return
        if joined:
            raise self.refused(word, "Unexpected next token after '{' on same line")
        if self.starts_line():
            said = "Unexpected '{' on a new line; did you mean to place the '{' on the previous line?"
            raise self.refused(word, said)

    # Imports.

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
        new = self.imported(args[0])
        self.imports.append(new.found)
        self.complete &= new.found.complete
        if len(self.imports) > MAX_IMPORTS or len(self.words) + len(new.words) > MAX_WORDS:
            raise self.refused(args[0], "too many imports")
        chain = args[0].scalar
        filled = fill(new.words, [a.text for a in args[1:]], given, chain, whole=not nesting)
        self.size += sum(len(w.text) for w in filled)
        if self.size > MAX_TEXT:
            raise self.refused(args[0], "imports make too much text")
        self.words[start:end] = filled

    def imported(self, pattern: Word) -> _Imported:
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
        return _Imported(answer, [w for f in answer.fragments for w in self.lexed(f)])


class _Imported(NamedTuple):
    found: Import
    words: list[Word]


def _with(word: Word, text: str) -> Word:
    end = word.end if text == word.text or word.quote else word.end - 1
    return replace(word, text=text, end=end)
