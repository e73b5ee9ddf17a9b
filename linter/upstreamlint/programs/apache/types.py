"""What an httpd configuration says, as values: where it listens, its virtual hosts, and what they pass on."""

from __future__ import annotations

from upstreamlint.documents import Scalar
from upstreamlint.programs.apache.address import Url
from upstreamlint.programs.apache.tree import Include
from upstreamlint.readers.fault import Fault
from upstreamlint.source import Anchor
from upstreamlint.values import entity, frozen


@frozen
class Listen:
    """One `Listen`; an empty host is every address."""

    host: str
    port: int
    anchor: Anchor


@entity
class Pass:
    """One place that a request is passed on from: `ProxyPass`, a handler, or `RewriteRule … [P]`.

    `path` is the prefix, pattern or file that it is for, `kind` the directive. `url` is nothing for `!`, which
    passes nothing on. `ordered` says that it stands in no section, where the first that fits counts. `parameters` are the `key=value` words behind the URL, in lower case.
    """

    kind: str
    path: str
    path_word: Scalar | None
    target: Scalar
    url: Url | None
    parameters: tuple[tuple[str, str], ...]
    anchor: Anchor
    unsure: bool
    ordered: bool = False

    @property
    def glues(self) -> bool:
        """Whether the rest of a path is put to the host: the prefix ends with a slash, and the URL with the host."""
        url = self.url
        plain = self.kind.lower() == "proxypass" and self.path.endswith("/")
        if not plain or url is None or self.unsure:
            return False
        return not url.path and url.known and not url.socket and url.scheme in ("http", "https", "ws", "wss")

    def parameter(self, name: str) -> str:
        """The value of a parameter; empty when it is not given."""
        return next((v for n, v in self.parameters if n == name), "")


@frozen
class Member:
    """One `BalancerMember`; `status` holds flags such as `D` (disabled) and `H` (hot standby)."""

    url: Url
    weight: float
    status: str
    anchor: Anchor


@entity
class Balancer:
    """A `balancer://name` with its members; `filled` says that any is written, whether it can be read or not.

    `method` is how it is told to choose one, empty where it is told nothing.
    """

    name: str
    members: tuple[Member, ...]
    anchor: Anchor
    filled: bool = True
    method: str = ""


@entity
class VirtualHost:
    """A `<VirtualHost>`, or the main server (without addresses). `tls` says that `SSLEngine` is on."""

    addresses: tuple[Scalar, ...]
    names: tuple[Scalar, ...]
    passes: tuple[Pass, ...]
    tls: bool
    anchor: Anchor

    @property
    def title(self) -> str:
        """Its first name, or its first address."""
        found = next((n.value for n in (*self.names, *self.addresses)), "")
        return found or "the main server"


@frozen
class Config:
    """One httpd. `complete` says that all that it would read was read, `bound` that `listens` is where it listens.

    `loaded` are the files of certificates that it opens, by the directives that name them.
    `conditional` says that directives hang on a module of mod_proxy's own, `managed` that members can be added at run time.
    """

    paths: tuple[str, ...]
    listens: tuple[Listen, ...]
    hosts: tuple[VirtualHost, ...]
    balancers: tuple[Balancer, ...]
    modules: frozenset[str]
    includes: tuple[Include, ...]
    faults: tuple[Fault, ...]
    complete: bool
    templated: bool
    bound: bool = False
    loaded: tuple[tuple[str, Scalar], ...] = ()
    conditional: bool = False
    managed: bool = False

    def balancer(self, name: str) -> Balancer | None:
        """The balancer of a name, in any case."""
        return next((b for b in self.balancers if b.name == name.lower()), None)
