"""The words of `typing` that modules say, for all but type checkers: importing it takes a tenth of starting Python."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import IO as IO  # noqa: PLC0414 - others import these from here
    from typing import Any as Any  # noqa: PLC0414
    from typing import Final as Final  # noqa: PLC0414
    from typing import Literal as Literal  # noqa: PLC0414
    from typing import Protocol as Protocol  # noqa: PLC0414
    from typing import TextIO as TextIO  # noqa: PLC0414
    from typing import TypeAlias as TypeAlias  # noqa: PLC0414
    from typing import TypedDict as TypedDict  # noqa: PLC0414
    from typing import TypeVar as TypeVar  # noqa: PLC0414
    from typing import cast as cast  # noqa: PLC0414
    from typing import dataclass_transform as dataclass_transform  # noqa: PLC0414
    from typing import overload as overload  # noqa: PLC0414
else:

    class Literal:
        """Values as a type."""

        def __class_getitem__(cls, values: object) -> object:
            return cls

    class Protocol:
        """The base of what says what others can do."""

    class TypedDict(dict):
        """The base of what says which keys a mapping has."""

        def __init_subclass__(cls, **_: object) -> None:
            """Take whether all keys are there."""

    def TypeVar(name: str, *_: object, **__: object) -> object:  # noqa: N802
        """A name that stands for a type."""
        return name

    def cast(_: object, value: object) -> object:
        """The value, whatever it is."""
        return value

    def overload(function: object) -> object:
        """One of the ways to call a function."""
        return function

    def dataclass_transform(**_: object) -> object:
        """Say that a function makes what `dataclasses` makes."""
        return lambda function: function

    Any = Final = IO = TextIO = TypeAlias = object
