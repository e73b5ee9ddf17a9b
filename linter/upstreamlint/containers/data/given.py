"""Words of the table of images that stand for what is given to a container: a variable, a variable with a value, a flag.

`NAME` is a variable that is set, `NAME=glob` one with a value that fits in any case, `--flag` an argument, with a value
behind `=` or without. Names may be globs, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase

from upstreamlint.documents import UNKNOWN, Scalar
from upstreamlint.source import Anchor


def given(word: str, variables: Mapping[str, Scalar], arguments: Sequence[Scalar]) -> Scalar | None:
    """What is given that a word stands for; a value that nobody knows fits every word of its name."""
    return next(_fitting(word, variables, arguments), None)


def any_given(words: Iterable[str], variables: Mapping[str, Scalar], arguments: Sequence[Scalar]) -> bool:
    """Whether anything is given that one of the words stands for."""
    return any(given(word, variables, arguments) is not None for word in words)


def first_told(
    table: Mapping[str, bool | None],
    variables: Mapping[str, Scalar],
    arguments: Sequence[Scalar],
    *,
    own: bool = True,
) -> tuple[bool | None, tuple[Anchor, str] | None]:
    """What the first word of a table that is given says, and where that is; for the empty word, which always is, nowhere.

    `own` says that nothing else may change what is said by the empty word.
    """
    for word, says in table.items():
        if not word:
            return (says if own else None), None
        found = given(word, variables, arguments)
        if found is not None and (found.tag == UNKNOWN or says is None):
            return None, None
        if found is not None:
            name = "" if word.startswith("-") else f"{_name(word, found, variables)}="
            return says, (found.anchor, f"`{name}{found.value}`")
    return None, None


def _name(word: str, found: Scalar, variables: Mapping[str, Scalar]) -> str:
    return next((name for name, value in variables.items() if value is found), word.partition("=")[0])


def _fitting(word: str, variables: Mapping[str, Scalar], arguments: Sequence[Scalar]) -> Iterator[Scalar]:
    name, has_value, value = word.partition("=")
    if word.startswith("-"):
        for number, argument in enumerate(arguments):
            written, equals, inside = argument.value.partition("=")
            following = arguments[number + 1].value if number + 1 < len(arguments) and not equals else ""
            if fnmatchcase(written, name) and (not has_value or _fits(inside or following, value)):
                yield argument
        return
    for variable, given_value in variables.items():
        if fnmatchcase(variable, name):
            unknown = given_value.tag == UNKNOWN
            if unknown or not has_value or _fits(given_value.value, value):
                yield given_value


def _fits(text: str, glob: str) -> bool:
    return fnmatchcase(text.strip().lower(), glob.lower())
