"""What an `import` fills into the words that it brings: `{args[0]}`, `{args[1:]}`, `{block}`, `{blocks.name}`.

After caddyconfig/caddyfile/importargs.go and `doImport` of parse.go. Inside a snippet that an imported file
defines, nothing is filled in: that happens when the snippet itself is imported.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from sys import maxsize

from upstreamlint import patterns
from upstreamlint.documents import Scalar
from upstreamlint.numerals import decimal
from upstreamlint.programs.caddy.words import Word
from upstreamlint.values import replace

_VARIADIC = patterns.compile(r"\{args\[(\d*):(\d*)\]\}", re.ASCII)
_ONE = patterns.compile(r"\{args(?:\[(\d+)\]|\.(\d+))\}", re.ASCII)
_MIN_SNIPPET = 3


def fill(
    brought: Sequence[Word], args: Sequence[str], given: Sequence[Word], chain: Scalar, *, whole: bool
) -> list[Word]:
    """The words that stand where the `import` was; `whole` says that it stood outside of every block."""
    blocks = dict(_blocks(given))
    filled: list[Word] = []
    nesting = 0 if whole else 1
    inside = False
    named = False
    index = 0
    before: Word | None = None
    for word in (_from(w, chain) for w in brought):
        if not inside and not nesting:
            index = index + 1 if before is not None and word.on_line_of(before) else 0
            named = named or (index == 0 and _is_snippet(word.text))
        before = word
        if word.opens:
            nesting += 1
            if index == 1 and named and nesting == 1:
                inside, named = True, False
        elif word.closes:
            nesting -= 1
            inside = inside and nesting != 0
        if inside:
            filled.append(word)
        elif word.text == "{block}":
            filled.extend(given)
        elif word.text.startswith("{blocks.") and word.text.endswith("}"):
            filled.extend(blocks.get(word.text[len("{blocks.") : -1], ()))
        else:
            filled.extend(_filled(word, args))
    return filled


def _from(word: Word, chain: Scalar) -> Word:
    return replace(word, imports=(*word.imports, chain))


def _is_snippet(text: str) -> bool:
    return len(text) >= _MIN_SNIPPET and text.startswith("(") and text.endswith(")")


def _filled(word: Word, args: Sequence[str]) -> Iterator[Word]:
    if "{args" not in word.text:
        yield word
        return
    several = _VARIADIC.fullmatch(word.text)
    if several:
        start, end = _number(several[1], 0), _number(several[2], len(args))
        if start <= end <= len(args):
            yield from (replace(word, text=arg) for arg in args[start:end])
            return

    def one(match: re.Match[str]) -> str:
        number = _number(match[1] or match[2], 0)
        return args[number] if number < len(args) else match[0]

    yield replace(word, text=_ONE.sub(one, word.text))


def _number(text: str, default: int) -> int:
    """An index; one that is too long to be a number is beyond every end."""
    found = decimal(text) if text else default
    return maxsize if found is None else found


def _blocks(given: Sequence[Word]) -> Iterator[tuple[str, list[Word]]]:
    """The named parts of an import's block: the words of each line, or those of the block that it opens."""
    at = 0
    while at < len(given):
        key = given[at]
        inner: list[Word] = []
        at += 1
        while at < len(given) and given[at].on_line_of(given[at - 1]) and not given[at].opens:
            inner.append(given[at])
            at += 1
        if at < len(given) and given[at].opens:
            depth = 1
            at += 1
            while at < len(given) and depth:
                depth += given[at].opens - given[at].closes
                inner.extend([given[at]] if depth else [])
                at += 1
        yield key.text, inner
