"""An upstream as nginx reads it, and the blocks that its directives stand in."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import cached_property

from upstreamlint.documents import Scalar
from upstreamlint.programs.nginx.address import Address, part
from upstreamlint.programs.nginx.language.syntax import Directive
from upstreamlint.source import Anchor
from upstreamlint.typed import Literal, TypeAlias
from upstreamlint.values import NamedTuple, frozen

Context: TypeAlias = Literal["http", "stream"]


@frozen
class Scope:
    """One block as its directives see it; `header` is nothing for the top of a fragment."""

    kind: str
    header: Directive | None
    directives: tuple[Directive, ...]

    @cached_property
    def _by_name(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for place, directive in enumerate(self.directives):
            found.setdefault(directive.name.value, []).append(place)
        return found

    @property
    def names(self) -> Collection[str]:
        """The names of its directives."""
        return self._by_name.keys()

    @cached_property
    def may_set(self) -> tuple[Directive, ...]:
        """Its directives that may set a variable of any name: by a capture, by Lua or Perl, by a module."""
        return tuple(d for d in self.directives if _may_set(d))

    def all(self, *names: str) -> list[Directive]:
        """Its directives with one of the names, in order."""
        if len(names) == 1:
            return [self.directives[place] for place in self._by_name.get(names[0], ())]
        places = sorted(place for name in names for place in self._by_name.get(name, ()))
        return [self.directives[place] for place in places]


def _may_set(directive: Directive) -> bool:
    name = directive.name.value
    modules = (
        "_by_lua" in name or "perl" in name or name.endswith(("_set", "js_var")) or name.startswith("set_")
    )
    return modules or any("(?" in a.value for a in directive.args)


Scopes: TypeAlias = tuple[Scope, ...]
"""A block and the blocks around it, the innermost first."""


def named(directives: tuple[Directive, ...], *names: str) -> Iterator[Directive]:
    """The directives with one of the names, in order."""
    return (d for d in directives if d.name.value in names)


def setting(scopes: Scopes, name: str) -> Directive | None:
    """The directive that is in force: the innermost block that has it, and there the last one."""
    for scope in scopes:
        found = scope.all(name)
        if found:
            return found[-1]
    return None


@frozen
class Resolver:
    """The DNS servers that answer at run time. They know neither /etc/hosts nor search domains."""

    directive: Directive
    addresses: tuple[tuple[Scalar, Address], ...]

    @property
    def anchor(self) -> Anchor:
        """The directive."""
        return self.directive.head


@frozen
class UpstreamServer:
    """One `server` of an upstream.

    `order` counts the directives of the block, so that what stands before what can be told across includes.
    Times are seconds; a number that nginx would refuse is nothing.
    """

    directive: Directive
    written: Scalar
    address: Address
    order: int
    parameters: tuple[Scalar, ...]
    down: bool
    backup: bool
    drain: bool
    resolve: bool
    service: str | None
    weight: int | None
    max_fails: int | None
    fail_timeout: float | None
    max_conns: int | None

    @property
    def anchor(self) -> Anchor:
        """The directive without its `;`."""
        return self.directive.head

    @property
    def host_anchor(self) -> Anchor:
        """The host alone."""
        return part(self.written, *self.address.host_at)

    @property
    def port_anchor(self) -> Anchor:
        """The port alone; the whole address when it has none."""
        start, end = self.address.port_at
        return part(self.written, start, end) if end > start else self.written.anchor

    def parameter(self, name: str) -> Scalar | None:
        """A parameter, by its name before the `=`."""
        return next((p for p in self.parameters if p.value.partition("=")[0] == name), None)


class Method(NamedTuple):
    """A load-balancing method, with its place among the directives of its block."""

    directive: Directive
    order: int

    @property
    def name(self) -> str:
        """`ip_hash`, `hash`, `least_conn` ..."""
        return self.directive.name.value


@frozen
class Upstream:
    """A named group of servers. Names ignore case: compare `key`.

    `opaque` says that the servers may come from elsewhere: a state file, an include that was not read, Lua.
    """

    name: Scalar
    context: Context
    servers: tuple[UpstreamServer, ...]
    methods: tuple[Method, ...]
    zone: Directive | None
    keepalive: Directive | None
    resolver: Resolver | None
    resolver_outside: Resolver | None
    opaque: bool
    directive: Directive

    @property
    def key(self) -> str:
        """The name that references are compared with."""
        return self.name.value.lower()

    @property
    def id(self) -> str:
        """Its file and its name."""
        return f"{self.name.source.path}#{self.context}/upstream/{self.key}"

    @property
    def anchor(self) -> Anchor:
        """`upstream NAME`."""
        return self.directive.head
