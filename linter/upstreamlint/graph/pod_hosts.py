"""Hosts that the variables of a container name: which Services it dials, and those that it cannot reach."""

from __future__ import annotations

import re
from collections.abc import Iterator

from upstreamlint.documents import Entry, Scalar
from upstreamlint.graph.evidence import Verdict
from upstreamlint.graph.index import Index, grouped, nearest, same_namespace
from upstreamlint.graph.nodes import Edge
from upstreamlint.graph.pod_dns import ClusterName, cluster_name, pod_fault
from upstreamlint.graph.references import Candidate, Reference
from upstreamlint.graph.service_names import missing_service, other_ports
from upstreamlint.graph.serving import pod_port
from upstreamlint.graph.upstreams import PortObstacle
from upstreamlint.model.kubernetes import ConfigMap, Container, Service, Workload
from upstreamlint.numerals import decimal
from upstreamlint.values import entity, frozen


@entity(kw_only=True)
class PodHost(Reference):
    """A host in a container's variables. `pod_fault` says why the name of one pod does not resolve."""

    workload: Workload
    variable: str
    service: Service | None = None
    pod_fault: str = ""


@entity(kw_only=True)
class PodPort(Reference):
    """The port that a container's variables name, on a Service that was found."""

    workload: Workload
    variable: str
    service: Service
    number: int
    obstacle: PortObstacle | None = None


_URL = re.compile(
    r"(?:(?P<scheme>[a-z][a-z0-9+.-]*)://)(?:[^@/\s]*@)?(?P<host>[A-Za-z0-9](?:[-A-Za-z0-9.]*[A-Za-z0-9])?)(?::(?P<port>\d{1,5}))?(?=[/?#,;\s]|$)"
)
_PAIR = re.compile(
    r"(?<![\w.:/@)}>%-])(?P<host>[a-z](?:[-a-z0-9.]*[a-z0-9])?):(?P<port>\d{1,5})(?=[/,;\s]|$)"
)
_NAME = re.compile(r"[a-z](?:[-a-z0-9.]*[a-z0-9])?\Z")
_TAGGED = re.compile(r"IMAGE|(?:^|_)TAG(?:_|$)|VERSION")
"""Variables whose `name:number` is an image and its tag."""

_HOST_VARIABLE = re.compile(r"(?:HOST|HOSTNAME|ADDR|ADDRESS|SERVER|SERVICE|ENDPOINT|UPSTREAM|BACKEND)$")


@frozen
class _Dialled:
    host: str
    port: int | None
    certain: bool


def link(index: Index) -> Iterator[Edge | Reference]:
    """The Services that each workload's variables name."""
    maps = grouped(index.of(ConfigMap), lambda m: m.meta.name.value)
    for workload in index.of(Workload):
        if workload.meta.patched:
            continue
        for container in workload.containers:
            named = list(_variables(maps, workload, container))
            for name, value in named:
                for dialled in _dialled(name, value.value):
                    apart = _port_apart(named, name) if not dialled.certain else None
                    yield from _judge(index, workload, name, value, dialled=dialled, apart=apart)


def _variables(
    maps: dict[str, list[ConfigMap]], workload: Workload, container: Container
) -> Iterator[tuple[str, Scalar]]:
    for variable in container.env:
        yield variable.name.value, variable.value
    for word in container.words:
        flag, is_flag, _ = word.value.partition("=")
        yield (flag if is_flag and _FLAG.match(flag) else _ARGUMENT), word
    for source in container.env_from:
        for key, entry in _data(maps, workload, source).items():
            if isinstance(entry.value, Scalar):
                yield key, entry.value
    for taken in container.env_keys:
        held = _data(maps, workload, taken.config_map).get(taken.key.value)
        if held is not None and isinstance(held.value, Scalar):
            yield taken.name.value, held.value


def _data(maps: dict[str, list[ConfigMap]], workload: Workload, name: Scalar) -> dict[str, Entry]:
    """The entries of the ConfigMap that a workload means by a name."""
    named = [m for m in maps.get(name.value, ()) if same_namespace(m.meta.namespace, workload.meta.namespace)]
    found = nearest(named, workload.meta.folder)[:1]
    return found[0].data if found else {}


