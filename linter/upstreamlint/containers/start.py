"""What the engine starts: the words of an entry point and of its arguments."""

from __future__ import annotations

from upstreamlint.containers.facts import Start
from upstreamlint.containers.shell import words
from upstreamlint.documents import Scalar
from upstreamlint.model.compose.types import ComposeService
from upstreamlint.readers.fragment import embedded
from upstreamlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from upstreamlint.model.compose.types import Command as ComposeCommand
    from upstreamlint.readers.dockerfile_stage import Command as StageCommand


def of_service(service: ComposeService) -> Start:
    """What Compose starts.

    An entry point of the Compose file drops the image's command; an empty one (`[]`) only drops the image's entry
    point. `ENTRYPOINT` drops the command of the image that it is built from, and has no arguments when it is
    written for a shell (moby: `daemon/commit.go`, BuildKit: `dispatchEntrypoint`).
    """
    entry, command = _of_compose(service.entrypoint), _of_compose(service.command) or None
    if entry:
        return Start(entry, command or ())
    stage = service.stage
    built = _of_stage(stage.entrypoint) if stage and stage.entrypoint else None
    default = _of_stage(stage.command) if stage and stage.command else () if built else None
    if entry is not None:
        return Start((), command or default)
    if stage is not None and stage.entrypoint is not None and stage.entrypoint.shell:
        return Start(built, ())
    return Start(built, command or default)


def _of_compose(command: ComposeCommand | None) -> tuple[Scalar, ...] | None:
    if command is None or not command.shell:
        return command.words if command is not None else None
    return words(embedded(command.words[0]))


def _of_stage(command: StageCommand) -> tuple[Scalar, ...]:
    """The words of the exec form; the shell form is a script for the shell of the image."""
    if not command.shell:
        return command.words
    shell = command.words[0]._replace(tag="")
    return (shell._replace(value="/bin/sh"), shell._replace(value="-c"), command.words[0])
