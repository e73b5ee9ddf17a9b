"""What holds for the whole mesh, or for the proxies of a namespace: MeshConfig, IstioOperator, Sidecar."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.documents import Mapping, Scalar
from upstreamlint.model.kubernetes.meta import KubernetesObject, Labels, Meta, labels
from upstreamlint.numerals import decimal
from upstreamlint.values import entity


@entity
class ExtensionProvider:
    """An entry of `extensionProviders`: what it is (`envoyExtAuthzHttp` …), and the Service that it names, if any.

    `open` says that requests pass when it does not answer, `status` what they are denied with otherwise.
    """

    name: Scalar
    kind: str
    service: Scalar | None
    port: Scalar | None
    open: bool
    status: int | None

    @property
    def authorizes(self) -> bool:
        """Whether it is one that an AuthorizationPolicy may name."""
        return self.kind in ("envoyExtAuthzHttp", "envoyExtAuthzGrpc")


@entity
class InstalledGateway:
    """A gateway that an IstioOperator installs: the labels of its pods, and the annotations of its Service, if it is told any."""

    name: Scalar
    namespace: str
    values: dict[str, str]
    annotations: Labels | None


@entity
class Installation(KubernetesObject):
    """An IstioOperator: the settings of the mesh that it installs, empty when it does not say.

    `topology` says that something in it may have gateways read PROXY headers.
    """

    root_namespace: str
    cluster_domain: str
    outbound: str
    providers: tuple[ExtensionProvider, ...] = ()
    gateways: tuple[InstalledGateway, ...] = ()
    topology: bool = False


@entity
class SidecarScope(KubernetesObject):
    """A Sidecar: what the proxies of a namespace, or of some workloads in it, can reach.

    `egress` are the hosts of every egress listener, nothing when they are inherited. `outbound` is the mode
    for hosts that are not in the registry. `ported` are those of the hosts that are known at one port alone, that of their listener.
    """

    selector: Labels | None
    egress: tuple[Scalar, ...] | None
    outbound: Scalar | None
    ported: tuple[tuple[Scalar, Scalar], ...] = ()


def installation(meta: Meta, root: Mapping) -> Installation | None:
    """An IstioOperator from its manifest."""
    spec = root.mapping("spec")
    if spec is None:
        return None
    values = (
        spec.at("meshConfig", "rootNamespace"),
        spec.at("values", "global", "proxy", "clusterDomain"),
        spec.at("meshConfig", "outboundTrafficPolicy", "mode"),
    )
    root_namespace, domain, outbound = (v.value if isinstance(v, Scalar) else "" for v in values)
    config = spec.mapping("meshConfig")
    return Installation(
        meta,
        root_namespace,
        domain,
        outbound,
        extension_providers(config) if config is not None else (),
        gateways=tuple(_gateways(spec)),
        topology=_TOPOLOGY in meta.anchor.source.text,
    )


_TOPOLOGY = "proxyProtocol"


def _gateways(spec: Mapping) -> Iterator[InstalledGateway]:
    """The gateways for what comes in that it installs."""
    components = spec.mapping("components")
    for item in components.mappings("ingressGateways") if components is not None else ():
        name, told, enabled = (
            item.scalar("name"),
            item.at("k8s", "serviceAnnotations"),
            item.scalar("enabled"),
        )
        annotations = labels(told)
        if name is None or (enabled is not None and enabled.value == "false"):
            continue
        space, own = item.scalar("namespace"), labels(item.get("label"))
        values = {**_LABELS, **(own.values if own is not None else {})}
        yield InstalledGateway(name, space.value if space is not None else _NAMESPACE, values, annotations)


_NAMESPACE = "istio-system"
_LABELS = {"app": "istio-ingressgateway", "istio": "ingressgateway"}


def sail(meta: Meta, root: Mapping) -> Installation | None:
    """An Istio of the Sail operator: the values of Istio's charts stand in it."""
    values = root.at("spec", "values")
    config = values.mapping("meshConfig") if isinstance(values, Mapping) else None
    if not isinstance(values, Mapping) or config is None:
        return None
    told = (
        config.scalar("rootNamespace"),
        values.at("global", "proxy", "clusterDomain"),
        config.at("outboundTrafficPolicy", "mode"),
    )
    root_namespace, domain, outbound = (v.value if isinstance(v, Scalar) else "" for v in told)
    return Installation(meta, root_namespace, domain, outbound, extension_providers(config))


def extension_providers(config: Mapping) -> tuple[ExtensionProvider, ...]:
    """The `extensionProviders` of a MeshConfig."""
    found = (_provider(entry) for entry in config.mappings("extensionProviders"))
    return tuple(one for one in found if one is not None)


def _provider(entry: Mapping) -> ExtensionProvider | None:
    name = entry.scalar("name")
    bodies = [(str(e.key.value), e.value) for e in entry if e.key.value != "name"]
    if name is None or len(bodies) != 1:
        return None
    kind, body = bodies[0]
    told = body if isinstance(body, Mapping) else None
    fails, status = (told.scalar("failOpen"), told.scalar("statusOnError")) if told else (None, None)
    return ExtensionProvider(
        name,
        kind,
        told.scalar("service") if told else None,
        told.scalar("port") if told else None,
        fails is not None and fails.value == "true",
        decimal(status.value) if status is not None else None,
    )


def sidecar(meta: Meta, root: Mapping) -> SidecarScope | None:
    """A Sidecar from its manifest."""
    spec = root.mapping("spec")
    if spec is None:
        return None
    chosen, policy = spec.mapping("workloadSelector"), spec.mapping("outboundTrafficPolicy")
    listeners = spec.sequence("egress")
    return SidecarScope(
        meta,
        labels(chosen.get("labels")) if chosen else None,
        tuple(h for e in spec.mappings("egress") for h in e.scalars("hosts")) if listeners else None,
        policy.scalar("mode") if policy else None,
        tuple(
            (host, port)
            for entry in spec.mappings("egress")
            if isinstance(port := entry.at("port", "number"), Scalar)
            for host in entry.scalars("hosts")
        ),
    )
