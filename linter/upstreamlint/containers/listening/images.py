"""Where the program of an image listens that starts with the image's own command, as the table of images knows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from upstreamlint.containers.data import ImageFacts, Served
from upstreamlint.containers.listening.listen import (
    ANY4,
    ANY6,
    LOOPBACK4,
    Evidence,
    Listen,
    address,
    bound,
)
from upstreamlint.documents import UNKNOWN, Scalar
from upstreamlint.values import replace

_BINDS = {"ipv4": ANY4, "dual": ANY6, "loopback": LOOPBACK4}


def listens(
    image: Scalar, facts: ImageFacts, variables: Mapping[str, Scalar], *, told: bool
) -> Iterator[Listen]:
    """What an image serves, where its variables move it. `told` says that files or arguments may move it, too."""
    for served in facts.serves or ():
        bind = "" if told and facts.moved_by_files else _BINDS.get(served.bind, "")
        yield _served(image, served, bind, variables)


def as_set_up(listen: Listen, facts: ImageFacts) -> Listen:
    """What a server listens on by default, where its image has set another address for it: PostgreSQL's `localhost`."""
    binds = [served.bind for served in facts.serves or () if served.port == listen.port and served.bind]
    return replace(listen, address=_BINDS.get(binds[0], "")) if listen.implied and binds else listen


def _served(image: Scalar, served: Served, bind: str, variables: Mapping[str, Scalar]) -> Listen:
    tls = True if served.protocol == "https" else None
    protocol = "http" if tls else served.protocol
    listen = Listen(
        address=bind,
        port=served.port,
        anchor=image.anchor,
        text=image.value,
        evidence=Evidence.IMAGE,
        protocol=protocol,
        tls=tls,
        implied=True,
    )
    port, host = _first(variables, served.variables), _first(variables, served.bind_variables)
    if port is None and host is None:
        return listen
    value = port or host
    parsed = address(port.value) if port is not None else None
    given = address(host.value) if host is not None else None
    return Listen(
        address=bound(given.host) if given is not None else listen.address,
        port=parsed.port if parsed is not None else None if port is not None else served.port,
        anchor=value.anchor if value is not None else image.anchor,
        text=value.value if value is not None else image.value,
        evidence=Evidence.TOLD,
        protocol=protocol,
        tls=tls,
        implied=given is None,
    )


def _first(variables: Mapping[str, Scalar], names: tuple[str, ...]) -> Scalar | None:
    found = (variables[name] for name in names if name in variables)
    return next((value for value in found if value.value and value.tag != UNKNOWN), None)
