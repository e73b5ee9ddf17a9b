"""Who dials the backends of a route: pods among the files, a load balancer outside the cluster, or nobody knows."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.graph import Graph
from upstreamlint.graph.grouping import grouped
from upstreamlint.graph.kubernetes.controllers.pods import controllers_of
from upstreamlint.graph.nodes import Node, Route
from upstreamlint.graph.policy.addresses import CiliumIngress, Outside
from upstreamlint.graph.policy.peers import Anyone, End
from upstreamlint.model.gateway_api import GatewayClass, GatewayRoute, KubernetesGateway
from upstreamlint.model.kubernetes import Ingress, IngressClass, Meta, Service, ServicePort, Workload
from upstreamlint.programs.managed.controllers import Controller, controller_of
from upstreamlint.programs.managed.model import ManagedRoute
from upstreamlint.values import frozen

_CLOUD = frozenset({Controller.ALB, Controller.GCE, Controller.AGIC})
"""Controllers that configure a load balancer of their cloud, and dial nothing themselves."""

_PROGRAMS = {
    Controller.INGRESS_NGINX: "nginx",
    Controller.F5_NGINX: "nginx",
    Controller.TRAEFIK: "Traefik",
    Controller.KONG: "nginx",
    Controller.HAPROXY: "HAProxy",
    Controller.HAPROXY_INGRESS: "HAProxy",
    Controller.CONTOUR: "Envoy",
    Controller.ISTIO: "Envoy",
}
_KINDS = {"VirtualService": "Envoy", "IngressRoute": "Traefik", "HTTPProxy": "Envoy", "location": "nginx"}
_MANAGED = {
    "Traefik": "Traefik",
    "Contour": "Envoy",
    "Emissary": "Envoy",
    "Gloo": "Envoy",
    "NGINX Ingress Controller": "nginx",
    "OpenShift router": "HAProxy",
}
"""What objects of controllers are read by, and the proxy that it runs."""

_IMPLEMENTATIONS = {
    "nginx": "nginx",
    "traefik": "Traefik",
    "haproxy": "HAProxy",
    "envoy": "Envoy",
    "istio": "Envoy",
    "cilium": "Envoy",
    "contour": "Envoy",
}
"""What the name of a GatewayClass or of its controller has in it, and the proxy that it runs."""

_CLASSES = {
    "nginx": "nginx",
    "traefik": "Traefik",
    "haproxy": "HAProxy",
    "kong": "nginx",
    "contour": "Envoy",
}
"""The names that installations give the classes of Ingresses."""

_CILIUM = "cilium"
"""The class of Cilium's own gateways and Ingresses, unless its chart is told another name."""
_GKE_CLASS = "gke-l7-"


@frozen
class Clients:
    """The ends that a hop starts from, any of which may take it, and the program that dials (see `answers`).

    `assumption` is what the ends rest on that the files do not show. `likely` says more about them, and may be wrong.
    """

    ends: tuple[End, ...]
    by: str = ""
    assumption: str = ""
    likely: Clients | None = None


