"""Addresses in files that are put into containers for programs that are not read: scrape targets, data sources, sinks.

What such a file means is not known, so a word that looks like an address counts for one when it nearly is that of a
service, or when other words of the file are those of services.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from upstreamlint import patterns
from upstreamlint.containers.container import Container
from upstreamlint.containers.settings import is_active
from upstreamlint.documents import Scalar
from upstreamlint.facets.dial import Caller
from upstreamlint.facets.judgement import Judgement, Obstacle
from upstreamlint.graph.compose.addresses import Address, addresses
from upstreamlint.graph.compose.dialled import Written, dialled
from upstreamlint.graph.evidence import Verdict
from upstreamlint.graph.index import Index
from upstreamlint.graph.likeness import akin, is_slip
from upstreamlint.graph.references import Reference
from upstreamlint.graph.references import is_slip as is_near
from upstreamlint.model.compose import Project, container_ports
from upstreamlint.numerals import decimal
from upstreamlint.places.compose.pieces import names_around
from upstreamlint.readers.fragment import Fragment
from upstreamlint.source import Anchor
from upstreamlint.values import NamedTuple, replace

_PROGRAMS = patterns.compile(
    r"nginx|caddy|haproxy|envoy|traefik|httpd|apache|angie|openresty|cloudflared|pomerium|oauth2|teleport|tailscale"
)
"""Programs whose own files are read as they read them."""
_FORMATS = (
    *(".yaml", ".yml", ".toml", ".ini", ".conf", ".cfg", ".properties", ".json", ".hjson", ".json5", ".xml"),
    *(".alloy", ".river", ".config", ".hcl", ".cnf"),
)
_LONGEST = 65_536
_MOST_FILES = 40
_COMMENT = patterns.compile(r"[ \t]*(?:#|//|;|--|\*|<!--)")
_KEY = patterns.compile(r"[ \t]*(?:- +)?[\"']?([A-Za-z_][\w.-]*)[\"']?[ \t]*[:=]")
_LEAST = 80
"""Smaller numbers behind a colon are versions and times."""


class _Found(NamedTuple):
    """What an address comes to from one container that the file is put into; nothing where it is right."""

    judgement: Judgement | None
    certain: bool = False


def link(index: Index) -> Iterator[Reference]:
    """The addresses that are right from none of the containers that are given the file."""
    found: dict[Anchor, list[_Found]] = defaultdict(list)
    projects = frozenset(path for project in index.of(Project) for path in project.files)
    for project in index.of(Project):
        for service in project.services.values():
            for container in index.containers(service) if service.mounts else ():
                for text in _texts(container, projects):
                    for anchor, one in _judged(
                        index, Caller(program="", service=service, project=project), text
                    ):
                        found[anchor].append(one)
    for tried in found.values():
        if all(one.judgement is not None for one in tried) and (first := tried[0].judgement) is not None:
            yield replace(first, certain=all(one.certain for one in tried))


def _texts(container: Container, projects: frozenset[str]) -> Iterator[Fragment]:
    """The files that a container is given; a backup that is given a Compose file does not read it."""
    if container.image is None or _PROGRAMS.search(container.image.value):
        return
    seen = 0
    for layer in container.files.layers:
        # Of what an image is made of, whole folders are its program.
        given = layer.hides or layer.target.endswith(_FORMATS)
        if layer.source is None or not given or _PROGRAMS.search(layer.target):
            continue
        for path, text in container.files.walk(layer.target, _FORMATS, limit=_MOST_FILES):
            seen += 1
            if seen > _MOST_FILES:
                return
            if (
                len(text.text) <= _LONGEST
                and text.source.path not in projects
                and not _PROGRAMS.search(path)
                and is_active(path, container)
            ):
                yield text


def _judged(index: Index, caller: Caller, text: Fragment) -> Iterator[tuple[Anchor, _Found]]:
    """What each address of a text comes to."""
    project = caller.project
    written = list(_written(text))
    ends = dict(_ends(index, project)) if project is not None and written else {}
    others = [at.address for at in written if at.address.port in ends.get(at.address.host.lower(), ())]
    lost = {at.address.host.lower() for at in written} - ends.keys()
    if len(lost) > 1 or len({o.host.lower() for o in others}) < _SEVERAL:
        lost.clear()
    for at in written:
        told = [j for j in dialled(index, caller, at) if _tells(j, at.address, ends, bool(others), lost)]
        judgement = told[0] if told else None
        sure = judgement is not None and _is_certain(judgement, at, others)
        yield at.host.anchor, _Found(judgement, sure)


def _written(text: Fragment) -> Iterator[Written]:
    start = 0
    for line in text.text.split("\n"):
        if ":" in line and not _COMMENT.match(line):
            key = _KEY.match(line)
            place = text.place(start, start + len(line))
            scalar = Scalar(line, True, place.source, place.start, place.end)
            for address in addresses(key[1] if key is not None else "", line):
                if "." not in address.host and (decimal(address.port) or 0) >= _LEAST:
                    yield Written("", scalar, address, scalar)
        start += len(line) + 1


def _ends(index: Index, project: Project) -> Iterator[tuple[str, frozenset[str]]]:
    """The services by all their names, with the ports that they are said to have; those of the files around count, too."""
    for name, services in names_around(project, tuple(index.of(Project))):
        yield name, frozenset(str(p.number) for s in services for p in container_ports(s))


def _tells(
    found: Judgement, address: Address, ends: dict[str, frozenset[str]], others: bool, lost: set[str]
) -> bool:
    """Whether it can be no chance: a slip of the hand, or the only one of several addresses that leads to no service."""
    if found.obstacle is Obstacle.UNKNOWN_NAME:
        meant = found.near[0].instead.lower() if found.near else ""
        like = bool(akin(address.host.lower(), [meant])) if meant else address.host.lower() in lost
        return address.host.lower() in lost or (like and address.port in ends.get(meant, ()))
    if found.obstacle is Obstacle.NOT_SERVED:
        return others or address.dialled or is_near(found.number or 0, found.near)
    return found.obstacle in (Obstacle.PUBLISHED, Obstacle.NO_SHARED_NETWORK, Obstacle.BEHIND_PROFILE)


_SEVERAL = 2


def _is_certain(found: Judgement, at: Written, others: list[Address]) -> bool:
    if found.obstacle is Obstacle.UNKNOWN_NAME:
        near = found.near[0].instead if found.near else ""
        return found.verdict is Verdict.NEAR_MISS and is_slip(found.wanted.lower(), near)
    return found.obstacle is not Obstacle.BEHIND_PROFILE and (
        bool(others) or at.address.dialled or is_near(found.number or 0, found.near)
    )
