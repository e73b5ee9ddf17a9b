"""Ingress of every API version, and its classes."""

from __future__ import annotations

from upstreamlint.documents import Mapping, Scalar
from upstreamlint.model.kubernetes.meta import KubernetesObject, Meta
from upstreamlint.source import Anchor
from upstreamlint.values import entity, replace


@entity
class IngressBackend:
    """Where an Ingress sends a host and path. Neither is set for the default backend.

    `service` is nothing for a resource backend. `port` is a number or a name, as written; `asked` is the path as written, and
    `kind` its type.
    """

    host: str
    path: str
    service: Scalar | None
    port: Scalar | None
    anchor: Anchor
    asked: Scalar | None = None
    kind: str = ""

    @property
    def literal(self) -> bool:
        """Whether each controller reads the path in a way of its own."""
        return self.kind == _LITERAL

    @property
    def exact(self) -> bool:
        """Whether nothing below the path is meant."""
        return self.kind == "Exact"


@entity
class IngressTls:
    """Hosts whose TLS an Ingress ends; none stands for every host."""

    hosts: tuple[str, ...]
    anchor: Anchor

    def covers(self, host: str) -> bool:
        """Whether it is for a host; a wildcard stands for one label."""
        first, _, rest = host.partition(".")
        return not self.hosts or host in self.hosts or (bool(first) and f"*.{rest}" in self.hosts)


@entity
class Ingress(KubernetesObject):
    """An Ingress. `class_name` comes from the field or the old annotation (I6), `secrets` are those of its certificates.

    `bare` are the hosts of rules that say nothing but a host.
    """

    class_name: Scalar | None
    backends: tuple[IngressBackend, ...]
    secrets: tuple[Scalar, ...] = ()
    tls: tuple[IngressTls, ...] = ()
    bare: tuple[Scalar, ...] = ()

    def secured(self, host: str) -> Anchor | None:
        """The item of `tls` that is for a host."""
        return next((item.anchor for item in self.tls if item.covers(host)), None)


@entity
class IngressClass(KubernetesObject):
    """An IngressClass and the controller that serves it."""

    controller: Scalar | None
    is_default: bool


_LITERAL = "ImplementationSpecific"
"""The type of a path that leaves its meaning to the controller; the oldest group of Ingresses has no other."""
_CLASS_ANNOTATION = "kubernetes.io/ingress.class"
_DEFAULT_ANNOTATION = "ingressclass.kubernetes.io/is-default-class"


def ingress(meta: Meta, root: Mapping) -> Ingress | None:
    """An Ingress from its manifest (v1, and the beta groups with `serviceName`, I1)."""
    spec = root.mapping("spec")
    if spec is None:
        return None
    backends = []
    bare = []
    for key in ("defaultBackend", "backend"):
        node = spec.mapping(key)
        if node is not None:
            backends.append(_backend("", "", node))
    for rule in spec.mappings("rules"):
        host = rule.scalar("host")
        http = rule.mapping("http")
        if host is not None and rule.entry("http") is None:
            bare.append(host)
        for item in http.mappings("paths") if http else ():
            path, node = item.scalar("path"), item.mapping("backend")
            if node is not None:
                told = _backend(host.value if host else "*", path.value if path else "/", node)
                kind = item.scalar("pathType")
                usual = _LITERAL if meta.group == "extensions" else ""
                backends.append(replace(told, asked=path, kind=kind.value if kind is not None else usual))
    class_name = spec.scalar("ingressClassName")
    if class_name is None and meta.annotations is not None:
        entry = meta.annotations.entries.get(_CLASS_ANNOTATION)
        class_name = entry.value if entry and isinstance(entry.value, Scalar) else None
    tls = tuple(spec.mappings("tls"))
    secrets = (item.scalar("secretName") for item in tls)
    ended = (IngressTls(_hosts(item), item.anchor) for item in tls)
    held = tuple(s for s in secrets if s is not None)
    return Ingress(meta, class_name, tuple(backends), held, tuple(ended), tuple(bare))


def _hosts(item: Mapping) -> tuple[str, ...]:
    hosts = item.sequence("hosts")
    return tuple(h.value for h in hosts.items if isinstance(h, Scalar)) if hosts is not None else ()


def _backend(host: str, path: str, node: Mapping) -> IngressBackend:
    service = node.mapping("service")
    if service is not None:
        port = service.mapping("port")
        chosen = (port.scalar("number") or port.scalar("name")) if port else None
        return IngressBackend(host, path, service.scalar("name"), chosen, node.anchor)
    return IngressBackend(host, path, node.scalar("serviceName"), node.scalar("servicePort"), node.anchor)


def ingress_class(meta: Meta, root: Mapping) -> IngressClass:
    """An IngressClass from its manifest."""
    spec = root.mapping("spec")
    return IngressClass(
        meta,
        spec.scalar("controller") if spec else None,
        meta.annotation(_DEFAULT_ANNOTATION) == "true",
    )