class Dialers:
    """Who dials what routes and upstreams of a graph lead to."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._controllers = controllers_of(graph.nodes(Workload))
        self._classes = grouped(graph.nodes(IngressClass), lambda c: c.meta.name.value)

    def of(self, tail: Node, port: ServicePort) -> Clients:
        """Who takes the hop from a node of the graph to a port of a Service."""
        if isinstance(tail, Workload):
            return Clients((tail,))
        if not isinstance(tail, Route):
            # An upstream, pool or cluster: whoever runs the proxy that holds it.
            holders = tuple({id(s): s for s in self._holders(tail)}.values())
            return Clients(holders or (Anyone(),), _KINDS.get(getattr(tail, "kind", ""), ""))
        by = _KINDS.get(tail.kind, "")
        proxies = [e.tail for e in self._graph.tails(tail) if isinstance(e.tail, Workload)]
        proxies = proxies or [w for w in tail.proxies if isinstance(w, Workload)]
        if proxies:
            return Clients(tuple(proxies), by)
        match tail.owner:
            case Ingress():
                return self._of_ingress(tail.owner)
            case Service():
                return self._of_service(tail.owner, port)
            case GatewayRoute():
                return self._of_gateways(tail.owner)
            case ManagedRoute() if not self._controllers:
                return _elsewhere(_MANAGED.get(tail.owner.kind.by, ""), tail.owner.meta)
        return Clients((Anyone(),), by)

    def _of_ingress(self, ingress: Ingress) -> Clients:
        controller = controller_of(ingress, self._classes)
        if controller in _CLOUD:
            return Clients((Outside(),), controller or "", _of_cloud(ingress, controller))
        named = ingress.class_name.value if ingress.class_name is not None else ""
        if named == _CILIUM:
            return Clients((CiliumIngress(),), "Envoy")
        by = _PROGRAMS.get(controller, "") if controller is not None else ""
        by = by or _CLASSES.get(named, "")
        if self._controllers:
            return Clients(tuple(self._controllers), by)
        return _elsewhere(by, ingress.meta)

    def _of_service(self, service: Service, port: ServicePort) -> Clients:
        """A Service has a node port often by habit, or for a load balancer; one of its own is meant for the outside."""
        others = any(
            not isinstance(e.tail, Route) or e.tail.owner is not service for e in self._graph.tails(port)
        )
        if service.type != "LoadBalancer" or others:
            return Clients((Anyone(),))
        # The pods of k3s' ServiceLB run there, and hand on what comes to the nodes under their own addresses.
        return Clients((Outside(), Anyone("kube-system")), assumption="the clients are outside the cluster")

    def _of_gateways(self, route: GatewayRoute) -> Clients:
        names = {p.name.value for p in route.parents}
        gateways = [g for g in self._graph.nodes(KubernetesGateway) if g.meta.name.value in names]
        classes = {g.class_name.value for g in gateways if g.class_name is not None}
        if classes and all(c.startswith(_GKE_CLASS) for c in classes):
            return Clients((Outside(),), Controller.GCE)
        if len(classes) != 1:
            return Clients((Anyone(),))
        name = classes.pop()
        made = [c.controller for c in self._graph.nodes(GatewayClass) if c.meta.name.value == name]
        if name == _CILIUM or any(c.startswith("io.cilium/") for c in made):
            return Clients((CiliumIngress(),), "Envoy")
        text = " ".join([name, *made])
        by = next((program for word, program in _IMPLEMENTATIONS.items() if word in text), "")
        return Clients((Anyone(),), by)

    def _holders(self, node: Node) -> Iterator[Workload]:
        """The pods of the proxies whose routes lead to a node of their configuration."""
        todo, seen = [node], {id(node)}
        while todo:
            for edge in self._graph.tails(todo.pop()):
                if isinstance(edge.tail, Workload):
                    yield edge.tail
                elif id(edge.tail) not in seen and not isinstance(edge.tail, ServicePort):
                    seen.add(id(edge.tail))
                    todo.append(edge.tail)


def _elsewhere(by: str, meta: Meta) -> Clients:
    """A controller that no file shows: nobody installs one for one application beside it."""
    apart = Clients((Anyone(apart=meta.namespace),), by, "the Ingress controller runs in another namespace")
    return Clients((Anyone(),), by, likely=apart if by and meta.namespace else None)


def _of_cloud(ingress: Ingress, controller: Controller | None) -> str:
    """What it rests on that a load balancer dials the pods themselves, not a node that forwards to them."""
    from upstreamlint.programs.managed.checks.amazon import TARGET_TYPE

    if controller is Controller.AGIC or ingress.meta.annotation(TARGET_TYPE) == "ip":
        return ""
    return f"the nodes hand on what {controller} sends from outside the cluster"
