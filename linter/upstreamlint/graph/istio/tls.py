"""TLS on both ends: what a DestinationRule makes clients speak, and what the workloads demand or understand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, TypeAlias

from upstreamlint.documents import Scalar
from upstreamlint.finding import Affected
from upstreamlint.graph.evidence import Verdict
from upstreamlint.graph.index import grouped, nearest
from upstreamlint.graph.istio.hosts import is_beside
from upstreamlint.graph.istio.mesh import is_gateway
from upstreamlint.graph.istio.references import OriginationPort, TlsMode
from upstreamlint.graph.istio.view import Mesh
from upstreamlint.graph.istio.wire import MeshRoute, route_of, shares, wire_of
from upstreamlint.graph.references import Reference
from upstreamlint.model.istio import DestinationRule, PeerAuthentication, ServiceEntry, Subset, VirtualService
from upstreamlint.model.kubernetes import Service, Workload
from upstreamlint.model.kubernetes.meta import integer
from upstreamlint.model.kubernetes.service import ServicePort

_PLAIN = frozenset({"DISABLE"})
_OWN_TLS = frozenset({"SIMPLE", "MUTUAL"})
_MESH_TLS = "ISTIO_MUTUAL"
_PLAIN_PORTS = frozenset({80, 8080})
_PLAIN_PROTOCOLS = frozenset({"HTTP", "HTTP2", "GRPC", "GRPC-WEB"})


Demanded: TypeAlias = tuple[Scalar, PeerAuthentication]


class Demands:
    """Which TLS mode a workload demands: its own policy, its namespace's, the mesh's.

    The same policy in several folders is several environments: the nearest counts, and none when the
    nearest ones disagree.
    """

    def __init__(self, mesh: Mesh) -> None:
        self._root = mesh.settings.root_namespace
        self._by_namespace = grouped(mesh.index.of(PeerAuthentication), lambda p: p.meta.namespace)

    def __bool__(self) -> bool:
        return bool(self._by_namespace)

    def mode(self, workload: Workload, port: int | None) -> Demanded | None:
        """The mode that holds for a port of a workload's pods, and who says so; nothing is permissive."""
        own = self._by_namespace.get(workload.meta.namespace, [])
        values = workload.template.values
        selecting = [
            p
            for p in own
            if p.selector is not None and all(values.get(k) == v for k, v in p.selector.values.items())
        ]
        folder = workload.meta.folder
        found, clear = _agreed(selecting, port, folder)
        return found if found or not clear else self.of_namespace(workload.meta.namespace, folder)

    def of_namespace(self, namespace: str, folder: str) -> Demanded | None:
        """The mode that holds for a namespace as a whole; for the mesh when none is given."""
        own = self._by_namespace.get(namespace, []) if namespace else []
        for layer in (own, self._by_namespace.get(self._root, [])):
            found, clear = _agreed([p for p in layer if p.selector is None], None, folder)
            if found is not None or not clear:
                return found
        return None


def _agreed(
    policies: list[PeerAuthentication], port: int | None, folder: str
) -> tuple[Demanded | None, bool]:
    """What the nearest policies say, and whether they agree."""
    modes = [(m, p) for p in nearest(policies, folder) if (m := p.mode_at(port)) is not None]
    if len({m.value for m, _ in modes}) > 1:
        return None, False
    return (modes[0] if modes else None), True


def link(mesh: Mesh) -> Iterator[Reference]:
    """The TLS modes of DestinationRules that contradict what is behind their hosts."""
    demands = Demands(mesh)
    for rule in mesh.index.of(DestinationRule):
        if rule.meta.patched or not _speaks(rule):
            continue
        if rule.host.value.startswith("*"):
            yield from _everywhere(mesh, demands, rule)
            continue
        found = mesh.registry.find(mesh.rules.expanded[id(rule)], rule.meta.folder)
        for service in found.services:
            for port in service.ports:
                yield from _service_port(mesh, demands, rule, service, port)
        for entry in found.entries:
            yield from _origination(rule, entry)


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


