"""What a health check does: the programs that it needs, the ports that it asks, how long it is patient."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from upstreamlint.documents import Scalar
from upstreamlint.model.compose import ComposeService, Healthcheck, image_facts, image_name
from upstreamlint.numerals import decimal
from upstreamlint.readers.compose.tree import is_unknown, part
from upstreamlint.readers.dockerfile_lines import instructions
from upstreamlint.source import Anchor, Source

_COMMAND = re.compile(r"(?:^|[|&;(`]|\b(?:then|do|if|!|exec|timeout \S+)\s)\s*(?:/\S*/)?(curl|wget)\b")
_LOCAL_PORT = re.compile(
    r"(?:https?://|\b-h\s+|@|//|\s|^)(?:localhost|127\.0\.0\.1|\[::1\]|0\.0\.0\.0)(?::|[/ ](?=\d))(\d{2,5})\b"
)
_SCRIPT = re.compile(
    r"\.sh\b|(?:^|[\s&;|])\.{0,2}/\S*(?:install|setup|provision|build)|ansible|puppet|\bmake\s+install"
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
    if stage is not None and any(_may_bring(stage.base.source, n.name) for n in needed):
        return None
    facts = image_facts(image.value)
    installed = {p.value for p in stage.packages} if stage is not None else set()
    has = {"curl": facts.curl, "wget": facts.wget}
    if not needed or any(n.name in installed or has[n.name] is not False for n in needed):
        return None
    return needed[0]


def _may_bring(source: Source, program: str) -> bool:
    """Whether a Dockerfile names a program elsewhere, or runs scripts that may install anything."""
    named = re.compile(rf"\b{program}\b")
    return any(
        named.search(i.text) or _SCRIPT.search(i.text)
        for i in instructions(source)
        if i.name in {"RUN", "COPY", "ADD"}
    )


def _has_no_shell(reference: str) -> bool:
    name = image_name(reference)
    return name.name.startswith(_NO_SHELL) and "debug" not in name.tag


def asked_ports(check: Healthcheck) -> Iterator[tuple[int, Anchor]]:
    """The ports of the container itself that a check asks."""
    for word in check.words:
        for match in _LOCAL_PORT.finditer(word.value):
            number = decimal(match.group(1))
            if number is not None:
                yield number, part(word, match.start(1), match.end(1)).anchor


def patience(check: Healthcheck) -> float:
    """The seconds after which a container that never answers is unhealthy."""
    return check.start_period + check.interval * check.retries
