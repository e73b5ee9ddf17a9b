"""Objects that differ from one of which nothing is refused in names and numbers alone, told by their text.

Apps of one organization are written from one template. An object whose lines are those of an earlier one, but for
values of the same form, which are equal to each other where the earlier ones were, is as sound as that. The forms are
so narrow that each format takes all values of one, or none: no enumeration of the kinds in `covered` has a value in
lower case, and no number of theirs has another range within the one below, but for the fields that are named there.

Values that must differ from each other, or be equal, are all under `name` and `port`. A line with one of these that has
none of the forms makes its object one that is like no other.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from upstreamlint import patterns
from upstreamlint.refusal.scalars import WORDS

Skeleton: TypeAlias = tuple[object, ...]
"""The lines of an object without the values, each with its form and the number of its value."""

_LINE = patterns.compile(r"( *(?:- )?(?:[A-Za-z][A-Za-z0-9./-]*: )?)([A-Za-z0-9][A-Za-z0-9._-]*)").fullmatch
_QUOTED = patterns.compile(r"( *value: )\"[A-Za-z0-9 ._:/-]*\"").fullmatch
_IMAGE = patterns.compile(
    r"( *(?:- )?image: )[a-z][a-z0-9.-]*(?:/[a-z0-9._-]+)*:[A-Za-z0-9][A-Za-z0-9._-]*"
).fullmatch
_FORMS = patterns.compile(
    r"(?P<short>(?=.{1,15}\Z)[a-z](?:-?[a-z0-9]){0,14})|(?P<long>[a-z](?:-?[a-z0-9]){0,31})"
    r"|(?P<host>[a-z](?:-?[a-z0-9]){0,31}(?:\.[a-z](?:-?[a-z0-9]){0,31}){1,8})"
    r"|(?P<variable>[A-Z][A-Z0-9]*_[A-Z0-9_]*)|(?P<number>[1-9][0-9]{0,3}|[1-5][0-9]{4})"
).fullmatch
"""A short one is no longer than the name of a port may be."""
_LONGEST = 63
_MARK = "\0"
"""What no line of YAML holds: a form is never taken for a line."""
_KEPT = (
    *("apiVersion: ", "kind: ", "fieldPath: ", "resource: ", "cpu: ", "memory: ", "ephemeral-storage: "),
    *("weight: ", "mode: ", "defaultMode: ", "expirationSeconds: ", "simple: ", "unmatchedPreflights: "),
    *("maxEjectionPercent: ", "minHealthPercent: ", "failurePercentageThreshold: ", "minimumPercent: "),
)
"""Fields of which only some numbers, or some of the words that have a form, are taken."""
_APART = "tolerations:"
"""What makes an object like no other: its values are labels, and stand under a field that takes any text elsewhere."""
_COMPARED = ("name:", "port:")
_MOST_LINES = 50_000
_MOST_SKELETONS = 5_000
_TRIED = 64
"""So many objects of a kind are looked at before it is told whether they are made from templates."""

_Part: TypeAlias = tuple[str, str]


class Alike:
    """The objects of a kind of which nothing was refused, by their skeletons."""

    def __init__(self) -> None:
        self._parts: dict[str, str | _Part | Literal[False]] = {}
        self._sound: set[Skeleton] = set()
        self._asked = self._met = 0

    def skeleton(self, text: str) -> Skeleton | None:
        """The skeleton of an object's text; nothing if it is like no other, as most of its kind are."""
        if self._asked > _TRIED and self._met < self._asked // 4:
            return None
        self._asked += 1
        lines = text.split("\n")
        parts = list(map(self._parts.get, lines))
        if None in parts:
            parts = self._learned(lines)
        if False in parts:
            return None
        values: dict[str, int] = {}
        number = values.setdefault
        return tuple(
            [
                part if part.__class__ is str else (part[0], number(part[1], len(values)))  # type: ignore[index]
                for part in parts
            ]
        )

    def _learned(self, lines: list[str]) -> list[str | _Part | Literal[False] | None]:
        known = self._parts
        if len(known) > _MOST_LINES:
            known.clear()
        for line in lines:
            if line not in known:
                known[line] = _part(line)
        return [known[line] for line in lines]

    def __contains__(self, skeleton: Skeleton) -> bool:
        met = skeleton in self._sound
        self._met += met
        return met

    def add(self, skeleton: Skeleton) -> None:
        """Remember the skeleton of an object of which nothing is refused."""
        if len(self._sound) < _MOST_SKELETONS:
            self._sound.add(skeleton)


def _part(line: str) -> str | _Part | Literal[False]:
    """A line as it is, or its form, with its value if that is compared; false for one that no other may stand for."""
    line = line.rstrip(" ")
    compared = any(word in line for word in _COMPARED) and not line.endswith(":")
    found = _LINE(line)
    if found is not None and not line.lstrip(" -").startswith(_KEPT):
        head, value = found.groups()
        form = _FORMS(value)
        usual = len(value) <= _LONGEST and value.lower() not in WORDS
        if form is not None and usual and _is_free(head, form.lastgroup):
            whole = f"{_MARK}{head}{form.lastgroup}"
            return (whole, value) if compared else whole
    for special in (_QUOTED(line), _IMAGE(line)):
        if special is not None:
            return f"{_MARK}{special.group(1)}"
    if "\r" in line or "\t" in line or compared or line.endswith(_APART):
        return False
    return line


def _is_free(head: str, form: str | None) -> bool:
    """Whether what stands behind this takes any value of a form."""
    if form == "variable":
        return head.endswith("name: ")
    return form != "number" or ":" in head
