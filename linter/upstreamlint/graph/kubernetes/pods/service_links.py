"""Variables that the kubelet makes of Services, and that a program takes for its own settings.

A pod gets `WEB_PORT=tcp://10.0.0.1:80` for each Service `web` of its namespace that has an address of its own, unless
`enableServiceLinks` is false or the container sets the variable itself (kubernetes: `pkg/kubelet/envvars`).
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.containers.container import Container
from upstreamlint.graph.evidence import Verdict
from upstreamlint.graph.index import Index
from upstreamlint.graph.references import Candidate, Reference
from upstreamlint.model.kubernetes import Service, Workload
from upstreamlint.values import entity


@entity(kw_only=True)
class ServiceLink(Reference):
    """A variable, `wanted`, that a program reads for a port and that a Service fills with an URL."""

    service: Service
    workload: Workload


def link(index: Index) -> Iterator[ServiceLink]:
    """The containers whose images are known to read such a variable."""
    for workload in index.of(Workload):
        if workload.meta.patched or not workload.template.service_links:
            continue
        for container in index.containers(workload):
            if container.unread:
                continue
            for name in sorted(_read(container)):
                service = _named(index, workload, name) if name not in container.environment else None
                if service is not None and container.image is not None:
                    yield ServiceLink(
                        wanted=name,
                        anchor=service.meta.name.anchor,
                        owner=service,
                        verdict=Verdict.CONFLICT,
                        near=(Candidate(container.image.anchor, f"it reads `{name}` for its port", ""),),
                        service=service,
                        workload=workload,
                    )


_PORT = "_PORT"
_OTHERS = {
    "authelia": "AUTHELIA_PORT",
    "cerebro": "CEREBRO_PORT",
    "opal-server": "OPAL_SERVER_PORT",
    "spark": "SPARK_MASTER_PORT",
    "spoolman": "SPOOLMAN_PORT",
}
"""Variables of images beside those that move a port which is known (lmenezes/cerebro issue 441, permitio/opal-helm-chart issue 30)."""
_WARY = frozenset({"uptime-kuma", "dockge", "n8n"})
"""Images that pass over what is no number."""


def _read(container: Container) -> set[str]:
    """The variables that a program reads for a port, and that a Service may be named after."""
    facts, image = container.image_facts, container.image_name
    if image in _WARY:
        return set()
    served = facts.serves or () if facts is not None else ()
    names = {name for one in served for name in one.variables if name.endswith(_PORT)}
    return names | ({_OTHERS[image]} if image in _OTHERS else set())


def _named(index: Index, workload: Workload, variable: str) -> Service | None:
    """The Service that the kubelet makes a variable of."""
    name = variable.removesuffix(_PORT).lower().replace("_", "-")
    found = index.services(name, workload.meta.namespace, workload.meta.folder)
    linked = (s for s in found if not s.headless and s.type != "ExternalName" and s.ports)
    return next((s for s in linked if not s.meta.patched), None)
