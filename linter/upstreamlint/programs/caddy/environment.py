"""`{$NAME:default}`: Caddy puts environment variables into a Caddyfile before it looks at a single word.

After Caddy's `replaceEnvVars` (caddyconfig/caddyfile/parse.go): the first `}` ends a placeholder, a variable
that is not set gives its default or nothing, and what was put in is not looked at again.
"""

from __future__ import annotations

from collections.abc import Mapping

from upstreamlint.readers.fragment import Fragment, Piece
from upstreamlint.values import frozen

OPEN = "{$"


@frozen
class Environment:
    """The variables of the process; with `complete`, what is not among them is not set."""

    values: Mapping[str, str]
    complete: bool = False

    def value(self, inner: str) -> str | None:
        """What `NAME` or `NAME:default` stands for; nothing when that cannot be known."""
        name, colon, default = inner.partition(":")
        found = self.values.get(name)
        if found is not None:
            return found
        return (default if colon else "") if self.complete else None


UNKNOWN = Environment({})


def substitute(fragment: Fragment, environment: Environment) -> Fragment:
    """The text that Caddy lexes. Placeholders of unknown value stay; a value stands where its placeholder does."""
    text = fragment.text
    parts: list[str] = []
    pieces: list[Piece] = []
    size = done = at = 0
    while (start := text.find(OPEN, at)) >= 0:
        close = text.find("}", start + len(OPEN))
        if close < 0:
            break
        at = close + 1
        value = environment.value(text[start + len(OPEN) : close]) if close > start + len(OPEN) else None
        if value is None:
            continue
        pieces.extend(p._replace(at=size + p.at) for p in fragment.cut(done, start))
        parts.append(text[done:start])
        size += start - done
        where = fragment.place(start, at)
        pieces.append(Piece(size, where.start, where.end, verbatim=False))
        parts.append(value)
        size += len(value)
        done = at
    if not done:
        return fragment
    pieces.extend(p._replace(at=size + p.at) for p in fragment.cut(done, len(text)))
    parts.append(text[done:])
    return Fragment(fragment.source, "".join(parts), tuple(pieces), fragment.path)
