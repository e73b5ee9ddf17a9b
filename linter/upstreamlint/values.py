"""Frozen values, nodes, named tuples and choices, as the standard library makes them, at a fraction of the cost.

The program is started before every commit and has a few hundred such types: none may cost a millisecond when its module
is imported. All types share the methods below. The one that takes the fields is made with the first instance, out of
code that all types with so many fields share. To type checkers, and to `dataclasses.replace`, they are what they stand in for.
"""

from __future__ import annotations

from collections import _tuplegetter  # type: ignore[attr-defined]
from collections.abc import Callable, Iterator, Sequence
from functools import cache, cached_property
from operator import attrgetter

from upstreamlint.typed import TYPE_CHECKING, Any, TypeVar, dataclass_transform, overload

T = TypeVar("T")

_NOTHING: Any = object()
"""What stands for a default that is not given, or that is made anew for each instance."""


class _Made:
    """A default that is made anew for each instance."""

    __slots__ = ("factory",)

    def __init__(self, factory: Callable[[], object]) -> None:
        self.factory = factory


def _field(*, default: Any = _NOTHING, default_factory: Callable[[], object] | None = None) -> Any:
    """What a type says of a field with a default that may be made anew for each instance."""
    return _Made(default_factory) if default_factory else default


def _replace(instance: Any, /, **changes: Any) -> Any:
    """The same value with other fields."""
    kept = dict(zip(instance._fields, _content(instance), strict=True))
    return type(instance)(**{**kept, **changes})


def _with(self: Any, /, **changes: Any) -> Any:
    """The same tuple with other items."""
    made = tuple.__new__(type(self), map(changes.pop, self._fields, self))
    if changes:
        raise TypeError(f"{type(self).__name__} has no {', '.join(changes)}")
    return made


class _Named(type):
    """Makes a tuple with names of a class with annotations."""

    def __new__(cls, name: str, bases: tuple[type, ...], body: dict[str, Any]) -> Any:
        if not bases:
            return super().__new__(cls, name, bases, body)
        fields = tuple(body.get("__annotations__", ()))
        defaults = {name: body.pop(name) for name in fields if name in body}
        body.update((name, _tuplegetter(number, name)) for number, name in enumerate(fields))
        own = {"_fields": fields, "_field_defaults": defaults, "__match_args__": fields, "__slots__": ()}
        return type(name, (tuple,), {**_OF_TUPLES, **body, **own})


class _Choices(type):
    """Makes a type of the texts in a class: each is the one instance of its value."""

    _all: dict[str, Any]

    def __new__(cls, name: str, bases: tuple[type, ...], body: dict[str, Any]) -> Any:
        if not bases:
            return super().__new__(cls, name, bases, body)
        texts = {n: body.pop(n) for n, text in [*body.items()] if type(text) is str and n[0] != "_"}
        made: Any = super().__new__(cls, name, (str,), body)
        made._all = {}
        for called, text in texts.items():
            one = made._all[text] = str.__new__(made, text)
            one.name, one.value = called, text
            setattr(made, called, one)
        return made

    def __call__(cls, text: str) -> Any:
        if text not in cls._all:
            raise ValueError(f"{text!r} is not a valid {cls.__name__}")
        return cls._all[text]

    def __iter__(cls) -> Iterator[Any]:
        return iter(cls._all.values())

    def __len__(cls) -> int:
        return len(cls._all)

    def __contains__(cls, text: object) -> bool:
        return text in cls._all


if TYPE_CHECKING:
    from dataclasses import field as field  # noqa: PLC0414 - others import these from here
    from dataclasses import replace as replace  # noqa: PLC0414
    from enum import StrEnum as StrEnum  # noqa: PLC0414
    from typing import NamedTuple as NamedTuple  # noqa: PLC0414
else:
    field, replace = _field, _replace

    class StrEnum(metaclass=_Choices):
        """The base that a class names to become a choice of texts."""

    class NamedTuple(metaclass=_Named):
        """The base that a class names to become a tuple with names."""


