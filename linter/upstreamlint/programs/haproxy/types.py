"""What a HAProxy configuration says, as values: frontends, the rules that choose a backend, servers and checks."""

from __future__ import annotations

from functools import cached_property

from upstreamlint.documents import Scalar
from upstreamlint.programs.haproxy.address import Address
from upstreamlint.programs.haproxy.named import Named
from upstreamlint.readers.fault import Fault
from upstreamlint.source import Anchor
from upstreamlint.typed import Literal, TypeAlias
from upstreamlint.values import entity, frozen

Kind: TypeAlias = Literal["frontend", "backend", "listen"]


@frozen
class Bind:
    """One address that a frontend listens on; `port` and `last` are the ends of a range.

    `accept_proxy` says that connections begin with a PROXY header, nothing that some do.
    """

    address: Address
    ssl: bool
    accept_proxy: bool | None
    protocols: tuple[str, ...]
    anchor: Anchor

    @property
    def ports(self) -> tuple[int, ...]:
        """The ports, as far as they are written."""
        first, last = self.address.port, self.address.last
        return () if first is None or last is None else tuple(range(first, min(last, first + 63) + 1))


@frozen
class Ask:
    """A health check of a server. `method` and `path` are empty for one that only connects.

    `port` and `address` are nothing where the server's own are asked. `statuses` are the accepted ones (codes and
    the like of `2xx`), empty for 2xx and 3xx; `opaque` says that more is expected than a status.
    """

    kind: str
    method: str
    path: str
    host: str
    port: int | None
    port_anchor: Anchor | None
    address: Address | None
    ssl: bool
    sends_proxy: bool
    statuses: tuple[str, ...]
    opaque: bool
    anchor: Anchor
    interval: float = 2.0
    timeout: float | None = None


@entity
class Server:
    """A server line, or one of `server-template`.

    `count` is the number of servers that a template makes. `init_addr` are the ways to an address at the start,
    in their order; a name that none of them answers ends HAProxy. `verifies` is false for `verify none`. `marked_down` is
    where it says that it is taken out for the answers that are observed.
    """

    name: Scalar
    address: Address
    anchor: Anchor
    count: int
    ask: Ask | None
    ssl: bool
    verifies: bool
    ca_file: bool
    sni: Scalar | None
    protocols: tuple[str, ...]
    sends_proxy: bool
    backup: bool
    disabled: bool
    resolvers: Scalar | None
    init_addr: tuple[str, ...]
    weight: int
    unsure: bool
    marked_down: Anchor | None = None

    @property
    def needs_name_at_start(self) -> bool:
        """Whether HAProxy ends when the name does not resolve while it starts."""
        ways = self.init_addr or ("last", "libc")
        return "libc" in ways and all(w in ("last", "libc") for w in ways)


@frozen
class Again:
    """How a backend chooses a server, and another one when that refuses.

    `balance` is the algorithm, empty where none is written. `redispatch` is the number of retries after which another
    server is taken, negative where it is counted from the last one, 0 where the same is tried again.
    """

    balance: str = ""
    retries: int = 3
    redispatch: int = 0
    all_backups: bool = False


@frozen
class Use:
    """`use_backend` or `default_backend`. `dynamic` names come from the request; `condition` is empty for always."""

    name: Scalar
    condition: str
    dynamic: bool
    default: bool
    unsure: bool


@frozen
class Own:
    """An answer of HAProxy's own: to a path, or to every request; the status is missing where a condition decides.

    `plain` says that it is for what comes without TLS, `location` is where a redirect leads.
    """

    path: str
    status: int | None
    anchor: Anchor
    text: str
    plain: bool = False
    location: str = ""


@entity
class Proxy:
    """A frontend, a backend, or a `listen`, which is both; settings of `defaults` are in it.

    `serverless` says that its own lines are meant for no server: they dispatch, or show a page for each error.
    """

    kind: Kind
    name: Scalar
    mode: str
    binds: tuple[Bind, ...]
    servers: tuple[Server, ...]
    uses: tuple[Use, ...]
    answers: bool
    anchor: Anchor
    unsure: bool
    own: tuple[Own, ...] = ()
    again: Again = Again()
    serverless: bool = False

    @property
    def title(self) -> str:
        """How messages name it."""
        return f"{self.kind} {self.name.value}"

    @property
    def called(self) -> str:
        """What HAProxy's own messages call its kind."""
        return "proxy" if self.kind == "listen" else self.kind

    @property
    def serves(self) -> bool:
        """Whether requests come in here."""
        return self.kind != "backend"

    @property
    def dials(self) -> bool:
        """Whether it may have servers."""
        return self.kind != "frontend"


@frozen
class Config:
    """One HAProxy: its files as one. `complete` says that no file, condition or variable is missing.

    `listens_beside` says that sections other than frontends may listen too, `administered` that servers can be put in
    and out at run time. `named` are the files that must be there.
    """

    paths: tuple[str, ...]
    proxies: tuple[Proxy, ...]
    resolvers: tuple[Scalar, ...]
    faults: tuple[Fault, ...]
    templated: bool
    complete: bool
    listens_beside: bool = False
    administered: bool = False
    named: tuple[Named, ...] = ()

    @cached_property
    def backends(self) -> dict[str, Proxy]:
        """What requests can be sent to, by name."""
        return {p.name.value: p for p in reversed(self.proxies) if p.dials}

    def chosen(self, proxy: Proxy) -> tuple[tuple[Use, Proxy | None], ...]:
        """The rules of a frontend with the backends that they name."""
        return tuple((use, None if use.dynamic else self.backends.get(use.name.value)) for use in proxy.uses)
