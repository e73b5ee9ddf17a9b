"""What the destinations of routes and the hosts of DestinationRules name, and what they came to."""

from __future__ import annotations

from upstreamlint.documents import Scalar
from upstreamlint.finding import Affected, Symptom
from upstreamlint.graph.nodes import Route
from upstreamlint.graph.references import Reference
from upstreamlint.model.istio import (
    DestinationRule,
    IstioGateway,
    RouteDestination,
    ServiceEntry,
    SidecarScope,
    Subset,
    VirtualService,
)
from upstreamlint.model.istio.service_entry import EntryPort
from upstreamlint.model.kubernetes import Service, Workload
from upstreamlint.source import Anchor
from upstreamlint.symptoms import streamed
from upstreamlint.values import StrEnum, entity


@entity
class Target:
    """Where a destination would lead, as a node: what is broken when it leads nowhere."""

    id: str
    anchor: Anchor


@entity(kw_only=True)
class MeshReference(Reference):
    """Something that a destination of a VirtualService's route names.

    `target` is the node that the hop leads to when it is broken, `share` the part of the requests that go there,
    `assumption` what a verdict rests on beside the files. `mirror`: it only gets copies.
    """

    route: Route
    virtual_service: VirtualService
    destination: RouteDestination
    target: Target
    share: float
    mirror: bool = False
    assumption: str = ""

    def answer(self, symptom: Symptom) -> Symptom:
        """What clients of the route get, given what they would get over HTTP."""
        return symptom if self.route.key.startswith("http") else streamed(symptom)


class HostFault(StrEnum):
    """Why no cluster exists for a destination's host."""

    MISSING = "missing"
    MALFORMED = "malformed"
    """It has a scheme, a port, a path or a trailing dot."""
    NOT_EXPANDED = "not expanded"
    """`svc.ns` and `svc.ns.svc` are taken as they are."""
    WILDCARD = "wildcard"
    """Only a wildcard ServiceEntry covers it."""
    CHAIN = "chain"
    """It is only the host of another VirtualService."""
    ALIAS = "alias"
    """It is an ExternalName Service for a host that is not registered."""
    NOT_EXPORTED = "not exported"
    """It exists, but not in the client's namespace."""


@entity(kw_only=True)
class MeshHost(MeshReference):
    """The host of a destination, expanded as istiod does; `client` is the namespace that it is hidden from."""

    expanded: str
    client: str = ""
    fault: HostFault = HostFault.MISSING
    service: Service | None = None
    entry: ServiceEntry | None = None


@entity(kw_only=True)
class MeshPort(MeshReference):
    """The port of a destination; `omitted` when it is not written and the listener's port is used instead."""

    host: str
    omitted: bool = False


@entity(kw_only=True)
class SubsetName(MeshReference):
    """The subset that a destination names, in the DestinationRules that apply to its client.

    `rules` are those that apply, `hidden` the definition that exists but does not apply, with `why` and
    the place that says so, which is of the rule `because_of`.
    """

    host: str
    client: str
    rules: tuple[DestinationRule, ...] = ()
    hidden: DestinationRule | None = None
    why: str = ""
    because: Anchor | None = None
    because_of: DestinationRule | None = None


@entity(kw_only=True)
class SubsetLabels(MeshReference):
    """The labels of a routed subset, and the workloads that carry them; `scaled_to_zero` if none runs a pod."""

    host: str
    rule: DestinationRule
    subset: Subset
    workloads: tuple[Workload, ...] = ()
    scaled_to_zero: bool = False
    of_entry: bool = False
    by_name: bool = False


@entity(kw_only=True)
class NoneResolution(MeshReference):
    """A ServiceEntry without resolution that a gateway routes to."""

    entry: ServiceEntry
    gateway: IstioGateway


@entity(kw_only=True)
class PassedOn(MeshReference):
    """A DestinationRule that has a gateway pass requests on to the address that was dialled, which is its own."""

    rule: DestinationRule
    host: str


@entity(kw_only=True)
class EntryTarget(Reference):
    """A port of a ServiceEntry that none of the pods which it selects declares; `number` is the one they are dialled on."""

    entry: ServiceEntry
    port: EntryPort
    number: int
    workloads: tuple[Workload, ...]
    hits: tuple[Affected, ...]


@entity(kw_only=True)
class RouteProtocol(MeshReference):
    """The protocol of a destination's port, which a route of HTTP does not fit: TLS, or not HTTP at all."""

    host: str
    protocol: str
    is_tls: bool


@entity(kw_only=True)
class RuleHost(Reference):
    """The host of a DestinationRule."""

    rule: DestinationRule
    expanded: str


@entity(kw_only=True)
class HiddenService(Reference):
    """A Service that a container is configured to call, and the Sidecar that leaves it out; `port` is the only one that it is let in at."""

    workload: Workload
    service: Service
    scope: SidecarScope
    mode: Anchor
    port: Scalar | None = None


@entity(kw_only=True)
class Unregistered(Reference):
    """A host outside the cluster that a container is configured to call, and that no ServiceEntry is for; `entry` is one that is, at other ports."""

    workload: Workload
    host: str
    number: int | None
    entry: ServiceEntry | None
    assumption: str


@entity(kw_only=True)
class Ejection(Reference):
    """An outlier detection that may take every endpoint; `pods` is their number, if it is known."""

    rule: DestinationRule
    host: str
    pods: int | None
    workloads: tuple[Workload, ...] = ()


@entity(kw_only=True)
class SharedTargetPort(Reference):
    """Two ports of Services that lead to one port of a pod with different protocols."""

    service: Service
    workload: Workload
    other: Anchor
    protocols: tuple[str, str]
