"""Variables in Compose values: `$V`, `${V}`, `${V:-d}`, `${V-d}`, `${V:?e}`, `${V?e}`, `${V:+x}`, `${V+x}`, `$$`.

Compose turns a variable without a value into an empty string and warns. Nobody means that: the value comes
from a shell or a CI job that is not in the files, so here it stays `${V}` and the text is *unknown*. So does a text
that holds nothing but variables which a file leaves empty: they are to be filled in.
Nesting and the odd cases follow what `docker-compose config` 5.6.1 prints.
"""

from __future__ import annotations

from collections.abc import Mapping

from upstreamlint import patterns
from upstreamlint.budget import TEXT, VALUE, Budget
from upstreamlint.source import Anchor
from upstreamlint.values import frozen

_NAME = patterns.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_SAYS = patterns.compile(r"[^\W_]")
_MAX_NESTING = 40


@frozen
class Interpolated:
    """A text after interpolation.

    `unset` names the variables that are left standing, `missing` the required ones (name, message);
    `invalid` is what Compose would refuse to interpolate at all; `changed` says whether anything was
    replaced (a `$$` too).
    """

    text: str
    unset: tuple[str, ...] = ()
    missing: tuple[tuple[str, str], ...] = ()
    invalid: str = ""
    changed: bool = False


class _InvalidError(Exception):
    pass


class _TooLongError(Exception):
    pass


class _Run:
    def __init__(self, environment: Mapping[str, str], room: int) -> None:
        self.environment = environment
        self.room = room
        self.unset: list[str] = []
        self.blank: set[str] = set()
        self.missing: list[tuple[str, str]] = []

    def text(self, text: str, nesting: int = 0) -> str:
        out: list[str] = []
        at = 0
        while True:
            dollar = text.find("$", at)
            if dollar < 0:
                out.append(text[at:])
                return "".join(out)
            out.append(text[at:dollar])
            after = text[dollar + 1 : dollar + 2]
            if after == "$":
                out.append("$")
                at = dollar + 2
            elif after == "{":
                close = _closing(text, dollar + 2)
                if close < 0 or nesting > _MAX_NESTING:
                    raise _InvalidError(text)
                out.append(self.braced(text[dollar + 2 : close], text, nesting))
                at = close + 1
            elif name := _NAME.match(text, dollar + 1):
                out.append(self.plain(name.group()))
                at = name.end()
            else:
                out.append("$")
                at = dollar + 1

    def plain(self, name: str) -> str:
        value = self.environment.get(name)
        if value is None:
            self.unset.append(name)
            return "${" + name + "}"
        if not value:
            self.blank.add(name)
        return self.taken(value)

    def taken(self, value: str) -> str:
        """A variable's value, for which there must be room."""
        self.room -= len(value)
        if self.room < 0:
            raise _TooLongError
        return value

    def braced(self, inner: str, whole: str, nesting: int) -> str:
        match = _NAME.match(inner)
        if match is None:
            raise _InvalidError(whole)
        name, rest = match.group(), inner[match.end() :]
        if not rest:
            return self.plain(name)
        value = self.environment.get(name)
        empty_counts = rest[0] != ":"
        operator = rest[:1] if empty_counts else rest[1:2]
        argument = rest[1:] if empty_counts else rest[2:]
        is_set = value is not None and (empty_counts or value != "")
        if operator == "-":
            return self.taken(value or "") if is_set else self.text(argument, nesting + 1)
        if operator == "+":
            return self.text(argument, nesting + 1) if is_set else ""
        if operator == "?":
            if is_set:
                return self.taken(value or "")
            self.missing.append((name, self.text(argument, nesting + 1)))
            self.unset.append(name)
            return "${" + name + "}"
        raise _InvalidError(whole)


def _closing(text: str, start: int) -> int:
    """The brace that ends the expression which starts here: nested `${` count, lone `{` do not."""
    depth = 0
    at = start
    while at < len(text):
        if text.startswith("${", at):
            depth += 1
            at += 2
            continue
        if text[at] == "}":
            if depth == 0:
                return at
            depth -= 1
        at += 1
    return -1


def interpolate(
    text: str, environment: Mapping[str, str], budget: Budget, place: Anchor
) -> Interpolated | None:
    """The text with the values of its variables, as far as a budget allows; nothing when it does not."""
    if "$" not in text:
        return Interpolated(text)
    room = min(VALUE.most, budget.left(TEXT))
    run = _Run(environment, room)
    try:
        result = run.text(text)
        if run.blank and not _SAYS.search(result):
            # Nobody has filled these in so far.
            run = _Run({k: v for k, v in environment.items() if k not in run.blank}, room)
            result = run.text(text)
    except _InvalidError as error:
        return Interpolated(text, invalid=str(error) or text)
    except _TooLongError:
        if room == VALUE.most:
            budget.within(VALUE, VALUE.most + 1, place)
        else:
            budget.spend(TEXT, room + 1, place)
        return None
    budget.spend(TEXT, room - run.room, place)
    return Interpolated(result, tuple(run.unset), tuple(run.missing), changed=result != text)
