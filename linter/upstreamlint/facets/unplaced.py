"""What a dial comes to whose program nobody places: only what its own file contradicts, or the Compose project around it."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.facets.dial import Dial
from upstreamlint.facets.judgement import Candidate, Facet, Judgement, Obstacle
from upstreamlint.files.readable import parent
from upstreamlint.graph.evidence import Verdict, is_placeholder
from upstreamlint.graph.index import Index
from upstreamlint.graph.likeness import is_misspelt, near_numbers
from upstreamlint.model.compose import ComposeService, Project, container_ports
from upstreamlint.model.compose.names import written_names
from upstreamlint.model.kubernetes import Service
from upstreamlint.places.address import is_address, is_loopback

_NEAR_IT = "it runs beside the services of this project"


def judge_unplaced(index: Index, dial: Dial) -> Iterator[Judgement]:
    """A slip in the name of an upstream of the same file, or in the name or port of a service around it."""
    host = dial.host.lower()
    if "." in host or is_address(host) or is_loopback(host) or is_placeholder(dial.host):
        return
    own = dial.known[:1] if dial.defaulted else ()
    slip = bool(own) and is_misspelt(host, own[0].instead.lower())
    if own and (slip or not dial.vague):
        yield _judgement(dial, Facet.NAME, own[0], "" if slip else "no host has this name")
        return
    around = dict(_around(index, dial))
    if host in around:
        yield from _port(index, dial, around[host])
    elif not any(s.meta.name.value == host for s in index.of(Service)):
        meant = [name for name, s in around.items() if is_misspelt(host, name) and dial.port in _ports(s)]
        for name in meant if len(meant) == 1 else ():
            text = f"service `{around[name].name}` has a similar name"
            yield _judgement(dial, Facet.NAME, Candidate(around[name].anchor, text, name), _NEAR_IT)


def _around(index: Index, dial: Dial) -> Iterator[tuple[str, ComposeService]]:
    """The services of projects in the folders around the file, by every name that is written for them."""
    folder = parent(dial.host_anchor.source.path)
    for project in index.of(Project):
        home = parent(project.files[0])
        if home in (".", folder) or folder.startswith(f"{home}/"):
            for service in project.services.values():
                yield from ((name.lower(), service) for name in written_names(service, project))


def _ports(service: ComposeService) -> dict[int, Candidate]:
    return {
        p.number: Candidate(p.anchor, f"`{service.name}` has port {p.number}", str(p.number))
        for p in container_ports(service)
        if p.protocol == "tcp"
    }


def _port(index: Index, dial: Dial, service: ComposeService) -> Iterator[Judgement]:
    declared = _ports(service)
    if dial.port is None or dial.defaulted or dial.port in declared:
        return
    if index.listening_of(service).serves(dial.port):
        return
    published = _published(service, dial.port)
    if published is not None:
        yield _judgement(dial, Facet.PORT, published, _NEAR_IT, (service,), Obstacle.PUBLISHED)
        return
    for meant in near_numbers(dial.port, declared)[:1]:
        yield _judgement(dial, Facet.PORT, declared[meant], _NEAR_IT, (service,))


def _published(service: ComposeService, number: int) -> Candidate | None:
    """The port of a container that is published under a number, if it is one."""
    meant = {p.target: p for p in service.ports if p.published == number and p.protocol == "tcp"}
    target, port = next(iter(meant.items()), (None, None))
    if len(meant) != 1 or target is None or port is None:
        return None
    return Candidate(port.anchor, f"port {target} of the container is published as {number}", str(target))


def _judgement(
    dial: Dial,
    facet: Facet,
    meant: Candidate,
    assumption: str,
    targets: tuple[ComposeService, ...] = (),
    obstacle: Obstacle = Obstacle.NOT_SERVED,
) -> Judgement:
    named = facet is Facet.NAME
    return Judgement(
        wanted=dial.host if named else str(dial.port),
        anchor=dial.host_anchor if named else dial.port_anchor,
        owner=dial.owner,
        verdict=Verdict.NEAR_MISS,
        near=(meant,),
        dial=dial,
        facet=facet,
        obstacle=Obstacle.UNKNOWN_NAME if named else obstacle,
        targets=targets,
        number=dial.port,
        assumption=assumption,
    )
