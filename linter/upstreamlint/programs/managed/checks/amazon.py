"""What the load balancers of AWS ask: the ALB of an Ingress, the NLB of a Service.

After kubernetes-sigs/aws-load-balancer-controller, pkg/ingress/model_build_target_group.go and
pkg/service/model_build_target_group.go. An annotation of the Service comes before one of the Ingress; the protocol of the check is that of
the backend where none is written.
"""

from __future__ import annotations

from upstreamlint.documents import Scalar
from upstreamlint.facets.dial import Ask
from upstreamlint.facets.statuses import several
from upstreamlint.graph.kubernetes.services.serving import pod_port
from upstreamlint.model.kubernetes import Service, Workload
from upstreamlint.numerals import port as port_number
from upstreamlint.programs.managed.checks.front import Front, Question

ALB = "the AWS ALB"
NLB = "the AWS NLB"
_INGRESS = "alb.ingress.kubernetes.io/"
_SERVICE = "service.beta.kubernetes.io/aws-load-balancer-"
TRAFFIC_PORT = "traffic-port"
TARGET_TYPE = f"{_INGRESS}target-type"
_CLASSES = frozenset({"service.k8s.aws/nlb"})
_TYPES = frozenset({"external", "nlb-ip", "nlb"})
_HTTP2 = frozenset({"HTTP2", "GRPC"})
"""Versions of a target group that its checks speak, too (Elastic Load Balancing: health checks for target groups)."""
_EITHER = "the port speaks plain text or TLS, not both"


def of_ingress(front: Front, workload: Workload) -> Question | None:
    """What the annotations of an Ingress and its Service make an ALB ask."""
    told = front.annotation(f"{_INGRESS}healthcheck-protocol")
    spoken = front.annotation(f"{_INGRESS}backend-protocol")
    told_version = front.annotation(f"{_INGRESS}backend-protocol-version")
    version = told_version.value if told_version is not None else ""
    of_backend = spoken.value if spoken is not None else "HTTP"
    protocol = told.value if told is not None else of_backend
    written = front.annotation(f"{_INGRESS}healthcheck-port")
    port = _port(front, workload, written, f"{_INGRESS}target-type", "instance")
    if protocol not in ("HTTP", "HTTPS") or port is _ELSEWHERE:
        return None
    here = port is None or port == pod_port(workload, front.port)
    against = None
    if told is not None and here and of_backend in ("HTTP", "HTTPS") and of_backend != protocol:
        where = spoken.anchor if spoken is not None else front.name.anchor
        against = (where, f"requests are sent there with {of_backend}")
    path = front.annotation(f"{_INGRESS}healthcheck-path")
    codes = front.annotation(f"{_INGRESS}success-codes")
    ask = Ask(
        anchor=told.anchor
        if against is not None and told is not None
        else path.anchor
        if path
        else front.name.anchor,
        path=path.value if path is not None else "/",
        accepts=(several(codes.value) if codes is not None else ()) or ((200, 200),),
        opaque=version == "GRPC",
        written=path is not None,
        why=f"no `{_INGRESS}healthcheck-path` is written",
        remedy=f"set `{_INGRESS}healthcheck-path` to the path that the pods answer with 200",
    )
    return Question(
        by=ALB,
        ask=ask,
        port=port,
        port_anchor=written.anchor if written is not None else None,
        secure=protocol == "HTTPS",
        http2=protocol == "HTTP" and version in _HTTP2,
        against=against,
        assumption=_EITHER if against is not None else "",
    )


def of_service(front: Front, workload: Workload) -> Question | None:
    """What the annotations of a Service make an NLB ask: nothing but a connection where they do not say HTTP."""
    told = front.annotation(f"{_SERVICE}healthcheck-protocol")
    protocol = told.value.upper() if told is not None else "TCP"
    written = front.annotation(f"{_SERVICE}healthcheck-port")
    port = _port(front, workload, written, f"{_SERVICE}nlb-target-type", "instance")
    local = front.service.external_local is not None and written is None
    if protocol not in ("TCP", "HTTP", "HTTPS") or port is _ELSEWHERE or local:
        return None
    path = front.annotation(f"{_SERVICE}healthcheck-path")
    codes = front.annotation(f"{_SERVICE}healthcheck-success-codes")
    where = path or told or written
    ask = Ask(
        anchor=where.anchor if where is not None else front.name.anchor,
        method="" if protocol == "TCP" else "GET",
        path=path.value if path is not None else "/",
        accepts=(several(codes.value) if codes is not None else ()) or ((200, 399),),
        written=path is not None,
        why=f"no `{_SERVICE}healthcheck-path` is written",
        remedy=f"set `{_SERVICE}healthcheck-path` to a path that the pods answer",
    )
    return Question(
        by=NLB,
        ask=ask,
        port=port,
        port_anchor=written.anchor if written is not None else None,
        secure=None if protocol == "TCP" else protocol == "HTTPS",
    )


def is_nlb(service: Service) -> bool:
    """Whether the AWS controllers give a Service an NLB."""
    kind = service.meta.annotation(f"{_SERVICE}type")
    return service.type == "LoadBalancer" and (kind in _TYPES or service.load_balancer_class in _CLASSES)


_ELSEWHERE = -1
"""A port that is none of the pods': of the node, or of something that the files do not show."""


def _port(front: Front, workload: Workload, written: Scalar | None, key: str, default: str) -> int | None:
    """The port of the pods that is asked; nothing for the one that requests come to."""
    if written is None or written.value == TRAFFIC_PORT:
        return None
    chosen = front.annotation(key)
    number = port_number(written.value)
    by_pods = (chosen.value if chosen is not None else default) == "ip"
    if number is not None:
        return number if by_pods else _ELSEWHERE
    named = front.service.port_named(written.value)
    meant = pod_port(workload, named) if named is not None else None
    return meant if meant is not None else _ELSEWHERE
