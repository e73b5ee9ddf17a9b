"""EnvoyFilters: the clusters that they name, and places in listeners that no gateway has.

istiod names a cluster `outbound|PORT|SUBSET|HOST`, for every port of every host of the registry (istio: `BuildSubsetKey`). A filter may add clusters of its
own, and one that does is taken to call those. A match compares the port that a gateway's pods listen on, not that of their Service, and one of the names of a filter chain, as it is written
(istio: `pilot/pkg/networking/core/envoyfilter/listener_patch.go`).
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.documents import Mapping, Scalar
from upstreamlint.finding import Symptom
from upstreamlint.graph.evidence import Verdict, is_placeholder
from upstreamlint.graph.istio.names import covers
from upstreamlint.graph.istio.view import Mesh
from upstreamlint.graph.kubernetes.services.names import absent_service
from upstreamlint.graph.likeness import near_names, sole
from upstreamlint.graph.references import Candidate, Reference
from upstreamlint.model.istio import EnvoyFilter, FilterPatch, IstioGateway
from upstreamlint.model.kubernetes import Service, Workload
from upstreamlint.model.kubernetes.meta import integer
from upstreamlint.programs.envoy.dependencies import calls
from upstreamlint.symptoms import NO_CLUSTER
from upstreamlint.values import entity


@entity(kw_only=True)
class FilterCluster(Reference):
    """A cluster that a change of an EnvoyFilter sends requests or questions to; `what` is missing of it."""

    filter: EnvoyFilter
    what: str
    title: str
    answer: Symptom
    open: bool
    assumption: str = ""


@entity(kw_only=True)
class FilterPlace(Reference):
    """A place in the listeners of gateways that a change asks for, and none has; `why` says what they have."""

    filter: EnvoyFilter
    why: str


def link(mesh: Mesh) -> Iterator[FilterCluster | FilterPlace]:
    """What every EnvoyFilter names."""
    for owner in mesh.index.of(EnvoyFilter):
        for patch in owner.patches if not owner.meta.patched else ():
            if patch.value is not None:
                yield from _clusters(mesh, owner, patch, patch.value)
            if patch.of_gateways and patch.match is not None and not owner.targeted:
                yield from _places(mesh, owner, patch.match)


def _clusters(mesh: Mesh, owner: EnvoyFilter, patch: FilterPatch, value: Mapping) -> Iterator[FilterCluster]:
    if patch.target == "HTTP_FILTER":
        for call in calls(value):
            named = _named(mesh, owner, call.cluster)
            if named is not None:
                what, verdict, near, assumption = named
                yield FilterCluster(
                    wanted=call.cluster.value,
                    anchor=call.cluster.anchor,
                    owner=owner,
                    verdict=verdict,
                    near=near,
                    filter=owner,
                    what=what,
                    title=call.extension.title,
                    answer=call.extension.symptom,
                    open=call.open,
                    assumption=assumption,
                )
    elif patch.target in _ROUTES:
        for name in _routed(value):
            named = _named(mesh, owner, name)
            if named is not None:
                what, verdict, near, assumption = named
                yield FilterCluster(
                    wanted=name.value,
                    anchor=name.anchor,
                    owner=owner,
                    verdict=verdict,
                    near=near,
                    filter=owner,
                    what=what,
                    title="a route",
                    answer=NO_CLUSTER,
                    open=False,
                    assumption=assumption,
                )


_ROUTES = frozenset({"HTTP_ROUTE", "VIRTUAL_HOST", "ROUTE_CONFIGURATION"})


def _routed(value: Mapping) -> Iterator[Scalar]:
    """The clusters of the routes of a change: a route, a virtual host, or a configuration of them."""
    hosts = [value, *value.mappings("virtual_hosts")]
    for route in [value, *(r for host in hosts for r in host.mappings("routes"))]:
        name = route.at("route", "cluster")
        if isinstance(name, Scalar):
            yield name


_OUTBOUND = 4
_Named = tuple[str, Verdict, tuple[Candidate, ...], str]


def _named(mesh: Mesh, owner: EnvoyFilter, cluster: Scalar) -> _Named | None:
    """What is missing of a cluster of istiod's own: the host, or its port; nothing where it is there, or a filter's."""
    parts = cluster.value.split("|")
    if is_placeholder(cluster.value):
        return None
    if len(parts) == 1:
        return _of_its_own(mesh, owner, cluster)
    if len(parts) != _OUTBOUND or parts[0] != "outbound":
        return None
    number, host = integer(cluster._replace(value=parts[1], plain=True)), mesh.expand(parts[3], "")
    found = mesh.registry.find(host, owner.meta.folder)
    if not found:
        if not (host.service and host.namespace):
            return None
        verdict, near, assumption = absent_service(
            mesh.index, host.service, host.namespace, owner.meta.folder
        )
        if verdict is Verdict.ABSENT:
            verdict = mesh.absent(host.text, owner.meta.folder, near=False, own=False)
        return f"no Service answers to `{host.text}`", verdict, near, assumption
    if found.patched or found.alias or number is None or number in found.ports or not found.ports:
        return None
    near = tuple(
        Candidate(p.anchor, f"Service `{s.title}` has port {p.number}", "")
        for s in found.services
        for p in s.ports[:3]
    )
    return f"`{host.text}` has no port {number}", Verdict.CONFLICT, near, ""


def _of_its_own(mesh: Mesh, owner: EnvoyFilter, cluster: Scalar) -> _Named | None:
    """A cluster that no filter adds, where the one that names it adds others."""
    added = {name.value: name for name in owner.clusters}
    others = {name.value for other in mesh.index.of(EnvoyFilter) for name in other.clusters}
    if not added or cluster.value in _MADE | others or any(map(is_placeholder, others)):
        return None
    like = near_names(cluster.value, added)
    near = tuple(
        Candidate(added[name].anchor, "the filter adds this one", name, certain=sole(cluster.value, like))
        for name in like[:1] or list(added)[:1]
    )
    return f"the filter adds `{near[0].instead}`", Verdict.CONFLICT, near, "" if like else _ADDED


_MADE = frozenset(
    {
        *("BlackHoleCluster", "PassthroughCluster", "InboundPassthroughCluster"),
        *("InboundPassthroughClusterIpv4", "InboundPassthroughClusterIpv6", "main_internal", "encap"),
        *("agent", "prometheus_stats", "sds-grpc", "sds-files-grpc", "xds-grpc", "local_cluster"),
        *("zipkin", "lightstep", "datadog_agent", "envoy_metrics_service", "envoy_accesslog_service"),
    }
)
"""The clusters that are for no host (istio: `pilot/pkg/networking/util`, `tools/packaging/common/envoy_bootstrap.json`)."""
_ADDED = "no other filter adds it"


def _places(mesh: Mesh, owner: EnvoyFilter, match: Mapping) -> Iterator[FilterPlace]:
    """The port and the name that a change of gateways asks for, held against the Gateways of the pods that it selects."""
    gateways = [g for g in mesh.index.of(IstioGateway) if _meets(mesh, owner, g)]
    if not gateways or any(g.meta.patched or not g.servers for g in gateways):
        return
    port, name = match.at("listener", "portNumber"), match.at("listener", "filterChain", "sni")
    if isinstance(port, Scalar):
        yield from _port(mesh, owner, port, gateways)
    if isinstance(name, Scalar) and not is_placeholder(name.value):
        servers = [s for g in gateways for s in g.servers]
        names = {h.value.rpartition("/")[2]: h for s in servers if s.ends_tls for h in s.hosts}
        near = [h for text, h in names.items() if text != name.value and covers(text, name.value)]
        # Where TLS is handed on, the names are those of VirtualServices.
        passed = [h for s in servers if not s.ends_tls for h in s.hosts if s.protocol in ("TLS", "HTTPS")]
        if name.value not in names and near and not passed:
            why = f"its filter chain is for `{near[0].value.rpartition('/')[2]}`"
            yield _place(owner, name, near[0], why)


def _meets(mesh: Mesh, owner: EnvoyFilter, gateway: IstioGateway) -> bool:
    """Whether a filter is for the pods of a Gateway, as far as their labels tell."""
    if gateway.selector is None:
        return False
    pods = mesh.gateways.pods(gateway)
    spaces = {w.meta.namespace for w in pods} or {mesh.settings.root_namespace}
    if owner.meta.namespace not in {*spaces, mesh.settings.root_namespace}:
        return False
    wanted = owner.selector.values if owner.selector is not None else {}
    held = [w.template.values for w in pods] or [gateway.selector.values]
    return all(values.get(k) == v for values in held for k, v in wanted.items())


def _port(
    mesh: Mesh, owner: EnvoyFilter, port: Scalar, gateways: list[IstioGateway]
) -> Iterator[FilterPlace]:
    """A server's port that the Service of the pods leads to another one, where they listen."""
    number = integer(port)
    for gateway in gateways:
        pods = mesh.gateways.pods(gateway)
        fronts = [s for s in mesh.index.of(Service) if _selects_any(mesh, s, pods)]
        for front in fronts:
            there = front.port(number) if number is not None else None
            target = there.target_number if there is not None else None
            served = any(integer(s.port) == number for s in gateway.servers)
            listened = {p.target_number for p in front.ports} | {
                p.number for p in front.ports if p.target_name
            }
            if there is None or not served or target in (None, number) or number in listened:
                continue
            yield _place(owner, port, there.target or there.written, f"the gateway's pods listen on {target}")
            return


def _selects_any(mesh: Mesh, service: Service, pods: tuple[Workload, ...]) -> bool:
    return any(w is pod for w in mesh.index.selected(service) for pod in pods)


def _place(owner: EnvoyFilter, asked: Scalar, there: Scalar, why: str) -> FilterPlace:
    return FilterPlace(
        wanted=asked.value,
        anchor=asked.anchor,
        owner=owner,
        verdict=Verdict.CONFLICT,
        near=(Candidate(there.anchor, why, there.value.rpartition("/")[2]),),
        filter=owner,
        why=why,
    )
