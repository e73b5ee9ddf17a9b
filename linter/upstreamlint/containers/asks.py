"""What the command of a health check asks: the tool, and the address that it is given."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase

from upstreamlint import patterns
from upstreamlint.containers.clients import connection
from upstreamlint.containers.commands import Around, Command, commands
from upstreamlint.containers.container import Container
from upstreamlint.containers.data import image_reference
from upstreamlint.containers.fetches import Fetch, fetch
from upstreamlint.documents import UNKNOWN, Scalar
from upstreamlint.numerals import port as port_number
from upstreamlint.readers.compose.tree import part
from upstreamlint.source import Anchor
from upstreamlint.values import frozen, replace

_URL = patterns.compile(
    r"(?P<scheme>https?|wss?|tcp)://(?:[^@/\s\"']{1,100}@)?(?P<host>\[[0-9a-fA-F:]{2,45}\]|[A-Za-z0-9._-]{1,253})"
    r"(?::(?P<port>\d{1,5}))?(?P<path>/[^\s\"'?#]{0,500})?"
)
_GOES_ON = patterns.compile(r":|[\"'`][ ]{0,4}[+.]")
"""What follows a URL whose port is put behind it by a program: `'http://127.0.0.1:' + port`."""
_BARE = patterns.compile(
    r"(?P<host>localhost|127\.0\.0\.1|\[::1\]|0\.0\.0\.0)(?::(?P<port>\d{1,5}))?(?P<path>/\S{0,500})?\Z"
)
_PAIR = patterns.compile(
    r"\([\"'](?P<host>localhost|127\.0\.0\.1|0\.0\.0\.0)[\"'],[ ]?(?P<port>[0-9]{1,5})\)"
)
"""An address of Python's sockets."""
_DEV_TCP = patterns.compile(r"/dev/tcp/(?P<host>localhost|127\.0\.0\.1|0\.0\.0\.0)/(?P<port>[0-9]{1,5})\b")
_UNEXPANDED = patterns.compile(
    r"(?:\A|://)(?P<host>\{[A-Za-z_]\w*\})(?::(?P<port>\d{1,5}))?(?P<path>/\S{0,500})?\Z"
)
"""A variable without its `$`: nothing puts a value there."""
_PORTS = {"http": 80, "ws": 80, "https": 443, "wss": 443}
_FETCHERS = frozenset({"curl", "wget", "http", "https", "xh"})
_CONNECTOR_VALUES = frozenset({"-w", "-i", "-q", "-G", "-s", "-X", "-x", "-zw", "-vzw", "-zvw"})
_CONNECTORS = frozenset({"nc", "ncat", "netcat", "telnet"})


@frozen(kw_only=True)
class Asked:
    """One address that a check asks. The scheme is empty for a bare connection; `tool` is the program that asks.

    `fetch` is the request that is sent, where the check succeeds exactly when it does.
    """

    tool: str
    scheme: str
    host: str
    port: int
    path: str
    host_anchor: Anchor
    port_anchor: Anchor
    path_anchor: Anchor
    written: bool
    fetch: Fetch | None = None


def asked(container: Container, words: tuple[Scalar, ...]) -> Iterator[Asked]:
    """What the words of a check ask, as the engine starts them in the container."""
    around = Around(container.files.read, lambda _: None, container.environment, container.folder)
    every = decides(words)
    for command in commands(words, around):
        found = list(addresses_of(command))
        whole = every and command.certain and len(found) == 1 and "@" not in command.text
        sent = fetch([word.value for word in command.words]) if whole else None
        for one in found:
            yield replace(one, fetch=sent) if sent is not None else one
        yield from _of_client(command)
    yield from _of_bash(words)


def _of_client(command: Command) -> Iterator[Asked]:
    """Where the client of a server connects to, and what programs in an argument of an interpreter do."""
    found = connection(command)
    if found is not None:
        yield _bare_connection(
            command.program, found.host, found.port, found.host_anchor, found.port_anchor, found.port_written
        )
    if fnmatchcase(command.program, "python*"):
        for match in _PAIR.finditer(command.text):
            number = port_number(match["port"])
            if number is not None and not _hidden(command, match.start()):
                host, port = (command.place(*match.span(name)) for name in ("host", "port"))
                yield _bare_connection(command.program, match["host"], number, host, port)


def _of_bash(words: tuple[Scalar, ...]) -> Iterator[Asked]:
    """`/dev/tcp/HOST/PORT`, which bash makes a connection of."""
    for word in words:
        for match in _DEV_TCP.finditer(word.value):
            number = port_number(match["port"])
            if number is not None:
                host, port = (part(word, *match.span(name)).anchor for name in ("host", "port"))
                yield _bare_connection("bash", match["host"], number, host, port)


