"""ServiceMonitor and PodMonitor: what the Prometheus operator has Prometheus scrape.

Basis: the API reference of prometheus-operator (`monitoring.coreos.com/v1`), and `generateServiceMonitorConfig`, which keeps
targets whose Service carries the labels and whose port has the name, or for `targetPort` those whose container declares the port.
"""

from __future__ import annotations

from upstreamlint.documents import Mapping, Scalar
from upstreamlint.model.kubernetes.meta import KubernetesObject, LabelSelector, Meta, selector, truth
from upstreamlint.values import entity


@entity
class Monitor(KubernetesObject):
    """What it selects, by the labels of Services or of pods, and the names of the ports that are scraped.

    `pod_ports` are ports of containers, by number or name. `namespaces` are those that it looks into, and nothing when it looks into all.
    """

    of_pods: bool
    selector: LabelSelector
    namespaces: tuple[str, ...] | None
    ports: tuple[Scalar, ...]
    pod_ports: tuple[Scalar, ...] = ()


def monitor(meta: Meta, root: Mapping) -> Monitor | None:
    """A monitor from its manifest; one that selects everything says nothing about what must be there."""
    spec = root.mapping("spec")
    selects = selector(spec.get("selector")) if spec is not None else None
    if spec is None or selects is None or selects.is_empty:
        return None
    of_pods = meta.kind == "PodMonitor"
    spaces = spec.mapping("namespaceSelector")
    named = tuple(n.value for n in spaces.scalars("matchNames")) if spaces is not None else ()
    everywhere = spaces is not None and truth(spaces.scalar("any"))
    scraped = spec.mappings("podMetricsEndpoints" if of_pods else "endpoints")
    return Monitor(
        meta=meta,
        of_pods=of_pods,
        selector=selects,
        namespaces=None if everywhere else named or (meta.namespace,),
        ports=tuple(p for e in scraped if (p := e.scalar("port")) is not None),
        pod_ports=tuple(p for e in scraped if "port" not in e and (p := e.scalar("targetPort")) is not None),
    )
