"""On which address a container's program listens, as far as its command and its variables say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from upstreamlint.documents import Scalar
from upstreamlint.model.compose import ComposeService
from upstreamlint.numerals import decimal
from upstreamlint.readers.compose.tree import is_unknown, part
from upstreamlint.source import Anchor

_LOOPBACK = r"(?:tcp://|http://)?(?:127(?:\.\d{1,3}){3}|localhost|\[::1\])"
_OPTION = re.compile(
    rf"(?:^|\s)(?:--?(?:bind(?:[-_]?addr(?:ess)?)?|host(?:name)?|listen(?:[-_]?(?:addr(?:ess)?|host))?|addr(?:ess)?"
    rf"|http[-._]?addr(?:ess)?|web\.listen-address|server\.address|interface|ip|dev-addr|binding)|-b|-H|-a|-S)"
    rf"(?:[= ]|\s+)?[\"']?(?P<at>{_LOOPBACK}(?::(?P<port>\d+))?)(?![\w.])"
)
_POSITIONAL = re.compile(
    rf"\b(?:runserver(?:_plus)?)\s+(?:-\S+\s+)*[\"']?(?P<at>{_LOOPBACK}(?::(?P<port>\d+))?)(?![\w.])"
)
_VARIABLES = frozenset(
    {
        "BIND", "BIND_ADDR", "BIND_ADDRESS", "BIND_HOST", "BINDING", "FLASK_RUN_HOST", "HOST", "HTTP_ADDR", "HTTP_BIND",
        "HTTP_HOST_BIND", "LISTEN", "LISTEN_ADDR", "LISTEN_ADDRESS", "LISTEN_HOST", "NITRO_HOST", "SERVER_ADDRESS",
        "SERVER_HOST", "UVICORN_HOST",
    }
)  # fmt: skip
_VARIABLE_VALUE = re.compile(rf"{_LOOPBACK}(?::(?P<port>\d+))?/?\Z")

_DEFAULTS: tuple[tuple[re.Pattern[str], re.Pattern[str], str], ...] = (
    (
        re.compile(r"\bmanage\.py\s+runserver(?:_plus)?\b(?!\s+[\"']?[\d.\[]*:)"),
        re.compile(r"0\.0\.0\.0|\[::\]"),
        "",
    ),
    (re.compile(r"\bflask\s+(?:\S+\s+)*?run\b"), re.compile(r"(?:--host|-h)\b"), "FLASK_RUN_HOST"),
    (re.compile(r"\buvicorn\s+\S+"), re.compile(r"--host\b|--uds\b|--fd\b"), "UVICORN_HOST"),
    (re.compile(r"\bhypercorn\s+\S+"), re.compile(r"(?:--bind|-b)\b|--config|-c\b"), ""),
    (re.compile(r"\bdaphne\s+\S+"), re.compile(r"(?:--bind|-b)\b|-e\b|-u\b|--fd"), ""),
    (re.compile(r"\bng\s+serve\b"), re.compile(r"--host\b"), ""),
    (re.compile(r"\bhugo\s+serve[r]?\b"), re.compile(r"--bind\b"), ""),
    (re.compile(r"\bjekyll\s+serve\b"), re.compile(r"--host\b|-H\b"), ""),
    (re.compile(r"\bmkdocs\s+serve\b"), re.compile(r"--dev-addr\b|-a\b"), ""),
)
"""Servers that listen on loopback unless told otherwise: how they start, the option that tells, the variable."""


_TOLD = re.compile(
    r"(?:^|\s)(?:--(?:port|http-port|server-port|listen-port)[= ]|-p |--?(?:bind|listen)[= ]\S*?:|-b \S*?:"
    r"|runserver (?:[\d.\[:\]]*:)?|--server\.port=|-Dserver\.port=)(\d{2,5})(?![\d.:/])"
)
_PORT_VARIABLES = frozenset(
    {"PORT", "SERVER_PORT", "HTTP_PORT", "UVICORN_PORT", "FLASK_RUN_PORT", "LISTEN_PORT"}
)


class Told(NamedTuple):
    """A port that a program is told to listen on."""

    number: int
    anchor: Anchor


def told_port(service: ComposeService) -> Told | None:
    """The one port that a service's command or its variables tell it to listen on."""
    found: dict[int, Told] = {}
    for command in _commands(service):
        for match in _TOLD.finditer(command.value):
            number = decimal(match.group(1))
            if number is not None:
                found.setdefault(number, Told(number, _place(command, match.span(1))))
    for name, value in service.environment.items():
        number = decimal(value.value) if name.upper() in _PORT_VARIABLES else None
        if number is not None:
            found.setdefault(number, Told(number, value.anchor))
    return next(iter(found.values())) if len(found) == 1 else None


class Binding(NamedTuple):
    """What binds a program to loopback. `port` is missing where it is not said; `implied` is a server's default."""

    text: str
    port: int | None
    anchor: Anchor
    implied: bool


def loopback_binding(service: ComposeService) -> Binding | None:
    """What makes a service listen on loopback only, if anything does."""
    for command in _commands(service):
        for pattern in (_OPTION, _POSITIONAL):
            for match in pattern.finditer(command.value):
                return Binding(match["at"], _number(match["port"]), _place(command, match.span("at")), False)
    for name, value in service.environment.items():
        match_ = _VARIABLE_VALUE.match(value.value.strip()) if name.upper() in _VARIABLES else None
        if match_ and not is_unknown(value):
            return Binding(value.value, _number(match_["port"]), value.anchor, False)
    for command in _commands(service):
        for starts, told, variable in _DEFAULTS:
            start = starts.search(command.value)
            if start and not told.search(command.value) and variable not in service.environment:
                return Binding(start.group().strip(), None, _place(command, start.span()), True)
    return None


def _number(text: str | None) -> int | None:
    return decimal(text) if text else None


def _commands(service: ComposeService) -> Iterator[Scalar]:
    """What a container runs, each command as one text: the Compose file's before the image's."""
    own = [service.entrypoint, service.command]
    if service.entrypoint is None and service.stage is not None:
        own.insert(0, service.stage.entrypoint)  # type: ignore[arg-type]
        if service.command is None:
            own.append(service.stage.command)  # type: ignore[arg-type]
    for command in own:
        if command is None or not command.words:
            continue
        if len(command.words) == 1:
            yield command.words[0]
        else:
            first, last = command.words[0], command.words[-1]
            text = " ".join(w.value for w in command.words)
            yield first._replace(
                value=text, end=last.end if last.source is first.source else first.end, tag=_SPREAD
            )


_SPREAD = "words"
"""The tag of a command's words put together: a place in them is found again in the text of the file."""


def _place(command: Scalar, span: tuple[int, int]) -> Anchor:
    if command.tag != _SPREAD:
        return part(command, *span).anchor
    text = command.value[slice(*span)].split()[-1]
    at = command.source.text.find(text, command.start, command.end)
    return Anchor(command.source, at, at + len(text)) if at >= 0 else command.anchor