def _dialled(name: str, value: str) -> Iterator[_Dialled]:
    """The hosts in a value: URLs, `host:port`, and a bare name where the variable says that it is a host."""
    if len(value) > _LONGEST or _TAGGED.search(name.upper()):
        return
    if "://" in value:
        for match in _URL.finditer(value):
            yield _Dialled(match["host"], decimal(match["port"] or ""), certain=True)
    elif ":" in value:
        for match in _PAIR.finditer(value):
            yield _Dialled(match["host"], decimal(match["port"]), certain=True)
    elif _HOST_VARIABLE.search(name.upper()) and _NAME.match(value):
        yield _Dialled(value, None, certain=False)


_LONGEST = 500
_ARGUMENT = "args"
_FLAG = re.compile(r"--?[A-Za-z][\w.-]*\Z")


def _port_apart(named: list[tuple[str, Scalar]], host: str) -> tuple[str, Scalar] | None:
    """The variable that holds the port of the host in another: `API_PORT` for `API_HOST`; not a bare `PORT`."""
    prefix = _HOST_VARIABLE.sub("", host.upper())
    return next(((n, v) for n, v in named if prefix and n.upper() == prefix + "PORT"), None)


def _judge(
    index: Index,
    workload: Workload,
    name: str,
    value: Scalar,
    *,
    dialled: _Dialled,
    apart: tuple[str, Scalar] | None,
) -> Iterator[Edge | Reference]:
    """What a host comes to; `apart` is the variable that holds its port, when that is another one."""
    meant = cluster_name(index, workload, dialled.host)
    if meant is None:
        return
    services = index.services(meant.service, meant.namespace, workload.meta.folder)
    if not services:
        yield from _missing(index, workload, name, value, meant=meant, dialled=dialled)
        return
    service = services[0]
    fault = pod_fault(index, service, meant.pod) if meant.pod else None
    yield PodHost(
        wanted=dialled.host,
        anchor=value.anchor,
        owner=workload,
        verdict=Verdict.CONFLICT if fault and not service.meta.patched else Verdict.FOUND,
        near=(Candidate(service.anchor, f"Service `{service.title}`", ""),) if fault else (),
        workload=workload,
        variable=name,
        service=service,
        pod_fault=fault or "",
    )
    if fault is None:
        number = dialled.port
        if apart is not None and decimal(apart[1].value) and workload not in index.selected(service):
            name, value = apart
            number = decimal(value.value)
        yield from _port(index, workload, name, value, service=service, number=number)


def _missing(
    index: Index, workload: Workload, name: str, value: Scalar, *, meant: ClusterName, dialled: _Dialled
) -> Iterator[PodHost]:
    if not dialled.certain or dialled.host in _LOOPBACK:
        return
    verdict, near = missing_service(index, meant.service, meant.namespace, workload.meta.folder)
    if verdict is Verdict.NEAR_MISS:
        yield PodHost(
            wanted=dialled.host,
            anchor=value.anchor,
            owner=workload,
            verdict=verdict,
            near=near,
            workload=workload,
            variable=name,
        )


_LOOPBACK = frozenset({"localhost", "localhost.localdomain"})


def _port(
    index: Index, workload: Workload, name: str, value: Scalar, *, service: Service, number: int | None
) -> Iterator[Edge | Reference]:
    """A Service forwards only the ports that it has; a headless one leaves the port as it is (S11)."""
    text = f"`{name}` of `{workload.title}` names Service `{service.title}`"
    found = service.port(number) if number is not None else None
    if number is None:
        found = service.ports[0] if len(service.ports) == 1 else None
    if found is not None and not workload.finishes:
        yield Edge(workload, found, value.anchor, text, None)
    if number is None or not service.ports or service.type == "ExternalName" or service.meta.patched:
        return
    obstacle: PortObstacle | None = None
    near: tuple[Candidate, ...] = ()
    if service.headless:
        dialled = {pod_port(w, found) for w in index.selected(service)} if found is not None else set()
        if found is not None and dialled and None not in dialled and number not in dialled:
            obstacle = PortObstacle.HEADLESS
            own = str(dialled.pop())
            written = found.target or found.written
            near = (
                Candidate(written.anchor, f"the pods of headless Service `{service.title}` serve {own}", own),
            )
    elif found is None:
        obstacle = PortObstacle.NOT_ON_SERVICE
        near = other_ports(service, next((p for p in service.ports if p.target_number == number), None))
    yield PodPort(
        wanted=str(number),
        anchor=value.anchor,
        owner=workload,
        verdict=Verdict.CONFLICT if obstacle else Verdict.FOUND,
        near=near,
        workload=workload,
        variable=name,
        service=service,
        number=number,
        obstacle=obstacle,
    )
