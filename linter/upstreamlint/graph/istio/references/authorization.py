"""Calls that AuthorizationPolicies let nobody make."""

from __future__ import annotations

from upstreamlint.finding import Affected, Symptom
from upstreamlint.graph.references import Reference
from upstreamlint.model.istio import AuthorizationPolicy
from upstreamlint.model.kubernetes import Service, ServicePort, Workload
from upstreamlint.source import Anchor
from upstreamlint.values import entity


@entity(kw_only=True)
class DeniedRoute(Reference):
    """A gateway's call to a workload whose policies let no such caller in, on the route `hit`.

    `nameless` is what keeps the caller's identity from being shown, if anything does. `outside` says that the workload is
    the gateway itself, and its callers the ones that are kept out. `cut` is what comes of a connection that is closed instead of
    answered; `asked` says that a rule asks for what only requests have, and connections lack.
    """

    hit: Affected
    workload: Workload
    policy: AuthorizationPolicy
    client: str
    nameless: Anchor | None = None
    outside: bool = False
    cut: Symptom | None = None
    asked: bool = False


@entity(kw_only=True)
class ClosedPort(Reference):
    """A port for streams whose connections a policy closes, whoever opens them; `hits` are the routes that lead there."""

    policy: AuthorizationPolicy
    service: Service
    port: ServicePort
    workload: Workload
    hits: tuple[Affected, ...]
    answer: Symptom
