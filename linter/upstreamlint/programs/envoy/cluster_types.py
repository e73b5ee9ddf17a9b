"""What a cluster of Envoy is made of: how its endpoints are found, which they are, how they are told apart."""

from __future__ import annotations

from collections.abc import Mapping

from upstreamlint.documents import Scalar
from upstreamlint.facets.dial import Ask
from upstreamlint.source import Anchor
from upstreamlint.values import StrEnum, entity

DEFAULT_PANIC = 50.0
"""The percentage of usable endpoints below which health is ignored, where none is written."""

OUT = frozenset({"UNHEALTHY", "DRAINING", "TIMEOUT"})
"""The values of `health_status` that take an endpoint out; `DEGRADED` is still used (F03)."""


class Discovery(StrEnum):
    """Where a cluster's endpoints come from."""

    STATIC = "STATIC"
    STRICT_DNS = "STRICT_DNS"
    LOGICAL_DNS = "LOGICAL_DNS"
    EDS = "EDS"
    ORIGINAL_DST = "ORIGINAL_DST"
    AGGREGATE = "aggregate"
    OTHER = "other"
    """An extension, or a value that is filled in later."""

    @property
    def by_dns(self) -> bool:
        """Whether endpoints are names that are looked up."""
        return self in (Discovery.STRICT_DNS, Discovery.LOGICAL_DNS)


@entity(kw_only=True)
class Endpoint:
    """One endpoint. `address` is missing for a pipe; `port` when it is not written or not a number.

    `resolved_otherwise` says that a resolver of its own takes the address. `metadata` are the values of
    `envoy.lb`, as JSON would write them. `check_port` is another port that it is asked on for its health,
    `unchecked` says that it is not asked. `weight` is that among its priority.
    """

    address: Scalar | None
    port: int | None
    port_anchor: Anchor
    resolved_otherwise: bool
    health: Scalar | None
    metadata: Mapping[str, str]
    priority: int
    anchor: Anchor
    check_port: Scalar | None = None
    unchecked: bool = False
    weight: int = 1

    @property
    def out(self) -> bool:
        """Whether its written health takes it out."""
        return self.health is not None and self.health.value.upper() in OUT


@entity(kw_only=True)
class Subsets:
    """`lb_subset_config`. `selectors` are the sets of keys, each with its own fallback or none."""

    fallback: str
    default: Mapping[str, str]
    selectors: tuple[tuple[frozenset[str], str], ...]
    panic_any: bool
    opaque: bool
    anchor: Anchor


@entity(kw_only=True)
class Assignment:
    """What a file says of an EDS cluster's endpoints.

    `wanted` is the resource that the cluster asks for; `endpoints` are nothing when the file has none of that
    name, and `names` those that it has. `guessed` says that the file is taken for the one that the path means.
    """

    wanted: str
    endpoints: tuple[Endpoint, ...] | None
    names: tuple[Scalar, ...]
    guessed: bool
    anchor: Anchor


@entity(kw_only=True)
class EnvoyCluster:
    """A cluster.

    `panic` is its panic threshold in percent, `fails_on_panic` that traffic fails instead of ignoring health.
    `members` are the clusters of an aggregate. `http2` is where it says that it speaks HTTP/2 without negotiation, `may_http2` says that it may come to that as well.
    `ejects_all` says that outlier detection may eject every
    endpoint, `breaker_anchor` where its circuit breaker admits no request. `redirected` says that an ORIGINAL_DST cluster is told its destination by a header or metadata.
    `eds_path` is the file that lists the endpoints of an EDS cluster, `eds_name` the resource in it, `assignment`
    what was read there. `faults` are what Envoy refuses, each with its own words for it.
    `sni` is the name that TLS asks for, empty for none, nothing where that is not known. `proxy_header` says that connections begin with a PROXY header.
    `ejects` says that it leaves out endpoints that fail. `ask` is what its endpoints are asked for their health with HTTP.
    """

    name: Scalar
    discovery: Discovery
    discovery_anchor: Anchor
    endpoints: tuple[Endpoint, ...]
    members: tuple[Scalar, ...]
    panic: float
    panic_anchor: Anchor | None
    fails_on_panic: bool
    subsets: Subsets | None
    health_checked: bool
    ejection_anchor: Anchor | None
    redirected: bool
    tls: bool
    proxy_header: bool
    http2: Anchor | None
    may_http2: bool
    breaker_anchor: Anchor | None
    eds_path: Scalar | None
    eds_name: str
    faults: tuple[tuple[Anchor, str], ...]
    anchor: Anchor
    sni: str | None = None
    ask: Ask | None = None
    ejects: bool = False
    assignment: Assignment | None = None

    @property
    def id(self) -> str:
        """Its name, in its file."""
        return f"EnvoyCluster/{self.anchor.source.path}/{self.name}"
