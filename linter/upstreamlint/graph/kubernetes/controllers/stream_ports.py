"""Ports that an Ingress controller is told to take for streams, and that no Service of its pods leads to.

ingress-nginx, `--tcp-services-configmap` (docs: "Exposing TCP and UDP services": the port has to be put into the Service as well); haproxytech/kubernetes-ingress,
`--configmap-tcp-services`; jcmoraisjr/haproxy-ingress, `--tcp-services-configmap`.
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.documents import Entry
from upstreamlint.graph.evidence import Verdict
from upstreamlint.graph.index import Index
from upstreamlint.graph.kubernetes.services.serving import pod_port
from upstreamlint.graph.references import Candidate, Reference
from upstreamlint.model.kubernetes import ConfigMap, Service, Workload
from upstreamlint.numerals import decimal
from upstreamlint.programs.managed.controllers import Controller
from upstreamlint.programs.managed.running import running
from upstreamlint.values import entity

_FLAGS = {
    Controller.INGRESS_NGINX: "--tcp-services-configmap",
    Controller.HAPROXY: "--configmap-tcp-services",
    Controller.HAPROXY_INGRESS: "--tcp-services-configmap",
}


@entity(kw_only=True)
class StreamPort(Reference):
    """A port of the ConfigMap, and the Services of the controller's pods; `to` is what it leads on to."""

    owner: ConfigMap
    by: str
    services: tuple[Service, ...]
    to: str


def link(index: Index) -> Iterator[StreamPort]:
    """Every port that nobody outside comes to."""
    for one in running(index):
        workload, flag = one.container.workload, _FLAGS.get(one.controller)
        if flag is None or workload is None or one.container.incomplete or workload.template.host_network:
            continue
        words = (word.value.partition("=") for word in one.container.words)
        name = next((value.rpartition("/")[2] for told, _, value in words if told == flag), "")
        maps = [m for m in index.of(ConfigMap) if name and m.meta.name.value == name]
        services = [s for s in index.selecting(workload) if not s.headless]
        if len(maps) != 1 or maps[0].meta.patched or not _shown(services):
            continue
        exposed = {pod_port(workload, port) for service in services for port in service.ports}
        for key, entry in maps[0].data.items():
            number = decimal(key)
            if number is not None and number not in exposed:
                yield _port(maps[0], entry, str(one.controller), services, workload)


def _shown(services: list[Service]) -> bool:
    """Whether the way in from outside is here, as a whole."""
    outer = any(s.type in ("LoadBalancer", "NodePort") for s in services)
    return outer and not any(s.meta.patched for s in services)


def _port(owner: ConfigMap, entry: Entry, by: str, services: list[Service], workload: Workload) -> StreamPort:
    outer = next(s for s in services if s.type in ("LoadBalancer", "NodePort"))
    ports = ", ".join(str(p.number) for p in outer.ports)
    return StreamPort(
        wanted=entry.key.value,
        anchor=entry.key.anchor,
        owner=owner,
        verdict=Verdict.CONFLICT,
        near=(Candidate(outer.anchor, f"Service `{outer.title}` has ports {ports}", ""),),
        by=by,
        services=tuple(services),
        to=getattr(entry.value, "value", ""),
        assumption=f"no Service elsewhere leads to `{workload.title}`",
    )
