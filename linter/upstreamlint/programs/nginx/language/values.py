"""What a variable can hold where it is used, as far as the text tells.

`set` is followed in the order in which nginx runs it: the server's, then the innermost location's (outer
locations' are not run), then those of the conditions around the pass. `map`, `geo` and `split_clients`
give all their values. Anything else (headers, captures, Lua) is unknown, which is never wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from upstreamlint.documents import Scalar
from upstreamlint.programs.nginx.address import Address
from upstreamlint.programs.nginx.config import Config, Pass
from upstreamlint.programs.nginx.dials.hosts import asked_hosts, fitting
from upstreamlint.programs.nginx.dials.targets import PATH_VARIABLES, VARIABLE, schemes_of, split_target
from upstreamlint.programs.nginx.language.syntax import Directive
from upstreamlint.programs.nginx.upstream import Scope, Scopes
from upstreamlint.values import NamedTuple

MAX_VALUES = 256
"""More combinations than this are unknown."""
_MAX_DEPTH = 10

_CONSTANTS = frozenset({"map", "geo", "split_clients"})
_MAP_FLAGS = frozenset({"hostnames", "volatile", "ranges", "proxy", "proxy_recursive", "delete"})


class Value(NamedTuple):
    """One value, and the word that it is written in; no word for a value that nobody wrote (empty).

    One that was put together has `parts`: where each starts, and the word that it is written in.
    """

    text: str
    origin: Scalar | None
    parts: tuple[tuple[int, Scalar | None], ...] = ()

    def origin_at(self, offset: int) -> Scalar | None:
        """The word that the character at an offset is written in, if it is known."""
        return next((word for start, word in reversed(self.parts) if start <= offset), self.origin)

    def plus(self, text: str, other: Value | None = None) -> Value:
        """With a text, or another value, behind it; the last word that is known stands for all of it."""
        at = len(self.text)
        if other is None:
            added: tuple[tuple[int, Scalar | None], ...] = ((at, None),) if text else ()
            return Value(self.text + text, self.origin, (*self.parts, *added))
        inner = tuple((at + start, word or other.origin) for start, word in other.parts)
        added = inner or ((at, other.origin),)
        return Value(self.text + other.text, other.origin or self.origin, (*self.parts, *added))


class _Place(NamedTuple):
    """Where a variable is used: the blocks around, those that hold `map`s, what `$host` may be, and what is known so far."""

    scopes: Scopes
    constants: list[Scope]
    hosts: frozenset[str] | None
    known: dict[str, tuple[Value, ...] | None]


class Target(NamedTuple):
    """One thing that a pass may dial."""

    value: Value
    scheme: str
    address: Address | None
    port: int | None
    fault: str | None

    @property
    def host_word(self) -> Scalar | None:
        """The word that the host is written in, where that is not the pass itself."""
        return self._word(self.address.host_at[0]) if self.address is not None else self.value.origin

    @property
    def port_word(self) -> Scalar | None:
        """The word that the port is written in, likewise."""
        return self._word(self.address.port_at[0]) if self.address is not None else self.value.origin

    def _word(self, at: int) -> Scalar | None:
        behind = len(self.address.text) - at if self.address is not None else 0
        return self.value.origin_at(len(self.value.text) - behind) or self.value.origin


def targets(config: Config, target: Pass) -> tuple[Target, ...] | None:
    """Everything that a pass may dial; nothing when it cannot be told.

    An empty host or a missing scheme is a target with a fault: nginx answers 500 for it.
    """
    schemes = schemes_of(target.kind, target.context)
    if target.address is not None or not target.variables:
        value = Value(target.target.value, target.target)
        return (Target(value, target.scheme, target.address, target.port, target.fault),)
    found = possible(config, target, target.target.value)
    if found is None:
        return None
    result: list[Target] = []
    for value in found:
        scheme, address, fault = split_target(value.text, schemes)
        default = schemes.get(scheme)
        port = address.port if address is not None and address.port is not None else default
        where = value._replace(origin=value.origin or target.target)
        result.append(Target(where, scheme.removesuffix("://"), address, port, fault))
    return tuple(result)


def possible(config: Config, target: Pass, text: str) -> tuple[Value, ...] | None:
    """Every text that a text with variables can become where a pass stands."""
    constants = [s for context, s in config.scopes if context == target.context]
    place = _Place(target.scopes, constants, asked_hosts(config, target.scopes), {})
    return _expand(text, None, place, 0)


def _expand(text: str, origin: Scalar | None, place: _Place, depth: int) -> tuple[Value, ...] | None:
    if depth > _MAX_DEPTH:
        return None
    results = [Value("", origin)]
    at = 0
    for match in VARIABLE.finditer(text):
        results = [v.plus(text[at : match.start()]) for v in results]
        at = match.end()
        name = match[1] or match[2]
        if name in PATH_VARIABLES:
            options: tuple[Value, ...] | None = (Value("/", None),)
        else:
            options = _variable(name, place, depth + 1)
        if options is None or len(results) * len(options) > MAX_VALUES:
            return None
        results = [v.plus("", o) for v in results for o in options]
    return _unique(v.plus(text[at:]) for v in results)


def _unique(values: Iterator[Value]) -> tuple[Value, ...]:
    found: dict[str, Value] = {}
    for value in values:
        found.setdefault(value.text, value)
    return tuple(found.values())


def _variable(name: str, place: _Place, depth: int) -> tuple[Value, ...] | None:
    """The values of a variable, worked out once; one that depends on itself is unknown."""
    if name not in place.known:
        place.known[name] = None
        place.known[name] = _look_up(name, place, depth)
    return place.known[name]


def _look_up(name: str, place: _Place, depth: int) -> tuple[Value, ...] | None:
    if _set_elsewhere(name, place.scopes):
        return None
    assigned = _assigned(name, place, depth)
    if assigned is not None:
        return assigned or None
    found: list[Value] = []
    known = False
    for scope in place.constants:
        for directive in scope.all(*_CONSTANTS):
            if directive.args[-1:] and _defines(directive, name):
                known = True
                values = _constant(directive, place, depth)
                if values is None:
                    return None
                found.extend(values)
    return _unique(iter(found)) if known else None


def _defines(directive: Directive, name: str) -> bool:
    return directive.args[-1].value == "$" + name and directive.block is not None


def _constant(directive: Directive, place: _Place, depth: int) -> tuple[Value, ...] | None:
    """The values of a `map`, `geo` or `split_clients`; what has no default may be empty."""
    found: list[Value] = []
    entries, rest = fitting(directive, place.hosts)
    default = not rest
    for entry in entries:
        key = entry.name.value
        if key == "include":
            return None
        if not entry.args:
            continue
        if key in _MAP_FLAGS and entry.name.plain:
            continue
        default |= key in ("default", "*") and entry.name.plain
        written = entry.args[-1]
        values = _expand(written.value, written, place, depth)
        if values is None:
            return None
        found.extend(values)
    if not default:
        found.append(Value("", directive.args[-1]))
    return _unique(iter(found))


def _run(scopes: Scopes) -> list[Scope]:
    """The blocks whose `set` directives nginx runs before a pass, in their order."""
    inner: list[Scope] = []
    location: list[Scope] = []
    server: list[Scope] = []
    for scope in scopes:
        if scope.kind in ("if", "limit_except") and not location:
            inner.insert(0, scope)
        elif scope.kind == "location" and not location:
            location = [scope]
        elif scope.kind == "server":
            server = [scope]
    return [*server, *location, *inner]


def _assigned(name: str, place: _Place, depth: int) -> tuple[Value, ...] | None:
    """The values that `set` can leave; nothing when no `set` of the variable is run, empty when unknown."""
    run = _run(place.scopes)
    entered = {id(scope.header) for scope in run}
    values: tuple[Value, ...] | None = None
    for scope in run:
        for written, conditional in _sets(name, scope.all("set", "if"), entered):
            new = _expand(written.value, written, place, depth)
            if new is None:
                return ()
            before = values if values is not None else (Value("", None),) if conditional else ()
            # A value that another `set` copies may be an earlier one than the last.
            values = _unique(iter((*before, *new))) if conditional or depth > 1 else new
    return values


def _sets(name: str, directives: Iterable[Directive], entered: set[int]) -> Iterator[tuple[Scalar, bool]]:
    """Each `set` of a variable, and whether it is run only under a condition."""
    for directive in directives:
        if directive.name.value == "set" and [a.value for a in directive.args[:1]] == ["$" + name]:
            if len(directive.args) > 1:
                yield directive.args[1], False
        elif directive.name.value == "if" and directive.block and id(directive) not in entered:
            yield from ((written, True) for written, _ in _sets(name, directive.block, entered))


def _set_elsewhere(name: str, scopes: Scopes) -> bool:
    """Whether something that cannot be followed may set the variable: Lua, a capture, a module."""
    captures = re.compile(rf"\(\?(?:P?<{re.escape(name)}>|'{re.escape(name)}')")
    for scope in scopes:
        if scope.header and any(captures.search(a.value) for a in scope.header.args):
            return True
        for directive in scope.may_set:
            if "_by_lua" in directive.name.value or "perl" in directive.name.value:
                return True
            if directive.name.value in ("server_name", "if", "rewrite", "location") and any(
                captures.search(a.value) for a in directive.args
            ):
                return True
            sets = directive.name.value.endswith(("_set", "js_var")) or directive.name.value.startswith(
                "set_"
            )
            if sets and any(a.value == "$" + name for a in directive.args):
                return True
    return False
