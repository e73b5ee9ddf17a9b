"""The checks of mappings, maps and lists that `quick` compiles, as fast as Python goes.

Which fields a mapping has decides which of them are checked, and whether one is missing: that is worked out once for each
set of names that occurs. What objects say, most of them say alike: a plain word, and the few lines of a field, that have
passed a check pass it again unseen. So do lines that differ from such in nothing but the name of the object in them.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Sequence as Several

from upstreamlint import patterns
from upstreamlint.documents import Mapping, Scalar, Sequence
from upstreamlint.typed import Any, Protocol, TypeAlias
from upstreamlint.values import NamedTuple

Plan: TypeAlias = tuple["Part", ...]
Look: TypeAlias = Callable[[dict[str, Any]], bool]

_MOST = 2_048
_LONGEST = 64
"""Longer words, in characters, hardly occur again."""
_MOST_LINES = 600
"""More lines, in characters, hardly do either."""
_own = patterns.compile(r"[a-z][a-z0-9]{0,30}(?:-[a-z0-9]{1,30}){1,6}").fullmatch


class Own(NamedTuple):
    """The name of an object, and what stands for it in remembered lines: as many characters that are in no text."""

    name: str
    mark: str


NO_NAME = Own("\0", "\0")


def own(name: str) -> Own:
    """A name that no text means anything else by: it has a dash, which no value of an enumeration has."""
    return Own(name, "\0" * len(name)) if _own(name) is not None else NO_NAME


class Fits(Protocol):
    """A check of a value in an object of a name, which says only that all is well, or not."""

    def __call__(self, node: Any, of: Own = NO_NAME, /) -> bool:
        """Whether all is well."""


class Part(NamedTuple):
    """The check of a value, and plain words or lines that have passed it."""

    passed: set[str]
    check: Fits


def remembered(check: Callable[[Any], bool]) -> Part:
    """The check of a scalar, which hears no plain word twice."""
    passed: set[str] = set()

    def fits(node: Any, _: Own = NO_NAME) -> bool:
        if not check(node):
            return False
        if node.__class__ is Scalar and node[1] and not node[5] and 0 < len(node[0]) <= _LONGEST:
            _keep(passed, node[0])
        return True

    return Part(passed, fits)


def _keep(passed: set[str], said: str) -> None:
    if len(passed) >= _MOST:
        passed.clear()
    passed.add(said)


def of_whole(check: Fits) -> Fits:
    """The check of an object, which hears no few lines twice."""
    passed: set[str] = set()

    def fits(node: Any, of: Own = NO_NAME) -> bool:
        said = ""
        if node.places is not None and node.end - node.start <= _MOST_LINES:
            text = node.source.text
            start = text.rfind("\n", 0, node.start) + 1  # how far it is indented is part of what it says
            said = text[start : node.end].replace(of[0], of[1])
            if said in passed:
                return True
        if not check(node, of):
            return False
        if said:
            _keep(passed, said)
        return True

    return fits


def of_fields(  # noqa: C901 - calls would cost what the rest does
    plan_of: Callable[[tuple[str, ...]], Plan | None], look: Look | None
) -> Fits:
    """The check of a mapping, by the plan for the names of its fields; there is none where one is missing."""
    plans: dict[tuple[str, ...], Plan] = {}

    def fits(node: Any, of: Own = NO_NAME) -> bool:  # noqa: C901 - likewise
        if node.__class__ is not Mapping:
            return False
        values, places = node.values, node.places
        names = tuple(values)
        plan = plans.get(names)
        if plan is None:
            plan = plan_of(names)
            if plan is None:
                return False
            if len(plans) >= _MOST:
                plans.clear()
            plans[names] = plan
        after = 0
        for (passed, check), value in zip(plan, values.values(), strict=True):
            after += 1
            if value.__class__ is Scalar:
                if (value[0] not in passed or not value[1] or value[5]) and not check(value):
                    return False
                continue
            said = ""
            if places is not None:
                end = places[after] if after < len(places) else node.end
                if end - places[after - 1] <= _MOST_LINES:
                    said = node.source.text[places[after - 1] : end].replace(of[0], of[1])
                    if said in passed:
                        continue
            if not check(value, of):
                return False
            if said:
                _keep(passed, said)
        return look is None or look(filled(values))

    return fits


def is_mapping(node: Any, _: Own = NO_NAME) -> bool:
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
    passed, check = part
    known: set[str] = set()

    def fits(node: Any, of: Own = NO_NAME) -> bool:
        if node.__class__ is not Mapping:
            return False
        for name, value in node.values.items():
            heard = value.__class__ is Scalar and value[0] in passed and value[1] and not value[5]
            if not heard and not check(value, of):
                return False
            if name not in known:
                if not named(name):
                    return False
                _keep(known, name)
        return True

    return fits


def of_items(part: Part, least: int, most: int, several: Callable[[list[Any]], bool] | None) -> Fits:
    """The check of a list: each item for itself, their number, and several of them together."""
    passed, check = part

    def fits(node: Any, of: Own = NO_NAME) -> bool:
        if node.__class__ is not Sequence:
            return False
        items = node.items
        for item in items:
            heard = item.__class__ is Scalar and item[0] in passed and item[1] and not item[5]
            if not heard and not check(item, of):
                return False
        count = len(items)
        return least <= count <= most and (several is None or count <= 1 or several(items))

    return fits


def with_something(part: Part) -> Part:
    """The check of a value that may not be empty."""
    passed, check = part

    def fits(node: Any, of: Own = NO_NAME) -> bool:
        return not empty(node) and check(node, of)

    return Part(passed, fits)


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
