"""Gateway API: gateways and grants. Any API version goes by group and kind (G9)."""

from __future__ import annotations

from upstreamlint.documents import Mapping, Scalar
from upstreamlint.model.gateway_api.routes import BackendRef, backend
from upstreamlint.model.kubernetes.meta import (
    KubernetesObject,
    Labels,
    LabelSelector,
    Meta,
    labels,
    selector,
)
from upstreamlint.source import Anchor
from upstreamlint.values import entity


@entity
class AllowedRoutes:
    """Which routes a listener admits: `origin` is Same, All or Selector (G3)."""

    origin: str
    namespaces: LabelSelector | None
    kinds: tuple[str, ...]
    anchor: Anchor


@entity
class GatewayListener:
    """A listener of a Gateway or ListenerSet."""

    name: Scalar | None
    hostname: Scalar | None
    port: Scalar | None
    protocol: str
    allowed: AllowedRoutes | None
    anchor: Anchor
    passes_through: bool = False
    """Whether it hands TLS on as it comes."""
    certificates: tuple[BackendRef, ...] = ()
    """The Secrets with the certificates that it shows."""


@entity
class KubernetesGateway(KubernetesObject):
    """A Gateway of the Gateway API (Istio's own kind of that name is another)."""

    class_name: Scalar | None
    listeners: tuple[GatewayListener, ...]
    sets: AllowedRoutes | None = None
    """Whose ListenerSets it takes; nobody's when it does not say."""
    addressed: bool = False
    """Whether it names Services as its addresses: then its proxies are somebody else's, and may be in any namespace."""
    parameters: BackendRef | None = None
    """What says how its proxies are to run."""
    annotations: Labels | None = None
    """What is written to the Service that is made for it."""


@entity
class ProxyParameters(KubernetesObject):
    """An EnvoyProxy of Envoy Gateway: the annotations of the Services that it makes."""

    annotations: Labels | None


@entity
class ListenerSet(KubernetesObject):
    """A ListenerSet: listeners that it adds to a Gateway, which must admit it."""

    gateway_namespace: str
    gateway: Scalar
    listeners: tuple[GatewayListener, ...]


@entity
class GatewayClass(KubernetesObject):
    """A GatewayClass: the controller that carries out its Gateways."""

    controller: str
    parameters: BackendRef | None = None


@entity
class Grant(KubernetesObject):
    """A ReferenceGrant: kinds of a namespace (group, kind, namespace) that may name objects of its own (G8)."""

    origins: tuple[tuple[str, str, str], ...]
    targets: tuple[tuple[str, str, str], ...]


def gateway_class(meta: Meta, root: Mapping) -> GatewayClass:
    """A GatewayClass from its manifest."""
    spec = root.mapping("spec")
    controller = spec.scalar("controllerName") if spec else None
    parameters = spec.mapping("parametersRef") if spec else None
    return GatewayClass(
        meta, controller.value if controller else "", backend(parameters, "", "") if parameters else None
    )


def gateway(meta: Meta, root: Mapping) -> KubernetesGateway | None:
    """A Gateway from its manifest."""
    spec = root.mapping("spec")
    if spec is None:
        return None
    sets, parameters = spec.mapping("allowedListeners"), spec.at("infrastructure", "parametersRef")
    return KubernetesGateway(
        meta,
        spec.scalar("gatewayClassName"),
        tuple(_listener(n, meta.namespace) for n in spec.mappings("listeners")),
        _allowed(sets, "None") if sets else None,
        any((kind := a.scalar("type")) and kind.value == "Hostname" for a in spec.mappings("addresses")),
        backend(parameters, meta.namespace, "") if isinstance(parameters, Mapping) else None,
        labels(spec.at("infrastructure", "annotations")),
    )


def proxy_parameters(meta: Meta, root: Mapping) -> ProxyParameters:
    """An EnvoyProxy from its manifest."""
    return ProxyParameters(
        meta, labels(root.at("spec", "provider", "kubernetes", "envoyService", "annotations"))
    )


def listener_set(meta: Meta, root: Mapping) -> ListenerSet | None:
    """A ListenerSet, or the XListenerSet that it was before, from its manifest."""
    spec = root.mapping("spec")
    parent = spec.mapping("parentRef") if spec else None
    name = parent.scalar("name") if parent else None
    if spec is None or parent is None or name is None:
        return None
    space = parent.scalar("namespace")
    listeners = tuple(_listener(n, meta.namespace) for n in spec.mappings("listeners"))
    return ListenerSet(meta, space.value if space else meta.namespace, name, listeners)


def _listener(node: Mapping, namespace: str) -> GatewayListener:
    tls = node.mapping("tls")
    protocol = node.scalar("protocol")
    allowed = node.mapping("allowedRoutes")
    return GatewayListener(
        node.scalar("name"),
        node.scalar("hostname"),
        node.scalar("port"),
        protocol.value if protocol else "HTTP",
        _allowed(allowed) if allowed else None,
        node.anchor,
        isinstance(mode := node.at("tls", "mode"), Scalar) and mode.value == "Passthrough",
        tuple(
            ref
            for item in (tls.mappings("certificateRefs") if tls is not None else ())
            if (ref := backend(item, namespace, "Secret")) is not None
        ),
    )


def _allowed(node: Mapping, origin_unsaid: str = "Same") -> AllowedRoutes:
    spaces = node.mapping("namespaces")
    origin = spaces.scalar("from") if spaces else None
    kinds = tuple(k.value for item in node.mappings("kinds") if (k := item.scalar("kind")) is not None)
    return AllowedRoutes(
        origin.value if origin else origin_unsaid,
        selector(spaces.get("selector")) if spaces else None,
        kinds,
        node.anchor,
    )


def grant(meta: Meta, root: Mapping) -> Grant | None:
    """A ReferenceGrant from its manifest; an empty name stands for every object of the kind."""
    spec = root.mapping("spec")
    if spec is None:
        return None
    return Grant(
        meta,
        tuple(_triple(n, "namespace") for n in spec.mappings("from")),
        tuple(_triple(n, "name") for n in spec.mappings("to")),
    )


def _triple(node: Mapping, last: str) -> tuple[str, str, str]:
    parts = (node.scalar("group"), node.scalar("kind"), node.scalar(last))
    group, kind, name = (p.value if p else "" for p in parts)
    return group, kind, name
