"""What a Caddy configuration says, as values: sites, the matchers on the way, and the proxies that leave them."""

from __future__ import annotations

from functools import cached_property

from upstreamlint.containers.listening.listen import Listen as Listener
from upstreamlint.documents import Scalar
from upstreamlint.programs.caddy.address import SiteAddress, Upstream
from upstreamlint.programs.caddy.imports import Import
from upstreamlint.readers.fault import Fault
from upstreamlint.source import Anchor
from upstreamlint.typed import Literal, TypeAlias
from upstreamlint.values import entity, frozen

Kind: TypeAlias = Literal["reverse_proxy", "php_fastcgi", "forward_auth"]


@frozen
class Transport:
    """How a proxy speaks to its upstreams. `protocol` is `http`, `fastcgi` or a plugin's.

    `verifies` is false with `tls_insecure_skip_verify`; `server_name` is empty for the upstream's own host;
    `trust` says that other certificates than the system's are trusted.
    """

    protocol: str = "http"
    tls: bool = False
    verifies: bool = True
    server_name: str = ""
    trust: bool = False
    versions: tuple[str, ...] = ()
    proxy_protocol: bool = False
    except_ports: tuple[str, ...] = ()


@frozen
class Health:
    """Active health checks. `host` is the Host header that is sent, empty for the upstream's own address.

    `status` is a code or a class (`2`), nothing for any 2xx; `interval` and `timeout` are seconds.
    """

    uri: Scalar | None = None
    port: int | None = None
    port_anchor: Anchor | None = None
    upstream: Scalar | None = None
    method: str = "GET"
    host: str = ""
    status: int | None = None
    body: str = ""
    follow_redirects: bool = False
    interval: float = 30.0
    timeout: float = 5.0
    fails: int = 1

    @property
    def enabled(self) -> bool:
        """Whether Caddy checks at all: it needs a path or a port."""
        return self.uri is not None or self.port is not None


@frozen
class Dynamic:
    """Upstreams that are looked up in the DNS: `a`, `srv`, `multi` or a plugin's."""

    source: str
    name: Scalar | None
    port: Scalar | None


@entity
class Proxy:
    """One `reverse_proxy`, or what stands for one.

    `host` is what `header_up Host` sends, nothing when the client's own is passed on. `fail_duration` is the
    number of seconds that a failed upstream is left out for (0: never), `try_duration` how long others are tried.
    `failing` are the settings that make failures of answers, `weights` those of `weighted_round_robin`.
    `uri` is what `forward_auth` asks.
    """

    kind: Kind
    anchor: Anchor
    upstreams: tuple[Upstream, ...]
    dynamic: tuple[Dynamic, ...]
    transport: Transport
    health: Health | None
    host: Scalar | None
    policy: str
    retries: int
    try_duration: float
    fail_duration: float
    faults: tuple[Fault, ...]
    failing: tuple[Anchor, ...] = ()
    weights: tuple[int, ...] = ()
    uri: Scalar | None = None


@frozen
class Match:
    """A condition on the way to a handler. `paths`, `hosts` and `methods` are alternatives; empty is any.

    `other` says that more is asked than these, so that it is not known whether a request fits.
    """

    paths: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    other: bool = False

    @property
    def title(self) -> str:
        """How messages name it."""
        return ", ".join((*self.hosts, *self.paths, *self.methods)) or ("…" if self.other else "*")


ANY = Match()


@entity
class Route:
    """A handler with the conditions that lead to it, the outermost first.

    `handler` is the directive's name; `proxy` is set for those that dial. `directives` are the names of the
    blocks around it. `dependency` is a proxy that is asked before the request goes on. `location` is where a redirect leads.
    """

    handler: str
    anchor: Anchor
    head: Anchor
    matches: tuple[Match, ...]
    directives: tuple[str, ...]
    proxy: Proxy | None = None
    status: int | None = None
    location: str = ""

    @property
    def dependency(self) -> bool:
        """Whether the request goes elsewhere when this answers well."""
        return self.proxy is not None and self.proxy.kind == "forward_auth"

    @property
    def conditional(self) -> bool:
        """Whether it only runs after another answer: an error, or a response that is intercepted."""
        return any(d in ("handle_errors", "handle_response", "intercept") for d in self.directives)


@frozen
class Listen:
    """Where a site listens. `tls` is nothing where it cannot be told."""

    address: str
    port: int
    tls: bool | None
    anchor: Anchor
    networks: tuple[str, ...] = ()


@entity
class Site:
    """A site block; `title` is its first address.

    `plain` says that nothing in it steps in front of what answers, `automatic` that its certificates are for its addresses alone.
    """

    addresses: tuple[SiteAddress, ...]
    listens: tuple[Listen, ...]
    routes: tuple[Route, ...]
    anchor: Anchor
    plain: bool = False
    automatic: bool = False

    @property
    def title(self) -> str:
        """Its first address as written."""
        return self.addresses[0].written.value if self.addresses else ""


@frozen
class Shadow:
    """A proxy that no request comes to: where it and what stands before it are written, their names, and what that does.

    It is not `sure` where it hangs on a file that must be there.
    """

    anchor: Anchor
    earlier: Anchor
    name: str
    by: str
    text: str
    sure: bool = True


@frozen
class Exact:
    """A path without `*` that a proxy is for, and the name of the directive that it stands behind."""

    anchor: Anchor
    path: str
    name: str


@frozen
class Config:
    """One Caddy. `complete` says that everything that it would read was read; `admin` is its own API's listener.

    `listens_beside` says that a plugin, or an address that is not known, may be listened on too.
    `first_release` says that the language is that of Caddy 1, which is another one. `loaded` are the files of certificates and keys that it opens.
    `wrapped` says that something reads connections before it does (`listener_wrappers`).
    """

    path: str
    sites: tuple[Site, ...]
    listens: tuple[Listen, ...]
    imports: tuple[Import, ...]
    faults: tuple[Fault, ...]
    complete: bool
    admin: Listener | None = None
    listens_beside: bool = False
    first_release: bool = False
    shadowed: tuple[Shadow, ...] = ()
    exact: tuple[Exact, ...] = ()
    loaded: tuple[Scalar, ...] = ()
    wrapped: bool = False

    @cached_property
    def proxies(self) -> tuple[tuple[Site, Route, Proxy], ...]:
        """Every proxy with its site and route, in the order written."""
        return tuple((s, r, r.proxy) for s in self.sites for r in s.routes if r.proxy is not None)
