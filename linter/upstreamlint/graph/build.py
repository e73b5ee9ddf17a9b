"""Resources to the graph: the only place where things of different files and tools are joined."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from importlib import import_module

from upstreamlint.facets.dial import Dial
from upstreamlint.facets.hop import judge
from upstreamlint.graph import Graph
from upstreamlint.graph.absence import doubted, settled
from upstreamlint.graph.evidence import Ladder
from upstreamlint.graph.index import Index
from upstreamlint.graph.neighbours import Neighbours
from upstreamlint.graph.nodes import Edge, Route
from upstreamlint.graph.problems import Problem
from upstreamlint.graph.references import Reference
from upstreamlint.graph.second_look import reconsidered
from upstreamlint.graph.written import unread
from upstreamlint.programs.registry import programs

Link = Route | Edge | Reference

LINKERS = (
    ("Service", "kubernetes.services.to_pods"),
    ("Workload", "kubernetes.probes.link"),
    ("Workload", "kubernetes.pods.sidecar_ports"),
    ("Workload", "kubernetes.probes.kubelet"),
    ("Workload", "kubernetes.pods.needs"),
    ("Workload", "kubernetes.pods.service_links"),
    ("Workload", "kubernetes.pods.waits"),
    ("Workload", "kubernetes.controllers.options"),
    ("Service", "kubernetes.services.endpoints"),
    ("Workload Autoscaler", "kubernetes.pods.workloads"),
    ("Ingress", "kubernetes.ingress.backends"),
    ("Ingress", "kubernetes.ingress.bare_hosts"),
    ("Ingress", "kubernetes.ingress.lone_paths"),
    ("Ingress istio managed", "glued_paths"),
    ("Ingress Service gateway_api", "kubernetes.controllers.kong_plugins"),
    ("ChartRelease", "kubernetes.services.tls_ended"),
    ("Ingress IngressClass Issuer", "kubernetes.ingress.as_read"),
    ("Ingress", "kubernetes.ingress.middlewares"),
    ("Ingress", "kubernetes.ingress.authorization_loops"),
    ("Ingress", "kubernetes.ingress.headerless"),
    ("ConfigMap", "kubernetes.controllers.stream_ports"),
    ("Ingress", "kubernetes.ingress.backend_protocols"),
    ("Ingress managed", "kubernetes.ingress.host_claims"),
    ("Ingress managed", "kubernetes.controllers.watched_spaces"),
    ("Ingress managed", "kubernetes.controllers.refused_aliases"),
    ("Ingress", "kubernetes.ingress.refused"),
    ("Ingress managed", "kubernetes.controllers.untold"),
    ("Canary", "kubernetes.services.canaries"),
    ("Monitor", "kubernetes.services.monitors"),
    ("kubernetes", "kubernetes.services.load_balancers"),
    ("Ingress managed", "kubernetes.ingress.certificates"),
    ("Ingress Service", "kubernetes.annotations.link"),
    ("gateway_api", "gateway_api.link"),
    ("gateway_api", "gateway_api.entry_points"),
    ("managed", "gateway_api.policies"),
    ("Workload", "kubernetes.pods.hosts"),
    ("ConfigMap", "kubernetes.pods.map_hosts"),
    ("NetworkPolicy DisruptionBudget Other", "policy.selectors"),
    ("istio", "istio.link"),
    ("compose", "compose.link"),
    ("compose Workload", "listened"),
)
"""The modules of this package that link, in their order; programs follow. Each is for a technology, or for resources of
some types: where a run holds none of these it has nothing to say."""


def build(
    resources: Sequence[object],
    ladder: Ladder,
    problems: Iterable[Problem] = (),
    neighbours: Neighbours | None = None,
) -> Graph:
    """Link resources into a graph; `neighbours` are the Services of all scopes of the run."""
    index = Index(resources, ladder)
    routes: list[Route] = []
    edges: list[Edge] = []
    references: list[Reference] = []
    for item in _linked(index):
        for one in judge(index, item) if isinstance(item, Dial) else (item,):
            if isinstance(one, Route):
                routes.append(one)
            elif isinstance(one, Edge):
                edges.append(one)
            else:
                references.append(one)
    return Graph(
        tuple(resources),
        tuple(routes),
        tuple(edges),
        tuple(
            settled([*reconsidered([*doubted(unread(references), ladder)], edges, index, neighbours)], ladder)
        ),
        tuple(problems),
        index.technologies,
    )


def _linked(index: Index) -> Iterator[Link | Dial]:
    """What technologies and programs say; programs with one technology share their linker."""
    for needed, module in LINKERS:
        if not index.holds.isdisjoint(needed.split()):
            yield from import_module(f"{__package__}.{module}").link(index)
    linked: set[str] = set()
    for program in programs():
        needed = program.technology
        if not needed or (needed in index.technologies and needed not in linked):
            linked.add(needed)
            yield from program.link(index)
