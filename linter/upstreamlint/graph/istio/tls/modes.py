"""TLS on both ends: what a DestinationRule makes clients speak, and what the workloads demand or understand."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import patterns
from upstreamlint.documents import Scalar
from upstreamlint.files.readable import is_beside
from upstreamlint.finding import Affected
from upstreamlint.graph.evidence import Verdict
from upstreamlint.graph.istio.mesh import is_gateway
from upstreamlint.graph.istio.names import Host, covers
from upstreamlint.graph.istio.references.tls import OriginationPort, TlsMode
from upstreamlint.graph.istio.registry.destination_rules import Client
from upstreamlint.graph.istio.registry.hosts import TLS, written_protocol
from upstreamlint.graph.istio.tls.demands import Demands
from upstreamlint.graph.istio.view import Mesh
from upstreamlint.graph.kubernetes.services.serving import pod_port
from upstreamlint.graph.pod_labels import standing
from upstreamlint.graph.references import Reference
from upstreamlint.model.istio import DestinationRule, PeerAuthentication, ServiceEntry, Subset
from upstreamlint.model.kubernetes import Service, Workload
from upstreamlint.model.kubernetes.container import ContainerPort
from upstreamlint.model.kubernetes.probe import ProbeAction, ProbeKind
from upstreamlint.model.kubernetes.service import ServicePort
from upstreamlint.typed import TYPE_CHECKING, TypeAlias
from upstreamlint.values import NamedTuple

if TYPE_CHECKING:
    from upstreamlint.graph.istio.routes.sent import Sent

_PLAIN = frozenset({"DISABLE"})
_OWN_TLS = frozenset({"SIMPLE", "MUTUAL"})
_MESH_TLS = "ISTIO_MUTUAL"
_PLAIN_PORTS = frozenset({80, 8080})
_PLAIN_PROTOCOLS = frozenset({"HTTP", "HTTP2", "GRPC", "GRPC-WEB"})

Conflict: TypeAlias = tuple[Scalar | ContainerPort, PeerAuthentication | None]
"""What on the workload's side a mode cannot work with, and the policy that says so."""


def link(mesh: Mesh) -> Iterator[Reference]:
    """The TLS modes of DestinationRules that contradict what is behind their hosts."""
    rules = [r for r in mesh.index.of(DestinationRule) if not r.meta.patched and _speaks(r)]
    if not rules:
        return
    from upstreamlint.graph.istio.routes.sent import sent

    tls = _Tls(mesh, Demands(mesh), sent(mesh))
    for rule in rules:
        if rule.host.value.startswith("*"):
            yield from _wildcard(tls, rule)
            continue
        host = mesh.rules.expanded[id(rule)]
        found = mesh.registry.find(host, rule.meta.folder)
        for service in found.services:
            yield from _service(tls, rule, host, service)
        for entry in found.entries:
            yield from _origination(rule, entry)


class _Tls(NamedTuple):
    """What modes are judged by."""

    mesh: Mesh
    demands: Demands
    sent: dict[str, list[Sent]]


def _wildcard(tls: _Tls, rule: DestinationRule) -> Iterator[TlsMode]:
    """A rule for many hosts, as far as no rule of its own holds for one of them."""
    mesh = tls.mesh
    found: list[TlsMode] = []
    for service in mesh.index.of(Service):
        name, space = service.meta.name.value, service.meta.namespace
        host = Host(f"{name}.{space}.svc.{mesh.settings.domain}", name, space)
        if not space or not covers(rule.host.value, host.text) or not _together(mesh, rule, service):
            continue
        # Clients of its own namespace may use a rule that nobody else sees.
        used = rule in mesh.rules.applying(host, (space,), Client(space), rule.meta.folder)
        found += (m for m in _service(tls, rule, host, service) if used or m.hits)
    yield from found or _everywhere(mesh, tls.demands, rule)


def _together(mesh: Mesh, rule: DestinationRule, service: Service) -> bool:
    """Whether a Service is of the same deployment as a rule, as far as folders tell."""
    return mesh.index.ladder.whole or is_beside(service.meta.folder, rule.meta.folder)


def _everywhere(mesh: Mesh, demands: Demands, rule: DestinationRule) -> Iterator[TlsMode]:
    """A rule for all hosts of a namespace, or of the mesh, against the policy of the same."""
    mode = rule.policy.tls_mode if rule.policy is not None else None
    pattern = rule.host.value.removeprefix("*").removeprefix(".").removesuffix(mesh.settings.domain)
    space = pattern.removesuffix(".").removesuffix("svc").removesuffix(".")
    whole = rule.host.value in ("*", "*.local") or space == ""
    demanded = demands.of_namespace("" if whole else space, rule.meta.folder)
    wanted = {"DISABLE": "STRICT", _MESH_TLS: "DISABLE"}.get(mode.value if mode is not None else "")
    if mode is None or demanded is None or demanded[0].value != wanted or "." in space.replace("local", ""):
        return
    if not is_beside(demanded[1].meta.folder, rule.meta.folder):
        return
    yield TlsMode(
        wanted=mode.value,
        anchor=mode.anchor,
        owner=rule,
        verdict=Verdict.CONFLICT,
        rule=rule,
        mode=mode,
        host=rule.host.value,
        workload=None,
        conflicting=demanded[0],
        policy=demanded[1],
    )


def _speaks(rule: DestinationRule) -> bool:
    policies = [p for p in (rule.policy, *(s.policy for s in rule.subsets)) if p is not None]
    return any(p.tls_mode is not None or any(o.tls_mode is not None for _, o in p.ports) for p in policies)


