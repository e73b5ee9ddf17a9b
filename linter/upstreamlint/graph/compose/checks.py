"""What a health check does: the programs that it needs, the ports that it asks, how long it is patient."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.containers.brings import lacks
from upstreamlint.containers.container import Container
from upstreamlint.containers.needed import Needed
from upstreamlint.documents import Scalar
from upstreamlint.facets.ask import judge_check, judge_own
from upstreamlint.graph import started
from upstreamlint.graph.index import Index
from upstreamlint.graph.references import Reference
from upstreamlint.model.compose import (
    ComposeService,
    Evidence,
    Healthcheck,
    Project,
    container_ports,
    effective_healthcheck,
)
from upstreamlint.numerals import port
from upstreamlint.places.compose.ports import mentions


def link(index: Index) -> Iterator[Reference]:
    """What each service's own check asks of it, and the programs that it and the service run without having them."""
    for project in index.of(Project):
        for service in project.services.values():
            check = effective_healthcheck(service)
            for container in index.containers(service):
                yield from started.started(container)
                if check is not None and check.words:
                    yield from _lacking(container, check)
                    yield from started.without_password(container, check.words)
                    yield from started.no_urls(container, _started(check))
            if check is None:
                for container in index.containers(service):
                    yield from judge_own(index, container)
            elif check.words and project.settles(service):
                yield from _asked(index, service, check)


def _asked(index: Index, service: ComposeService, check: Healthcheck) -> Iterator[Reference]:
    """The ports that the check asks; on a network that is shared, those alone that the container has left."""
    left = _left(service) if service.network_mode is not None and service.network_mode.value else None
    for container in index.containers(service) if left != frozenset() else ():
        for asked in judge_check(index, container, _started(check), _named(index, container, service)):
            if left is None or asked.dial.port in left:
                yield asked


def _lacking(container: Container, check: Healthcheck) -> Iterator[started.Program]:
    """A program that the check needs and the image is known not to have."""
    if check.form == "CMD-SHELL" and lacks(container, "/bin/sh"):
        yield started.missing(container, started.Use.CHECK, Needed("/bin/sh", check.words[0]))
    elif check.form == "CMD-SHELL":
        yield from started.alternatives(container, started.asking_of(check.words[0]))
    elif check.form == "CMD":
        yield from started.alternatives(container, started.asking(check.words))


def _started(check: Healthcheck) -> tuple[Scalar, ...]:
    """The words that the engine starts: the shell form is a script for the shell of the image."""
    if check.form != "CMD-SHELL":
        return check.words
    script = check.words[0]
    shell = script._replace(tag="")
    return (shell._replace(value="/bin/sh"), shell._replace(value="-c"), script)


def _named(index: Index, container: Container, service: ComposeService) -> frozenset[int]:
    """The ports that anything but the check names; the default of an image says nothing where its program is told another."""
    moved = bool(index.listening(container).told)
    left = _left(service) if moved else frozenset()
    own = {
        p.number
        for p in container_ports(service)
        if not (
            moved
            and (p.evidence is Evidence.IMAGE or (p.evidence is Evidence.DOCKERFILE and p.number in left))
        )
    }
    asked = {p.published for p in service.ports if p.published is not None}
    return frozenset(
        n for n in own | asked if n in own or mentions(service, n, declared=False, in_checks=False)
    )


def _left(service: ComposeService) -> frozenset[int]:
    """The numbers that variables have in the Dockerfile, and no longer have in the container."""
    defaults = service.stage.environment if service.stage is not None else {}
    moved = (
        v for n, v in defaults.items() if n in service.environment and service.environment[n].value != v.value
    )
    return frozenset(number for v in moved if (number := port(v.value)) is not None)


def patience(check: Healthcheck) -> float:
    """The seconds after which a container that never answers is unhealthy."""
    return check.start_period + check.interval * check.retries
