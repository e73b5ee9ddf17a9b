"""Istio's networking kinds, as written: names are expanded where they are looked up."""

from __future__ import annotations

from dataclasses import dataclass

from upstreamlint.documents import Mapping, Scalar
from upstreamlint.model.kubernetes.meta import Labels, Meta, integer, labels
from upstreamlint.source import Anchor

NETWORKING = "networking.istio.io"
SECURITY = "security.istio.io"


@dataclass(frozen=True, slots=True, eq=False)
class RouteDestination:
    """A destination of a route. `weight` is nothing when it is not written."""

    host: Scalar
    subset: Scalar | None
    port: Scalar | None
    weight: int | None
    anchor: Anchor


@dataclass(frozen=True, slots=True, eq=False)
class VirtualRoute:
    """One entry of `http`, `tcp` or `tls`, in the order written.

    `paths` are those that it matches, `/` when it takes everything. `gateways` narrow its match.
    `answers_itself` says that it redirects, or answers without a destination.
    """

    protocol: str
    name: Scalar | None
    paths: tuple[str, ...]
    matches_all: bool
    gateways: tuple[Scalar, ...]
    destinations: tuple[RouteDestination, ...]
    mirrors: tuple[RouteDestination, ...]
    delegate: Delegate | None
    answers_itself: bool
    anchor: Anchor


@dataclass(frozen=True, slots=True, eq=False)
class Delegate:
    """The VirtualService that a route hands over to."""

    name: Scalar
    namespace: Scalar | None


@dataclass(frozen=True, slots=True, eq=False)
class VirtualService:
    """A VirtualService; no gateways means the mesh."""

    meta: Meta
    hosts: tuple[Scalar, ...]
    gateways: tuple[Scalar, ...]
    routes: tuple[VirtualRoute, ...]
    export_to: tuple[Scalar, ...]

    @property
    def id(self) -> str:
        """See `Meta.id`."""
        return self.meta.id

    @property
    def anchor(self) -> Anchor:
        """Where its name is written."""
        return self.meta.anchor

    @property
    def title(self) -> str:
        """`namespace/name`."""
        return self.meta.title


@dataclass(frozen=True, slots=True, eq=False)
class Subset:
    """A named part of a host's endpoints; no labels means all of them."""

    name: Scalar
    labels: Labels | None
    policy: TrafficPolicy | None
    anchor: Anchor


@dataclass(frozen=True, slots=True, eq=False)
class TrafficPolicy:
    """What a DestinationRule says about connections; settings by port number come first."""

    tls_mode: Scalar | None
    node: Mapping
    ports: tuple[tuple[int, TrafficPolicy], ...]
    anchor: Anchor


@dataclass(frozen=True, slots=True, eq=False)
class DestinationRule:
    """A DestinationRule. `workload_selector` limits the clients that it applies to."""

    meta: Meta
    host: Scalar
    subsets: tuple[Subset, ...]
    policy: TrafficPolicy | None
    export_to: tuple[Scalar, ...]
    workload_selector: Labels | None

    @property
    def id(self) -> str:
        """See `Meta.id`."""
        return self.meta.id

    @property
    def anchor(self) -> Anchor:
        """Where its name is written."""
        return self.meta.anchor


@dataclass(frozen=True, slots=True, eq=False)
class GatewayServer:
    """A server of an Istio Gateway; `hosts` as written, with their `namespace/` prefix."""

    hosts: tuple[Scalar, ...]
    port: Scalar | None
    protocol: str
    tls_mode: Scalar | None
    anchor: Anchor


@dataclass(frozen=True, slots=True, eq=False)
class IstioGateway:
    """A Gateway of Istio: it configures the proxies that its selector matches."""

    meta: Meta
    selector: Labels | None
    servers: tuple[GatewayServer, ...]

    @property
    def id(self) -> str:
        """See `Meta.id`."""
        return self.meta.id

    @property
    def anchor(self) -> Anchor:
        """Where its name is written."""
        return self.meta.anchor


@dataclass(frozen=True, slots=True, eq=False)
class EntryPort:
    """A port of a ServiceEntry."""

    number: int
    name: Scalar | None
    protocol: str
    target: int | None


@dataclass(frozen=True, slots=True, eq=False)
class EntryEndpoint:
    """An endpoint of a ServiceEntry, or a WorkloadEntry."""

    address: Scalar | None
    labels: Labels | None
    anchor: Anchor


@dataclass(frozen=True, slots=True, eq=False)
class ServiceEntry:
    """A ServiceEntry; `resolution` is NONE, STATIC, DNS, DNS_ROUND_ROBIN or DYNAMIC_DNS."""

    meta: Meta
    hosts: tuple[Scalar, ...]
    ports: tuple[EntryPort, ...]
    resolution: str
    resolution_written: Scalar | None
    endpoints: tuple[EntryEndpoint, ...]
    workload_selector: Labels | None
    export_to: tuple[Scalar, ...]
    location: str

    @property
    def id(self) -> str:
        """See `Meta.id`."""
        return self.meta.id

    @property
    def anchor(self) -> Anchor:
        """Where its name is written."""
        return self.meta.anchor


@dataclass(frozen=True, slots=True, eq=False)
class WorkloadEntry:
    """A WorkloadEntry: a machine as a mesh workload."""

    meta: Meta
    endpoint: EntryEndpoint


def virtual_service(meta: Meta, root: Mapping) -> VirtualService | None:
    """A VirtualService from its manifest."""
    spec = root.mapping("spec")
    if spec is None:
        return None
    routes = [_route(p, n) for p in ("http", "tls", "tcp") for n in spec.mappings(p)]
    return VirtualService(
        meta,
        tuple(spec.scalars("hosts")),
        tuple(spec.scalars("gateways")),
        tuple(routes),
        tuple(spec.scalars("exportTo")),
    )


