"""Gateways of Istio where they run: whether each connection to them must begin with a PROXY header, as EnvoyFilters say.

Istio documentation, "Configuring Gateway Network Topology" and "EnvoyFilter": a filter of the root namespace is for all pods that it selects, any other one for
those of its namespace. `gatewayTopology` may have the header read as well.
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.containers.container import Container
from upstreamlint.containers.listening import Listening, listening
from upstreamlint.containers.listening.listen import ANY6, Evidence, Listen
from upstreamlint.documents import Scalar
from upstreamlint.graph.istio.mesh import ROOT_NAMESPACE, is_gateway
from upstreamlint.model.istio import EnvoyFilter, HeaderReader, Installation
from upstreamlint.model.kubernetes import ConfigMap, Workload
from upstreamlint.model.kubernetes.meta import integer
from upstreamlint.programs.reading import Found, Run
from upstreamlint.values import entity, replace

_TOPOLOGY = "proxyProtocol"


@entity(kw_only=True)
class GatewayProxy:
    """A gateway's container; `reader` is the filter that reads PROXY headers there, if one does."""

    container: Container
    reader: HeaderReader | None

    @property
    def serving(self) -> Iterator[tuple[Container, Listening]]:
        """What is known of its listeners: whether they wait for the header."""
        known, said = listening(self.container), self.container.image
        said = self.reader.name if self.reader is not None else said
        if said is None:
            return
        listen = Listen(
            address=ANY6,
            port=integer(self.reader.port) if self.reader is not None else None,
            anchor=said.anchor,
            text=said.value,
            evidence=Evidence.CONFIGURED,
            proxy_header=self.reader is not None,
        )
        yield self.container, replace(known, listens=(*known.listens, listen))


def load(run: Run) -> Found:
    """Every gateway of which it can be told."""
    filters = run.of(EnvoyFilter)
    unknown = _may_be_told_elsewhere(run)
    found = []
    for container in run.containers:
        workload = container.workload
        if workload is None or not is_gateway(workload) or workload.meta.patched or container.name != _PROXY:
            continue
        readers = [r for f in filters if _selects(f, workload) for r in f.headers]
        told = _TOPOLOGY in str(workload.template.annotations or "")
        if any(r.without for r in readers) or ((unknown or told) and not readers):
            continue
        found.append(GatewayProxy(container=container, reader=readers[0] if readers else None))
    return Found(resources=tuple(found))


_PROXY = "istio-proxy"


def _may_be_told_elsewhere(run: Run) -> bool:
    """Whether the settings of the mesh may have gateways read the header."""
    texts = (e.value.value for m in run.of(ConfigMap) for e in m.data.values() if isinstance(e.value, Scalar))
    return bool(run.of(Installation)) or any(_TOPOLOGY in text for text in texts)


def _selects(found: EnvoyFilter, workload: Workload) -> bool:
    if found.targeted or found.meta.namespace not in (workload.meta.namespace, ROOT_NAMESPACE):
        return False
    values = workload.template.values
    return found.selector is None or all(values.get(k) == v for k, v in found.selector.values.items())
