"""The ports that others dial on an nginx, against those that it listens on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from upstreamlint.facets.judgement import Facet, Judgement
from upstreamlint.graph import Graph
from upstreamlint.graph.nodes import Node
from upstreamlint.graph.references import TargetPort
from upstreamlint.model.kubernetes.meta import integer
from upstreamlint.model.kubernetes.probe import ProbeKind
from upstreamlint.programs.nginx.instance import NginxInstance
from upstreamlint.source import Anchor


class Dialled(NamedTuple):
    """A port that something dials on an nginx.

    `spare` says that another port leads to the same nginx, so that this one may be left over. `proxy` is
    what dials, an empty text for a port of the machine.
    """

    instance: NginxInstance
    number: int
    anchor: Anchor
    subject: Node
    text: str
    spare: bool = False
    probe: bool = False
    proxy: str | None = None


def unheard(graph: Graph) -> Iterator[Dialled]:
    """Every port that is dialled on an nginx that does not listen on it."""
    found = by_client(graph)
    if not found:
        return
    ports: dict[int, list[Judgement]] = defaultdict(list)
    targets: dict[int, list[TargetPort]] = defaultdict(list)
    for port in graph.judgements:
        if port.facet is Facet.PORT:
            ports[id(port.target)].append(port)
    for target in graph.references(TargetPort):
        targets[id(target.workload)].append(target)
    for client, (instance, listens) in found.items():
        dialled = [*_of_service(instance, ports[client]), *_of_workload(instance, targets[client])]
        heard = any(d.number in listens for d in dialled if not d.probe)
        for one in dialled:
            # Ports that the machine publishes beside one that works are often left over, and harm nobody.
            left_over = heard and one.spare and one.subject is instance.service
            if one.number not in listens and not left_over:
                yield one._replace(spare=heard and one.spare)


def by_client(graph: Graph) -> dict[int, tuple[NginxInstance, frozenset[int]]]:
    """The nginx of each place that only nginx runs in, with what it listens on."""
    instances: dict[int, list[NginxInstance]] = defaultdict(list)
    for instance in graph.nodes(NginxInstance):
        if instance.client is not None:
            instances[id(instance.client)].append(instance)
    found = {}
    for client, group in instances.items():
        listens = group[0].listens
        if len(group) == 1 and listens and group[0].alone:
            found[client] = group[0], listens
    return found


def _of_service(instance: NginxInstance, dialled: Iterable[Judgement]) -> Iterator[Dialled]:
    service = instance.service
    if service is None or service.network_mode is not None:
        return
    for port in service.ports:
        if port.target is not None and port.protocol == "tcp":
            text = f"the machine's port {port.text or 'that is free'} leads to port {port.target}"
            yield Dialled(instance, port.target, port.anchor, service, text, spare=True, proxy="")
    for found in dialled:
        if found.dial.caller.service is not service and not found.broken and found.number is not None:
            text = f"{found.dial.by} dials port {found.number}"
            yield Dialled(instance, found.number, found.anchor, found.owner, text, proxy=found.dial.by)


def _of_workload(instance: NginxInstance, targets: Iterable[TargetPort]) -> Iterator[Dialled]:
    workload, container = instance.workload, instance.container
    if workload is None or container is None:
        return
    for target in targets:
        if target.number is not None and target.port.protocol == "TCP":
            text = f"Service `{target.service.title}` leads to port {target.number}"
            yield Dialled(instance, target.number, target.anchor, target.port, text, spare=True)
    for probe in container.probes:
        number = integer(probe.port)
        if number is not None and probe.kind is not ProbeKind.LIVENESS and probe.port is not None:
            text = f"the {probe.kind.value} asks port {number}"
            yield Dialled(instance, number, probe.port.anchor, workload, text, probe=True)
