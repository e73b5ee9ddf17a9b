"""Where the program of an image listens that starts with the image's own command, as the table of images knows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from upstreamlint import patterns
from upstreamlint.containers.data import ImageFacts, Served
from upstreamlint.containers.data.given import any_given, first_told
from upstreamlint.containers.listening.listen import (
    ANY4,
    ANY6,
    LOOPBACK4,
    Evidence,
    Listen,
    address,
    bound,
)
from upstreamlint.containers.listening.told import Told, flags
from upstreamlint.documents import UNKNOWN, Scalar
from upstreamlint.values import replace

_MOVES = patterns.compile(r"conf|file|addr|listen|bind|host|port|serve|\A[^-]\S*[./]", re.IGNORECASE)
"""Arguments that may say where a program listens, or name a file that does."""
_BINDS = {"ipv4": ANY4, "dual": ANY6, "loopback": LOOPBACK4}


def listens(
    image: Scalar,
    facts: ImageFacts,
    variables: Mapping[str, Scalar],
    arguments: Sequence[Scalar],
    *,
    files: bool,
    shipped: bool = False,
    read: bool = False,
) -> Iterator[Listen]:
    """What an image serves, where its variables and arguments move it.

    `files` says that files may move it, too, `read` that they were read and do not, `shipped` that none of them changes
    what the table says of its TLS.
    """
    files, told = files and not read, arguments and not read
    untold = not (files and facts.moved_by_files) and not _speaks_of_tls(variables, arguments)
    for served in facts.serves or ():
        if served.needs and not files and not any_given(served.needs, variables, arguments):
            continue
        moved = files or (told and any(_moves(word.value, facts) for word in arguments))
        bind = "" if moved and facts.moved_by_files else _BINDS.get(served.bind, "")
        if served.tls is not None:
            secure, said = first_told(served.tls, variables, arguments, own=shipped)
        else:
            secure, said = _tls(served, facts) if untold else None, None
        several = _several(served, variables) or _sockets(served, variables)
        if several is not None:
            yield from several
            continue
        heard = _served(image, served, bind, variables, arguments, tls=secure)
        http2 = served.http2 if untold and not files else None
        yield replace(heard, tls_told=said, http2=http2)


_NAMES_KEYS = patterns.compile(r"\A--?[\w.-]*(?:tls|ssl|cert|key|secret|htpasswd)", re.IGNORECASE)


def stays(served: Served, variables: Mapping[str, Scalar], arguments: Sequence[Scalar]) -> bool:
    """Whether neither an argument nor a variable moves a port of an image to another number."""
    told = next(flags(arguments, served.flags), None) or _first(variables, served.variables)
    parsed = address(told.text) if told is not None else None
    return parsed is None or parsed.port in (None, served.port)


def _moves(word: str, facts: ImageFacts) -> bool:
    """Whether an argument may say where a program listens; those that say it of one of the image's sockets move no other."""
    if not _MOVES.search(word) or _NAMES_KEYS.match(word):
        return False
    flag = word.partition("=")[0]
    return not any(flag in served.flags for served in facts.serves or ())


def _several(served: Served, variables: Mapping[str, Scalar]) -> list[Listen] | None:
    """The sockets of a variable that lists them with commas, as Kafka's `listeners`; nothing where it is no such list."""
    told = _first(variables, served.variables)
    if told is None or "://" not in told.text or served.protocol != "kafka":
        return None
    found = [address(text) for text in told.text.split(",")]
    return [
        Listen(
            address=bound(one.host),
            port=one.port,
            anchor=told.anchor,
            text=told.told,
            evidence=Evidence.TOLD,
            protocol="tcp" if one.scheme == "controller" else served.protocol,
            named="" if bound(one.host) else one.host,
        )
        for one in found
        if one is not None
    ]


_FLAGS = frozenset(
    {"ssl", "http2", "proxy_protocol", "deferred", "bind", "reuseport", "backlog", "ipv6only", "so_keepalive"}
)


