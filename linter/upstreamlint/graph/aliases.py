"""What clients get from a name that stands for nothing, by who looks it up."""

from __future__ import annotations

from upstreamlint.finding import Symptom
from upstreamlint.graph import Graph
from upstreamlint.graph.nodes import Node, Route
from upstreamlint.model.kubernetes import Service
from upstreamlint.symptoms import NO_CLUSTER

_UNRESOLVED = Symptom(503, log="the name does not resolve")


def unregistered(graph: Graph, alias: Service) -> Symptom:
    """The answer for an ExternalName whose target is not there.

    istiod makes no cluster for it (`GetDestinationCluster` takes the target's name); others ask DNS.
    """
    ends: tuple[Node, ...] = (alias, *alias.ports)
    tails = [e.tail for end in ends for e in graph.tails(end)]
    meshed = any(isinstance(t, Route) and t.kind == "VirtualService" for t in tails)
    return NO_CLUSTER if meshed else _UNRESOLVED
