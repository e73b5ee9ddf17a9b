"""`{$NAME:default}`: Caddy puts environment variables into a Caddyfile before it looks at a single word.

After Caddy's `replaceEnvVars` (caddyconfig/caddyfile/parse.go): the first `}` ends a placeholder, a variable
that is not set gives its default or nothing, and what was put in is not looked at again.
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.programs.variables import Variables
from upstreamlint.readers.fragment import Fragment, edited

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
    return edited(fragment, _values(fragment.text, variables))


def _values(text: str, variables: Variables) -> Iterator[tuple[int, int, str]]:
    at = 0
    while (start := text.find(OPEN, at)) >= 0:
        close = text.find("}", start + len(OPEN))
        if close < 0:
            return
        at = close + 1
        inner = text[start + len(OPEN) : close]
        found = value(inner, variables) if inner else None
        if found is not None:
            yield start, at, found
