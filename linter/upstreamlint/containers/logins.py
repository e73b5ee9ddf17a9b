"""Checks that read what a server answers, and show it no password: Redis and its kin.

`redis-cli ping` ends well whatever is answered, also with `NOAUTH Authentication required`; a check that looks for `PONG` in the
answer does not (redis-cli.c; a password comes from `-a`, `--pass`, `-u` or `REDISCLI_AUTH`).
"""

from __future__ import annotations

from upstreamlint import patterns
from upstreamlint.containers.container import Container
from upstreamlint.documents import UNKNOWN, Scalar
from upstreamlint.readers.compose.tree import part
from upstreamlint.values import NamedTuple

_LOOKS = (
    patterns.compile(
        r"(?P<client>(?:redis|valkey|keydb)-cli)(?P<options>[^|;&\n)$]{0,120})\|[ \t]{0,4}grep[ \t][^|;&\n]{0,40}PONG"
    ),
    patterns.compile(
        r"\$\((?P<client>(?:redis|valkey|keydb)-cli)(?P<options>[^|;&\n)$]{0,120})\)[\"']?[ \t]{0,4}==?[ \t]{0,4}[\"']?PONG"
    ),
)
_SHOWN = patterns.compile(r"(?:^|\s)(?:-a|-u|--pass|--user|--askpass|-s|-h)\b")
_VARIABLE = "REDISCLI_AUTH"
_BY_VARIABLE = ("REDIS_PASSWORD", "VALKEY_PASSWORD")
"""What the images of Bitnami take a password from."""


class Unheard(NamedTuple):
    """A client that is answered `NOAUTH`, and what asks for the password."""

    client: Scalar
    demand: Scalar
    sure: bool


def unheard(container: Container, words: tuple[Scalar, ...]) -> Unheard | None:
    """The client of a check that reads an answer which it does not get without a password."""
    demand = _demand(container)
    if demand is None or _VARIABLE in container.environment:
        return None
    for word in words:
        if _VARIABLE in word.value or "auth" in word.value.lower():
            return None
        for pattern in _LOOKS:
            found = pattern.search(word.value)
            if (
                found is not None
                and "ping" in found["options"].lower()
                and not _SHOWN.search(found["options"])
            ):
                client = part(word, *found.span("client"))
                return Unheard(client, demand, demand.tag != UNKNOWN)
    return None


def _demand(container: Container) -> Scalar | None:
    """The password that the server of a container is told to ask for; an empty one is none."""
    for command in container.commands:
        if command.certain and command.program in ("redis-server", "valkey-server", "keydb-server"):
            for option, value in zip(command.words, command.words[1:], strict=False):
                if option.value == "--requirepass" and value.value.strip("\"'"):
                    return value
    image = container.image_facts.image if container.image_facts is not None else ""
    given = (container.environment.get(name) for name in _BY_VARIABLE if image.startswith("bitnami/"))
    return next((value for value in given if value is not None and value.value), None)
