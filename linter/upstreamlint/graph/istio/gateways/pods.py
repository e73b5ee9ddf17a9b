"""The pods that Gateways configure, and the ports of the Services in front of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from upstreamlint.finding import Affected
from upstreamlint.graph.evidence import Verdict, is_placeholder
from upstreamlint.graph.istio.clients import names_of
from upstreamlint.graph.istio.mesh import is_gateway
from upstreamlint.graph.istio.names import MESH
from upstreamlint.graph.istio.references.gateways import GatewayPort, GatewaySelector
from upstreamlint.graph.istio.routes.wire import taken
from upstreamlint.graph.istio.view import Mesh
from upstreamlint.graph.likeness import near_names
from upstreamlint.graph.references import Candidate, sure
from upstreamlint.model.istio import Installation, IstioGateway, VirtualService
from upstreamlint.model.kubernetes import Service, Workload
from upstreamlint.model.kubernetes.chart import ChartRelease
from upstreamlint.model.kubernetes.meta import Labels, integer


def link(mesh: Mesh) -> Iterator[GatewaySelector | GatewayPort]:
    """The references of every Gateway to its pods, and to the ports that lead to them."""
    proxies = [w for w in mesh.index.of(Workload) if is_gateway(w)]
    services = _services_of(mesh)
    for gateway in mesh.index.of(IstioGateway):
        if gateway.selector is not None:
            yield _selector(mesh, gateway, proxies)
        yield from _ports(mesh, gateway, services)


def _selector(mesh: Mesh, gateway: IstioGateway, proxies: list[Workload]) -> GatewaySelector:
    """The pods of a Gateway: a selector without any conflicts with a gateway that it must have meant."""
    pods = mesh.gateways.pods(gateway)
    selector = gateway.selector
    near: tuple[Candidate, ...] = ()
    verdict = Verdict.FOUND
    if not pods and selector is not None:
        installed = mesh.index.of(Installation)
        searched = len(proxies) <= _POOL and not installed
        near = _near_proxies(selector, proxies) if searched else ()
        near = near or (_near_releases(mesh, selector) if searched and not proxies else ())
        near = near or (
            _near_installed(installed[0], selector) if len(installed) == 1 and not proxies else ()
        )
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
        hits=served_by(mesh, gateway) if verdict.broken else (),
    )


def served_by(mesh: Mesh, gateway: IstioGateway) -> tuple[Affected, ...]:
    """The routes that come by one Gateway alone."""
    found: list[Affected] = []
    for owner in mesh.index.of(VirtualService):
        space, folder = owner.meta.namespace, owner.meta.folder
        bound = {n: mesh.gateways.find(n, space, folder) for n in names_of(owner) if n != MESH}
        if bound and all(g is gateway for gateways in bound.values() for g in gateways):
            found += taken(owner, [n for n, gateways in bound.items() if gateways])
    return tuple(found)


_POOL = 100
"""More gateways are not searched for look-alikes: the cost would grow with their square."""


def _near_proxies(selector: Labels, proxies: list[Workload]) -> tuple[Candidate, ...]:
    """The gateway whose pods miss the selector by one label of nearly the same meaning."""
    wanted = selector.values
    found: list[Candidate] = []
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
        at = selector.entries[key].anchor
        found.append(Candidate(entry.anchor, text, f"{key}: {own}", at))
    return sure(found)


def _near_releases(mesh: Mesh, selector: Labels) -> tuple[Candidate, ...]:
    """The release of Istio's own chart of gateways whose pods have a value of `istio` that is nearly the same; it is made of the release's name."""
    entry = selector.entries.get(_ISTIO)
    releases = [
        r for r in mesh.index.of(ChartRelease) if r.chart.value.endswith("gateway") and _ISTIO in r.origin
    ]
    if entry is None or len(releases) != 1 or releases[0].meta.patched:
        return ()
    release = releases[0]
    name = release.text("name") or release.release
    own = release.text(f"labels.{_ISTIO}") or name.removeprefix("istio-")
    wanted = selector.values[_ISTIO]
    if is_placeholder(own) or own == wanted or not _alike(own, wanted):
        return ()
    text = f"the pods of release `{name}` of Istio's chart have the label `{_ISTIO}: {own}`"
    return sure([Candidate(release.chart.anchor, text, f"{_ISTIO}: {own}", entry.anchor)])


def _near_installed(installation: Installation, selector: Labels) -> tuple[Candidate, ...]:
    """The only gateway that an IstioOperator installs, where its pods have a value of `istio` that is nearly the same."""
    entry, gateways = selector.entries.get(_ISTIO), installation.gateways
    if entry is None or len(gateways) != 1 or installation.meta.patched:
        return ()
    own, wanted = gateways[0].values.get(_ISTIO, ""), selector.values[_ISTIO]
    if is_placeholder(own) or wanted in (own, _BY_DEFAULT) or not _alike(own, wanted):
        return ()
    text = f"the pods of the gateway have the label `{_ISTIO}: {own}`"
    return sure([Candidate(gateways[0].name.anchor, text, f"{_ISTIO}: {own}", entry.anchor)])


_ISTIO = "istio"
_BY_DEFAULT = "ingressgateway"
"""The label of the gateway that most profiles install, listed or not."""


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
            hits=served_by(mesh, gateway) if len(gateway.servers) == 1 else (),
        )


def _named(name: str | None, number: int, pods: Iterable[Workload]) -> bool:
    return name is not None and any(
        p.number == number and p.name is not None and p.name.value == name
        for w in pods
        for c in w.containers
        for p in c.ports
    )
