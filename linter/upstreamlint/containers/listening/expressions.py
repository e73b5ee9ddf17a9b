"""The arguments of a call in a program's text, and the numbers and texts that plain expressions come to."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from upstreamlint import patterns
from upstreamlint.documents import UNKNOWN, Scalar
from upstreamlint.numerals import is_digits
from upstreamlint.numerals import port as port_number
from upstreamlint.values import frozen

LITERAL = patterns.compile(r"\s*[\"'](?P<text>[^\"'\n]{0,100})[\"']\s*\Z")
_LONG = 2_000
_NAME = patterns.compile(r"[A-Za-z_$][\w$]{0,60}\Z")
_STEPS = 3


@frozen(kw_only=True)
class Language:
    """How a language reads a variable of its process, with a `default` or a `number` for one, and names a value.

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
    found = _value(written, text, language, variables, language.variable.search, complete=complete)
    return port_number(found) if found is not None else None


def text_of(
    written: str, text: str, language: Language, variables: Mapping[str, Scalar], *, complete: bool
) -> str | None:
    """The text that an expression comes to, where it is a literal, a variable with a default, or the name of one of these."""
    return _value(written, text, language, variables, language.variable.fullmatch, complete=complete)


def _value(
    written: str,
    text: str,
    language: Language,
    variables: Mapping[str, Scalar],
    look: Callable[[str], re.Match[str] | None],
    *,
    complete: bool,
) -> str | None:
    for _ in range(_STEPS):
        written = written.strip()
        literal = LITERAL.match(written)
        if literal is not None or is_digits(written):
            return literal["text"] if literal is not None else written
        variable = look(written)
        if variable is not None:
            value = variables.get(variable["name"])
            if value is not None and value.value:
                return value.value if value.tag != UNKNOWN else None
            from_file = any(word in text for word in language.files_of_variables)
            default = variable["default"] or variable["number"]
            return default if complete and not from_file else None
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
