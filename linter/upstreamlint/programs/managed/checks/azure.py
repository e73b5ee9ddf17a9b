"""What the load balancers of Azure ask: an Application Gateway behind an Ingress, one for containers, the Standard Load Balancer of a Service.

After Azure/application-gateway-kubernetes-ingress, pkg/appgw/health_probes.go; Azure documentation, "Custom health probe for Application Gateway for Containers"; and
kubernetes-sigs/cloud-provider-azure, pkg/provider/azure_loadbalancer_healthprobe.go.
"""

from __future__ import annotations

from upstreamlint.documents import Scalar
from upstreamlint.facets.dial import Ask
from upstreamlint.facets.judgement import FarEnd
from upstreamlint.facets.statuses import several
from upstreamlint.model.kubernetes import Service, Workload
from upstreamlint.model.kubernetes.probe import Probe, ProbeAction, ProbeKind
from upstreamlint.numerals import port as port_number
from upstreamlint.programs.managed.checks.front import Front, Question
from upstreamlint.programs.managed.checks.probes import serving

GATEWAY = "the Application Gateway"
FOR_CONTAINERS = "the Application Gateway for Containers"
BALANCER = "the Azure load balancer"
_GATEWAY = "appgw.ingress.kubernetes.io/"
_SERVICE = "service.beta.kubernetes.io/"
_HTTPS_PORT = 443
_PLAIN_GATEWAY = (
    "the controller is older than 1.4 or the gateway of the first generation: neither takes the probe's port"
)


def of_ingress(front: Front, workload: Workload) -> Question | None:
    """The path of an HTTP readiness or liveness probe, else that of the Ingress; annotations come first.

    The probe's port is taken too since version 1.4, but not on gateways of the first generation.
    """
    found = serving(workload, front.port)
    if found is None:
        return None
    declared = any(p.number == found.number for p in found.container.ports)
    probe = (
        _probe(found.probe(ProbeKind.READINESS)) or _probe(found.probe(ProbeKind.LIVENESS))
        if declared
        else None
    )
    path = front.annotation(f"{_GATEWAY}health-probe-path")
    port = front.annotation(f"{_GATEWAY}health-probe-port")
    codes = front.annotation(f"{_GATEWAY}health-probe-status-codes")
    host = front.annotation(f"{_GATEWAY}health-probe-hostname") or front.annotation(
        f"{_GATEWAY}backend-hostname"
    )
    protocol = front.annotation(f"{_GATEWAY}backend-protocol")
    prefix = front.annotation(f"{_GATEWAY}backend-path-prefix")
    secure = _HTTPS_PORT in (found.number, front.port.number)
    if probe is not None:
        secure = probe.scheme == "HTTPS"
    if protocol is not None:
        secure = protocol.value.lower() == "https"
    asked = found.asked(probe) if probe is not None else None
    elsewhere = probe is not None and asked not in (None, found.number)
    why = ""
    far: FarEnd = ()
    if elsewhere and path is None and port is None and probe is not None and probe.port is not None:
        why = f"the path is that of a probe of port {asked}"
        far = ((probe.port.anchor, f"the probe asks port {asked}, requests go to {found.number}"),)
    written = path or (probe.path if probe is not None else None) or prefix
    ask = Ask(
        anchor=front.name.anchor if far or written is None else written.anchor,
        path=_path(written, front),
        host=host.value if host is not None else front.host,
        accepts=(several(codes.value) if codes is not None else ()) or ((200, 399),),
        why=why,
        remedy=f"set `{_GATEWAY}health-probe-path` to a path of the serving port, or `{_GATEWAY}health-probe-port`",
    )
    number = port_number(port.value) if port is not None else None
    return Question(
        by=GATEWAY,
        ask=ask,
        port=number,
        port_anchor=port.anchor if port is not None else None,
        secure=secure,
        far=far,
        assumption=_PLAIN_GATEWAY if far else "",
    )


def for_containers(front: Front, workload: Workload) -> Question | None:
    """`GET /` for `localhost`, where neither a HealthCheckPolicy nor a readiness probe says what to ask."""
    found = serving(workload, front.port)
    if found is None or found.probe(ProbeKind.READINESS) is not None:
        return None
    ask = Ask(
        anchor=front.name.anchor,
        host="localhost",
        accepts=((200, 399),),
        written=False,
        why="no HealthCheckPolicy is for it, and it has no readiness probe",
        remedy="add a HealthCheckPolicy for the Service, or a readiness probe, with the path that it answers",
    )
    return Question(by=FOR_CONTAINERS, ask=ask)


def _probe(probe: Probe | None) -> Probe | None:
    return probe if probe is not None and probe.action is ProbeAction.HTTP else None


def _path(written: Scalar | None, front: Front) -> str:
    text = written.value if written is not None else front.path
    return text.rstrip("*") or "/"


def of_service(front: Front) -> Question | None:
    """The protocol of the port's own annotation, else its `appProtocol`, else that of the Service; TCP only connects."""
    number = front.port.number
    told = front.annotation(f"{_SERVICE}port_{number}_health-probe_protocol")
    told = told or front.port.app_protocol
    told = told or front.annotation(f"{_SERVICE}azure-load-balancer-health-probe-protocol")
    port = front.annotation(f"{_SERVICE}port_{number}_health-probe_port")
    if told is None or told.value.strip().lower() not in ("http", "https") or port is not None:
        return None
    path = front.annotation(f"{_SERVICE}port_{number}_health-probe_request-path")
    key = f"{_SERVICE}azure-load-balancer-health-probe-request-path"
    path = path or front.annotation(key)
    ask = Ask(
        anchor=path.anchor if path is not None else told.anchor,
        path=path.value if path is not None else "/",
        accepts=((200, 200),),
        written=path is not None,
        why=f"no `{key}` is written",
        remedy=f"set `{key}` to a path that the pods answer with 200",
    )
    return Question(by=BALANCER, ask=ask, secure=told.value.strip().lower() == "https")


def is_azure(service: Service) -> bool:
    """Whether annotations show that Azure gives a Service its load balancer."""
    if service.type != "LoadBalancer" or service.external_local is not None:
        return False
    keys = service.meta.annotations.entries if service.meta.annotations is not None else {}
    return any(key.startswith(f"{_SERVICE}azure-") for key in keys)
