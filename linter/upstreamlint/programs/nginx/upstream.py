"""An upstream as nginx reads it, and the blocks that its directives stand in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, TypeAlias

from upstreamlint.documents import Scalar
from upstreamlint.programs.nginx.address import Address, part
from upstreamlint.programs.nginx.syntax import Directive
from upstreamlint.source import Anchor
from upstreamlint.values import NamedTuple, frozen

Context: TypeAlias = Literal["http", "stream"]


@frozen
class Scope:
    """One block as its directives see it; `header` is nothing for the top of a fragment."""

    kind: str
    header: Directive | None
    directives: tuple[Directive, ...]


Scopes: TypeAlias = tuple[Scope, ...]
"""A block and the blocks around it, the innermost first."""


def named(directives: tuple[Directive, ...], *names: str) -> Iterator[Directive]:
    """The directives with one of the names, in order."""
    return (d for d in directives if d.name.value in names)


def setting(scopes: Scopes, name: str) -> Directive | None:
    """The directive that is in force: the innermost block that has it, and there the last one."""
    for scope in scopes:
        found = list(named(scope.directives, name))
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
