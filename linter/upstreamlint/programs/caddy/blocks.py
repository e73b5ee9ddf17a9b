"""A Caddyfile as blocks of directives: sites, snippets and imports, as Caddy's parser takes them.

After caddyconfig/caddyfile/parse.go. What Caddy refuses ends the reading with one fault; what stands before it is kept.
"""

from __future__ import annotations

from collections.abc import Iterable

from upstreamlint.documents import Scalar
from upstreamlint.programs.caddy.cursor import Cursor
from upstreamlint.programs.caddy.environment import OPEN
from upstreamlint.programs.caddy.imports import Finder, Import
from upstreamlint.programs.caddy.names import DIRECTIVES
from upstreamlint.programs.caddy.tree import Directive, between, directives_of
from upstreamlint.programs.caddy.words import Refused, Word
from upstreamlint.programs.variables import NOTHING_KNOWN, Variables
from upstreamlint.readers.fault import Fault
from upstreamlint.readers.fragment import Fragment
from upstreamlint.source import Anchor
from upstreamlint.values import NamedTuple, frozen, replace


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
    blocks: list[Block] = []
    faults: tuple[Fault, ...] = ()
    imports: list[Import] = []
    complete = False
    try:
        cursor = Cursor(main, finder, variables)
        imports = cursor.imports
        reader = _Reader(cursor, blocks)
        reader.run()
        complete = reader.complete and cursor.complete
    except Refused as refused:
        faults = (refused.fault,)
    return Reading(tuple(blocks), tuple(imports), faults, complete)


class _Reader:
    """The grammar of what stands at the top of a file."""

    def __init__(self, cursor: Cursor, blocks: list[Block]) -> None:
        self.cursor = cursor
        self.blocks = blocks
        self.complete = True

    def run(self) -> None:
        while self.cursor.at < len(self.cursor.words):
            self.block()

    def block(self) -> None:
        """One site, snippet, named route or the global options."""
        first = self.cursor.words[self.cursor.at]
        keys = self.keys()
        if keys is None:
            return
        name = keys[0].text if len(keys) == 1 else ""
        if name.startswith("&(") and name.endswith(")"):
            inner = list(self.cursor.enclosed())
            self.add((), inner, first, name[2:-1])
        elif name.startswith("(") and name.endswith(")"):
            self.snippet(keys[0], name[1:-1])
        else:
            self.site(keys, first)

    def add(self, keys: Iterable[Word], inner: list[Word], first: Word, route: str = "") -> None:
        scalars = tuple(k.scalar for k in keys)
        anchor = between(
            first.scalar, self.cursor.words[min(self.cursor.at, len(self.cursor.words)) - 1].scalar
        )
        directives = directives_of(inner)
        self.complete &= not any(OPEN in d.name.value for d in directives)
        if scalars or directives or route:
            self.blocks.append(Block(scalars, directives, anchor, route))

    def keys(self) -> list[Word] | None:
        """The addresses of a site, up to its brace or the end of the line; nothing at the end of the text."""
        keys: list[Word] = []
        more = False
        while (word := self.cursor.word()) is not None:
            if word.text == "import" and self.cursor.starts_line():
                self.cursor.replace_import(0)
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
            self.cursor.at += 1
            if keys and not more and self.cursor.word() is not None and self.cursor.starts_line():
                return keys
        if more:
            raise self.cursor.cut_short()
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
            raise self.cursor.refused(word, said)

    def is_fill(self, word: Word, keys: list[Word]) -> bool:
        """Whether a placeholder of unknown value stands alone on its line, in front of a site or at the end.

        What it stands for are whole sites or options; one that directives follow is the address of the file's
        only site.
        """
        alone = word.text.startswith(OPEN) and word.text.endswith("}") and word.text.count("{") == 1
        after = self.cursor.word(1)
        if keys or not alone or (after is not None and after.on_line_of(word)):
            return False
        return after is None or (after.text not in DIRECTIVES and not after.text.startswith("@"))

    def snippet(self, key: Word, name: str) -> None:
        if name in self.cursor.snippets:
            raise self.cursor.refused(key, f"redeclaration of previously declared snippet {name}")
        self.cursor.snippets[name] = [replace(w, snippet=name) for w in self.cursor.enclosed()]

    def site(self, keys: list[Word], first: Word) -> None:
        """The directives of a site; one site alone needs no braces."""
        brace = self.cursor.word()
        braced = brace is not None and brace.opens
        self.cursor.at += braced
        inner: list[Word] = []
        depth = 0
        while (word := self.cursor.word()) is not None:
            if word.closes and not depth:
                if braced:
                    break
                raise self.cursor.refused(word, "Unexpected '}' because no matching opening brace")
            if word.text == "import" and (self.cursor.starts_line() or not inner):
                self.cursor.replace_import(1)
                continue
            if word.opens or (word.text == "{}" and not word.quote):
                self.check_brace(word)
            depth += word.opens - word.closes
            inner.append(word)
            self.cursor.at += 1
        # Caddy looks at the last word it has: a block that ends the text lends its brace to the site around it.
        if depth or (braced and self.cursor.word() is None and not (inner and inner[-1].closes)):
            self.add(keys, inner, first)
            raise self.cursor.cut_short()
        self.cursor.at += braced
        self.add(keys, inner, first)

    def check_brace(self, word: Word) -> None:
        after = self.cursor.word(1)
        joined = after is not None and after.on_line_of(word)
        if not word.opens:
            if not joined:
                raise self.cursor.refused(word, "Unexpected '{}' at end of line")
            return
        if joined:
            raise self.cursor.refused(word, "Unexpected next token after '{' on same line")
        if self.cursor.starts_line():
            said = "Unexpected '{' on a new line; did you mean to place the '{' on the previous line?"
            raise self.cursor.refused(word, said)


def _with(word: Word, text: str) -> Word:
    end = word.end if text == word.text or word.quote else word.end - 1
    return replace(word, text=text, end=end)