def _route(protocol: str, node: Mapping) -> VirtualRoute:
    matches = node.mappings("match")
    paths, gateways = [], []
    for match in matches:
        gateways += match.scalars("gateways")
        uri = match.mapping("uri")
        for key in ("exact", "prefix", "regex"):
            value = uri.scalar(key) if uri else None
            if value is not None:
                paths.append(value.value)
    delegate = node.mapping("delegate")
    target = delegate.scalar("name") if delegate else None
    mirrors = [m for m in [node.mapping("mirror")] if m is not None]
    mirrors += [d for m in node.mappings("mirrors") if (d := m.mapping("destination")) is not None]
    return VirtualRoute(
        protocol=protocol,
        name=node.scalar("name"),
        paths=tuple(paths) or ("/",),
        matches_all=not matches or any(not _narrows(m) for m in matches),
        gateways=tuple(gateways),
        destinations=tuple(t for r in node.mappings("route") if (t := _destination(r)) is not None),
        mirrors=tuple(t for m in mirrors if (t := _target(m, None, m.anchor)) is not None),
        delegate=Delegate(target, delegate.scalar("namespace") if delegate else None) if target else None,
        answers_itself=any(node.get(k) is not None for k in ("redirect", "directResponse")),
        anchor=node.anchor,
    )


def _narrows(match: Mapping) -> bool:
    """Whether a match takes less than every request; a match-all prefix and a mere name do not narrow."""
    for entry in match:
        if entry.key.value in ("name", "ignoreUriCase", "statPrefix"):
            continue
        if entry.key.value == "uri" and isinstance(entry.value, Mapping):
            prefix = entry.value.scalar("prefix")
            if prefix is not None and prefix.value == "/":
                continue
        return True
    return False


def _destination(node: Mapping) -> RouteDestination | None:
    target = node.mapping("destination")
    return _target(target, integer(node.scalar("weight")), node.anchor) if target else None


def _target(node: Mapping, weight: int | None, anchor: Anchor) -> RouteDestination | None:
    host = node.scalar("host")
    if host is None:
        return None
    port = node.mapping("port")
    return RouteDestination(
        host, node.scalar("subset"), port.scalar("number") if port else None, weight, anchor
    )


def destination_rule(meta: Meta, root: Mapping) -> DestinationRule | None:
    """A DestinationRule from its manifest."""
    spec = root.mapping("spec")
    host = spec.scalar("host") if spec else None
    if spec is None or host is None:
        return None
    subsets = []
    for item in spec.mappings("subsets"):
        name = item.scalar("name")
        if name is not None:
            policy = item.mapping("trafficPolicy")
            subsets.append(
                Subset(name, labels(item.get("labels")), _policy(policy) if policy else None, item.anchor)
            )
    policy = spec.mapping("trafficPolicy")
    chosen = spec.mapping("workloadSelector")
    return DestinationRule(
        meta,
        host,
        tuple(subsets),
        _policy(policy) if policy else None,
        tuple(spec.scalars("exportTo")),
        labels(chosen.get("matchLabels")) if chosen else None,
    )


def _policy(node: Mapping) -> TrafficPolicy:
    tls = node.mapping("tls")
    ports = []
    for item in node.mappings("portLevelSettings"):
        port = item.mapping("port")
        number = integer(port.scalar("number")) if port else None
        if number is not None:
            ports.append((number, _policy(item)))
    return TrafficPolicy(tls.scalar("mode") if tls else None, node, tuple(ports), node.anchor)


def gateway(meta: Meta, root: Mapping) -> IstioGateway | None:
    """An Istio Gateway from its manifest."""
    spec = root.mapping("spec")
    if spec is None:
        return None
    servers = []
    for item in spec.mappings("servers"):
        port, tls = item.mapping("port"), item.mapping("tls")
        protocol = port.scalar("protocol") if port else None
        servers.append(
            GatewayServer(
                tuple(item.scalars("hosts")),
                port.scalar("number") if port else None,
                protocol.value if protocol else "",
                tls.scalar("mode") if tls else None,
                item.anchor,
            )
        )
    return IstioGateway(meta, labels(spec.get("selector")), tuple(servers))


def service_entry(meta: Meta, root: Mapping) -> ServiceEntry | None:
    """A ServiceEntry from its manifest."""
    spec = root.mapping("spec")
    if spec is None:
        return None
    ports = []
    for item in spec.mappings("ports"):
        number, protocol = integer(item.scalar("number")), item.scalar("protocol")
        if number is not None:
            ports.append(
                EntryPort(
                    number,
                    item.scalar("name"),
                    protocol.value if protocol else "",
                    integer(item.scalar("targetPort")),
                )
            )
    chosen = spec.mapping("workloadSelector")
    resolution = spec.scalar("resolution")
    return ServiceEntry(
        meta,
        tuple(spec.scalars("hosts")),
        tuple(ports),
        resolution.value if resolution else "NONE",
        resolution,
        tuple(_endpoint(e) for e in spec.mappings("endpoints")),
        labels(chosen.get("labels")) if chosen else None,
        tuple(spec.scalars("exportTo")),
        location.value if (location := spec.scalar("location")) else "MESH_EXTERNAL",
    )


def _endpoint(node: Mapping) -> EntryEndpoint:
    return EntryEndpoint(node.scalar("address"), labels(node.get("labels")), node.anchor)


def workload_entry(meta: Meta, root: Mapping) -> WorkloadEntry | None:
    """A WorkloadEntry from its manifest."""
    spec = root.mapping("spec")
    return WorkloadEntry(meta, _endpoint(spec)) if spec else None
