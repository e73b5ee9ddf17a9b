"""Ports that two programs in one network want: the machine's, that of another container, that of a pod."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from upstreamlint import patterns
from upstreamlint.containers.container import Container
from upstreamlint.containers.listening.listen import ANY4, ANY6, Evidence, Listen
from upstreamlint.graph.evidence import Verdict
from upstreamlint.graph.index import Index
from upstreamlint.graph.references import Reference
from upstreamlint.model.compose import ComposeService, Project, namespace_owner
from upstreamlint.model.kubernetes import Workload
from upstreamlint.numerals import decimal
from upstreamlint.source import Anchor
from upstreamlint.values import NamedTuple, entity


class Claim(NamedTuple):
    """A container that takes a port of its network. `published` says that the engine does so for it, `program` is what runs there."""

    container: Container
    port: int
    address: str
    anchor: Anchor
    text: str
    program: str
    published: bool = False


@entity(kw_only=True)
class ListenedTwice(Reference):
    """A port that a container wants and that another one in its network has already."""

    claim: Claim
    first: Claim


def link(index: Index) -> Iterator[ListenedTwice]:
    """One for each port that two containers are known to want."""
    for project in index.of(Project):
        yield from _found(list(_of_project(index, project)))
    for workload in index.of(Workload):
        if not workload.meta.patched and len(workload.containers) > 1:
            yield from _found([_claims(index, index.containers(workload))])


def _of_project(index: Index, project: Project) -> Iterator[list[Claim]]:
    """The claims on each network that several services of a project share."""
    groups: dict[str, list[ComposeService]] = defaultdict(list)
    for service in project.services.values():
        if service.profiles or service.replicas == 0 or service.incomplete or not project.settles(service):
            continue
        owner = namespace_owner(service, project)
        mode = owner.network_mode
        groups["" if mode is not None and mode.value == "host" else owner.id].append(service)
    on_machine = groups.pop("", [])
    for services in groups.values():
        if len(services) > 1:
            yield _claims(index, (c for s in services for c in index.containers(s)))
    if on_machine:
        own = _claims(index, (c for s in on_machine for c in index.containers(s)))
        others = [s for group in groups.values() for s in group]
        yield [*own, *(claim for s in others for claim in _published(index, s))]


def _claims(index: Index, containers: Iterable[Container]) -> list[Claim]:
    """What containers are known to listen on, as long as nothing that is not read moves it."""
    found = []
    for container in containers:
        if container.incomplete or container.unread:
            continue
        for one in _listens(index, container):
            if one.port:
                program = _program(container, one)
                found.append(Claim(container, one.port, one.address, one.anchor, one.text, program))
    return found


def _listens(index: Index, container: Container) -> Iterator[Listen]:
    """What the configuration of a program says, else what it is told, or what its image does with nothing that moves it."""
    own = [one for program in index.answering(container) for one in getattr(program, "own", ())]
    yield from own
    listening = index.listening(container)
    facts = container.image_facts
    maybe = {served.port for served in (facts.serves if facts else None) or () if _MAYBE.search(served.why)}
    for one in () if own else listening.listens:
        if one.evidence < Evidence.TOLD and one.port in maybe:
            continue
        if listening.closed or one.evidence >= Evidence.TOLD or one.port in listening.usual:
            yield one


def _published(index: Index, service: ComposeService) -> Iterator[Claim]:
    for container in index.containers(service):
        for port in service.ports:
            if port.published and port.protocol == "tcp" and decimal(port.text) is not None:
                address = port.host_ip or ANY4
                yield Claim(container, port.published, address, port.anchor, port.text, "", published=True)


def _found(groups: Iterable[list[Claim]]) -> Iterator[ListenedTwice]:
    """Of several pairs that clash only some are started: a project with them is a catalogue."""
    found = [two for claims in groups for two in _clashes(claims)]
    if len({(two.claim.container.id, two.first.container.id) for two in found}) == 1:
        yield from found


def _clashes(claims: list[Claim]) -> Iterator[ListenedTwice]:
    seen: dict[int, Claim] = {}
    for claim in claims:
        first = seen.setdefault(claim.port, claim)
        if first.container is claim.container or not _meet(first, claim):
            continue
        if first.program == claim.program and claim.program in _SHARE:
            continue
        yield ListenedTwice(
            wanted=str(claim.port),
            anchor=claim.anchor,
            owner=claim.container.node,
            verdict=Verdict.CONFLICT,
            claim=claim,
            first=first,
        )


_MAYBE = patterns.compile(r"\bwhen\b|\Asetup\Z|\bif\b")
"""What is said of ports that an image serves under conditions."""

_SHARE = frozenset({"haproxy", "envoy"})
"""Programs that open their sockets with SO_REUSEPORT, so that several of them may have one port."""


def _meet(one: Claim, other: Claim) -> bool:
    """Whether two addresses are not two of their own."""
    wide = {"", ANY4, ANY6}
    return one.address == other.address or bool(wide & {one.address, other.address})


def _program(container: Container, listen: Listen) -> str:
    name = container.image_name.lower()
    return next((program for program in _SHARE if program in name or program in listen.text), name)
