"""Frozen values and nodes, as dataclasses are, without the code that dataclasses generate.

A frozen dataclass with slots costs about a millisecond when its module is imported, because its methods are
written as text and compiled. The program has a few hundred such types and is started before every commit, so
its types share the methods below instead. To type checkers, and to `dataclasses.replace`, they are dataclasses.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import FrozenInstanceError, field
from typing import Any, TypeVar, dataclass_transform, overload

T = TypeVar("T")

_NOTHING = dataclasses.MISSING


@overload
def frozen(cls: type[T], /) -> type[T]: ...
@overload
def frozen(*, kw_only: bool = False) -> Callable[[type[T]], type[T]]: ...
@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def frozen(cls: type[T] | None = None, /, *, kw_only: bool = False) -> Any:
    """A frozen type whose instances are equal when their fields are."""
    return _make(cls, kw_only, _COMPARED) if cls else lambda found: _make(found, kw_only, _COMPARED)


@overload
def entity(cls: type[T], /) -> type[T]: ...
@overload
def entity(*, kw_only: bool = False) -> Callable[[type[T]], type[T]]: ...
@dataclass_transform(frozen_default=True, eq_default=False, field_specifiers=(field,))
def entity(cls: type[T] | None = None, /, *, kw_only: bool = False) -> Any:
    """A frozen type whose instances are each themselves: two with the same fields are two."""
    return _make(cls, kw_only, {}) if cls else lambda found: _make(found, kw_only, {})


def _make(cls: type, kw_only: bool, methods: dict[str, Any]) -> type:
    """The class again, with slots for its own fields and the shared methods."""
    inherited: dict[str, dataclasses.Field[Any]] = dict(getattr(cls, "__dataclass_fields__", {}))
    own = {
        name: _field(cls, name, kw_only)
        for name, annotation in cls.__dict__.get("__annotations__", {}).items()
        if "ClassVar" not in str(annotation)
    }
    fields = {**inherited, **own}
    body = {k: v for k, v in cls.__dict__.items() if k not in own and k not in ("__dict__", "__weakref__")}
    body.update(_SHARED)
    body.update(methods)
    body["__slots__"] = tuple(name for name in own if name not in inherited)
    body["__dataclass_fields__"] = fields
    body["__match_args__"] = tuple(name for name, f in fields.items() if not f.kw_only)
    body["__qualname__"] = cls.__qualname__
    made = type(cls)(cls.__name__, cls.__bases__, body)
    made._setters = {name: getattr(made, name).__set__ for name in fields}  # type: ignore[attr-defined]
    made._positional = tuple(made._setters[name] for name in made.__match_args__)  # type: ignore[attr-defined]
    made._required = len(fields)  # type: ignore[attr-defined]
    return made


def _field(cls: type, name: str, kw_only: bool) -> dataclasses.Field[Any]:
    given = cls.__dict__.get(name, _NOTHING)
    made: dataclasses.Field[Any] = given if isinstance(given, dataclasses.Field) else field(default=given)
    made.name = name
    made.type = cls.__dict__["__annotations__"][name]
    made.kw_only = kw_only
    made._field_type = dataclasses._FIELD  # type: ignore[attr-defined]
    return made


def _init(self: Any, *args: Any, **kwargs: Any) -> None:
    """Set every field; the message about a wrong call names the type and the field."""
    positional = self._positional
    for setter, given in zip(positional, args):  # noqa: B905 - the lengths are compared below, once
        setter(self, given)
    setters = self._setters
    try:
        for name, given in kwargs.items():
            setters[name](self, given)
    except KeyError as error:
        raise TypeError(f"{type(self).__name__} has no field {error}") from None
    if len(args) + len(kwargs) != self._required or len(args) > len(positional):
        _defaults(self, args, kwargs)


def _defaults(self: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    given = {*self.__match_args__[: len(args)], *kwargs}
    if len(args) > len(self.__match_args__):
        raise TypeError(f"{type(self).__name__} takes {len(self.__match_args__)} positional fields")
    for name, found in self.__dataclass_fields__.items():
        if name in given:
            continue
        if found.default is not _NOTHING:
            self._setters[name](self, found.default)
        elif found.default_factory is not _NOTHING:
            self._setters[name](self, found.default_factory())
        else:
            raise TypeError(f"{type(self).__name__} needs the field `{name}`")


def _set(_self: Any, name: str, _value: object) -> None:
    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _delete(_self: Any, name: str) -> None:
    raise FrozenInstanceError(f"cannot delete field {name!r}")


def _repr(self: Any) -> str:
    parts = (f"{name}={getattr(self, name)!r}" for name in self.__dataclass_fields__)
    return f"{type(self).__qualname__}({', '.join(parts)})"


def _content(self: Any) -> tuple[Any, ...]:
    return tuple(getattr(self, name) for name in self.__dataclass_fields__)


def _equal(self: Any, other: object) -> bool:
    return _content(self) == _content(other) if other.__class__ is self.__class__ else NotImplemented


def _hash(self: Any) -> int:
    return hash(_content(self))


_SHARED: dict[str, Any] = {
    "__init__": _init,
    "__setattr__": _set,
    "__delattr__": _delete,
    "__repr__": _repr,
}
_COMPARED: dict[str, Any] = {"__eq__": _equal, "__hash__": _hash}
