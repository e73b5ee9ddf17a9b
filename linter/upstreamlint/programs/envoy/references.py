"""The names of clusters in routes, and what they came to."""

from __future__ import annotations

from enum import StrEnum

from upstreamlint.graph.nodes import Route
from upstreamlint.graph.references import Reference
from upstreamlint.programs.envoy.model import Bootstrap, ClusterUse, EnvoyCluster, EnvoyRoute, VirtualHost
from upstreamlint.values import entity


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


@entity(kw_only=True)
class MemberReference(Reference):
    """A cluster that an aggregate cluster names."""

    bootstrap: Bootstrap
    aggregate: EnvoyCluster
    cluster: EnvoyCluster | None
