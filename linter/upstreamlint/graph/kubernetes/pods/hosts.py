"""Hosts that the variables of a container name: which Services it dials, and those that it cannot reach."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from upstreamlint import patterns
from upstreamlint.documents import Entry, Scalar
from upstreamlint.facets.dial import Caller, Dial, Purpose, spoken
from upstreamlint.facets.hop import judge
from upstreamlint.facets.judgement import Facet, Judgement, Obstacle
from upstreamlint.graph.compose.addresses import STORED
from upstreamlint.graph.evidence import Verdict
from upstreamlint.graph.grouping import grouped
from upstreamlint.graph.index import Index
from upstreamlint.graph.kubernetes.services.aliases import stands_for
from upstreamlint.graph.likeness import is_misspelt
from upstreamlint.graph.nodes import Edge
from upstreamlint.graph.references import UNREAD, Reference
from upstreamlint.graph.variable_names import in_use
from upstreamlint.model.kubernetes import ConfigMap, PodContainer, Service, ServicePort, Workload
from upstreamlint.model.kubernetes.nearest import nearest, same_namespace
from upstreamlint.numerals import decimal
from upstreamlint.places.address import NETWORKS, is_loopback
from upstreamlint.places.pods.dns import cluster_name
from upstreamlint.releases.unnamed import RELEASE
from upstreamlint.values import frozen, replace

_URL = patterns.compile(
    r"(?:(?P<scheme>[a-z][a-z0-9+.-]{0,30})://)(?:[^@/\s]*@)?(?P<host>[A-Za-z0-9](?:[-A-Za-z0-9.]*[A-Za-z0-9])?)(?::(?P<port>\d{1,5}))?(?=[/?#,;\s]|$)"
)
_PAIR = patterns.compile(
    r"(?<![\w.:/@)}>%-])(?P<host>[a-z](?:[-a-z0-9.]*[a-z0-9])?):(?P<port>\d{1,5})(?=[/,;\s]|$)"
)
_NAME = patterns.compile(r"[a-z](?:[-a-z0-9.]*[a-z0-9])?\Z")
_TAGGED = patterns.compile(r"IMAGE|(?:^|_)TAG(?:_|$)|VERSION|ALLOWED|TRUSTED")
"""Variables whose `name:number` is an image and its tag, or who may ask."""

_HOST_VARIABLE = patterns.compile(
    r"(?:(?<!V)HOST|HOSTNAME|ADDR|ADDRESS|SERVER|SERVICE|ENDPOINT|UPSTREAM|BACKEND)$"
)


@frozen
class NamedHost:
    """A host that a value names; `implied` is the port of the scheme, where none is written."""

    host: str
    port: int | None
    certain: bool
    implied: int | None = None
    scheme: str = ""


def link(index: Index) -> Iterator[Edge | Reference]:
    """The Services that each workload's variables name."""
    maps = grouped(index.of(ConfigMap), lambda m: m.meta.name.value)
    for workload in index.of(Workload):
        for container in workload.containers:
            named = list(in_use(_variables(maps, workload, container)))
            for name, value in named:
                for dialled in hosts_in(name, value.value):
                    apart = _port_apart(named, name) if not dialled.certain else None
                    caller = Caller(program="", workload=workload, container=container)
                    found = _judge(index, caller, workload, name, value, dialled=dialled, apart=apart)
                    yield from _slips(found) if workload.meta.patched else found


def called(index: Index) -> Iterator[tuple[Workload, str, Scalar, NamedHost]]:
    """The addresses that workloads are given whole, with the variable or argument that holds each."""
    maps = grouped(index.of(ConfigMap), lambda m: m.meta.name.value)
    for workload in index.of(Workload):
        for container in workload.containers:
            for name, value in _variables(maps, workload, container):
                for dialled in hosts_in(name, value.value):
                    if dialled.certain:
                        yield workload, name, value, dialled


def _slips(found: Iterable[Edge | Reference]) -> Iterator[Reference]:
    """What a patch of the workload leaves of judgements: names that a slip of the hand makes of others."""
    for one in found:
        if isinstance(one, Judgement) and one.verdict is Verdict.NEAR_MISS and one.certain and is_slip(one):
            yield replace(one, assumption=one.assumption or UNREAD)


