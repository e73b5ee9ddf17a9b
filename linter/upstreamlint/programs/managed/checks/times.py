"""How long load balancers wait for an answer, and how often they ask: clouds refuse a check that outlasts its interval.

AWS takes an interval of an ALB only above the timeout (`ValidationError: Health check interval must be greater than the
timeout`), of an NLB not below it; Google no timeout above the interval (`TimeoutSec should be less than
checkIntervalSec`). What is not written is the controller's own: 15 and 5 seconds for an ALB
(aws-load-balancer-controller, `pkg/ingress/model_builder.go`), 15 and 15 behind network endpoint groups, where a
readiness probe gives both (ingress-gce, `pkg/translator/healthchecks.go`).
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.documents import Scalar
from upstreamlint.graph.evidence import Verdict
from upstreamlint.graph.index import Index
from upstreamlint.graph.references import Candidate, Reference
from upstreamlint.model.kubernetes import Ingress, Other, Service, Workload
from upstreamlint.model.kubernetes.probe import ProbeAction, ProbeKind
from upstreamlint.numerals import decimal
from upstreamlint.programs.managed.checks import amazon, google, policies
from upstreamlint.programs.managed.checks.front import Front
from upstreamlint.programs.managed.checks.fronts import behind, fronts_of
from upstreamlint.programs.managed.checks.policies import HealthCheck
from upstreamlint.programs.managed.checks.probes import serving
from upstreamlint.programs.managed.controllers import Classes, Controller
from upstreamlint.source import Anchor
from upstreamlint.values import entity, frozen

_INGRESS = "alb.ingress.kubernetes.io/healthcheck-"
_SERVICE = "service.beta.kubernetes.io/aws-load-balancer-healthcheck-"
_NEG = "cloud.google.com/neg"


@frozen
class Seconds:
    """A time of a health check; `anchor` is missing for one that is not written."""

    number: int
    anchor: Anchor | None = None


@entity(kw_only=True)
class CheckTimes(Reference):
    """A health check that lasts longer than its cloud allows; `owner` is what says so, `by` who asks."""

    owner: Ingress | Service | HealthCheck | Workload
    by: str
    interval: Seconds
    timeout: Seconds
    strict: bool


def link(index: Index) -> Iterator[CheckTimes]:
    """Every health check whose times a cloud refuses, each place once."""
    seen: set[tuple[Anchor, str]] = set()
    for found in (*_of_ingresses(index), *_of_services(index), *_of_policies(index)):
        if (found.anchor, found.by) not in seen:
            seen.add((found.anchor, found.by))
            yield found


def _of_ingresses(index: Index) -> Iterator[CheckTimes]:
    classes = Classes(index)
    parameters = any(o.meta.kind == "IngressClassParams" for o in index.of(Other))
    for ingress in index.of(Ingress):
        controller = classes.controller(ingress)
        if ingress.meta.patched:
            continue
        for front in fronts_of(index, ingress):
            if controller is Controller.ALB and not parameters:
                interval = _seconds(front.annotation(f"{_INGRESS}interval-seconds"), 15)
                timeout = _seconds(front.annotation(f"{_INGRESS}timeout-seconds"), 5)
                yield from _judged(ingress, amazon.ALB, interval, timeout, strict=True)
            elif controller is Controller.GCE:
                yield from _of_probes(index, front)


def _of_probes(index: Index, front: Front) -> Iterator[CheckTimes]:
    """The readiness probes that GKE takes its checks from, behind network endpoint groups."""
    known, config = policies.config_for(index, front.service, front.port)
    if not known or config is not None or not _by_endpoints(front.service):
        return
    for workload in behind(index, front):
        found = serving(workload, front.port)
        probe = found.probe(ProbeKind.READINESS) if found is not None else None
        if found is None or probe is None or probe.action is not ProbeAction.HTTP:
            continue
        if google.taken(found, probe, secure=google.speaks_tls(front)):
            interval, timeout = Seconds(probe.period), Seconds(probe.timeout, probe.anchor)
            yield from _judged(workload, google.INGRESS, interval, timeout, strict=False)


def _by_endpoints(service: Service) -> bool:
    """Whether the endpoints of a Service are asked, and not the nodes."""
    told = service.meta.annotation(_NEG)
    return service.type == "ClusterIP" if told is None else '"ingress":true' in told.replace(" ", "")


def _of_services(index: Index) -> Iterator[CheckTimes]:
    for service in index.of(Service):
        if service.meta.patched or not amazon.is_nlb(service):
            continue
        for port in service.ports[:1]:
            front = Front(owner=service, name=service.meta.name, service=service, port=port)
            interval = front.annotation(f"{_SERVICE}interval")
            timeout = front.annotation(f"{_SERVICE}timeout")
            if interval is not None and timeout is not None:
                yield from _judged(
                    service, amazon.NLB, _seconds(interval, 10), _seconds(timeout, 10), strict=False
                )


def _of_policies(index: Index) -> Iterator[CheckTimes]:
    """BackendConfigs and HealthCheckPolicies that say both; what they leave out a probe may say."""
    for check in index.of(HealthCheck):
        if not check.meta.patched and check.interval is not None and check.timeout is not None:
            by = google.INGRESS if check.meta.kind == "BackendConfig" else google.GATEWAY
            yield from _judged(
                check, by, _seconds(check.interval, 15), _seconds(check.timeout, 15), strict=False
            )


def _seconds(written: Scalar | None, own: int) -> Seconds | None:
    """What is written, or a controller's own; nothing for what is no number."""
    if written is None:
        return Seconds(own)
    number = decimal(written.value)
    return Seconds(number, written.anchor) if number is not None else None


def _judged(
    owner: Ingress | Service | HealthCheck | Workload,
    by: str,
    interval: Seconds | None,
    timeout: Seconds | None,
    *,
    strict: bool,
) -> Iterator[CheckTimes]:
    if interval is None or timeout is None:
        return
    long = timeout.number >= interval.number if strict else timeout.number > interval.number
    anchor = timeout.anchor or interval.anchor
    if not long or anchor is None:
        return
    other = interval.anchor if anchor is timeout.anchor else None
    yield CheckTimes(
        wanted=str(timeout.number),
        anchor=anchor,
        owner=owner,
        verdict=Verdict.CONFLICT,
        near=(Candidate(other, f"asked every {interval.number} s", ""),) if other is not None else (),
        by=by,
        interval=interval,
        timeout=timeout,
        strict=strict,
    )
