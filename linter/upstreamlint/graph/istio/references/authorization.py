"""Calls that AuthorizationPolicies let nobody make."""

from __future__ import annotations

from upstreamlint.finding import Affected, Symptom
from upstreamlint.graph.references import Reference
from upstreamlint.model.gateway_api import KubernetesGateway
from upstreamlint.model.istio import AccessRule, AuthorizationPolicy
from upstreamlint.model.kubernetes import Service, ServicePort, Workload
from upstreamlint.source import Anchor
from upstreamlint.values import entity


@entity(kw_only=True)
class DeniedRoute(Reference):
    """A gateway's call to a workload whose policies let no such caller in, on the route `hit`.

    `nameless` is what keeps the caller's identity from being shown, if anything does. `outside` says that the workload is
    the gateway itself, and its callers the ones that are kept out. `cut` is what comes of a connection that is closed instead of
    answered; `asked` says that a rule asks for what only requests have, and connections lack. `tokenless` is what takes the
    tokens from its requests, where a rule asks for one.
    """

    hit: Affected
    workload: Workload
    policy: AuthorizationPolicy
    client: str
    nameless: Anchor | None = None
    outside: bool = False
    cut: Symptom | None = None
    asked: bool = False
    tokenless: Anchor | None = None


@entity(kw_only=True)
class DeniedCall(Reference):
    """The call of pods, written at `call`, to a workload whose policies let no such caller in; a `nameless` one shows no identity."""

    policy: AuthorizationPolicy
    client: Workload
    workload: Workload
    call: Anchor
    nameless: bool
    stream: bool


@entity(kw_only=True)
class ClosedPort(Reference):
    """A port for streams whose connections a policy closes, whoever opens them; `hits` are the routes that lead there."""

    policy: AuthorizationPolicy
    service: Service
    port: ServicePort
    workload: Workload
    hits: tuple[Affected, ...]
    answer: Symptom


@entity(kw_only=True)
class BelowRequests(Reference):
    """A policy that ztunnel holds although it asks for what only requests have: `rule` does, and closes the pods' connections.

    `port` is the only one that it closes, nothing for all of them.
    """

    policy: AuthorizationPolicy
    rule: AccessRule
    workloads: tuple[Workload, ...]
    port: int | None


@entity(kw_only=True)
class WaypointDenied(Reference):
    """A policy that admits clients of the mesh to a workload, and not the waypoint that their requests come by."""

    policy: AuthorizationPolicy
    service: Service
    workload: Workload
    client: Workload
    waypoint: KubernetesGateway
