"""What a bootstrap configuration is made of: listeners, virtual hosts, routes, and clusters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property

from upstreamlint import patterns
from upstreamlint.containers.container import Container
from upstreamlint.containers.listening.listen import Listening
from upstreamlint.documents import Scalar
from upstreamlint.model.kubernetes import Workload
from upstreamlint.programs.envoy.cluster_types import EnvoyCluster
from upstreamlint.programs.envoy.dependencies import Dependency
from upstreamlint.programs.envoy.strict import Unknown
from upstreamlint.programs.envoy.unmet import Unmet
from upstreamlint.source import Anchor
from upstreamlint.typed import TYPE_CHECKING
from upstreamlint.values import StrEnum, entity

if TYPE_CHECKING:
    from upstreamlint.facets.reply import Reply, Request


_VERSION = patterns.compile(r"(?:[a-z]+-)?v?(\d{1,3})\.(\d{1,3})(?:[.-]|\Z)")


class UseKind(StrEnum):
    """What names a cluster."""

    ROUTE = "route"
    WEIGHTED = "weighted cluster"
    MIRROR = "shadow cluster"
    TCP = "tcp_proxy"


@entity(kw_only=True)
class ClusterUse:
    """A name of a cluster, with the share of the requests that goes there and the criteria for its subsets."""

    name: Scalar
    kind: UseKind
    share: float
    criteria: Mapping[str, str]
    anchor: Anchor


@entity(kw_only=True)
class EnvoyRoute:
    """A route of a virtual host, or a `tcp_proxy`: what it matches, and the clusters that it uses.

    `missing_status` is the status that it answers when its cluster is missing at run time. `begins` is the literal
    start of the paths that it takes, empty when there is none; `takes_all` says that it takes every such path, `exact`
    that it takes no other. `answer` is the status that Envoy answers itself, with what says so and where a redirect leads. `host` is what is
    sent for a Host, `retried` says that a request that no connection took is sent again; `keeps_host` says that it is the client's, `names_endpoint` that it is the name of the endpoint.
    `grpc` is where it says that it takes gRPC alone.
    """

    match: str
    uses: tuple[ClusterUse, ...]
    missing_status: int
    begins: str
    takes_all: bool
    faults: tuple[tuple[Anchor, str], ...]
    anchor: Anchor
    exact: bool = False
    answer: tuple[int, str, str] | None = None
    host: Scalar | None = None
    keeps_host: bool = False
    names_endpoint: bool = False
    retried: bool = False
    grpc: Anchor | None = None


@entity(kw_only=True)
class VirtualHost:
    """A virtual host, or the `tcp_proxy` of a filter chain, which has no domains.

    `validated` says that Envoy refuses a route to a cluster that is not there. `table` tells the route
    configurations of a listener apart. `portless` says that the port of a Host is left out when its domains are
    compared, `filtered` that filters run that may answer themselves. `grpc` is the filter
    that makes gRPC of requests.
    """

    domains: tuple[Scalar, ...]
    routes: tuple[EnvoyRoute, ...]
    validated: bool
    table: int
    anchor: Anchor
    portless: bool = False
    filtered: bool = False
    grpc: Anchor | None = None


@entity(kw_only=True)
class Listener:
    """A listener. `original_dst` says that it learns where a redirected connection was meant to go.

    `tls` is nothing where filter chains differ; `http` says that each of them takes HTTP, `proxy_header` that a
    connection has to begin with a PROXY header, nothing that it may. `shared` says that it asks for the address in a way of its own, so that another may have it too. `dependencies`
    are what its filters call for every request, `chains` counts its filter chains. `unmet` is what is asked for and never comes.
    """

    name: str
    host: str
    port: int | None
    protocol: str
    original_dst: bool
    proxy_header: bool | None
    tls: bool | None
    http: bool
    shared: bool
    hosts: tuple[VirtualHost, ...]
    dependencies: tuple[Dependency, ...]
    anchor: Anchor
    chains: int = 1
    unmet: tuple[Unmet, ...] = ()


@entity(kw_only=True)
class Bootstrap:
    """One bootstrap configuration.

    `dynamic` says that clusters may come from a management server as well, `more_listeners` that listeners may.
    `places` are the containers that read it, `pods` those that are given it, where it is not known in which container;
    `key` is the ConfigMap that it is a text of, with its key there. `unknown` is what no Envoy reads, or only an old one.
    """

    listeners: tuple[Listener, ...]
    clusters: tuple[EnvoyCluster, ...]
    dynamic: bool
    admin_port: int | None
    anchor: Anchor
    more_listeners: bool = False
    places: tuple[Container, ...] = ()
    pods: tuple[Workload, ...] = ()
    key: str = ""
    unknown: tuple[Unknown, ...] = ()

    @property
    def id(self) -> str:
        """Its file, and its place in a ConfigMap."""
        return f"envoy/{self.anchor.source.path}" + (f"#{self.key}" if self.key else "")

    @property
    def versions(self) -> tuple[tuple[int, int], ...]:
        """The versions of Envoy that read it, as far as the tags of their images tell."""
        tags = (c.image.value.rpartition(":")[2] for c in self.places if c.image is not None)
        found = (_VERSION.match(tag) for tag in tags)
        return tuple((int(one[1]), int(one[2])) for one in found if one is not None)

    @property
    def serving(self) -> Iterable[tuple[Container, Listening]]:
        """Where it runs alone, with what it listens on there."""
        from upstreamlint.programs.envoy.listens import serving

        return serving(self)

    @property
    def answers_in(self) -> tuple[Container, ...]:
        """The containers that it runs in."""
        return self.places

    def reply(self, request: Request) -> Reply | None:
        """What a request gets."""
        from upstreamlint.programs.envoy.replies import reply

        return reply(self, request)

    def turned_away(self, request: Request) -> Reply | None:
        """What a request gets that no virtual host has the Host of."""
        from upstreamlint.programs.envoy.replies import turned_away

        return turned_away(self, request)

    def refuses_name(self, number: int, name: str) -> tuple[Anchor, str] | None:  # noqa: ARG002
        """Nothing: which chains take a name is not looked into."""
        return None

    def names_on(self, number: int) -> tuple[str, ...]:
        """The domains of the virtual hosts of a port."""
        from upstreamlint.programs.envoy.domains import exact
        from upstreamlint.programs.envoy.replies import table

        return exact(table(self, number))

    def cluster(self, name: str) -> EnvoyCluster | None:
        """A cluster by its name."""
        return self._by_name.get(name)

    @cached_property
    def _by_name(self) -> dict[str, EnvoyCluster]:
        return {c.name.value: c for c in reversed(self.clusters)}
