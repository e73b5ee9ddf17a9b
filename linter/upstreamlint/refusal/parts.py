"""The checks of mappings, maps and lists that `quick` compiles, as fast as Python goes.

Which fields a mapping has decides which of them are checked, and whether one is missing: that is worked out once for each
set of names that occurs. What objects say, most of them say alike: a plain word, and the few lines of a field, that have
passed a check pass it again unheard. So do lines that differ from such in nothing but the name of the object in them.
Fields that are scalars are told by their words, others by their lines.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Sequence as Several
from functools import lru_cache

from upstreamlint import patterns
from upstreamlint.documents import Mapping, Scalar, Sequence
from upstreamlint.typed import Any, Protocol, TypeAlias
from upstreamlint.values import NamedTuple

Look: TypeAlias = Callable[[dict[str, Any]], bool]

_new = tuple.__new__
_MOST = 2_048
_LONGEST = 64
"""Longer words, in characters, hardly occur again."""
MOST_LINES = 600
"""More lines, in characters, hardly do either."""
_own = patterns.compile(r"[a-z][a-z0-9]{0,30}(?:-[a-z0-9]{1,30}){1,6}").fullmatch


class Own(NamedTuple):
    """An object's own lines, in which as many characters that are in no text stand for its name, and where they start.

    They are empty where the text does not say word for word what the object is.
    """

    lines: str
    start: int
    name: str
    mark: str


NO_OWN = Own("", 0, "\0", "\0")


def own(root: Mapping, name: str) -> Own:
    """The lines of an object; how far they are indented is part of what they say."""
    if root.places is None:
        return NO_OWN
    text, mark, start = root.source.text, _mark(name), root.start
    if start:
        start = text.rfind("\n", 0, start) + 1
    lines = text[start : root.end]
    return _new(Own, (lines.replace(name, mark) if mark else lines, start, name, mark))


@lru_cache(maxsize=1_024)
def _mark(name: str) -> str:
    """What stands for a name that no text means anything else by: it has a dash, which no value of an enumeration has."""
    return "\0" * len(name) if _own(name) is not None else ""


class Fits(Protocol):
    """A check of a value, which says only that all is well, or not.

    `of` is the object that it is in, `end` where what says so ends in its source, blanks and comments included.
    """

    def __call__(self, node: Any, of: Own = NO_OWN, end: int = 0, /) -> bool:
        """Whether all is well."""


class Part(NamedTuple):
    """The check of a value, with plain words that have passed it, and whether all that is quoted does."""

    passed: set[str]
    quoted: bool
    check: Fits


Plan: TypeAlias = tuple[bool, tuple[Part, ...]]
"""Whether all fields of a mapping are scalars, and the check of each."""


def remembered(check: Callable[[Any], bool], *, quoted: bool = False) -> Part:
    """The check of a scalar, which hears no plain word twice."""
    passed: set[str] = set()

    def fits(node: Any, _: Own = NO_OWN, __: int = 0) -> bool:
        if not check(node):
            return False
        if node.__class__ is Scalar and node[1] and not node[5] and 0 < len(node[0]) <= _LONGEST:
            keep(passed, node[0])
        return True

    return Part(passed, quoted, fits)


def keep(passed: set[str], said: str) -> None:
    """Add what has passed a check to the rest, of which nothing is kept when it is much."""
    if len(passed) >= _MOST:
        passed.clear()
    passed.add(said)


def of_fields(  # noqa: C901 - calls would cost what the rest does
    plan_of: Callable[[tuple[str, ...]], Plan | None], look: Look | None
) -> Fits:
    """The check of a mapping, by the plan for the names of its fields; there is none where one is missing."""
    plans: dict[tuple[str, ...], Plan] = {}
    heard: set[str] = set()

    def fits(node: Any, of: Own = NO_OWN, end: int = 0) -> bool:  # noqa: C901 - likewise
        if node.__class__ is not Mapping:
            return False
        values = node.values
        names = tuple(values)
        plan = plans.get(names)
        if plan is None:
            plan = plan_of(names)
            if plan is None:
                return False
            if len(plans) >= _MOST:
                plans.clear()
            plans[names] = plan
        flat, parts = plan
        lines, start = of[0], of[1]
        places = node.places
        if flat or not lines or places is None:
            for (passed, quoted, check), value in zip(parts, values.values()):  # noqa: B905 - as many
                if (
                    value.__class__ is Scalar
                    and (value[0] in passed if value[1] else quoted)
                    and not value[5]
                ):
                    continue
                if not check(value, of):
                    return False
        else:
            unheard = [
                (said, number, stop)
                for number, (at, stop) in enumerate(zip(places, [*places[1:], end]))  # noqa: B905 - as many
                if (said := lines[at - start : stop - start] if stop - at <= MOST_LINES else "") not in heard
            ]
            for said, number, stop in unheard:
                if not parts[number][2](values[names[number]], of, stop):
                    return False
                if said:
                    keep(heard, said)
        return look is None or look(filled(values))

    return fits


def is_mapping(node: Any, _: Own = NO_OWN, __: int = 0) -> bool:
    """The check of a mapping that may hold anything."""
    return node.__class__ is Mapping


def filled(values: dict[str, Any]) -> dict[str, Any]:
    """The fields in which there is something."""
    return {
        name: value
        for name, value in values.items()
        if (value[0] if value.__class__ is Scalar else not empty(value))
    }


def of_map(part: Part, named: Callable[[str], object]) -> Fits:
    """The check of a map, of its keys as of its values."""
    passed, quoted, check = part
    known: set[str] = set()

    def fits(node: Any, of: Own = NO_OWN, _: int = 0) -> bool:
        if node.__class__ is not Mapping:
            return False
        for name, value in node.values.items():
            heard = (
                value.__class__ is Scalar and (value[0] in passed if value[1] else quoted) and not value[5]
            )
            if not heard and not check(value, of):
                return False
            if name not in known:
                if not named(name):
                    return False
                keep(known, name)
        return True

    return fits


def of_items(part: Part, least: int, most: int, several: Callable[[list[Any]], bool] | None) -> Fits:
    """The check of a list: each item for itself, their number, and several of them together."""
    passed, quoted, check = part

    def fits(node: Any, of: Own = NO_OWN, end: int = 0) -> bool:
        if node.__class__ is not Sequence:
            return False
        items = node.items
        count = len(items)
        if not least <= count <= most:
            return False
        for after, item in enumerate(items, 1):
            if item.__class__ is Scalar:
                heard = (item[0] in passed if item[1] else quoted) and not item[5]
                if not heard and not check(item, of):
                    return False
            elif not check(item, of, items[after].start if after < count else end):
                return False
        return several is None or count <= 1 or several(items)

    return fits


def with_something(part: Part) -> Part:
    """The check of a value that may not be empty."""
    passed, _, check = part

    def fits(node: Any, of: Own = NO_OWN, end: int = 0) -> bool:
        return not empty(node) and check(node, of, end)

    return Part(passed, False, fits)


def empty(node: Any) -> bool:
    """Whether there is nothing in a value."""
    if node.__class__ is Scalar:
        return not node[0]
    return not (node.values if node.__class__ is Mapping else node.items)


def differ(items: Several[Any], keys: Several[str]) -> bool:
    """Whether no two items share the values of some keys; what has not the first key is passed over."""
    first, *others = keys
    seen = set()
    for item in items:
        values = item.values
        found: Any = _text(values, first)
        if found is None:
            continue
        if others:
            found = (found, *(_text(values, k) or _DEFAULTS.get(k) for k in others))
        if found in seen:
            return False
        seen.add(found)
    return True


_DEFAULTS = {"protocol": "TCP"}


def _text(values: dict[str, Any], key: str) -> str | None:
    value = values.get(key)
    return value[0] if value.__class__ is Scalar else None
