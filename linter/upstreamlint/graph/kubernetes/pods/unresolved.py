"""What clients get from a name that stands for nothing, by who looks it up."""

from __future__ import annotations

from upstreamlint.answers.met import met
from upstreamlint.answers.table import Failure
from upstreamlint.finding import Symptom
from upstreamlint.graph import Graph
from upstreamlint.graph.nodes import Node, Route
from upstreamlint.model.kubernetes import Service
from upstreamlint.symptoms import NO_CLUSTER

_NO_ADDRESS = Symptom(log="no such host: the name of a headless Service without pods has no address")
_REFUSED = Symptom(log="connection refused: the Service has no endpoint to forward to")
_UNRESOLVED = Symptom(503, log="the name does not resolve")


def unregistered(graph: Graph, alias: Service) -> Symptom:
    """The answer for an ExternalName whose target is not there.

    istiod makes no cluster for it (`GetDestinationCluster` takes the target's name); others ask DNS.
    """
    meshed = any(route.kind == "VirtualService" for route in _routes(graph, alias))
    return NO_CLUSTER if meshed else _UNRESOLVED


def empty(graph: Graph, service: Service) -> Symptom:
    """The answer for a Service without endpoints.

    The name of a headless one has no address then: clients in the mesh never get as far as their sidecar. A gateway
    takes its endpoints from istiod, and answers by itself. Behind a node port nobody answers HTTP: the kernel refuses.
    """
    routes = _routes(graph, service)
    if routes and all(r.kind == "Service" for r in routes):
        return _REFUSED
    meshed = bool(routes) and all(r.kind == "VirtualService" and not r.proxies for r in routes)
    by_gateway = any(getattr(r.owner, "gateways", ()) for r in routes)
    return (
        _NO_ADDRESS
        if service.headless and meshed and not by_gateway
        else met(graph, service, Failure.NO_ENDPOINTS)
    )


def _routes(graph: Graph, service: Service) -> list[Route]:
    """The routes that lead to a Service, to a port of it, or to a subset of either."""
    ends: tuple[Node, ...] = (service, *service.ports)
    tails = [e.tail for end in ends for e in graph.tails(end)]
    subsets = {id(t): t for t in tails if type(t).__name__ == "Subset"}
    tails += [e.tail for subset in subsets.values() for e in graph.tails(subset)]
    return [t for t in tails if isinstance(t, Route)]