@overload
def frozen(cls: type[T], /) -> type[T]: ...
@overload
def frozen(*, kw_only: bool = False) -> Callable[[type[T]], type[T]]: ...
@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def frozen(cls: type[T] | None = None, /, *, kw_only: bool = False) -> Any:
    """A frozen type whose instances are equal when their fields are."""
    return _make(cls, kw_only, _VALUE) if cls else lambda found: _make(found, kw_only, _VALUE)


@overload
def entity(cls: type[T], /) -> type[T]: ...
@overload
def entity(*, kw_only: bool = False) -> Callable[[type[T]], type[T]]: ...
@dataclass_transform(frozen_default=True, eq_default=False, field_specifiers=(field,))
def entity(cls: type[T] | None = None, /, *, kw_only: bool = False) -> Any:
    """A frozen type whose instances are each themselves: two with the same fields are two."""
    return _make(cls, kw_only, _FROZEN) if cls else lambda found: _make(found, kw_only, _FROZEN)


@dataclass_transform(eq_default=False, field_specifiers=(field,))
def mutable(cls: type[T], /) -> type[T]:
    """A type whose fields may be assigned: what is gathered while something is read."""
    made: type[T] = _make(cls, kw_only=False, methods=_SHARED)
    return made


def _make(cls: Any, kw_only: bool, methods: dict[str, Any]) -> Any:
    """The class again, with slots for its own fields and the shared methods."""
    body = {**cls.__dict__, **methods, "__qualname__": cls.__qualname__}
    own = [
        n for n, annotation in body.get("__annotations__", {}).items() if "ClassVar" not in str(annotation)
    ]
    inherited: dict[str, Any] = getattr(cls, "_said", {})
    new = [name for name in own if name not in inherited]
    body["_said"] = {**inherited, **{name: body.pop(name, _NOTHING) for name in own}}
    body["_fields"] = tuple(body["_said"])
    body["__match_args__"] = (*getattr(cls, "__match_args__", ()), *(() if kw_only else new))
    remembers = cached_property in map(type, body.values())
    body["__slots__"] = (*new, *(("__dict__",) if remembers else ()))
    body.pop("__dict__", None)
    body.pop("__weakref__", None)
    return type(cls)(cls.__name__, cls.__bases__, body)


def _init(self: Any, *args: Any, **kwargs: Any) -> None:
    """Make the method that sets every field; it takes this one's place."""
    cls = _maker(type(self))
    said: dict[str, Any] = cls._said
    by_place: tuple[str, ...] = cls.__match_args__
    names = (*by_place, *(name for name in said if name not in by_place))
    setters = [_setter(getattr(cls, name).__set__, said[name]) for name in names]
    defaults = {n: _NOTHING if isinstance(d, _Made) else d for n, d in said.items() if d is not _NOTHING}
    made = _setting(len(names))(*setters)
    cls.__init__ = _taking(made, cls, names, len(by_place), defaults)
    cls.__init__(self, *args, **kwargs)


def _new(cls: Any, *args: Any, **kwargs: Any) -> Any:
    """Make the method that makes a tuple; it takes this one's place."""
    maker = _maker(cls)
    made = _holding(len(cls._fields))(tuple.__new__)
    maker.__new__ = staticmethod(_taking(made, maker, cls._fields, len(cls._fields), cls._field_defaults))
    return cls.__new__(cls, *args, **kwargs)


def _maker(cls: type) -> Any:
    """The type itself, or the one that it is derived from, which has the fields."""
    return next(base for base in cls.__mro__ if "_fields" in vars(base))


def _setter(put: Callable[[Any, Any], None], default: object) -> Callable[[Any, Any], None]:
    if not isinstance(default, _Made):
        return put
    factory = default.factory
    return lambda self, given: put(self, factory() if given is _NOTHING else given)


@cache
def _setting(count: int) -> Any:
    """Makes a method that hands each of so many fields to its setter."""
    return _written_out(f"setting_{count}", setting(count))


@cache
def _holding(count: int) -> Any:
    """Makes a method that makes a tuple of so many fields."""
    return _written_out(f"holding_{count}", holding(count))


