"""What a container answers as the table of images knows, where nothing is given to it that may change that."""

from __future__ import annotations

from fnmatch import fnmatchcase

from upstreamlint.containers.container import Container
from upstreamlint.containers.data import Answered
from upstreamlint.containers.data.given import any_given
from upstreamlint.containers.listening.of_container import starts_own
from upstreamlint.facets.reply import Reply, Request

_AS_SHIPPED = "nothing inside the image changes what it answers"
_LOGIN = frozenset({401, 403})
_READS = frozenset({"GET", "HEAD"})


def of_image(container: Container, request: Request) -> Reply | None:
    """What a request gets from the image's own program; nothing where the table does not say it."""
    facts, image = container.image_facts, container.image
    if facts is None or image is None or not facts.answers or request.method not in _READS:
        return None
    if not container.as_shipped or not starts_own(container):
        return None
    port = _own_port(container, request.port)
    found = next((one for one in facts.answers if one.port == port and _fits(one, container, request)), None)
    if found is None:
        return None
    text = f"`{image.value}` answers this with {found.status} to whoever shows no login"
    if found.status not in _LOGIN:
        text = f"`{image.value}` answers this with {found.status}"
    return Reply(status=found.status, anchor=image.anchor, text=text, assumption=_AS_SHIPPED)


def _own_port(container: Container, number: int) -> int:
    """The port that the table knows a port as, which a variable may have moved."""
    facts = container.image_facts
    for served in (facts.serves if facts is not None else None) or ():
        moved = [
            container.environment[name].value for name in served.variables if name in container.environment
        ]
        if moved[:1] == [str(number)]:
            return served.port
    return number


def _fits(one: Answered, container: Container, request: Request) -> bool:
    variables, words = container.environment, container.words
    if one.when and not any_given(one.when, variables, words):
        return False
    if any_given(one.unless, variables, words):
        return False
    return any(fnmatchcase(request.path, path) for path in one.paths)
