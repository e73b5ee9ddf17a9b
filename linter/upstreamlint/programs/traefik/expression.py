"""Expressions of Traefik: calls such as ``Host(`shop.example`)`` with `&&`, `||`, `!` and parentheses.

Rules of routers and constraints of providers are written in them. After vulcand/predicate, which reads them as Go:
texts stand in backticks or double quotes, and a line that ends behind a `)` ends the expression.
"""

from __future__ import annotations

from upstreamlint import patterns
from upstreamlint.typed import TypeAlias
from upstreamlint.values import frozen

LONGEST = 4000
"""So many characters are read."""

_DEEPEST = 50
_TOKEN = patterns.compile(
    r"(?P<text>`[^`]*`|\"(?:[^\"\\\n]|\\.)*\")|(?P<name>[A-Za-z_]\w*)|(?P<mark>&&|\|\||[!(),])|(?P<end>\n)"
)
_BLANK = patterns.compile(r"[ \t\r]*")


@frozen
class Argument:
    """A text that a call is given, and where it stands, without its quotes."""

    value: str
    start: int
    end: int


@frozen
class Call:
    """A matcher with its arguments. `start` and `end` are those of its name."""

    name: str
    arguments: tuple[Argument, ...]
    start: int
    end: int


@frozen
class Not:
    """What does not hold."""

    inner: Expression


@frozen
class Joined:
    """Several that must all hold, or one of which must."""

    every: bool
    parts: tuple[Expression, ...]


Expression: TypeAlias = Call | Not | Joined


@frozen
class Fault:
    """An expression that cannot be read: where, and what stands there."""

    at: int
    found: str


@frozen
class _Token:
    kind: str
    text: str
    start: int
    end: int


def parse(text: str) -> Expression | Fault:
    """An expression, or why it is none."""
    if len(text) > LONGEST:
        return Fault(0, "too long")
    try:
        reader = _Reader(_tokens(text))
        found = reader.joined(0, every=False)
        reader.ends()
    except _Broken as broken:
        return Fault(broken.token.start, broken.token.text)
    return found


class _Broken(Exception):  # noqa: N818 - it ends the reading of a text, and is no error of this program
    def __init__(self, token: _Token) -> None:
        self.token = token


def _tokens(text: str) -> list[_Token]:
    """The words of a text; what is no word is the last of them."""
    found: list[_Token] = []
    at = 0
    while at < len(text):
        blank = _BLANK.match(text, at)
        at = blank.end() if blank else at
        match = _TOKEN.match(text, at)
        if at == len(text):
            break
        if match is None:
            found.append(_Token("other", text[at], at, at + 1))
            return found
        closed = bool(found) and found[-1].text == ")"
        if match["end"] is None:
            found.append(_Token(match.lastgroup or "", match[0], at, match.end()))
        elif closed:
            found.append(_Token("end", "the end of the line", at, match.end()))
        at = match.end()
    found.append(_Token("last", "the end", len(text), len(text)))
    return found


class _Reader:
    def __init__(self, tokens: list[_Token]) -> None:
        self.tokens = tokens
        self.at = 0

    @property
    def here(self) -> _Token:
        return self.tokens[min(self.at, len(self.tokens) - 1)]

    def taken(self, mark: str) -> bool:
        """Whether a mark stands here, which is then passed."""
        here = self.here.kind == "mark" and self.here.text == mark
        self.at += here
        return here

    def wanted(self, mark: str) -> None:
        if not self.taken(mark):
            raise _Broken(self.here)

    def ends(self) -> None:
        """Nothing may follow but blank lines."""
        if self.here.kind == "end":
            self.at += 1
        if self.here.kind != "last":
            raise _Broken(self.tokens[self.at - 1] if self.tokens[self.at - 1].kind == "end" else self.here)

    def joined(self, depth: int, *, every: bool) -> Expression:
        """Parts with `||` between them, or those with `&&`, which binds tighter."""
        if depth > _DEEPEST:
            raise _Broken(self.here)
        parts = [self.part(depth, every)]
        while self.taken("&&" if every else "||"):
            parts.append(self.part(depth, every))
        return parts[0] if len(parts) == 1 else Joined(every, tuple(parts))

    def part(self, depth: int, every: bool) -> Expression:
        return self.one(depth) if every else self.joined(depth, every=True)

    def one(self, depth: int) -> Expression:
        if self.taken("!"):
            return Not(self.one(depth + 1) if depth < _DEEPEST else self.joined(depth + 1, every=False))
        if self.taken("("):
            found = self.joined(depth + 1, every=False)
            self.wanted(")")
            return found
        name = self.here
        if name.kind != "name":
            raise _Broken(name)
        self.at += 1
        self.wanted("(")
        return Call(name.text, tuple(self.arguments()), name.start, name.end)

    def arguments(self) -> list[Argument]:
        found: list[Argument] = []
        while not self.taken(")"):
            token = self.here
            if token.kind != "text":
                raise _Broken(token)
            self.at += 1
            found.append(Argument(token.text[1:-1], token.start + 1, token.end - 1))
            if not self.taken(","):
                self.wanted(")")
                break
        return found
