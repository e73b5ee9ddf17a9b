"""Constraints of a provider: which labels a container must carry to be taken.

After pkg/provider/constraints/constraints_labels.go: `Label` and `LabelRegex` with `&&`, `||`, `!` and parentheses.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from upstreamlint import patterns

_TOKEN = patterns.compile(
    r"\s*(?:(?P<name>LabelRegex|Label|Tag)\(\s*(?P<args>(?:`[^`]*`|\"[^\"]*\")(?:\s*,\s*(?:`[^`]*`|\"[^\"]*\"))*)\s*\)"
    r"|(?P<mark>&&|\|\||!|\(|\)))"
)
_ARGUMENT = patterns.compile(r"`([^`]*)`|\"([^\"]*)\"")
_LONGEST = 2000


def takes(expression: str, labels: Mapping[str, str]) -> bool | None:
    """Whether a container with these labels is taken; nothing where that cannot be told, as of an expression of the user's."""
    tokens = list(_tokens(expression)) if len(expression) <= _LONGEST else None
    if tokens is None or None in tokens:
        return None
    read = _Reader([t for t in tokens if t is not None], labels)
    found = read.either()
    return found if read.at == len(read.tokens) else None


def _tokens(text: str) -> Iterator[tuple[str, tuple[str, ...]] | None]:
    at = 0
    while at < len(text) and text[at:].strip():
        found = _TOKEN.match(text, at)
        if found is None:
            yield None
            return
        at = found.end()
        arguments = tuple(a or b for a, b in _ARGUMENT.findall(found["args"] or ""))
        yield (found["name"] or found["mark"], arguments)


class _Reader:
    """Reads an expression from its tokens; `&&` binds tighter than `||`. What cannot be told is nothing."""

    def __init__(self, tokens: Sequence[tuple[str, tuple[str, ...]]], labels: Mapping[str, str]) -> None:
        self.tokens = tokens
        self.labels = labels
        self.at = 0

    def taken(self, mark: str) -> bool:
        here = self.at < len(self.tokens) and self.tokens[self.at][0] == mark
        self.at += here
        return here

    def either(self) -> bool | None:
        found = [self.both()]
        while self.taken("||"):
            found.append(self.both())
        return True if True in found else None if None in found else False

    def both(self) -> bool | None:
        found = [self.one()]
        while self.taken("&&"):
            found.append(self.one())
        return False if False in found else None if None in found else True

    def one(self) -> bool | None:
        if self.taken("!"):
            found = self.one()
            return None if found is None else not found
        if self.taken("("):
            found = self.either()
            return found if self.taken(")") else None
        if self.at == len(self.tokens):
            return None
        name, arguments = self.tokens[self.at]
        self.at += 1
        if name != "Label" or len(arguments) != _PAIR:
            return None
        return self.labels.get(arguments[0], "") == arguments[1]


_PAIR = 2
