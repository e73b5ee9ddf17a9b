"""Whether a program runs in a container, and with which words."""

from __future__ import annotations

import re
from collections.abc import Sequence

from upstreamlint import patterns
from upstreamlint.containers.container import Container

_BESIDE = patterns.compile(r"supervisor|s6-|runit|foreman")


def image_name(container: Container) -> str:
    """The image without its registry, tag and digest, in lower case; empty where it is not known."""
    if container.image is None:
        return ""
    name = container.image.value.partition("@")[0]
    folder, slash, last = name.rpartition("/")
    return f"{folder}{slash}{last.partition(':')[0]}".lower()


def words_of(container: Container, program: re.Pattern[str]) -> Sequence[str] | None:
    """The words that a program is started with, without its name; nothing where no command names it."""
    for command in container.commands:
        if program.fullmatch(command.program):
            return [w.value for w in command.words[1:]]
    return None


def arguments(container: Container) -> Sequence[str]:
    """The words that an image's own entry point is given; none where the command names a program."""
    given = container.start.entrypoint is None and container.words[:1]
    return [w.value for w in container.words] if given and given[0].value.startswith("-") else []


def runs_alone(container: Container, program: re.Pattern[str]) -> bool:
    """Whether nothing else runs in the container, nor shares its network."""
    shared = container.service is not None and container.service.shares
    single = container.workload is None or len(container.workload.containers) == 1
    others = [c for c in container.commands if not program.fullmatch(c.program)]
    started = not container.words or (
        not others and not _BESIDE.search(" ".join(w.value for w in container.words))
    )
    return not shared and single and started and (not container.built or container.stage is not None)


def value_of(words: Sequence[str], *names: str) -> list[str]:
    """The values of an option: `--config X`, `--config=X`, `-c X`."""
    found = []
    for at, word in enumerate(words):
        for name in names:
            if word == name and at + 1 < len(words):
                found.append(words[at + 1])
            elif word.startswith(name + "="):
                found.append(word[len(name) + 1 :])
    return found
