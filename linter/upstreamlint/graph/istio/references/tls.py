"""Who speaks TLS to whom, and whether the other end does."""

from __future__ import annotations

from upstreamlint.documents import Scalar
from upstreamlint.finding import Affected
from upstreamlint.graph.references import Reference
from upstreamlint.model.istio import DestinationRule, PeerAuthentication, ServiceEntry, Subset
from upstreamlint.model.istio.service_entry import EntryPort
from upstreamlint.model.kubernetes import Service, Workload
from upstreamlint.model.kubernetes.container import ContainerPort
from upstreamlint.source import Anchor
from upstreamlint.values import entity


@entity(kw_only=True)
class TlsMode(Reference):
    """The TLS mode of a DestinationRule, and what the workload behind its host speaks.

    `conflicting` is the policy's mode, what keeps the sidecar out, or the port that is served in plain text.
    `hits` are the routes that are sent with it. `subset` is the one whose own mode it is. `others` says that
    the requests are spread over pods that it works with, too.
    """

    rule: DestinationRule
    mode: Scalar
    host: str
    workload: Workload | None
    conflicting: Scalar | ContainerPort
    policy: PeerAuthentication | None = None
    subset: Subset | None = None
    hits: tuple[Affected, ...] = ()
    others: bool = False


@entity(kw_only=True)
class UnspokenTls(Reference):
    """A workload that refuses what istiod makes clients speak to its Service: plain text, or mutual TLS.

    `because` and `why` say what makes them speak so; `hits` are the routes.
    """

    service: Service
    workload: Workload
    policy: PeerAuthentication
    mutual: bool
    because: Anchor
    why: str
    hits: tuple[Affected, ...] = ()
    assumption: str = ""


@entity(kw_only=True)
class PlainClient(Reference):
    """A backend whose pods demand mutual TLS, and the client without a sidecar that dials it."""

    client: str
    workload: Workload
    mode: Scalar
    policy: PeerAuthentication


@entity(kw_only=True)
class OriginationPort(Reference):
    """A port of an external host that TLS is originated to although it is the port for plain text."""

    rule: DestinationRule
    mode: Scalar
    entry: ServiceEntry
    port: int


@entity(kw_only=True)
class PlainEntryPort(Reference):
    """A port of an external host that serves TLS, declared as plain HTTP."""

    entry: ServiceEntry
    port: EntryPort
    host: str
    assumption: str


@entity(kw_only=True)
class TlsCall(Reference):
    """A call of a container with a sidecar that opens TLS itself, to a port that the mesh takes for HTTP."""

    workload: Workload
    number: int
    protocol: str
