"""What an nginx configuration says, as values: servers, locations and the passes that leave them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from upstreamlint.documents import Scalar
from upstreamlint.programs.nginx.address import Address, part
from upstreamlint.programs.nginx.language.include import Include
from upstreamlint.programs.nginx.language.syntax import Directive, Fragment
from upstreamlint.programs.nginx.upstream import Context, Resolver, Scope, Scopes, Upstream, setting
from upstreamlint.readers.fault import Fault
from upstreamlint.source import Anchor
from upstreamlint.values import NamedTuple, frozen


@frozen
class Pass:
    """A `*_pass`: where requests are sent.

    `address` is nothing when a variable stands where the host or port would. `variables` are those of the
    whole target: with any of them nginx looks the host up at run time. `fault` is nginx's wording for a
    target that it refuses. `default_port` is nothing where nginx wants an upstream or a port.
    `conditional` is a pass inside `if` or `limit_except`.
    """

    directive: Directive
    kind: str
    context: Context
    target: Scalar
    scheme: str
    address: Address | None
    offset: int
    uri: str
    variables: tuple[str, ...]
    fault: str | None
    default_port: int | None
    resolver: Resolver | None
    scopes: Scopes
    conditional: bool

    @property
    def anchor(self) -> Anchor:
        """The target."""
        return self.target.anchor

    @property
    def host_anchor(self) -> Anchor:
        """The host alone; the whole target when it is not literal."""
        return self._part(self.address.host_at if self.address else (0, 0))

    @property
    def port_anchor(self) -> Anchor:
        """The port alone; the whole target when it has none."""
        return self._part(self.address.port_at if self.address else (0, 0))

    @property
    def port(self) -> int | None:
        """The port that would be dialled, were the host no upstream."""
        written = self.address.port if self.address else None
        return written if written is not None else self.default_port

    def _part(self, at: tuple[int, int]) -> Anchor:
        start, end = at
        return (
            part(self.target, self.offset + start, self.offset + end) if end > start else self.target.anchor
        )

    def setting(self, name: str) -> Directive | None:
        """The directive that is in force where the pass stands."""
        return setting(self.scopes, name)


@frozen
class Location:
    """A location; `modifier` is empty or one of `=` `~` `~*` `^~`, `path` of a named one starts with `@`."""

    modifier: str
    path: Scalar | None
    passes: tuple[Pass, ...]
    locations: tuple[Location, ...]
    directive: Directive
    scopes: Scopes

    @property
    def named(self) -> bool:
        """Whether only nginx itself can send requests here."""
        return self.path is not None and not self.modifier and self.path.value.startswith("@")

    @property
    def title(self) -> str:
        """The modifier and the path."""
        path = self.path.value if self.path else ""
        return f"{self.modifier} {path}".strip()

    @property
    def directives(self) -> tuple[Directive, ...]:
        """What the block holds."""
        return self.directive.block or ()

    @property
    def anchor(self) -> Anchor:
        """The block's header."""
        return self.directive.head


@frozen
class Listen:
    """Where a server listens. The host is empty for every address; the port is nothing for sockets."""

    directive: Directive
    written: Scalar
    host: str
    port: int | None
    parameters: tuple[str, ...]

    @property
    def default_server(self) -> bool:
        """Whether it takes the requests that no `server_name` fits."""
        return "default_server" in self.parameters or "default" in self.parameters

    @property
    def anchor(self) -> Anchor:
        """The address."""
        return self.written.anchor