def _service(tls: _Tls, rule: DestinationRule, host: Host, service: Service) -> Iterator[TlsMode]:
    """The workloads behind a Service that a mode of a rule cannot work with, and the routes sent with it."""
    workloads = tls.mesh.index.selected(service)
    for port in service.ports:
        general = rule.policy.tls_at(port.number) if rule.policy is not None else None
        for subset in (None, *rule.subsets):
            mode = _own_mode(subset, port.number) if subset is not None else None
            own = mode is not None
            mode = mode or general
            if mode is None:
                continue
            labels = standing(subset.labels.values) if subset is not None and subset.labels else {}
            chosen = [w for w in workloads if labels.items() <= w.template.values.items()]
            refusing = {w: c for w in chosen if (c := _conflict(tls, mode, w, port)) is not None}
            hits = tuple(_hits(tls, rule, host, port, subset)) if refusing else ()
            if subset is not None and not hits:
                continue
            for workload, (conflicting, policy) in refusing.items():
                patched = workload.meta.patched or service.meta.patched
                yield TlsMode(
                    subset=subset if own else None,
                    hits=tuple(_part(h, len(refusing) / len(chosen)) for h in hits),
                    others=bool(hits) and len(refusing) < len(chosen),
                    wanted=mode.value,
                    anchor=mode.anchor,
                    owner=rule,
                    verdict=Verdict.UNKNOWN if patched else Verdict.CONFLICT,
                    rule=rule,
                    mode=mode,
                    host=host.shown,
                    workload=workload,
                    conflicting=conflicting,
                    policy=policy,
                )


def _own_mode(subset: Subset, port: int) -> Scalar | None:
    return subset.policy.tls_at(port) if subset.policy is not None else None


def _part(hit: Affected, part: float) -> Affected:
    return hit if hit.share is None or part == 1 else hit._replace(share=hit.share * part)


def _hits(
    tls: _Tls, rule: DestinationRule, host: Host, port: ServicePort, subset: Subset | None
) -> Iterator[Affected]:
    """The routes to a port, by way of a subset or of none, whose clients use a rule."""
    name = subset.name.value if subset is not None else ""
    spaces = (host.namespace,)
    for one in tls.sent.get(host.text, ()):
        if one.port not in (None, port.number) or one.subset != name:
            continue
        if any(rule in tls.mesh.rules.applying(host, spaces, c, one.folder) for c in one.clients):
            yield one.hit


def _conflict(tls: _Tls, mode: Scalar, workload: Workload, port: ServicePort) -> Conflict | None:
    """What on the workload's side a client's mode cannot work with; a gateway's servers set their own."""
    if is_gateway(workload):
        return None
    if mode.value in _OWN_TLS:
        plain = _plain_port(workload, port)
        return (plain, None) if plain is not None else None
    number = pod_port(workload, port)
    demanded = tls.demands.mode(workload, number) if tls.demands else None
    if mode.value in _PLAIN:
        strict = demanded is not None and demanded[0].value == "STRICT"
        return demanded if strict and tls.mesh.injection.in_mesh(workload) else None
    if mode.value != _MESH_TLS:
        return None
    refused = tls.mesh.injection.refused(workload)
    if refused is not None:
        return refused, None
    return demanded if demanded is not None and demanded[0].value == "DISABLE" else None


def _plain_port(workload: Workload, port: ServicePort) -> ContainerPort | None:
    """The declared port of a pod that a Service port leads to, when nothing says that TLS is spoken there.

    A probe over plain HTTP outweighs names and customs: before a server of TLS it would fail.
    """
    number = pod_port(workload, port)
    ports = [p for c in workload.containers for p in c.ports if (p.number, p.protocol) == (number, "TCP")]
    if number is None or not ports:
        return None
    secure = any(p.name is not None and _SECURE.search(p.name.value) for p in ports)
    secure = secure or written_protocol(port) in TLS or number % _THOUSAND == _HTTPS
    return None if secure and not _asked_plainly(workload, ports[0]) else ports[0]


def _asked_plainly(workload: Workload, port: ContainerPort) -> bool:
    """Whether a readiness probe asks a port over HTTP without TLS."""
    names = {str(port.number), port.name.value if port.name is not None else ""}
    return any(
        p.kind is ProbeKind.READINESS
        and p.action is ProbeAction.HTTP
        and p.scheme == "HTTP"
        and p.port is not None
        and p.port.value in names
        for c in workload.containers
        if any(own is port for own in c.ports)
        for p in c.probes
    )


_THOUSAND, _HTTPS = 1000, 443
"""8443, 9443 and the like are ports for TLS by custom."""

_SECURE = patterns.compile("tls|https|ssl")


def _origination(rule: DestinationRule, entry: ServiceEntry) -> Iterator[OriginationPort]:
    """TLS to the port of an external host that everybody serves in plain text."""
    if entry.location == "MESH_INTERNAL" or any(e.has_ports for e in entry.endpoints):
        return
    for port in entry.ports:
        mode = rule.policy.tls_at(port.number) if rule.policy is not None else None
        dialled = port.target if port.target is not None else port.number
        plain = dialled in _PLAIN_PORTS and port.protocol.upper() in _PLAIN_PROTOCOLS
        if mode is None or mode.value not in _OWN_TLS or not plain:
            continue
        yield OriginationPort(
            wanted=mode.value,
            anchor=mode.anchor,
            owner=rule,
            verdict=Verdict.UNKNOWN if entry.meta.patched else Verdict.CONFLICT,
            rule=rule,
            mode=mode,
            entry=entry,
            port=dialled,
        )
