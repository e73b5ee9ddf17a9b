"""What a container waits for before it goes on: names that must resolve, ports that must be open."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from upstreamlint.containers.asks import addresses_of
from upstreamlint.containers.clients import connection
from upstreamlint.containers.commands import Command
from upstreamlint.documents import UNKNOWN, Scalar
from upstreamlint.source import Anchor
from upstreamlint.values import frozen

_CONNECTORS = frozenset({"nc", "ncat", "netcat", "telnet"})
_RESOLVERS = frozenset({"nslookup", "host", "dig"})
_FETCHERS = frozenset({"curl", "wget"})
_CLIENTS = frozenset({"pg_isready", "mysqladmin", "mariadb-admin", "redis-cli"})
"""Clients that ask whether a server is there."""


@frozen(kw_only=True)
class Wait:
    """A host that a tool asks until it answers, with the port where one is written."""

    tool: str
    host: str
    port: int | None
    host_anchor: Anchor
    port_anchor: Anchor


def waits(commands: Iterable[Command], *, fetches: bool) -> Iterator[Wait]:
    """What commands wait for; `fetches` says that one that fetches is waited for too: nothing starts before it succeeds."""
    for command in commands:
        name = command.program
        if name in _RESOLVERS or (name == "getent" and command.words[1:2]):
            yield from _resolved(name, command.words[1:])
        elif name in _CLIENTS:
            yield from _server(command)
        elif name in _CONNECTORS or (fetches and name in _FETCHERS):
            for asked in addresses_of(command):
                port = asked.port if asked.written else None
                yield Wait(
                    tool=name,
                    host=asked.host,
                    port=port,
                    host_anchor=asked.host_anchor,
                    port_anchor=asked.port_anchor,
                )


def _resolved(tool: str, words: tuple[Scalar, ...]) -> Iterator[Wait]:
    """`nslookup NAME`, `getent hosts NAME`: the first name, whatever server is asked for it."""
    plain = [w for w in words if not w.value.startswith(("-", "+", "@"))]
    names = plain[1:] if tool == "getent" else plain
    if names and names[0].tag != UNKNOWN:
        yield Wait(
            tool=tool,
            host=names[0].value,
            port=None,
            host_anchor=names[0].anchor,
            port_anchor=names[0].anchor,
        )


def _server(command: Command) -> Iterator[Wait]:
    found = connection(command)
    if found is not None and found.host_written:
        yield Wait(
            tool=command.program,
            host=found.host,
            port=found.port if found.port_written else None,
            host_anchor=found.host_anchor,
            port_anchor=found.port_anchor,
        )
