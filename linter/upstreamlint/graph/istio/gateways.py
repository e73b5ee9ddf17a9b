"""Gateways: the names that VirtualServices give, the hosts that servers take, the pods and ports behind them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from upstreamlint.documents import Scalar
from upstreamlint.graph.evidence import Verdict, is_placeholder, near_names
from upstreamlint.graph.index import same_namespace
from upstreamlint.graph.istio.mesh import is_gateway
from upstreamlint.graph.istio.names import MESH, exported, gateway_name, overlap
from upstreamlint.graph.istio.references import (
    GatewayHost,
    GatewayName,
    GatewayPort,
    GatewaySelector,
)
from upstreamlint.graph.istio.view import Mesh
from upstreamlint.graph.references import Candidate, Reference
from upstreamlint.model.istio import GatewayServer, Installation, IstioGateway, VirtualService
from upstreamlint.model.kubernetes import Service, Workload
from upstreamlint.model.kubernetes.meta import integer


def link(mesh: Mesh) -> Iterator[Reference]:
    """The references of every VirtualService to gateways, and of every gateway to its pods."""
    for owner in mesh.index.of(VirtualService):
        yield from _names(mesh, owner)
        if owner.hosts:
            yield from _hosts(mesh, owner)
    proxies = [w for w in mesh.index.of(Workload) if is_gateway(w)]
    services = _services_of(mesh)
    for gateway in mesh.index.of(IstioGateway):
        if gateway.selector is not None:
            yield _selector(mesh, gateway, proxies)
        yield from _ports(mesh, gateway, services)


def _names(mesh: Mesh, owner: VirtualService) -> Iterator[GatewayName]:
    """Every gateway that a VirtualService names, once each."""
    written = {s.value: s for r in owner.routes for s in r.gateways}
    written.update({s.value: s for s in owner.gateways})
    for name, scalar in written.items():
        if name == MESH:
            continue
        space, own = owner.meta.namespace, owner.meta
        found = mesh.gateways.find(name, space, own.folder)
        near: tuple[Candidate, ...] = ()
        verdict = Verdict.FOUND
        if not found and (mesh.gateways.of_kubernetes(name, space) or own.patched or is_placeholder(name)):
            verdict = Verdict.UNKNOWN
        elif not found:
            near = _near_gateways(mesh, name, owner)
            where = gateway_name(name, space)
            also = ("/".join(where), f"{where[0]}/*")
            verdict = mesh.absent(name, own.folder, near=bool(near), own=where[0] == space, also=also)
        yield GatewayName(
            wanted=name,
            anchor=scalar.anchor,
            owner=owner,
            verdict=verdict,
            near=near,
            virtual_service=owner,
            gateway=found[0] if found else None,
        )


def _near_gateways(mesh: Mesh, written: str, owner: VirtualService) -> tuple[Candidate, ...]:
    """A Gateway of a similar name in the same namespace, or of the same name in another one."""
    space, name = gateway_name(written, owner.meta.namespace)
    for similar in near_names(name, mesh.gateways.names(space)):
        found = next(g for g in mesh.gateways.named(similar) if g.meta.namespace == space)
        return (
            Candidate(found.anchor, f"Gateway `{found.title}` has a similar name", _spelled(found, owner)),
        )
    elsewhere = [g for g in mesh.gateways.named(name) if g.meta.namespace != space]
    if not elsewhere or len({g.meta.namespace for g in elsewhere}) > 1:
        return ()
    found = elsewhere[0]
    text = f"Gateway `{name}` is in namespace `{found.meta.namespace}`"
    return (Candidate(found.anchor, text, _spelled(found, owner)),)


def _spelled(gateway: IstioGateway, owner: VirtualService) -> str:
    name = gateway.meta.name.value
    same = gateway.meta.namespace == owner.meta.namespace
    return name if same else f"{gateway.meta.namespace}/{name}"


def _hosts(mesh: Mesh, owner: VirtualService) -> Iterator[GatewayHost]:
    """Each host of a VirtualService among those that the servers of its gateways take."""
    names = [s.value for s in owner.gateways]
    bound = [n for n in names if n != MESH]
    found = [g for n in bound for g in mesh.gateways.find(n, owner.meta.namespace, owner.meta.folder)]
    on_mesh = MESH in names
    if not bound or len({g.id for g in found}) < len(set(bound)):
        return
    for host in owner.hosts:
        if on_mesh and _is_internal(mesh, host.value, owner):
            continue
        serving = [g for g in found if any(_takes(g, s, host.value, owner) for s in g.servers)]
        if serving:
            yield from _visibility(mesh, owner, host, serving)
            continue
        verdict = Verdict.CONFLICT
        patched = owner.meta.patched or any(g.meta.patched or not g.servers for g in found)
        if patched or is_placeholder(host.value.removeprefix("*")) or _open(found):
            verdict = Verdict.UNKNOWN
        yield GatewayHost(
            wanted=host.value,
            anchor=host.anchor,
            owner=owner,
            verdict=verdict,
            near=_served(found),
            virtual_service=owner,
            gateways=tuple(found),
        )


def _is_internal(mesh: Mesh, host: str, owner: VirtualService) -> bool:
    """Whether a host of a VirtualService that is also for the mesh may be meant for the mesh alone."""
    expanded = mesh.expand(host, owner.meta.namespace)
    return (
        bool(expanded.service)
        or host.startswith("*")
        or bool(mesh.registry.find(expanded, owner.meta.folder))
    )


def _open(gateways: Iterable[IstioGateway]) -> bool:
    """Whether a server's hosts are filled in later."""
    return any(
        is_placeholder(h.value.replace("*", "")) and h.value.rpartition("/")[2] != "*"
        for g in gateways
        for s in g.servers
        for h in s.hosts
    )


