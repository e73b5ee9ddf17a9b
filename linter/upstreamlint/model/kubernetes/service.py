"""Services, and endpoints that are written by hand."""

from __future__ import annotations

from upstreamlint.documents import Entry, Mapping, Scalar
from upstreamlint.model.kubernetes.meta import KubernetesObject, Labels, Meta, integer, labels, truth
from upstreamlint.source import Anchor
from upstreamlint.values import entity


@entity
class ServicePort:
    """A port of a Service. `target` is what is written: nothing means the same number as `number` (S5)."""

    service_id: str
    number: int
    name: Scalar | None
    target: Scalar | None
    protocol: str
    app_protocol: Scalar | None
    node_port: int | None
    written: Scalar
    anchor: Anchor

    @property
    def service_title(self) -> str:
        """The `namespace/name` of its Service."""
        return self.service_id.replace("/Service/", "/").removeprefix("Service/")

    @property
    def id(self) -> str:
        """Its Service and its number."""
        return f"{self.service_id}:{self.number}"

    @property
    def target_number(self) -> int | None:
        """The pod's port, when it is a number; the API server puts the Service's own in the place of 0."""
        number = integer(self.target)
        return self.number if self.target is None or number == 0 else number

    @property
    def target_name(self) -> str | None:
        """The pod's port, when it is a name: quoted digits are one (P8)."""
        if self.target is None or integer(self.target) is not None:
            return None
        return self.target.value


@entity
class Service(KubernetesObject):
    """A Service. `selector` is nothing when something else makes its endpoints (S2); `families` are those of its addresses, the first is dialled."""

    type: str
    headless: bool
    selector: Labels | None
    selector_key: Anchor
    ports: tuple[ServicePort, ...]
    external_name: Scalar | None
    publish_not_ready: bool
    internal_local: Scalar | None
    external_local: Scalar | None
    load_balancer_class: str = ""
    families: tuple[Scalar, ...] = ()

    def port(self, number: int) -> ServicePort | None:
        """Its port of a number; where UDP has it too, as for HTTP/3, the other one is dialled."""
        found = [p for p in self.ports if p.number == number]
        return next((p for p in found if p.protocol != "UDP"), found[0] if found else None)

    def port_named(self, name: str) -> ServicePort | None:
        """Its port of a name; an unnamed port is never meant (I2)."""
        return next((p for p in self.ports if p.name is not None and p.name.value == name), None)


@entity
class MadeService(Service):
    """A Service that a controller makes for an object of another kind; it counts where no file defines one of its name."""


@entity
class Endpoints(KubernetesObject):
    """Endpoints or an EndpointSlice: addresses by hand. `service` is the Service that they are for.

    `of_pods` says that some of the addresses are those of pods, by `targetRef`.
    """

    service: Scalar
    addresses: tuple[Scalar, ...]
    ports: tuple[EndpointPort, ...]
    anchor: Anchor
    of_pods: bool = False


@entity
class EndpointPort:
    """A port of hand-written endpoints; an unset name is empty (S4)."""

    name: str
    written: Scalar | None
    number: int | None
    anchor: Anchor


def service(meta: Meta, root: Mapping) -> Service | None:
    """A Service from its manifest."""
    spec = root.mapping("spec")
    if spec is None:
        return None
    kind, cluster_ip = spec.scalar("type"), spec.scalar("clusterIP")
    entry = spec.entries.get("selector")
    balancer = spec.scalar("loadBalancerClass")
    ports = []
    for item in spec.mappings("ports"):
        written = item.scalar("port")
        number = integer(written)
        if written is None or number is None:
            continue
        protocol = item.scalar("protocol")
        ports.append(
            ServicePort(
                service_id=meta.id,
                number=number,
                name=item.scalar("name"),
                target=item.scalar("targetPort"),
                protocol=protocol.value if protocol else "TCP",
                app_protocol=item.scalar("appProtocol"),
                node_port=integer(item.scalar("nodePort")),
                written=written,
                anchor=item.anchor,
            )
        )
    return Service(
        meta=meta,
        type=kind.value if kind else "ClusterIP",
        headless=cluster_ip is not None and cluster_ip.value == "None",
        selector=labels(spec.get("selector")),
        selector_key=_whole(entry) if entry else meta.anchor,
        ports=tuple(ports),
        external_name=spec.scalar("externalName"),
        publish_not_ready=truth(spec.scalar("publishNotReadyAddresses")),
        internal_local=_local(spec, "internalTrafficPolicy"),
        external_local=_local(spec, "externalTrafficPolicy"),
        load_balancer_class=balancer.value if balancer is not None else "",
        families=tuple(spec.scalars("ipFamilies")),
    )


def _whole(entry: Entry) -> Anchor:
    return entry.key.anchor


def _local(spec: Mapping, key: str) -> Scalar | None:
    value = spec.scalar(key)
    return value if value is not None and value.value == "Local" else None


_SLICE_LABEL = "kubernetes.io/service-name"


def endpoints(meta: Meta, root: Mapping) -> Endpoints | None:
    """Hand-written endpoints from an Endpoints or EndpointSlice manifest."""
    if meta.kind == "EndpointSlice":
        entry = meta.labels.entries.get(_SLICE_LABEL) if meta.labels else None
        if entry is None or not isinstance(entry.value, Scalar):
            return None
        addresses = [
            a for e in root.mappings("endpoints") if not _not_ready(e) for a in e.scalars("addresses")
        ]
        pods = any(_of_pod(e) for e in root.mappings("endpoints"))
        return Endpoints(meta, entry.value, tuple(addresses), tuple(_ports(root)), meta.anchor, pods)
    addresses, ports, pods = [], [], False
    for subset in root.mappings("subsets"):
        pods = pods or any(_of_pod(a) for a in subset.mappings("addresses"))
        addresses += [ip for a in subset.mappings("addresses") if (ip := a.scalar("ip")) is not None]
        ports += _ports(subset)
    return Endpoints(meta, meta.name, tuple(addresses), tuple(ports), meta.anchor, pods)


def _of_pod(endpoint: Mapping) -> bool:
    target = endpoint.mapping("targetRef")
    kind = target.scalar("kind") if target else None
    return kind is not None and kind.value == "Pod"


def _not_ready(endpoint: Mapping) -> bool:
    conditions = endpoint.mapping("conditions")
    ready = conditions.scalar("ready") if conditions else None
    return ready is not None and ready.value == "false"


def _ports(node: Mapping) -> list[EndpointPort]:
    ports = []
    for item in node.mappings("ports"):
        name = item.scalar("name")
        number = integer(item.scalar("port"))
        ports.append(EndpointPort(name.value if name else "", name, number, item.anchor))
    return ports