def _service_port(
    mesh: Mesh, demands: Demands, rule: DestinationRule, service: Service, port: ServicePort
) -> Iterator[TlsMode]:
    workloads = mesh.index.selected(service)
    for subset in (None, *rule.subsets):
        written = subset.policy if subset is not None else rule.policy
        mode = written.tls_at(port.number) if written is not None else None
        labels = subset.labels.values if subset is not None and subset.labels is not None else {}
        chosen = [w for w in workloads if all(w.template.values.get(k) == v for k, v in labels.items())]
        if mode is not None:
            yield from _modes(mesh, demands, _Spoken(rule, subset, mode), service, port, chosen)


class _Spoken(NamedTuple):
    """The TLS mode of a rule, or of one of its subsets."""

    rule: DestinationRule
    subset: Subset | None
    mode: Scalar


def _modes(
    mesh: Mesh,
    demands: Demands,
    spoken: _Spoken,
    service: Service,
    port: ServicePort,
    workloads: list[Workload],
) -> Iterator[TlsMode]:
    """The workloads that a mode cannot work with."""
    rule, subset, mode = spoken
    for workload in workloads:
        conflicting, policy = _conflict(mesh, demands, mode, workload, pod_port(port, workload))
        if conflicting is None:
            continue
        patched = workload.meta.patched or service.meta.patched
        yield TlsMode(
            subset=subset,
            hits=tuple(_hits(mesh, rule, service, port.number)) if subset is None else None,
            wanted=mode.value,
            anchor=mode.anchor,
            owner=rule,
            verdict=Verdict.UNKNOWN if patched else Verdict.CONFLICT,
            rule=rule,
            mode=mode,
            host=mesh.rules.expanded[id(rule)].shown,
            workload=workload,
            conflicting=conflicting,
            policy=policy,
        )


def _hits(mesh: Mesh, rule: DestinationRule, service: Service, port: int) -> Iterator[Affected]:
    """The routes to a port whose clients use a rule."""
    host = mesh.rules.expanded[id(rule)]
    for owner in mesh.index.of(VirtualService):
        for number, written in enumerate(owner.routes):
            for destination, share in shares(written):
                if mesh.expand(destination.host.value, owner.meta.namespace).text != host.text:
                    continue
                if integer(destination.port) not in (None, port):
                    continue
                spaces, folder = (service.meta.namespace,), owner.meta.folder
                clients = mesh.clients.of(owner, written, spaces)
                if any(rule in mesh.rules.applying(host, spaces, c, folder) for c in clients):
                    route = MeshRoute(owner, written, route_of(owner, written, number))
                    yield wire_of(mesh, route, destination, share).hit


def _conflict(
    mesh: Mesh, demands: Demands, mode: Scalar, workload: Workload, port: int | None
) -> tuple[Scalar | None, PeerAuthentication | None]:
    """What on the workload's side a client's mode cannot work with; a gateway's servers set their own."""
    if is_gateway(workload):
        return None, None
    refused = mesh.injection.refused(workload)
    demanded = demands.mode(workload, port) if demands else None
    if mode.value in _PLAIN:
        strict = demanded is not None and demanded[0].value == "STRICT"
        return (
            demanded if strict and demanded is not None and mesh.injection.in_mesh(workload) else (None, None)
        )
    if mode.value == _MESH_TLS:
        if refused is not None:
            return refused, None
        if demanded is not None and demanded[0].value == "DISABLE":
            return demanded
    return None, None


def pod_port(port: ServicePort, workload: Workload) -> int | None:
    """The port of a workload's pods that a Service port leads to, if it is known."""
    name = port.target_name
    if name is None:
        return port.target_number
    numbers = (
        p.number for c in workload.containers for p in c.ports if p.name is not None and p.name.value == name
    )
    return next(numbers, None)


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