def _bare_connection(
    tool: str, host: str, port: int, host_anchor: Anchor, port_anchor: Anchor, written: bool = True
) -> Asked:
    return Asked(
        tool=tool,
        scheme="",
        host=host,
        port=port,
        path="",
        host_anchor=host_anchor,
        port_anchor=port_anchor,
        path_anchor=port_anchor,
        written=written,
    )


_BETWEEN = frozenset("|;`\n")


def decides(words: tuple[Scalar, ...]) -> bool:
    """Whether a check fails when any command of it does: one command, or several with `&&` between them.

    What stands behind `||` only says so with another number.
    """
    if len(words) < _SCRIPT or words[1].value not in ("-c", "-ec", "-euc"):
        return True
    first, _, rest = words[2].value.strip().partition("||")
    named, otherwise = first.split()[:1], rest.rstrip("; ").split()
    if _BETWEEN & set(first) or "$(" in first or named in (["!"], ["if"], ["while"], ["until"]):
        return False
    return otherwise[:1] in ([], ["false"], ["kill"], ["exit"]) and otherwise != ["exit", "0"]


def never_fails(words: tuple[Scalar, ...]) -> bool:
    """Whether a check succeeds whatever it asks: the last that its script does is `exit 0`, `true` and the like."""
    if len(words) < _SCRIPT or words[1].value not in ("-c", "-ec", "-euc"):
        return False
    last = _ENDS.split(words[2].value.strip().rstrip("; "))[-1].split()
    return last[:1] in (["true"], [":"], ["echo"]) or last == ["exit", "0"]


_ENDS = patterns.compile(r"\|\||[;\n]")


_SCRIPT = 3
"""A shell, `-c`, and the script."""


def addresses_of(command: Command) -> Iterator[Asked]:
    """The addresses that a command names: URLs, and what `nc` and the like connect to."""
    program = command.program
    for match in _URL.finditer(command.text):
        if not match["port"] and _GOES_ON.match(command.text, match.end()):
            continue
        number = port_number(match["port"]) if match["port"] else _PORTS.get(match["scheme"])
        if number is not None and not _hidden(command, match.start()):
            yield _asked(command, program, match["scheme"], match, number, 0)
    arguments = command.words[1:]
    if program in _FETCHERS:
        at = len(command.words[0].value) + 1
        for word in arguments:
            bare = _BARE.match(word.value) or _UNEXPANDED.search(word.value)
            if bare is not None and word.tag != UNKNOWN:
                yield _asked(command, program, "http", bare, port_number(bare["port"] or "80") or 80, at)
            at += len(word.value) + 1
    elif program in _CONNECTORS:
        yield from _connection(program, _bare(arguments))


def _asked(command: Command, tool: str, scheme: str, match: re.Match[str], number: int, offset: int) -> Asked:
    start, end = match.span("host")
    host = command.place(start + offset, end + offset)
    low, high = match.span("port")
    path = match.span("path")
    return Asked(
        tool=tool,
        scheme=scheme,
        host=match["host"].strip("[]"),
        port=number,
        path=match["path"] or "/",
        host_anchor=host,
        port_anchor=command.place(low + offset, high + offset) if match["port"] else host,
        path_anchor=command.place(path[0] + offset, path[1] + offset) if match["path"] else host,
        written=bool(match["port"]),
    )


def _bare(words: tuple[Scalar, ...]) -> list[Scalar]:
    """The words of `nc` that are neither options nor their values."""
    return [
        word
        for before, word in zip((None, *words), words, strict=False)
        if not word.value.startswith("-") and (before is None or before.value not in _CONNECTOR_VALUES)
    ]


def _connection(tool: str, bare: list[Scalar]) -> Iterator[Asked]:
    """`nc -z HOST PORT`."""
    if len(bare) != 2:  # noqa: PLR2004 - a host and a port
        return
    number = port_number(bare[1].value)
    if number is not None:
        yield _bare_connection(tool, bare[0].value, number, bare[0].anchor, bare[1].anchor)


def _hidden(command: Command, at: int) -> bool:
    """Whether a place lies in a word that only the running container knows whole."""
    for word in command.words:
        if at <= len(word.value):
            return word.tag == UNKNOWN
        at -= len(word.value) + 1
    return False


def takes_ipv6_first(container: Container, tool: str) -> bool:
    """Whether a tool asks `::1` for `localhost`, and nothing else: the `wget` of busybox, which Alpine images bring.

    Other tools go on with `127.0.0.1`. An image that installs `wget` has GNU's, which goes on too.
    """
    image, stage = container.image, container.stage
    if tool != "wget" or image is None or image.tag == UNKNOWN or (container.built and stage is None):
        return False
    reference = image_reference(image.value)
    installed = stage is not None and any(p.value == "wget" for p in stage.packages)
    alpine = "alpine" in (reference.tag or "") or reference.name in ("alpine", "busybox")
    return alpine and not installed
