"""Whether what a container runs comes to an end."""

from __future__ import annotations

import re

from upstreamlint import patterns
from upstreamlint.containers.data import known_images
from upstreamlint.model.compose import Command, ComposeService, image_name
from upstreamlint.readers.compose.tree import is_unknown
from upstreamlint.source import Anchor

_SHELLS = frozenset(
    {"alpine", "busybox", "debian", "ubuntu", "fedora", "centos", "amazonlinux", "rockylinux", "almalinux"}
    | {"node", "python", "ruby", "golang", "openjdk", "eclipse-temurin", "rust", "gcc", "bash"}
)
"""Images whose own command is a shell or a prompt, which ends at once without a terminal."""

_ENDS = patterns.compile(
    r"(?:echo|true|exit|ls|date|env|printenv|printf|touch|mkdir|chown|chmod|cp|mv)\b"
    r"|npm\s+(?:ci|i|install|test|t|run\s+(?:build|test|lint|migrate)\S*)\b"
    r"|(?:yarn|pnpm)\s+(?:install|build|test|lint|run\s+(?:build|test|lint))\b"
    r"|pip3?\s+install\b|poetry\s+install\b|bundle\s+install\b|composer\s+install\b"
    r"|(?:go|cargo|mvn|\./mvnw|gradle|\./gradlew)\s+(?:build|package|test|install)\b"
    r"|(?:python3?\s+)?(?:\./)?manage\.py\s+(?:migrate|collectstatic|makemigrations|test|check)\b"
    r"|(?:bundle\s+exec\s+)?(?:rake|rails)\s+db:\S+|alembic\s+upgrade\b|flask\s+db\s+upgrade\b"
)


_SHELL_COMMAND = patterns.compile(r"(?:/\S*/)?(?:ba|a)?sh -\w*c ([\"'])(?P<script>.*)\1\s*\Z", re.DOTALL)
_SHELL = patterns.compile(r"(?:/\S*/)?(?:ba|a)?sh\Z")


def ending(service: ComposeService) -> tuple[Anchor, str] | None:
    """Where a service says what will end, and how to say so."""
    stage, image = service.stage, service.image
    if (
        service.entrypoint is not None
        or service.incomplete
        or (stage is not None and stage.entrypoint is not None)
    ):
        return None
    base = stage.base if stage is not None and stage.command is None and not stage.faults else None
    started = image if service.build is None else base
    plain, ends = None, False
    if started is not None and not is_unknown(started):
        plain = image_name(started.value).name
        facts = known_images().facts(started.value)
        ends = plain in _SHELLS or (facts is not None and facts.ends)
    if service.command is None:
        if ends and started is not None and not service.terminal and "onbuild" not in started.value:
            return started.anchor, f"`{plain}` without a command ends at once"
        return None
    # An image's own entrypoint may take the words for something else; languages' have none that matters.
    if plain not in _SHELLS and stage is None:
        return None
    last = re.split(r"&&|;|\n", _script(service.command).strip().rstrip(";"))[-1].strip()
    if "||" in last or not _ENDS.match(last) or re.search(r"--watch|-w\b", last):
        return None
    return service.command.anchor, f"its command ends with `{last[:60]}`"


def _script(command: Command) -> str:
    """What a command does: the script of `sh -c`, or its words."""
    words = [w.value for w in command.words]
    match words:
        case [shell, option, script, *_] if (
            _SHELL.match(shell) and option.startswith("-") and option.endswith("c")
        ):
            return script
    text = " ".join(words)
    found = _SHELL_COMMAND.match(text)
    return found["script"] if found else text
