"""`{$NAME:default}`: Caddy puts environment variables into a Caddyfile before it looks at a single word.

After Caddy's `replaceEnvVars` (caddyconfig/caddyfile/parse.go): the first `}` ends a placeholder, a variable
that is not set gives its default or nothing, and what was put in is not looked at again.
"""

from __future__ import annotations

from upstreamlint.programs.variables import Variables
from upstreamlint.readers.fragment import Fragment, Piece

OPEN = "{$"


def value(inner: str, variables: Variables) -> str | None:
    """What `NAME` or `NAME:default` stands for; nothing when that cannot be known."""
    name, colon, default = inner.partition(":")
    found = variables.get(name)
    if found is not None:
        return found
    return (default if colon else "") if variables.knows(name) else None


def substitute(fragment: Fragment, variables: Variables) -> Fragment:
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
        found = value(text[start + len(OPEN) : close], variables) if close > start + len(OPEN) else None
        if found is None:
            continue
        pieces.extend(p._replace(at=size + p.at) for p in fragment.cut(done, start))
        parts.append(text[done:start])
        size += start - done
        where = fragment.place(start, at)
        pieces.append(Piece(size, where.start, where.end, verbatim=False))
        parts.append(found)
        size += len(found)
        done = at
    if not done:
        return fragment
    pieces.extend(p._replace(at=size + p.at) for p in fragment.cut(done, len(text)))
    parts.append(text[done:])
    return Fragment(fragment.source, "".join(parts), tuple(pieces), fragment.path)
