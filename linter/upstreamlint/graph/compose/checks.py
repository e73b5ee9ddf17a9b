"""What a health check does: the programs that it needs, the ports that it asks, how long it is patient."""

from __future__ import annotations

import re
from collections.abc import Iterator

from upstreamlint import patterns
from upstreamlint.documents import Scalar
from upstreamlint.facets.ask import judge_check
from upstreamlint.graph.index import Index
from upstreamlint.graph.references import Reference
from upstreamlint.model.compose import (
    ComposeService,
    Healthcheck,
    Project,
    container_ports,
    effective_healthcheck,
    image_facts,
    image_name,
)
from upstreamlint.places.compose.ports import mentions
from upstreamlint.readers.compose.tree import is_unknown, part
from upstreamlint.readers.dockerfile_stage import Stage
from upstreamlint.source import Anchor
from upstreamlint.values import NamedTuple

_COMMAND = patterns.compile(
    r"(?:^|[|&;(`]|\b(?:then|do|if|!|exec|timeout \S{1,20})\s)\s*(?:/\S{0,200}/)?(curl|wget)\b"
)
_SCRIPT = patterns.compile(
    r"\.sh\b|(?:^|[\s&;|])\.{0,2}/\S{0,200}(?:install|setup|provision|build)|ansible|puppet|\bmake\s+install"
)
_PROGRAMS = patterns.compile(
    r"--from=\S{1,80}(?:\s+--\S{1,80}){0,4}\s+/(?:(?:usr/)?(?:local/)?(?:s?bin/?)?|usr/?)\*?(?=\s|$)"
)
_NO_SHELL = ("gcr.io/distroless/", "scratch")


class Needed(NamedTuple):
    """A program that a check runs."""

    name: str
    anchor: Anchor


def programs(check: Healthcheck) -> list[Needed]:
    """The fetchers that a check runs, curl and wget: the first word of an exec form, every command of a script."""
    if check.form == "CMD" and check.words:
        first = check.words[0]
        name = first.value.rsplit("/", 1)[-1]
        if name in ("sh", "bash", "ash") and len(check.words) > 2 and check.words[1].value == "-c":  # noqa: PLR2004 - sh -c script
            return _in_script(check.words[2])
        return [Needed(name, first.anchor)] if name in ("curl", "wget") else []
    if check.form == "CMD-SHELL" and check.words:
        return _in_script(check.words[0])
    return []


def _in_script(script: Scalar) -> list[Needed]:
    return [
        Needed(m.group(1), part(script, m.start(1), m.end(1)).anchor) for m in _COMMAND.finditer(script.value)
    ]


def lacking(service: ComposeService, check: Healthcheck) -> Needed | None:
    """A program that the check needs and the image is known not to have; one of several alternatives is enough."""
    if service.incomplete:
        return None
    stage = service.stage
    image = stage.base if stage is not None else None if service.build else service.image
    if image is None or is_unknown(image):
        return None
    if check.form == "CMD-SHELL" and check.words and _has_no_shell(image.value):
        return Needed("/bin/sh", check.words[0].anchor)
    needed = programs(check)
    if stage is not None and any(_may_bring(stage, n.name) for n in needed):
        return None
    facts = image_facts(image.value)
    installed = {p.value for p in stage.packages} if stage is not None else set()
    has = {"curl": facts.curl, "wget": facts.wget}
    if not needed or any(n.name in installed or has[n.name] is not False for n in needed):
        return None
    return needed[0]


def _may_bring(stage: Stage, program: str) -> bool:
    """Whether a stage names a program elsewhere, takes a folder of programs from another, or runs scripts that may install anything."""
    named = re.compile(rf"\b{program}\b")
    return any(
        named.search(i.text) or _SCRIPT.search(i.text) or _PROGRAMS.search(i.text) for i in stage.changes
    )


def _has_no_shell(reference: str) -> bool:
    name = image_name(reference)
    return name.name.startswith(_NO_SHELL) and "debug" not in name.tag


def link(index: Index) -> Iterator[Reference]:
    """What each service's own check asks of it."""
    for project in index.of(Project):
        for service in project.services.values():
            check = effective_healthcheck(service)
            isolated = service.network_mode is None or not service.network_mode.value
            if check is None or not check.words or not isolated or project.fragment:
                continue
            for container in index.containers(service):
                yield from judge_check(index, container, _started(check), _named(service))


def _started(check: Healthcheck) -> tuple[Scalar, ...]:
    """The words that the engine starts: the shell form is a script for the shell of the image."""
    if check.form != "CMD-SHELL":
        return check.words
    script = check.words[0]
    shell = script._replace(tag="")
    return (shell._replace(value="/bin/sh"), shell._replace(value="-c"), script)


def _named(service: ComposeService) -> frozenset[int]:
    """The ports that anything but the check names."""
    ports = {p.number for p in container_ports(service)}
    asked = {p.published for p in service.ports if p.published is not None}
    return frozenset(n for n in ports | asked if mentions(service, n, in_checks=False))


def patience(check: Healthcheck) -> float:
    """The seconds after which a container that never answers is unhealthy."""
    return check.start_period + check.interval * check.retries