@frozen
class Server:
    """A virtual server. `directive` is nothing for the loose directives of a fragment."""

    context: Context
    listens: tuple[Listen, ...]
    names: tuple[Scalar, ...]
    locations: tuple[Location, ...]
    passes: tuple[Pass, ...]
    resolver: Resolver | None
    directive: Directive | None
    scopes: Scopes

    @property
    def directives(self) -> tuple[Directive, ...]:
        """What the block holds."""
        return self.scopes[0].directives

    @property
    def anchor(self) -> Anchor:
        """`server`; for loose directives the first of them."""
        return (self.directive or self.scopes[0].directives[0]).head

    @property
    def title(self) -> str:
        """Its first name and first port, as a route's listener is named."""
        names = [n.value for n in self.names if n.value not in ("_", "")]
        port = next((item.port for item in self.listens if item.port is not None), None)
        host = names[0] if names else "*"
        return host if port is None or port in (80, 443) else f"{host}:{port}"

    @property
    def id(self) -> str:
        """Its file, names and addresses."""
        listens = ",".join(item.written.value for item in self.listens)
        return f"{self.anchor.source.path}#server/{' '.join(n.value for n in self.names)}/{listens}"

    def all_locations(self) -> Iterator[Location]:
        """Every location, nested ones too, in the order written."""
        stack = list(reversed(self.locations))
        while stack:
            location = stack.pop()
            yield location
            stack.extend(reversed(location.locations))


class Route(NamedTuple):
    """A pass with the server and the location that lead to it."""

    server: Server
    location: Location | None
    target: Pass


@frozen
class Config:
    """One nginx: a main file and what it includes.

    A `fragment` is read without the file that includes it; what it does not define may be defined there.
    `complete` says that everything nginx would read was read, so that absence means something.
    """

    main: Fragment
    fragments: tuple[Fragment, ...]
    includes: tuple[Include, ...]
    faults: tuple[Fault, ...]
    fragment: bool
    templated: bool
    complete: bool
    scopes: tuple[tuple[Context, Scope], ...]
    upstreams: tuple[Upstream, ...]
    servers: tuple[Server, ...]
    resolvers: tuple[Resolver, ...]

    @cached_property
    def by_port(self) -> dict[int, list[Server]]:
        """The servers for HTTP on each port; one that says nothing listens on 80."""
        found: dict[int, list[Server]] = {}
        for server in self.servers:
            ports = {i.port for i in server.listens} if server.listens else {80}
            for port in ports if server.context == "http" else ():
                if port is not None:
                    found.setdefault(port, []).append(server)
        return found

    @cached_property
    def by_directive(self) -> dict[int, Server]:
        """The servers by the identities of their blocks."""
        return {id(s.directive): s for s in self.servers if s.directive is not None}

    @cached_property
    def defaults(self) -> dict[int, Server | None]:
        """The server of each port that takes the names which no other has; nothing where addresses decide."""
        found: dict[int, Server | None] = {}
        for port, servers in self.by_port.items():
            own = [(s, i) for s in servers for i in s.listens if i.port == port]
            marked = [s for s, i in own if i.default_server]
            alike = len({i.host for _, i in own if i.host not in ("", "*", "[::]", "::")}) == 0
            found[port] = (marked or servers)[0] if alike else None
        return found

    @cached_property
    def routes(self) -> tuple[Route, ...]:
        """Every pass, in the order written."""
        found: list[Route] = []
        for server in self.servers:
            found.extend(Route(server, None, p) for p in server.passes)
            found.extend(Route(server, loc, p) for loc in server.all_locations() for p in loc.passes)
        return tuple(found)

    @cached_property
    def _by_name(self) -> dict[tuple[Context, str], Upstream]:
        found: dict[tuple[Context, str], Upstream] = {}
        for upstream in self.upstreams:
            found.setdefault((upstream.context, upstream.key), upstream)
        return found

    @cached_property
    def _implicit(self) -> dict[tuple[Context, str, int | None], Pass]:
        found: dict[tuple[Context, str, int | None], Pass] = {}
        for _, _, target in self.routes:
            if target.address and target.fault is None and not target.variables:
                found.setdefault((target.context, target.address.host.lower(), target.port), target)
        return found

    def upstream(self, name: str, context: Context) -> Upstream | None:
        """The upstream of a name, in any case; http and stream are worlds apart."""
        return self._by_name.get((context, name.lower()))

    def implicit(self, host: str, port: int | None, context: Context) -> Pass | None:
        """The literal pass that makes nginx resolve host and port at start, for variable passes as well."""
        return self._implicit.get((context, host.lower(), port))
