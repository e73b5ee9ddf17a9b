"""Gateway API: gateways, routes of every kind, grants. Any API version goes by group and kind (G9)."""

from __future__ import annotations

from upstreamlint.documents import Mapping, Scalar
from upstreamlint.model.kubernetes.meta import KubernetesObject, LabelSelector, Meta, integer, selector
from upstreamlint.source import Anchor
from upstreamlint.values import entity

GROUP = "gateway.networking.k8s.io"
ROUTE_KINDS = frozenset({"HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute", "UDPRoute"})


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


@entity
class ParentRef:
    """What a route attaches to."""

    group: str
    kind: str
    namespace: str
    name: Scalar
    section: Scalar | None
    port: Scalar | None
    anchor: Anchor


@entity
class BackendRef:
    """Where a rule sends requests; `namespace` is the route's own when the file does not say."""

    group: str
    kind: str
    namespace: str
    namespace_written: Scalar | None
    name: Scalar
    port: Scalar | None
    weight: int
    anchor: Anchor


@entity
class RouteRule:
    """One rule: the paths it takes, where they go, and whether a filter answers by itself.

    `matches` are the whole matches; none takes every request. `hostname` is the Host that a URLRewrite sends instead of
    the one that came, `extensions` are the objects that filters name.
    """

    paths: tuple[str, ...]
    matches: tuple[Mapping, ...]
    backends: tuple[BackendRef, ...]
    mirrors: tuple[BackendRef, ...]
    answers_itself: bool
    anchor: Anchor
    hostname: Scalar | None = None
    extensions: tuple[BackendRef, ...] = ()


@entity
class GatewayRoute(KubernetesObject):
    """An HTTPRoute, GRPCRoute, TLSRoute, TCPRoute or UDPRoute."""

    hostnames: tuple[Scalar, ...]
    parents: tuple[ParentRef, ...]
    rules: tuple[RouteRule, ...]

    @property
    def of_mesh(self) -> bool:
        """Whether no gateway takes it, but the proxies of a mesh, which deal with it as they please: Linkerd, Istio, Cilium, Consul."""
        return bool(self.parents) and all(p.group != GROUP for p in self.parents)


@entity
class Grant(KubernetesObject):
    """A ReferenceGrant: kinds of a namespace (group, kind, namespace) that may name objects of its own (G8)."""

    origins: tuple[tuple[str, str, str], ...]
    targets: tuple[tuple[str, str, str], ...]


def gateway_class(meta: Meta, root: Mapping) -> GatewayClass:
    """A GatewayClass from its manifest."""
    spec = root.mapping("spec")
    controller = spec.scalar("controllerName") if spec else None
    return GatewayClass(meta, controller.value if controller else "")


def gateway(meta: Meta, root: Mapping) -> KubernetesGateway | None:
    """A Gateway from its manifest."""
    spec = root.mapping("spec")
    if spec is None:
        return None
    sets = spec.mapping("allowedListeners")
    return KubernetesGateway(
        meta,
        spec.scalar("gatewayClassName"),
        tuple(_listener(n, meta.namespace) for n in spec.mappings("listeners")),
        _allowed(sets, "None") if sets else None,
        any((kind := a.scalar("type")) and kind.value == "Hostname" for a in spec.mappings("addresses")),
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
            if (ref := _backend(item, namespace, "Secret")) is not None
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


def route(meta: Meta, root: Mapping) -> GatewayRoute | None:
    """A route of any kind from its manifest."""
    spec = root.mapping("spec")
    if spec is None:
        return None
    parents = (_parent(p, meta.namespace) for p in spec.mappings("parentRefs"))
    return GatewayRoute(
        meta,
        tuple(spec.scalars("hostnames")),
        tuple(p for p in parents if p is not None),
        tuple(_rule(r, meta.namespace) for r in spec.mappings("rules")),
    )


def _parent(node: Mapping, namespace: str) -> ParentRef | None:
    name = node.scalar("name")
    if name is None:
        return None
    group, kind, own = node.scalar("group"), node.scalar("kind"), node.scalar("namespace")
    return ParentRef(
        group.value if group else GROUP,
        kind.value if kind else "Gateway",
        own.value if own else namespace,
        name,
        node.scalar("sectionName"),
        node.scalar("port"),
        node.anchor,
    )


_ANSWERING = ("RequestRedirect",)


def _rule(node: Mapping, namespace: str) -> RouteRule:
    paths = []
    for match in node.mappings("matches"):
        path = match.mapping("path")
        value = path.scalar("value") if path else None
        paths.append(value.value if value else "/")
    mirrors, extensions = [], []
    answers = False
    hostname = None
    for item in node.mappings("filters"):
        kind = item.scalar("type")
        if kind is None:
            continue
        answers = answers or kind.value in _ANSWERING or kind.value == "ExtensionRef"
        rewrite = item.mapping("urlRewrite")
        hostname = (rewrite.scalar("hostname") if rewrite is not None else None) or hostname
        extension = item.mapping("extensionRef")
        if extension is not None:
            extensions.append(_backend(extension, namespace))
        mirror = item.mapping("requestMirror")
        reference = mirror.mapping("backendRef") if mirror else None
        if reference is not None:
            mirrors.append(_backend(reference, namespace))
    backends = (_backend(b, namespace) for b in node.mappings("backendRefs"))
    return RouteRule(
        tuple(paths) or ("/",),
        tuple(node.mappings("matches")),
        tuple(b for b in backends if b is not None),
        tuple(m for m in mirrors if m is not None),
        answers,
        node.anchor,
        hostname,
        tuple(e for e in extensions if e is not None),
    )


def _backend(node: Mapping, namespace: str, kind_unsaid: str = "Service") -> BackendRef | None:
    name = node.scalar("name")
    if name is None:
        return None
    group, kind, own = node.scalar("group"), node.scalar("kind"), node.scalar("namespace")
    return BackendRef(
        group.value if group else "",
        kind.value if kind else kind_unsaid,
        own.value if own else namespace,
        own,
        name,
        node.scalar("port"),
        _weight(node.scalar("weight")),
        node.anchor,
    )


def _weight(written: Scalar | None) -> int:
    number = integer(written)
    return 1 if number is None else number


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
