"""The arguments of a call in a program's text, and the numbers that plain expressions come to."""

from __future__ import annotations

import re
from collections.abc import Mapping

from upstreamlint import patterns
from upstreamlint.documents import UNKNOWN, Scalar
from upstreamlint.numerals import port as port_number
from upstreamlint.values import frozen

LITERAL = patterns.compile(r"\s*[\"'](?P<text>[^\"'\n]{0,100})[\"']\s*\Z")
_LONG = 2_000
_NAME = patterns.compile(r"[A-Za-z_$][\w$]{0,60}\Z")
_STEPS = 3


@frozen(kw_only=True)
class Language:
    """How a language reads a variable of its process, with a `default`, and names a value.

    `defined` is the expression that finds what stands behind `{name} =`; `files_of_variables` are words of texts that read
    variables from a file.
    """

    variable: re.Pattern[str]
    defined: str
    files_of_variables: tuple[str, ...]


def number_of(
    written: str, text: str, language: Language, variables: Mapping[str, Scalar], *, complete: bool
) -> int | None:
    """The port that an expression comes to, as far as one look into the text tells.

    `complete` says that no variables are elsewhere, so that a default counts.
    """
    for _ in range(_STEPS):
        written = written.strip()
        literal = LITERAL.match(written)
        number = port_number(literal["text"] if literal is not None else written)
        variable = language.variable.search(written)
        if number is not None:
            return number
        if variable is not None:
            value = variables.get(variable["name"])
            if value is not None and value.value:
                return port_number(value.value) if value.tag != UNKNOWN else None
            from_file = any(word in text for word in language.files_of_variables)
            return port_number(variable["default"] or "") if complete and not from_file else None
        defined = re.findall(language.defined.format(name=re.escape(written)), text, re.MULTILINE)
        if not _NAME.match(written) or len(defined) != 1:
            return None
        [written] = defined
    return None


def arguments_of(text: str, start: int) -> list[str] | None:
    """The arguments of a call whose bracket is open, cut at the commas between them."""
    depth, last = 0, start
    found: list[str] = []
    quote = ""
    for at in range(start, min(len(text), start + _LONG)):
        letter = text[at]
        if quote:
            quote = "" if letter == quote and text[at - 1] != "\\" else quote
        elif letter in "\"'`":
            quote = letter
        elif letter in "([{":
            depth += 1
        elif letter in ")]}" and depth:
            depth -= 1
        elif letter == ")":
            return [*found, text[last:at]]
        elif letter == "," and not depth:
            found.append(text[last:at])
            last = at + 1
    return None
