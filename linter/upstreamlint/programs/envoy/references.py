"""The names of clusters in routes, and what they came to."""

from __future__ import annotations

from upstreamlint.graph.nodes import Route
from upstreamlint.graph.references import Reference
from upstreamlint.programs.envoy.dependencies import Dependency
from upstreamlint.programs.envoy.model import Bootstrap, ClusterUse, EnvoyCluster, EnvoyRoute, VirtualHost
from upstreamlint.values import StrEnum, entity


class Death(StrEnum):
    """Why the load balancer of a cluster never picks a host."""

    EMPTY = "it has no endpoints"
    OUT = "all of its endpoints are marked out"
    FILE = "the file that lists its endpoints has none that Envoy takes for it"
    MEMBERS = "none of its members has a usable endpoint"
    NO_SUBSET = "no endpoint is in the subset that the route asks for"


@entity(kw_only=True)
class ClusterReference(Reference):
    """A cluster that a route or `tcp_proxy` names. `death` says why every request to it fails."""

    bootstrap: Bootstrap
    route: Route
    host: VirtualHost
    written: EnvoyRoute
    use: ClusterUse
    cluster: EnvoyCluster | None
    death: Death | None = None

    @property
    def whole(self) -> bool:
        """Whether all requests of the route go there."""
        return self.use.share == 1.0


class Refusal(StrEnum):
    """Why a call of a filter cannot succeed."""

    MISSING = "no such cluster"
    DEAD = "the cluster never has a host"
    NO_HTTP2 = "the cluster speaks HTTP/1.1, and gRPC needs HTTP/2"
    NO_SUBSET = "a filter's call asks for no subset, and the cluster has no endpoints for such"
    NO_TLS = "the cluster speaks plain text, and the URI asks for TLS"


@entity(kw_only=True)
class DependencyReference(Reference):
    """A cluster that a filter calls for the requests of a listener; `routes` are those that wait for it."""

    bootstrap: Bootstrap
    dependency: Dependency
    cluster: EnvoyCluster | None
    refusal: Refusal | None
    routes: tuple[Route, ...]


@entity(kw_only=True)
class MemberReference(Reference):
    """A cluster that an aggregate cluster names."""

    bootstrap: Bootstrap
    aggregate: EnvoyCluster
    cluster: EnvoyCluster | None
