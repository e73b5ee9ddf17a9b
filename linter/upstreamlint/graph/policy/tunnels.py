"""Meshes whose proxies take a connection at a port of their own: what policies see instead of the pods' port.

Policies of a pod are applied outside it, so what a mesh redirects inside of it (Istio's sidecars, Kuma's) keeps its port. Istio
documentation, "Ambient and Kubernetes NetworkPolicy"; linkerd.io, "Network Policies" and "TCP Proxying and Protocol Detection";
consul-k8s, `control-plane/connect-inject/constants`.
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.graph import Graph
from upstreamlint.graph.istio.mesh import is_gateway
from upstreamlint.model.kubernetes import Labels, Namespace, Workload
from upstreamlint.numerals import port as port_number
from upstreamlint.values import NamedTuple


class Tunnel(NamedTuple):
    """A mesh, and the port at which its proxies take what is meant for another one of their pods."""

    mesh: str
    port: int


_AMBIENT = Tunnel("Istio's ambient mode", 15008)
_LINKERD = Tunnel("Linkerd", 4143)
_CONSUL = Tunnel("Consul", 20000)

_OPAQUE = "config.linkerd.io/opaque-ports"
_OPAQUE_ELSE = frozenset({25, 587, 3306, 4444, 5432, 6379, 9300, 11211})
"""The ports that Linkerd asks no protocol of, as long as nothing else is told; it names the port to its own proxy for these alone."""


class Tunnels:
    """Which connections between pods of a graph a mesh carries."""

    def __init__(self, graph: Graph) -> None:
        self._namespaces = {n.meta.name.value: n for n in graph.nodes(Namespace)}

    def between(self, client: object, server: Workload, number: int) -> Tunnel | None:
        """The tunnel by which a client reaches a port of the pods; nothing where it dials the port itself."""
        if not isinstance(client, Workload) or server.template.host_network or client.template.host_network:
            return None
        if self._is_ambient(server) and (self._is_ambient(client) or is_gateway(client)):
            return _AMBIENT
        if self._is_linkerd(server) and self._is_linkerd(client) and number in self._opaque(server):
            return _LINKERD
        return _CONSUL if _is_consul(client) and _is_consul(server) else None

    def _is_ambient(self, workload: Workload) -> bool:
        told = self.told(workload, "istio.io/dataplane-mode")
        return told == "ambient" and self.told(workload, "sidecar.istio.io/inject") != "true"

    def _is_linkerd(self, workload: Workload) -> bool:
        return self.in_linkerd(workload) is True

    def in_linkerd(self, workload: Workload) -> bool | None:
        """Whether Linkerd's proxy stands before pods; nothing where their namespace has no manifest to say so."""
        told = self.told(workload, "linkerd.io/inject")
        known = told is not None or workload.meta.namespace in self._namespaces
        return told in ("enabled", "ingress") if known else None

    def _opaque(self, workload: Workload) -> frozenset[int]:
        told = self.told(workload, _OPAQUE)
        return _OPAQUE_ELSE if told is None else frozenset(_ports(told))

    def told(self, workload: Workload, key: str) -> str | None:
        """What pods say by a label or an annotation, or their namespace for them."""
        namespace, own = self._namespaces.get(workload.meta.namespace), workload.template
        held = (own.labels, own.annotations)
        around = (namespace.meta.labels, namespace.meta.annotations) if namespace is not None else ()
        return next((told for one in (*held, *around) if (told := _value(one, key)) is not None), None)


def _value(held: Labels | None, key: str) -> str | None:
    return held.get(key) if held is not None else None


def _is_consul(workload: Workload) -> bool:
    """Whether Consul's proxy stands before pods of one service; each further one has a port of its own."""
    annotations = workload.template.annotations
    names = _value(annotations, "consul.hashicorp.com/connect-service") or ""
    return _value(annotations, "consul.hashicorp.com/connect-inject") == "true" and "," not in names


def _ports(text: str) -> Iterator[int]:
    """The numbers of a list like `3306,8080-8090`."""
    for part in text.split(","):
        first, _, last = part.strip().partition("-")
        low, high = port_number(first), port_number(last or first)
        if low is not None and high is not None:
            yield from range(low, high + 1)