def setting(count: int) -> str:
    """The text of what makes a method that sets so many fields."""
    setters = ", ".join(f"set{n}" for n in range(count))
    each = "; ".join(f"set{n}(self, field{n})" for n in range(count)) or "pass"
    return f"def setting_{count}({setters}):\n def __init__(self, {_parameters(count)}): {each}\n return __init__\n"


def holding(count: int) -> str:
    """The text of what makes a method that makes a tuple of so many fields."""
    fields = _parameters(count)
    return f"def holding_{count}(new):\n def __new__(cls, {fields}): return new(cls, ({fields}))\n return __new__\n"


def _parameters(count: int) -> str:
    return "".join(f"field{n}, " for n in range(count))


def _written_out(name: str, text: str) -> Any:
    """The function of a text: `constructors` holds those of usual counts, compiled with the package."""
    from upstreamlint import constructors

    if not hasattr(constructors, name):
        exec(text, vars(constructors))  # noqa: S102 - of numbers alone
    return getattr(constructors, name)


def _taking(made: Any, cls: type, names: Sequence[str], by_place: int, defaults: dict[str, Any]) -> Any:
    """The method with the names and the defaults of a type's fields."""
    code = made.__code__
    made.__code__ = code.replace(
        co_varnames=(code.co_varnames[0], *names),
        co_argcount=1 + by_place,
        co_kwonlyargcount=len(names) - by_place,
    )
    made.__qualname__ = f"{cls.__qualname__}.{code.co_name}"
    made.__defaults__ = tuple(defaults[name] for name in names[:by_place] if name in defaults)
    made.__kwdefaults__ = {name: defaults[name] for name in names[by_place:] if name in defaults}
    return made


def _fail_to_set(_self: Any, name: str, _value: object) -> None:
    from dataclasses import FrozenInstanceError

    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _fail_to_delete(_self: Any, name: str) -> None:
    from dataclasses import FrozenInstanceError

    raise FrozenInstanceError(f"cannot delete field {name!r}")


def _repr(self: Any) -> str:
    parts = (f"{name}={getattr(self, name)!r}" for name in self._fields)
    return f"{type(self).__qualname__}({', '.join(parts)})"


def _content(self: Any) -> tuple[Any, ...]:
    return _reader(self.__class__)(self)


@cache
def _reader(cls: Any) -> Callable[[Any], tuple[Any, ...]]:
    """Reads all fields of an instance."""
    names: tuple[str, ...] = cls._fields
    # Of a single name `attrgetter` makes no tuple.
    return attrgetter(*names) if len(names) > 1 else lambda self: tuple(getattr(self, n) for n in names)


def _equal(self: Any, other: object) -> bool:
    return _content(self) == _content(other) if other.__class__ is self.__class__ else NotImplemented


def _hash(self: Any) -> int:
    return hash(_content(self))


class _AsDataclass:
    """What `dataclasses` asks a type: its fields, all of which its instances are made of."""

    def __get__(self, _instance: object, cls: Any) -> dict[str, Any]:
        import dataclasses

        fields: dict[str, Any] = {name: dataclasses.field() for name in cls._fields}
        for name, found in fields.items():
            found.name, found._field_type = name, dataclasses._FIELD  # type: ignore[attr-defined]
        return fields


_SHARED: dict[str, Any] = {"__init__": _init, "__repr__": _repr, "__dataclass_fields__": _AsDataclass()}
_FROZEN = {**_SHARED, "__setattr__": _fail_to_set, "__delattr__": _fail_to_delete}
_VALUE = {**_FROZEN, "__eq__": _equal, "__hash__": _hash}
_OF_TUPLES: dict[str, Any] = {
    "__new__": _new,
    "__repr__": _repr,
    "__getnewargs__": lambda self: (*self,),
    "_replace": _with,
    "_make": classmethod(lambda cls, values: cls(*values)),
    "_asdict": lambda self: dict(zip(self._fields, self, strict=True)),
}
