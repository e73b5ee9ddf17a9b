"""Regular expressions that are compiled when they are first asked.

A run over a few files asks a third of the expressions of the modules that it imports, and compiling one takes as long
as reading a short file. What is asked of one is kept beside it, so that it is found as quickly as on a compiled one.
"""

from __future__ import annotations

import re

from upstreamlint.typed import TYPE_CHECKING, Any


class Pattern:
    """To everybody who asks, a `re.Pattern`."""

    def __init__(self, expression: str, flags: int = 0) -> None:
        self._said = (expression, flags)

    def __getattr__(self, name: str) -> Any:
        found = self.__dict__[name] = getattr(re.compile(*self._said), name)
        return found

    # Where a module keeps one of these under a name of its own, taking it is no asking.

    def match(self, *given: Any) -> Any:
        """As that of `re.Pattern`."""
        return (self.__dict__.get("match") or self.__getattr__("match"))(*given)

    def search(self, *given: Any) -> Any:
        """As that of `re.Pattern`."""
        return (self.__dict__.get("search") or self.__getattr__("search"))(*given)

    def fullmatch(self, *given: Any) -> Any:
        """As that of `re.Pattern`."""
        return (self.__dict__.get("fullmatch") or self.__getattr__("fullmatch"))(*given)

    def __repr__(self) -> str:
        return f"compile{self._said}"


if TYPE_CHECKING:
    compile = re.compile  # noqa: A001 - it stands in for the one of `re`
else:
    compile = Pattern  # noqa: A001