def _sockets(served: Served, variables: Mapping[str, Scalar]) -> list[Listen] | None:
    """The sockets of a variable that lists them as Kong's: an address with the words of nginx's `listen` behind it, with commas between.

    Those with `ssl` are for the port of an image that is for TLS, the others for the one of plain text.
    """
    told = _first(variables, served.variables)
    if told is None or served.protocol not in ("http", "https"):
        return None
    written = [one.split() for one in told.text.split(",")]
    if len(written) == 1 and len(written[0]) == 1:
        return None
    if not all(words and {word.partition("=")[0] for word in words[1:]} <= _FLAGS for words in written):
        return None
    found = [(address(words[0]), words[1:]) for words in written]
    if any(one is None or one.port is None for one, _ in found):
        return None
    secure = served.protocol == "https"
    return [
        Listen(
            address=bound(one.host),
            port=one.port,
            anchor=told.anchor,
            text=told.told,
            evidence=Evidence.TOLD,
            protocol="http",
            tls=secure,
            http2="http2" in said,
            proxy_header="proxy_protocol" in said,
        )
        for one, said in found
        if one is not None and ("ssl" in said) is secure
    ]


def as_set_up(listen: Listen, facts: ImageFacts) -> Listen:
    """What a server listens on by default, where its image has set another address for it: PostgreSQL's `localhost`."""
    binds = [served.bind for served in facts.serves or () if _is_same(served, listen) and served.bind]
    return replace(listen, address=_BINDS.get(binds[0], "")) if listen.implied and binds else listen


def _is_same(served: Served, listen: Listen) -> bool:
    """Whether a port is the one that an image is there for, which may be moved."""
    return served.port == listen.port or (not served.why and served.protocol == listen.protocol != "")


_OF_TLS = patterns.compile(r"SSL|TLS|CERT|HTTPS|SECURITY", re.IGNORECASE)


def _tls(served: Served, facts: ImageFacts) -> bool | None:
    """Whether a port speaks TLS unless told: an image that has a port for it takes plain text alone on its port for HTTP."""
    if served.protocol == "https":
        return True
    apart = served.protocol == "http" and any(other.protocol == "https" for other in facts.serves or ())
    return False if apart else None


def _speaks_of_tls(variables: Mapping[str, Scalar], arguments: Sequence[Scalar]) -> bool:
    """Whether something that is given to an image may turn its TLS on or off."""
    return any(map(_OF_TLS.search, (*variables, *(word.value for word in arguments))))


def _served(
    image: Scalar,
    served: Served,
    bind: str,
    variables: Mapping[str, Scalar],
    arguments: Sequence[Scalar],
    *,
    tls: bool | None,
) -> Listen:
    protocol = "http" if served.protocol == "https" else served.protocol
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
    port = next(flags(arguments, served.flags), None) or _first(variables, served.variables)
    host = _first(variables, served.bind_variables)
    if port is None and host is None:
        return listen
    value = port or host
    parsed = address(port.text) if port is not None else None
    given = address(host.text) if host is not None else parsed if parsed is not None and parsed.host else None
    unread = port is not None and (parsed is None or parsed.port is None or parsed.scheme == "https")
    tls = None if unread and tls is False else tls
    return Listen(
        address=bound(given.host) if given is not None else listen.address,
        port=parsed.port if parsed is not None else None if port is not None else served.port,
        anchor=value.anchor if value is not None else image.anchor,
        text=value.told if value is not None else image.value,
        evidence=Evidence.TOLD,
        protocol=protocol,
        tls=tls,
        implied=given is None,
    )


def _first(variables: Mapping[str, Scalar], names: tuple[str, ...]) -> Told | None:
    found = ((name, variables[name]) for name in names if name in variables)
    return next(
        (Told(v.value, v.anchor, f"{name}={v.value}") for name, v in found if v.value and v.tag != UNKNOWN),
        None,
    )
