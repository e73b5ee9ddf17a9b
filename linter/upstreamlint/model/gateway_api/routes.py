"""Gateway API: routes of every kind, and what they name. Any API version goes by group and kind (G9)."""

from __future__ import annotations

from upstreamlint.documents import Mapping, Scalar
from upstreamlint.model.kubernetes.meta import KubernetesObject, Meta, integer
from upstreamlint.source import Anchor
from upstreamlint.values import entity

GROUP = "gateway.networking.k8s.io"


ROUTE_KINDS = frozenset({"HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute", "UDPRoute"})


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
            extensions.append(backend(extension, namespace))
        mirror = item.mapping("requestMirror")
        reference = mirror.mapping("backendRef") if mirror else None
        if reference is not None:
            mirrors.append(backend(reference, namespace))
    backends = (backend(b, namespace) for b in node.mappings("backendRefs"))
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


def backend(node: Mapping, namespace: str, kind_unsaid: str = "Service") -> BackendRef | None:
    """What a backend, a filter or a listener names, in a namespace where it names none."""
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