def _variables(
    maps: dict[str, list[ConfigMap]], workload: Workload, container: PodContainer
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


def hosts_in(name: str, value: str) -> Iterator[NamedHost]:
    """The hosts in a value: URLs, `host:port`, and a bare name where the variable says that it is a host."""
    if len(value) > _LONGEST or _TAGGED.search(name.upper()):
        return
    if "://" in value:
        for match in (m for m in _URL.finditer(value) if m["scheme"] not in STORED):
            implied = _SCHEMES.get(match["scheme"]) if match["port"] is None else None
            number, scheme = decimal(match["port"] or ""), match["scheme"]
            yield NamedHost(match["host"], number, certain=True, scheme=scheme, implied=implied)
    elif ":" in value:
        for match in _PAIR.finditer(value):
            yield NamedHost(match["host"], decimal(match["port"]), certain=True)
    elif _HOST_VARIABLE.search(name.upper()) and _NAME.match(value):
        yield NamedHost(value, None, certain=False)


_SCHEMES = {"http": 80, "https": 443, "ws": 80, "wss": 443}
_LONGEST = 500
_ARGUMENT = "args"
_FLAG = patterns.compile(r"--?[A-Za-z][\w.-]*\Z")


def _port_apart(named: list[tuple[str, Scalar]], host: str) -> tuple[str, Scalar] | None:
    """The variable that holds the port of the host in another: `API_PORT` for `API_HOST`; not a bare `PORT`."""
    prefix = _HOST_VARIABLE.sub("", host.upper())
    return next(((n, v) for n, v in named if prefix and n.upper() == prefix + "PORT"), None)


def _judge(
    index: Index,
    caller: Caller,
    workload: Workload,
    name: str,
    value: Scalar,
    *,
    dialled: NamedHost,
    apart: tuple[str, Scalar] | None,
) -> Iterator[Edge | Reference]:
    """What a host comes to; `apart` is the variable that holds its port, when that is another one."""
    dial = Dial(
        caller=caller,
        owner=workload,
        route=None,
        host=dialled.host,
        host_anchor=value.anchor,
        port=dialled.port,
        port_anchor=value.anchor,
        share=None,
        purpose=Purpose.WRITTEN,
        variable=name,
        **spoken(dialled.scheme),
    )
    no_host = dialled.host in NETWORKS or is_loopback(dialled.host)
    if no_host or cluster_name(index, workload.meta, dialled.host) is None:
        return
    found = [item for item in judge(index, dial) if isinstance(item, Judgement)]
    host = found[0]
    service = next((t for t in host.targets if isinstance(t, Service)), None)
    if service is None:
        if host.verdict is Verdict.NEAR_MISS and (dialled.certain or is_slip(host)):
            yield replace(host, certain=_fits(index, workload, host))
        elif dialled.certain and host.verdict is Verdict.ABSENT and _is_of_release(index, dialled.host):
            yield replace(host, certain=True)
        elif not dialled.certain and host.verdict is Verdict.ABSENT and _is_own(index, name, dialled.host):
            yield replace(host, assumption=host.assumption or _OWN)
        elif dialled.certain and host.verdict in (Verdict.EXTERNAL, Verdict.ABSENT):
            # What a program is told to dial may be of the platform, however whole the release is.
            yield replace(host, verdict=Verdict.EXTERNAL)
        return
    yield replace(host, verdict=Verdict.UNKNOWN) if host.broken and service.meta.patched else host
    if host.obstacle is not None and host.obstacle is not Obstacle.NO_DNS:
        return
    number = dialled.port
    if number is None and service.headless and dialled.implied in {p.number for p in service.ports}:
        # The Service has the port of the scheme, so no other is meant.
        number = dialled.implied
        dial = replace(dial, port=number)
    written = decimal(apart[1].value) if apart is not None else None
    if apart is not None and written is not None and workload not in index.selected(service):
        number = written
        dial = replace(dial, variable=apart[0], port=number, port_anchor=apart[1].anchor)
    yield from _port(index, dial, workload, service, number, sure=dialled.certain)


_OWN = "the release names nothing else so"
_PLAIN_HOST = patterns.compile(r"(?:HOST|HOSTNAME|ADDR|ADDRESS|SERVER)$")


def _is_of_release(index: Index, host: str) -> bool:
    """Whether an address bears the name of the release, so that its chart alone would make what answers there."""
    return bool(index.ladder.unnamed) and host.startswith(f"{RELEASE}-") and not index.ladder.lacking


def _is_own(index: Index, variable: str, host: str) -> bool:
    """Whether a variable for a host holds a name that the chart makes of its release, and that is no workload's."""
    start = f"{RELEASE}-"
    if not host.startswith(start) or "." in host or not _PLAIN_HOST.search(variable.upper()):
        return False
    return not any(host == w.meta.name.value for w in index.of(Workload)) and not index.ladder.lacking


def is_slip(host: Judgement) -> bool:
    """Whether the only name that comes near is another by a slip of the hand: a bare word may be no name of a Service at all."""
    names = [near.instead.partition(".")[0] for near in host.near]
    return len(names) == 1 and is_misspelt(host.wanted.partition(".")[0], names[0])


def _fits(index: Index, workload: Workload, host: Judgement) -> bool:
    """Whether a slip of the hand makes the name, or the Service that was meant by it has the port that is dialled."""
    name, _, rest = host.near[0].instead.partition(".")
    if is_misspelt(host.wanted.partition(".")[0], name):
        return True
    namespace = rest.partition(".")[0] or workload.meta.namespace
    meant = index.services(name, namespace, workload.meta.folder)
    return host.number is not None and any(s.port(host.number) is not None for s in meant)


def _port(
    index: Index, dial: Dial, workload: Workload, service: Service, number: int | None, *, sure: bool
) -> Iterator[Edge | Reference]:
    """The hop to the Service, and the port where one is written; a program may mean the only port that there is.

    `sure` says that host and port are written as one address.
    """
    found = service.port(number) if number is not None else None
    if number is None:
        found = service.ports[0] if len(service.ports) == 1 else None
    if found is not None and not workload.finishes:
        text = f"`{dial.variable}` of `{workload.title}` names Service `{service.title}`"
        yield Edge(workload, found, dial.port_anchor, text, None)
    if number is not None:
        yield from (
            replace(item, certain=sure)
            for item in judge(index, dial)
            if isinstance(item, Judgement) and _tells(item, (service, found, stands_for(index, service)))
        )


def _tells(found: Judgement, targets: tuple[Service | ServicePort | None, ...]) -> bool:
    """Whether it is worth a word: the port, or TLS that something says of what listens."""
    if found.facet is Facet.TLS:
        return found.listen is not None
    return found.facet is Facet.PORT and found.target in targets
