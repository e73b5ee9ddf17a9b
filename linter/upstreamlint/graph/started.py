"""Programs that containers are told to run, by their command or by a check, and that are not in their images."""

from __future__ import annotations

import re
from collections.abc import Iterator

from upstreamlint import patterns
from upstreamlint.containers.asks import decides, never_fails
from upstreamlint.containers.brings import lacks
from upstreamlint.containers.commands import commands
from upstreamlint.containers.container import Container
from upstreamlint.containers.logins import unheard
from upstreamlint.containers.needed import Needed, needed
from upstreamlint.containers.urls import malformed
from upstreamlint.documents import Scalar
from upstreamlint.graph.evidence import Verdict
from upstreamlint.graph.references import Reference
from upstreamlint.model.kubernetes.probe import Probe
from upstreamlint.readers.compose.tree import part
from upstreamlint.source import Anchor
from upstreamlint.values import StrEnum, entity

_FETCHERS = patterns.compile(
    r"(?:^|[|&;(`]|\b(?:then|do|if|!|exec|timeout \S{1,20})\s)\s*(?:/\S{0,200}/)?(curl|wget)\b"
)
_CLIENTS = patterns.compile(
    r"(?:^|[|&;(`]|\b(?:then|do|if|!|exec|timeout \S{1,20})\s)\s*(mariadb-admin|mariadb|mysqladmin|mysqldump|mysql|mongosh|mongo"
    r"|kafka-[a-z-]{3,40}(?:\.sh)?)(?=\s|\Z)"
)
_CONVERTS = patterns.compile(r"dos2unix|\\r|\btr\s+-d|autocrlf")
SHELLS = frozenset({"sh", "bash", "ash"})


class Use(StrEnum):
    """What a program is for."""

    START = "start"
    CHECK = "check"


@entity(kw_only=True)
class Program(Reference):
    """A program that a container is to run and does not have. `wanted` is its name as it is written.

    `line` is the first line of the script that asks for it, `ending` says that a carriage return there is taken for a
    part of the name. `probe` is what runs it in a pod, where it is no program that the container starts with.
    """

    container: Container
    use: Use
    line: Anchor | None = None
    ending: bool = False
    probe: Probe | None = None


@entity(kw_only=True)
class NoPassword(Reference):
    """A check that is answered `NOAUTH`: `demand` is the password that the server asks for."""

    container: Container
    demand: Anchor
    probe: Probe | None = None
    assumption: str = ""


@entity(kw_only=True)
class NoUrl(Reference):
    """A URL that a check asks and that its tool does not understand; `fault` says why."""

    container: Container
    fault: str
    probe: Probe | None = None


def no_urls(container: Container, words: tuple[Scalar, ...], probe: Probe | None = None) -> Iterator[NoUrl]:
    """The URLs of a check that are none, where it fails with them."""
    if never_fails(words) or not decides(words):
        return
    for command in commands(words, container.around):
        for found in malformed(command) if command.certain else ():
            yield NoUrl(
                wanted=found.word.value,
                anchor=found.word.anchor,
                owner=container.node,
                verdict=Verdict.CONFLICT,
                container=container,
                fault=found.fault,
                probe=probe,
            )


def without_password(
    container: Container, words: tuple[Scalar, ...], probe: Probe | None = None
) -> Iterator[NoPassword]:
    """A check that reads an answer which it does not get without a password."""
    found = unheard(container, words)
    if found is not None and not container.incomplete:
        yield NoPassword(
            wanted=found.client.value,
            anchor=found.client.anchor,
            owner=container.node,
            verdict=Verdict.CONFLICT,
            container=container,
            demand=found.demand.anchor,
            probe=probe,
            assumption="" if found.sure else "the password is not empty",
        )


def started(container: Container) -> Iterator[Program]:
    """The first program without which a container never starts, where it is known to be missing."""
    if container.incomplete or not container.words or not _is_decided(container):
        return
    for one in needed(container.words, container.around):
        if (one.ending and not _converts(container)) or lacks(container, one.program):
            yield missing(container, Use.START, one)
            return


def _is_decided(container: Container) -> bool:
    """Whether the first word is what is started: arguments go to the image's entry point, which need not start them."""
    facts = container.image_facts
    return bool(container.start.entrypoint) or (facts is not None and facts.starts)


def _converts(container: Container) -> bool:
    """Whether the image is made with other line ends than the files have."""
    changes = container.stage.changes if container.stage is not None else ()
    return any(
        _CONVERTS.search(c.text) or (c.heredoc is not None and _CONVERTS.search(c.heredoc.value))
        for c in changes
    )


def alternatives(container: Container, found: list[Needed], probe: Probe | None = None) -> Iterator[Program]:
    """The first of some programs where a container has none of them: one is enough for a check."""
    if found and all(lacks(container, one.program) for one in found):
        yield missing(container, Use.CHECK, found[0], probe)


def asking(words: tuple[Scalar, ...]) -> list[Needed]:
    """The programs that the words of a check ask with: the first, or those of the script of a shell."""
    first = words[0]
    name = first.value.rpartition("/")[2]
    if name in SHELLS and len(words) > 2 and re.fullmatch(r"-[a-z]*c", words[1].value):  # noqa: PLR2004 - sh -c script
        return asking_of(words[2])
    client = _CLIENTS.match(first.value) is not None
    return [Needed(first.value if client else name, first)] if client or name in ("curl", "wget") else []


def asking_of(script: Scalar) -> list[Needed]:
    """The fetchers and clients of servers that a script runs, every one of them."""
    found = (m for pattern in (_FETCHERS, _CLIENTS) for m in pattern.finditer(script.value))
    return [Needed(m[1], part(script, m.start(1), m.end(1))) for m in found]


def missing(container: Container, use: Use, found: Needed, probe: Probe | None = None) -> Program:
    """A program that is known not to be there."""
    return Program(
        wanted=found.program,
        anchor=found.word.anchor,
        owner=container.node,
        verdict=Verdict.CONFLICT,
        container=container,
        use=use,
        line=found.line,
        ending=found.ending,
        probe=probe,
    )
