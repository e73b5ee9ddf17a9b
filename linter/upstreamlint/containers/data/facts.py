"""What public images and servers do out of the box. A fact that is not stated is not known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from upstreamlint.typed import Any, Literal, TypeAlias
from upstreamlint.values import frozen

Row: TypeAlias = Mapping[str, Any]
"""A row of a data file or of a user's configuration, as its JSON Schema has it."""


@frozen
class Served:
    """A port that a fresh container serves.

    `bind` is `ipv4` (0.0.0.0 alone), `dual` (IPv6 too) or `loopback`; `why` is missing for what the image is
    there for, and else `metrics`, `management`, `cluster`, … `needs` are words (see `given`) without one of which
    it is not served. `tls` says whether it speaks TLS: the first of its words that is given counts, the empty word always is.
    `http2` is False where plain connections are HTTP/1 alone.
    """

    port: int
    protocol: str = ""
    bind: str = ""
    why: str = ""
    variables: tuple[str, ...] = ()
    bind_variables: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    tls: Mapping[str, bool | None] | None = None
    http2: bool | None = None


@frozen
class Answered:
    """What an image answers on a port of its own, by globs of paths, to whoever shows no login.

    It does when one of the words `when` is given, if there are any, and none of the words `unless` (see `given`).
    """

    port: int
    paths: tuple[str, ...]
    status: int
    when: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()


@frozen
class Tools:
    """Which tools an image has: those that health checks use, and shells. Without a shell there is no bash either."""

    curl: bool | None = None
    wget: bool | None = None
    nc: bool | None = None
    shell: bool | None = None
    bash: bool | None = None


@frozen
class Healthcheck:
    """The health check that an image brings, and the port of its own container that it asks."""

    command: str
    port: int | None = None


@frozen
class ImageFacts:
    """What an image brings.

    `serves` is empty for an image that serves nothing, and None where it is not known; `healthcheck` is False
    for an image that certainly has none. `ends` says that its own command ends at once without a terminal, `starts`
    that a command names the program to start: its entry point, if there is one, ends in `exec "$@"`. `lacks` are
    globs of programs that checks like to run and that are not in it, or not on its `PATH`. Of `answers` the first counts
    that fits. `inert` are globs of the paths at which files may be mounted that change neither these nor its TLS.
    """

    image: str
    serves: tuple[Served, ...] | None = None
    moved_by_files: bool = False
    tools: Tools = Tools()
    lacks: tuple[str, ...] = ()
    answers: tuple[Answered, ...] = ()
    inert: tuple[str, ...] = ()
    healthcheck: Healthcheck | Literal[False] | None = None
    user: str = ""
    programs: tuple[str, ...] = ()
    ends: bool = False
    starts: bool = False
    source: str = ""


@frozen
class ServerFacts:
    """Where a program listens that a command starts, and what moves it.

    An image's own row counts over the one of the server that it runs: entrypoints add arguments. `bind` is an
    address, or `localhost` where the program looks that name up; `bind_by_variable` is the one that it takes
    instead when a port variable is set. Values of `address_flags` and
    `address_variables` hold a port, a host with a port, an URL or a socket; those of `url_variables` hold
    several URLs. `protocols` are what the sockets of flags and variables speak, where that differs, `settings` the
    same for the lines of `files`, or of those that `file_flags` name; `block` is an object of a file in JavaScript. Without one of the `tls_flags` it speaks plain text, where they
    are known. Values of `protocol_flags`, which are settings of the files as well, stand in for `protocol`.
    `positional` says what a bare word after the command is: `address` or `port`. `told_by` are globs of variables that
    no other server reads: where one is set it is what runs, whatever starts it. `tls` is as that of an
    image's port. `http2` is False for one that speaks HTTP/1 alone.
    """

    server: str
    commands: tuple[tuple[str, ...], ...] = ()
    port: int | None = None
    bind: str = ""
    bind_by_variable: str = ""
    protocol: str = ""
    address_flags: tuple[str, ...] = ()
    host_flags: tuple[str, ...] = ()
    port_flags: tuple[str, ...] = ()
    host_bare: bool = False
    positional: str = ""
    address_variables: tuple[str, ...] = ()
    argument_variables: tuple[str, ...] = ()
    host_variables: tuple[str, ...] = ()
    port_variables: tuple[str, ...] = ()
    url_variables: tuple[str, ...] = ()
    protocols: Mapping[str, str] = MappingProxyType({})
    files: tuple[str, ...] = ()
    file_flags: tuple[str, ...] = ()
    tls_flags: tuple[str, ...] | None = None
    protocol_flags: tuple[str, ...] = ()
    settings: Mapping[str, str] = MappingProxyType({})
    block: str = ""
    told_by: tuple[str, ...] = ()
    tls: Mapping[str, bool | None] | None = None
    http2: bool | None = None
    source: str = ""


def image_facts(row: Row) -> ImageFacts:
    """The facts of an image's row, without what depends on its tag."""
    serves, check = row.get("serves"), row.get("healthcheck")
    return ImageFacts(
        image=row["image"],
        serves=None if serves is None else tuple(_served(part) for part in serves),
        moved_by_files=row.get("moved_by_files", False),
        tools=Tools(**row.get("tools", {})),
        lacks=_texts(row, "lacks"),
        inert=_texts(row, "inert"),
        answers=tuple(_answered(part) for part in row.get("answers") or ()),
        healthcheck=Healthcheck(check["command"], check.get("port")) if check else check,
        user=row.get("user") or "",
        programs=_texts(row, "programs"),
        ends=row.get("ends") or False,
        starts=row.get("starts") or False,
        source=row["source"],
    )


def _served(row: Row) -> Served:
    return Served(
        port=row["port"],
        protocol=row.get("protocol", ""),
        bind=row.get("bind", ""),
        why=row.get("why", ""),
        variables=_texts(row, "variables"),
        bind_variables=_texts(row, "bind_variables"),
        flags=_texts(row, "flags"),
        needs=_texts(row, "needs"),
        tls=row.get("tls"),
        http2=row.get("http2"),
    )


def _answered(row: Row) -> Answered:
    return Answered(
        port=row["port"],
        paths=tuple(row["paths"]),
        status=row["status"],
        when=_texts(row, "when"),
        unless=_texts(row, "unless"),
    )


def server_facts(row: Row) -> ServerFacts:
    """The facts of a server's row."""
    lists = (
        *("address_flags", "host_flags", "port_flags"),
        *(
            "address_variables",
            "argument_variables",
            "host_variables",
            "port_variables",
            "url_variables",
            "files",
            "file_flags",
        ),
    )
    return ServerFacts(
        server=row["server"],
        commands=tuple(tuple(pattern) for pattern in row.get("command", ())),
        port=row.get("port"),
        bind=row.get("bind", ""),
        bind_by_variable=row.get("bind_by_variable", ""),
        protocol=row.get("protocol", ""),
        host_bare=row.get("host_bare", False),
        positional=row.get("positional", ""),
        protocols=row.get("protocols", {}),
        settings=row.get("settings", {}),
        block=row.get("block", ""),
        tls_flags=_texts(row, "tls_flags") if "tls_flags" in row else None,
        protocol_flags=_texts(row, "protocol_flags"),
        told_by=_texts(row, "told_by"),
        tls=row.get("tls"),
        http2=row.get("http2"),
        source=row["source"],
        **{name: _texts(row, name) for name in lists},
    )


def _texts(row: Row, name: str) -> tuple[str, ...]:
    found: Iterable[str] = row.get(name) or ()
    return tuple(found)
