"""What Google's load balancers ask: those of GKE Ingress and of GKE Gateway.

After kubernetes/ingress-gce, pkg/controller/translator (`getHTTPProbe`), and the GKE documentation, "Health checks" of Ingress
and "Configure health check" of Gateway. Only `200` counts.
"""

from __future__ import annotations

from upstreamlint.facets.dial import Ask
from upstreamlint.facets.judgement import FarEnd
from upstreamlint.model.kubernetes import Workload
from upstreamlint.model.kubernetes.probe import Probe, ProbeAction, ProbeKind
from upstreamlint.programs.managed.checks.front import Front, Question
from upstreamlint.programs.managed.checks.policies import HealthCheck
from upstreamlint.programs.managed.checks.probes import Serving, serving

INGRESS = "the load balancer of GKE Ingress"
GATEWAY = "the load balancer of GKE Gateway"
_OK = ((200, 200),)
_SECURE = frozenset({"HTTPS", "HTTP2"})
_HTTP = frozenset({"HTTP", "HTTPS", "HTTP2", ""})
_CONFIG_REMEDY = (
    "probe the serving port with httpGet, or name a health check in a BackendConfig of the Service"
)
_POLICY_REMEDY = "add a HealthCheckPolicy for the Service, with the path that it answers"


def of_ingress(front: Front, workload: Workload, config: HealthCheck | None) -> Question | None:
    """A BackendConfig, else an HTTP readiness probe on the serving port, else `GET /`."""
    found = serving(workload, front.port)
    if config is not None:
        return _written(front, config, INGRESS)
    if found is None:
        return None
    probe = found.probe(ProbeKind.READINESS)
    secure = speaks_tls(front)
    if probe is not None and taken(found, probe, secure=secure):
        path = probe.path.value if probe.path is not None else "/"
        ask = Ask(
            anchor=probe.path.anchor if probe.path else probe.anchor,
            path=path,
            accepts=_OK,
            host=probe.host_header,
        )
        return Question(by=INGRESS, ask=ask, secure=secure)
    why, far = _passed_over(found, probe) if probe is not None else ("", ())
    ask = Ask(
        anchor=front.name.anchor,
        accepts=_OK,
        written=False,
        why=why,
        remedy=_CONFIG_REMEDY,
    )
    return Question(by=INGRESS, ask=ask, secure=secure, far=far)


def of_gateway(front: Front, policy: HealthCheck | None) -> Question:
    """A HealthCheckPolicy, else `GET /`; probes do not count."""
    if policy is not None:
        return _written(front, policy, GATEWAY)
    ask = Ask(
        anchor=front.name.anchor,
        accepts=_OK,
        written=False,
        why="no HealthCheckPolicy is for it, and probes do not count",
        remedy=_POLICY_REMEDY,
    )
    return Question(by=GATEWAY, ask=ask, secure=speaks_tls(front))


def _written(front: Front, check: HealthCheck, by: str) -> Question:
    kind = check.type or ("HTTPS" if speaks_tls(front) else "HTTP")
    http = kind in _HTTP
    path = check.path
    ask = Ask(
        anchor=path.anchor if path is not None else check.anchor,
        method="GET" if http else "",
        path=path.value if path is not None else "/",
        host=check.host,
        accepts=_OK,
        written=path is not None,
        opaque=check.opaque,
        why=f"{check.meta.kind} `{check.title}` names no path",
        remedy=f"name the path in {check.meta.kind} `{check.title}`",
    )
    return Question(
        by=by,
        ask=ask,
        port=check.port,
        port_anchor=check.port_anchor,
        secure=kind in _SECURE if http else None,
    )


def speaks_tls(front: Front) -> bool:
    """Whether the Service says that its port speaks TLS: by `appProtocol`, or by GKE's own annotation."""
    declared = front.port.app_protocol.value.upper() if front.port.app_protocol is not None else ""
    written = front.service.meta.annotation("cloud.google.com/app-protocols") or ""
    name = front.port.name.value if front.port.name is not None else ""
    said = any(f'"{name}":"{p}"' in written.replace(" ", "") for p in _SECURE)
    return declared in _SECURE or said


def taken(found: Serving, probe: Probe, *, secure: bool) -> bool:
    """Whether a readiness probe becomes the health check."""
    alike = probe.scheme == ("HTTPS" if secure else "HTTP")
    simple = probe.action is ProbeAction.HTTP and probe.host is None and not probe.other_headers
    declared = any(p.number == found.number for p in found.container.ports)
    return simple and alike and declared and found.asked(probe) == found.number


def _passed_over(found: Serving, probe: Probe) -> tuple[str, FarEnd]:
    """Why a readiness probe is not taken, and where that is seen."""
    if probe.action is not ProbeAction.HTTP:
        return "the readiness probe is no HTTP probe", ((probe.anchor, "no HTTP probe"),)
    asked = found.asked(probe)
    if probe.port is not None and asked is not None and asked != found.number:
        text = f"the readiness probe asks this port, requests go to {found.number}"
        return f"the readiness probe is on port {asked}, not on {found.number}", ((probe.port.anchor, text),)
    if asked == found.number and not any(p.number == asked for p in found.container.ports):
        return f"the container declares no port {asked}, without which its probe does not count", ()
    if probe.other_headers or probe.host is not None:
        return "a readiness probe with headers or a host of its own does not count", ()
    return "", ()
