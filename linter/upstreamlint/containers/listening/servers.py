"""Where a server listens that a command starts: its flags, its variables, its files, and its own default."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain

from upstreamlint import patterns
from upstreamlint.containers.commands import Command
from upstreamlint.containers.data import ServerFacts, known_servers
from upstreamlint.containers.data.given import first_told
from upstreamlint.containers.listening.as_told import at_address, at_parts, on_socket, own_address
from upstreamlint.containers.listening.beside import listens_beside
from upstreamlint.containers.listening.blocks import block_of
from upstreamlint.containers.listening.listen import Address, Evidence, Listen, address, bound
from upstreamlint.containers.listening.told import (
    Told,
    bare,
    flags,
    positional,
    positional_port,
    protocols_of,
    settings_of,
    urls_of,
    variables_of,
)
from upstreamlint.containers.shared import NOTHING_SHARED, Shared
from upstreamlint.documents import Scalar
from upstreamlint.readers.compose.tree import is_unknown, is_unknown_text, part
from upstreamlint.readers.fragment import Fragment
from upstreamlint.values import replace

ANY_SERVER = ServerFacts(
    server="",
    address_flags=("--bind", "--listen", "--bind-addr", "--bind-address", "--listen-address", "--listen-addr", "--addr", "--http-addr", "--http-address", "--address", "-bind", "-listen", "-addr", "--web.listen-address", "--http.addr"),
    host_flags=("--host", "--hostname", "--listen-host", "--bind-host", "--server.address"),
    port_flags=("--port", "--http-port", "--server-port", "--listen-port", "--server.port", "-port"),
    address_variables=("BIND", "LISTEN", "BIND_ADDR", "LISTEN_ADDR", "HTTP_ADDR"),
    host_variables=("HOST", "BIND_ADDRESS", "BIND_HOST", "LISTEN_ADDRESS", "LISTEN_HOST", "SERVER_HOST", "HOSTNAME", "HTTP_HOST_BIND", "NITRO_HOST", "SERVER_ADDRESS"),
    port_variables=("PORT", "SERVER_PORT", "HTTP_PORT", "LISTEN_PORT"),
    source="what most servers call these",
)  # fmt: skip
"""What a server of which no row is known is taken to understand; it has no default of its own."""


def by_variables(variables: Mapping[str, Scalar]) -> Iterator[Listen]:
    """What variables tell the program of an image of which nothing is known."""
    own = known_servers().told_by(variables)
    if own is not None:
        yield from told_by(own, variables)
        return
    written = variables_of(variables, ANY_SERVER, ANY_SERVER.address_variables)
    for one in written:
        parsed = address(one.text)
        if parsed is not None:
            yield at_address(ANY_SERVER, parsed, one)
    host = next(iter(variables_of(variables, ANY_SERVER, ANY_SERVER.host_variables)), None)
    number = next(iter(variables_of(variables, ANY_SERVER, ANY_SERVER.port_variables)), None)
    others = variables_of(variables, ANY_SERVER, _OF_ANOTHER)
    if any(_is_of_another(one) for one in (*([host] if host is not None else ()), *others)):
        return
    value = host or number
    if not written and value is not None:
        yield at_parts(ANY_SERVER, host, number, value, own="", port=None)


def told_by(facts: ServerFacts, variables: Mapping[str, Scalar]) -> Iterator[Listen]:
    """What its own variables tell a server of which nobody sees how it is started."""
    urls = list(urls_of(variables, facts))
    for value in urls:
        parsed = address(value.text)
        if parsed is not None:
            yield at_address(facts, parsed, value)
    secure, where = first_told(facts.tls or {}, variables, ())
    number = next(iter(variables_of(variables, facts, facts.port_variables)), None)
    if urls:
        return
    if number is not None:
        yield replace(at_parts(facts, None, number, number, own="", port=None), tls=secure, tls_told=where)
    elif where is not None:
        # Its files, which are in the image, may name another port.
        anchor, text = where
        yield Listen(
            address="",
            port=facts.port,
            anchor=anchor,
            text=text.strip("`"),
            evidence=Evidence.STATED,
            tls=secure,
            tls_told=where,
            implied=True,
        )


def listens(
    command: Command, read: Callable[[str], Fragment | None], shared: Shared = NOTHING_SHARED
) -> Iterator[Listen]:
    """What a command makes listen. `read` gives a file as the command sees it, `shared` are variables that others are given, too."""
    words = tuple(word.value for word in command.words)
    matched = known_servers().match(words)
    if matched is None:
        command = replace(command, variables=shared.without(command.variables))
    # Arguments alone go to the entry point of the image.
    facts, end = matched if matched is not None else (ANY_SERVER, 0 if words[0].startswith("-") else 1)
    arguments = command.words[end:]
    arguments = (*_given(command.variables, facts, arguments), *arguments)
    own = known_servers().told_by(command.variables) if matched is None else None
    if own is not None:
        yield from told_by(own, command.variables)
        return
    if any(word.value.partition("=")[0] in _SOCKETS for word in arguments):
        yield from _sockets(facts, flags(arguments, ("--uds", "--unix-socket")))
        return
    if facts is ANY_SERVER:
        yield from listens_beside(arguments)
    plain = _is_plain(command, facts, arguments, read)
    for one in _listens(command, facts, arguments, read):
        told = replace(one, tls=False) if plain and one.tls is None and one.protocol == "http" else one
        yield replace(told, http2=facts.http2) if told.http2 is None else told


def _given(
    variables: Mapping[str, Scalar], facts: ServerFacts, arguments: Sequence[Scalar]
) -> Iterator[Scalar]:
    """The arguments that a variable adds, unless the command itself says where to listen."""
    if any(flags(arguments, facts.address_flags)):
        return
    for value in (variables[name] for name in facts.argument_variables if name in variables):
        if not is_unknown(value):
            yield from (part(value, *found.span()) for found in _WORD.finditer(value.value))


_WORD = patterns.compile(r"\S+")
_TLS = patterns.compile(r"SSL|TLS|CERT|HTTPS|CMD_ARGS")
_IN_FILE = patterns.compile(r"ssl|tls|cert|https\b(?!:)", re.IGNORECASE)


def _is_plain(
    command: Command,
    facts: ServerFacts,
    arguments: Sequence[Scalar],
    read: Callable[[str], Fragment | None],
) -> bool:
    """Whether nothing makes a server speak TLS: no flag, and neither a variable nor the file that it looks for by itself speaks of it."""
    if facts.tls_flags is None or any(map(_TLS.search, command.variables)):
        return False
    texts = [text.text for name in facts.files if (text := read(name)) is not None]
    if facts.files and (not texts or any(map(_IN_FILE.search, texts))):
        return False
    words = [word.value.partition("=")[0] for word in arguments]
    return not any(word in facts.tls_flags or word in facts.file_flags for word in words)


def _listens(
    command: Command,
    facts: ServerFacts,
    arguments: Sequence[Scalar],
    read: Callable[[str], Fragment | None],
) -> Iterator[Listen]:
    named = [value.text for value in flags(arguments, facts.file_flags)]
    texts = _read(read, named) or _read(read, facts.files)
    spoken = next(protocols_of(arguments, facts, texts), "")
    facts = replace(facts, protocol=spoken) if spoken else facts
    written = (
        [*flags(arguments, facts.address_flags, facts.protocols), *positional(arguments, facts)]
        or variables_of(command.variables, facts, facts.address_variables)
        or [value for text in texts for value in settings_of(text, facts)]
    )
    urls = list(urls_of(command.variables, facts))
    found = [
        (value, parsed)
        for value in (*written, *urls)
        if (parsed := address(value.text)) is not None and not (facts is ANY_SERVER and _is_switch(parsed))
    ]
    if found:
        for value, parsed in found:
            yield at_address(facts, parsed, value)
        return
    if written or urls:
        # A socket, or something that only the running program knows.
        yield from _sockets(facts, written)
        return
    hosts = list(flags(arguments, facts.host_flags))
    # Several are names for something else, as for a certificate.
    host = (hosts[0] if len({h.text for h in hosts}) == 1 else None) or bare(arguments, facts)
    if host is not None and host.text.startswith(("unix:", "fd:", "/")):
        return
    number = next(chain(flags(arguments, facts.port_flags), positional_port(arguments, facts)), None)
    told = next(iter(variables_of(command.variables, facts, facts.host_variables)), None)
    dialled = facts is ANY_SERVER and told is not None and _is_of_another(told)
    host = host or (told if not dialled else None)
    if number is None and not dialled:
        number = next(iter(variables_of(command.variables, facts, facts.port_variables)), None)
        if number is not None and facts.bind_by_variable:
            facts = replace(facts, bind=facts.bind_by_variable)
    block = block_of(texts[0], facts.block) if len(texts) == 1 else None
    if block is not None:
        host, number = host or block.host, number or block.port
    moved = block is None and any(_SAYS.search(text.text) for text in texts)
    yield from _apart(command, facts, host, number, moved=moved)


def _read(read: Callable[[str], Fragment | None], names: Iterable[str]) -> list[Fragment]:
    return [text for name in dict.fromkeys(names) if (text := read(name)) is not None]


def _sockets(facts: ServerFacts, written: Iterable[Told]) -> Iterator[Listen]:
    """The sockets of a server that is told of nothing else; a program that nobody knows may serve more than those."""
    told = list(written) if facts is not ANY_SERVER else []
    paths = [value.text.strip("\"'").removeprefix("unix://").removeprefix("unix:") for value in told]
    if all(path.startswith("/") and not is_unknown_text(path) for path in paths):
        for value, path in zip(told, paths, strict=True):
            yield on_socket(facts, value, path)


_SOCKETS = frozenset({"--uds", "--fd", "--unix-socket"})
"""Flags for what is no address."""


def _is_of_another(host: Told) -> bool:
    """Whether a host is a name: nobody listens on that of another, so `HOST` and `PORT` say what is dialled."""
    return not bound(host.text) and _NAME.fullmatch(host.text) is not None


_NAME = patterns.compile(r"[A-Za-z][A-Za-z0-9_.-]*")
_OF_ANOTHER = ("SERVER", "TARGET", "TARGET_HOST", "REMOTE_HOST", "UPSTREAM_HOST")
"""Variables that name whom a client dials, so that `PORT` beside them is no port of its own."""


def _is_switch(parsed: Address) -> bool:
    """Whether a value turns something on: `-listen=1` of a program that nobody knows."""
    return not parsed.scheme and not parsed.host and parsed.port is not None and parsed.port < _DIGITS


_DIGITS = 10


def _apart(
    command: Command, facts: ServerFacts, host: Told | None, number: Told | None, *, moved: bool
) -> Iterator[Listen]:
    """A host and a port that are told apart, each with the server's own where it is not."""
    own, port = ("", None) if moved else (own_address(facts), facts.port)
    value = host or number
    if value is not None:
        yield at_parts(facts, host, number, value, own=own, port=port)
    elif own:
        yield Listen(
            address=own,
            port=port,
            anchor=command.place(0, len(command.text)),
            text=" ".join(word.value for word in command.words[:3]),
            evidence=Evidence.SERVER,
            implied=True,
            protocol=facts.protocol,
        )


def in_files(
    facts: ServerFacts, arguments: Sequence[Scalar], read: Callable[[str], Fragment | None]
) -> tuple[Listen, ...] | None:
    """What the files of a server that an image starts tell it; nothing where none of them is read whole."""
    named = [value.text for value in flags(arguments, facts.file_flags)]
    texts = [text for name in (named or facts.files) if (text := read(name)) is not None]
    if not texts or len(texts) < len(named) or not facts.settings:
        return None
    written = [value for text in texts for value in settings_of(text, facts)]
    return tuple(
        at_address(facts, parsed, value) for value in written if (parsed := address(value.text)) is not None
    )


_SAYS = patterns.compile(r"\b(?:host|bind|listen|address|port|http|socket)\b", re.IGNORECASE)
