"""The rules of CustomResourceDefinitions, which are written in CEL and parsed by `tools/schemas`.

A rule's tree becomes a function once. What a rule needs and does not find raises `UnsureError`: a field that is
missing where the rule does not ask, or a value that is still to be filled in.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress

from upstreamlint import patterns
from upstreamlint.numerals import real
from upstreamlint.refusal.addresses import address, block
from upstreamlint.refusal.scalars import stands_for_another
from upstreamlint.typed import Any, TypeAlias

Tree: TypeAlias = list[Any]
Env: TypeAlias = dict[str, Any]
Run: TypeAlias = Callable[[Env], Any]


class UnsureError(Exception):
    """What a rule says cannot be told."""


class ConversionError(Exception):
    """A text is not what a rule takes it for, so that the rule fails."""


class _Open:
    """A value that is still to be filled in: nothing can be said of it but that it is there."""

    def _unsure(self, *_: object) -> bool:
        raise UnsureError

    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = __contains__ = __bool__ = _unsure
    __len__ = __iter__ = __getitem__ = __hash__ = _unsure


OPEN: Any = _Open()
"""A value that is still to be filled in."""


def rule(tree: Tree, name: str = "self") -> Callable[..., bool]:
    """A rule as a function of the value that it is about, which it calls by a name, and of what else it names.

    The function raises `UnsureError`, and `ConversionError` when the rule itself fails.
    """
    run = _compile(tree)

    def holds(value: Any, others: Env | None = None) -> bool:
        try:
            return bool(run({**(others or {}), name: value}))
        except (KeyError, IndexError, TypeError, AttributeError) as error:
            raise UnsureError from error

    return holds


def _compile(tree: Tree) -> Run:
    name, *parts = tree
    if name in _SPECIAL:
        return _SPECIAL[name](*parts)
    if name in _MACROS:
        source, variable, body = _compile(parts[0]), parts[1], _compile(parts[2])
        macro = _MACROS[name]
        return lambda env: macro(source(env), lambda item: body({**env, variable: item}))
    if name == "call":
        function = _FUNCTIONS[parts[0]]
        arguments = [_compile(p) for p in parts[1:]]
        return lambda env: function(*(_known(a(env)) for a in arguments))
    operator = _OPERATORS[name]
    operands = [_compile(p) for p in parts]
    return lambda env: operator(*(o(env) for o in operands))


def _known(value: Any) -> Any:
    if value is OPEN:
        raise UnsureError
    return value


def _value(value: Any) -> Run:
    return lambda _: value


def _name(name: str) -> Run:
    return lambda env: env[name]


def _get(holder: Tree, field: str) -> Run:
    run = _compile(holder)

    def get(env: Env) -> Any:
        value = run(env)
        if value.__class__ is dict and field not in value:
            raise ConversionError(f"no such key: {field}")
        return value[field]

    return get


def _has(holder: Tree, field: str) -> Run:
    run = _compile(holder)
    return lambda env: field in run(env)


def _list(*items: Tree) -> Run:
    runs = [_compile(item) for item in items]
    return lambda env: [run(env) for run in runs]


def _pairs(*parts: Tree) -> Run:
    keys, values = [_compile(p) for p in parts[::2]], [_compile(p) for p in parts[1::2]]
    return lambda env: {k(env): v(env) for k, v in zip(keys, values, strict=True)}


def _choose(condition: Tree, one: Tree, other: Tree) -> Run:
    asked, yes, no = _compile(condition), _compile(one), _compile(other)
    return lambda env: yes(env) if asked(env) else no(env)


_FAILURES = (UnsureError, ConversionError, KeyError, IndexError, TypeError, AttributeError)


def _either(decided: bool) -> Callable[[Tree, Tree], Run]:
    """`||`, or `&&`: a side that decides makes up for a failure of the other."""

    def build(one: Tree, other: Tree) -> Run:
        left, right = _compile(one), _compile(other)

        def run(env: Env) -> bool:
            try:
                if bool(left(env)) is decided:
                    return decided
            except _FAILURES:
                with suppress(*_FAILURES):
                    if bool(right(env)) is decided:
                        return decided
                raise
            return bool(right(env))

        return run

    return build


_SPECIAL: dict[str, Callable[..., Run]] = {
    "value": _value,
    "name": _name,
    "get": _get,
    "has": _has,
    "list": _list,
    "pairs": _pairs,
    "?": _choose,
    "||": _either(True),
    "&&": _either(False),
}
_MACROS: dict[str, Callable[[Any, Callable[[Any], Any]], Any]] = {
    "all": lambda items, holds: all(holds(i) for i in items),
    "exists": lambda items, holds: any(holds(i) for i in items),
    "exists_one": lambda items, holds: sum(bool(holds(i)) for i in items) == 1,
    "filter": lambda items, holds: [i for i in items if holds(i)],
    "map": lambda items, made: [made(i) for i in items],
}
_OPERATORS: dict[str, Callable[..., Any]] = {
    "==": lambda a, b: _known(a) == _known(b),
    "!=": lambda a, b: _known(a) != _known(b),
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "in": lambda a, b: _known(a) in b,
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "not": lambda a: not a,
    "negate": lambda a: -a,
    "at": lambda a, b: a[b],
}

_DURATION = patterns.compile(r"[-+]?(?:0|(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:ns|us|µs|ms|s|m|h))+")
_PART = patterns.compile(r"([0-9]*\.?[0-9]*)(ns|us|µs|ms|s|m|h)")
_PLACED = patterns.compile(r"(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)([^0-9.]*)")
_SECONDS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
_LONGEST = 1_000
_URL = patterns.compile(
    r"(?![^%]*+(?>(?:%[0-9a-fA-F]{2}[^%]*+)*)%)(?:([A-Za-z][A-Za-z0-9+.-]*):(?://.+|[^/].*)|/.*)"
)


def seconds(text: str) -> float:
    """A duration of Go in seconds.

    Raises:
        ConversionError: the text is none.
    """
    if len(text) > _LONGEST or (text != "0" and not _DURATION.fullmatch(text)):
        raise ConversionError(f"time: {_malformed(text)} duration {_quoted(text)}")
    total = sum((real(number) or 0.0) * _SECONDS[unit] for number, unit in _PART.findall(text))
    return -total if text.startswith("-") else total


def _malformed(text: str) -> str:
    """What Go says of a duration that is none, before it names it."""
    rest = text.removeprefix("-").removeprefix("+")
    while rest and (part := _PLACED.match(rest)) is not None:
        if part[1] not in _SECONDS:
            return f"unknown unit {_quoted(part[1])} in" if part[1] else "missing unit in"
        rest = rest[part.end() :]
    return "invalid"


def _quoted(text: str) -> str:
    return f'"{text}"'


def _duration(text: str) -> float:
    try:
        return seconds(text)
    except ConversionError as error:
        said = "type conversion error from 'string' to 'google.protobuf.Duration'"
        raise ConversionError(said) from error


def _matches(text: str, pattern: str) -> bool:
    if len(text) > _LONGEST:
        raise UnsureError
    return re.search(_end(pattern), text) is not None


def _end(pattern: str) -> str:
    """A pattern whose last `$` is the end of the text, and whose flags stand first."""
    if pattern.startswith("^(?i)"):
        pattern = f"(?i)^{pattern[5:]}"
    return f"{pattern[:-1]}\\Z" if pattern.endswith("$") else pattern


def _integer(value: Any) -> int:
    try:
        return int(value)
    except ValueError as error:
        raise ConversionError(f"strconv.ParseInt: parsing {value!r}: invalid syntax") from error


def _url(text: str) -> str:
    if not _URL.fullmatch(text):
        if stands_for_another(text, names=True):
            raise UnsureError
        raise ConversionError(f"URL parse error: {text!r}")
    return text


_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "size": len,
    "duration": _duration,
    "int": _integer,
    "string": str,
    "double": float,
    "contains": lambda text, part: part in text,
    "startsWith": str.startswith,
    "endsWith": str.endswith,
    "matches": _matches,
    "substring": lambda text, start, end=None: text[start:end],
    "split": str.split,
    "lowerAscii": str.lower,
    "upperAscii": str.upper,
    "isIP": lambda text: address(text) is not None,
    "isCIDR": lambda text: block(text) is not None,
    "isURL": lambda text: _URL.fullmatch(text) is not None,
    "url": _url,
    "getScheme": lambda text: text.partition(":")[0].lower() if ":" in text else "",
}
