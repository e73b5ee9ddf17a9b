"""`traefik healthcheck`: a program of its own, which reads the static configuration again to learn where it is to ask.

After cmd/healthcheck/healthcheck.go and cmd/traefik/traefik.go: the check takes the same file and variables, but none of the
arguments of the Traefik that runs: those have to stand behind `healthcheck` again. It fails where what it reads does not
switch `ping` on (`please enable ``ping`` to use health check`), and where the Traefik that runs does not.
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.containers.commands import commands
from upstreamlint.containers.data import image_reference
from upstreamlint.documents import UNKNOWN, Mapping, Scalar
from upstreamlint.graph.evidence import Verdict
from upstreamlint.graph.references import Reference
from upstreamlint.model.compose import effective_healthcheck
from upstreamlint.programs.traefik.dotted import field
from upstreamlint.programs.traefik.model import Traefik
from upstreamlint.programs.traefik.static import Static, static, told_again
from upstreamlint.values import entity


@entity(kw_only=True)
class PingCheck(Reference):
    """A `traefik healthcheck`; `again` says that Traefik answers pings, and only the check is not told."""

    traefik: Traefik
    again: bool


def pings(traefik: Traefik) -> Iterator[PingCheck]:
    """The health check of the service that a Traefik runs in, where it asks with Traefik itself."""
    place, service = traefik.place, traefik.service
    check = effective_healthcheck(service) if service is not None else None
    if check is None or not check.words or not traefik.complete or _is_first(place.image):
        return
    words = check.words
    if check.form == "CMD-SHELL":
        shell = words[0]._replace(tag="")
        words = (shell._replace(value="/bin/sh"), shell._replace(value="-c"), words[0])
    begun = static(place)
    for command in commands(words, place.around):
        arguments = command.words[2:]
        asks = command.program == "traefik" and [w.value for w in command.words[1:2]] == ["healthcheck"]
        if not asks or any(w.tag == UNKNOWN for w in arguments):
            continue
        answered = _switched_on(begun.root)
        told = _switched_on(_read(begun, arguments, traefik))
        if not (answered and told):
            yield PingCheck(
                wanted="ping",
                anchor=command.words[1].anchor,
                owner=traefik,
                verdict=Verdict.CONFLICT,
                traefik=traefik,
                again=answered,
            )


def _is_first(image: Scalar | None) -> bool:
    """Whether it is Traefik 1, whose configuration is another, or none that is known."""
    tag = image_reference(image.value).tag if image is not None and image.tag != UNKNOWN else None
    return tag is None or tag.startswith(("1", "v1"))


def _read(begun: Static, arguments: tuple[Scalar, ...], traefik: Traefik) -> Mapping | None:
    """What the check reads: the file, where there is one, else its own arguments, else variables."""
    return begun.root if begun.path else told_again(arguments, traefik.place)


def _switched_on(root: Mapping | None) -> bool:
    written = field(root, "ping")
    return written is not None and not (isinstance(written, Scalar) and written.value.lower() == "false")