def _takes(gateway: IstioGateway, server: GatewayServer, host: str, owner: VirtualService) -> bool:
    """Whether a server takes a host of a VirtualService: by name, and by the namespace before the slash."""
    for written in server.hosts:
        space, slash, name = written.value.rpartition("/")
        space = gateway.meta.namespace if space == "." else space
        if overlap(name, host) and (not slash or space == "*" or same_namespace(space, owner.meta.namespace)):
            return True
    return False


def _visibility(
    mesh: Mesh, owner: VirtualService, host: Scalar, serving: list[IstioGateway]
) -> Iterator[GatewayHost]:
    """Whether the pods of the serving gateways see the VirtualService at all."""
    if not owner.export_to:
        return
    clients = [c for g in serving for c in mesh.gateways.clients(g) if not c.assumption]
    hidden = [c for c in clients if not exported(owner.export_to, owner.meta.namespace, c.namespace)]
    if not clients or len(hidden) < len(clients):
        return
    yield GatewayHost(
        wanted=host.value,
        anchor=owner.export_to[0].anchor,
        owner=owner,
        verdict=Verdict.UNKNOWN if owner.meta.patched else Verdict.CONFLICT,
        virtual_service=owner,
        gateways=tuple(serving),
        exported=False,
        client=hidden[0].namespace,
    )


def _served(gateways: Iterable[IstioGateway]) -> tuple[Candidate, ...]:
    return tuple(
        Candidate(server.hosts[0].anchor, f"Gateway `{gateway.title}` serves `{server.hosts[0]}`", "")
        for gateway in gateways
        for server in gateway.servers[:2]
        if server.hosts
    )


def _selector(mesh: Mesh, gateway: IstioGateway, proxies: list[Workload]) -> GatewaySelector:
    """The pods of a Gateway: a selector without any conflicts with a gateway that it must have meant."""
    pods = mesh.gateways.pods(gateway)
    selector = gateway.selector
    near: tuple[Candidate, ...] = ()
    verdict = Verdict.FOUND
    if not pods and selector is not None:
        searched = len(proxies) <= _POOL and not mesh.index.of(Installation)
        near = _near_proxies(selector.values, proxies) if searched else ()
        unknown = gateway.meta.patched or any(is_placeholder(v) for v in selector.values.values())
        verdict = (
            Verdict.UNKNOWN
            if unknown
            else mesh.absent(str(selector), gateway.meta.folder, near=bool(near), own=False)
        )
    return GatewaySelector(
        wanted=str(selector),
        anchor=next(iter(selector)).anchor if selector is not None else gateway.anchor,
        owner=gateway,
        verdict=verdict,
        near=near,
        gateway=gateway,
        workloads=pods,
    )


_POOL = 100
"""More gateways are not searched for look-alikes: the cost would grow with their square."""


def _near_proxies(wanted: dict[str, str], proxies: list[Workload]) -> tuple[Candidate, ...]:
    """The gateway whose pods miss the selector by one label of nearly the same meaning."""
    for workload in proxies:
        values = workload.template.values
        differing = [k for k, v in wanted.items() if values.get(k) != v]
        if len(differing) != 1:
            continue
        key = differing[0]
        own, labels = values.get(key), workload.template.labels
        if own is None or labels is None or not _alike(own, wanted[key]):
            continue
        entry = labels.entries[key]
        text = f"the pods of `{workload.meta.namespace}/{workload.meta.name}` have this label"
        return (Candidate(entry.anchor, text, f"{key}: {own}"),)
    return ()


def _alike(own: str, wanted: str) -> bool:
    """Whether two values name one gateway: misspelled, or the short and the long usual name."""
    if ("egress" in own) != ("egress" in wanted):
        return False
    if near_names(wanted, [own]):
        return f"-{wanted}-" not in f"-{own}-"
    one, other = own.removeprefix("istio-"), wanted.removeprefix("istio-")
    return one != "" and (one.startswith(other) or other.startswith(one)) and "-" not in one + other


def _services_of(mesh: Mesh) -> dict[int, list[Service]]:
    """The Services in front of each workload."""
    found: dict[int, list[Service]] = defaultdict(list)
    for service in mesh.index.of(Service):
        for workload in mesh.index.selected(service):
            found[id(workload)].append(service)
    return found


def _ports(mesh: Mesh, gateway: IstioGateway, services: dict[int, list[Service]]) -> Iterator[GatewayPort]:
    """A server's port must be one of the Service's ports, or a port of the pod that one of them leads to."""
    pods = mesh.gateways.pods(gateway)
    if not pods or gateway.meta.patched or any(w.template.host_network for w in pods):
        return
    fronts = list({id(s): s for w in pods for s in services.get(id(w), ())}.values())
    if not fronts or any(s.meta.patched or not s.ports for s in fronts):
        return
    for server in gateway.servers:
        number = integer(server.port)
        if number is None or server.port is None:
            continue
        if any(
            number in (p.number, p.target_number) or _named(p.target_name, number, pods)
            for s in fronts
            for p in s.ports
        ):
            continue
        yield GatewayPort(
            wanted=server.port.value,
            anchor=server.port.anchor,
            owner=gateway,
            verdict=Verdict.CONFLICT,
            near=tuple(
                Candidate(p.written.anchor, f"Service `{s.title}` has port {p.number}", str(p.number))
                for s in fronts
                for p in s.ports
            )[:3],
            gateway=gateway,
            server=server,
            services=tuple(fronts),
        )


def _named(name: str | None, number: int, pods: Iterable[Workload]) -> bool:
    return name is not None and any(
        p.number == number and p.name is not None and p.name.value == name
        for w in pods
        for c in w.containers
        for p in c.ports
    )
