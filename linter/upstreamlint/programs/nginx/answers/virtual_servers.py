"""Which server of nginx takes a name, and what becomes of names that none has.

After src/http/ngx_http_core_module.c (ngx_http_find_virtual_server): exact names, the longest with a leading `*`, the longest
with a trailing one, expressions in their order, and else the default server of the port.
"""

from __future__ import annotations

from collections.abc import Sequence

from upstreamlint.facets.reply import Reply, Request
from upstreamlint.programs.nginx.answers.content import returned
from upstreamlint.programs.nginx.config import Server
from upstreamlint.programs.nginx.instance import NginxInstance
from upstreamlint.programs.nginx.upstream import setting
from upstreamlint.source import Anchor

_FAILURE = 400


def on_port(instance: NginxInstance, number: int) -> list[Server]:
    """The servers for HTTP on a port."""
    return instance.config.by_port.get(number, [])


def taking(servers: Sequence[Server], number: int, name: str) -> Server | None:
    """The server that takes a name; nothing where addresses or expressions decide."""
    own = [[i for i in s.listens if i.port == number] for s in servers]
    if len({i.host for items in own for i in items}) > 1:
        return None
    named = _named(servers, name) if name else None
    if named is not None:
        return named
    if name and any(n.startswith("~") or "$" in n for s in servers for n in _names(s)):
        return None
    defaults = [s for s, items in zip(servers, own, strict=True) if any(i.default_server for i in items)]
    return (defaults or list(servers))[0]


def turned_away(instance: NginxInstance, request: Request) -> Reply | None:
    """What the default server answers to a name that only it takes, where it answers every path with a failure."""
    servers = on_port(instance, request.port)
    server = taking(servers, request.port, request.name) if _judged(instance, servers) else None
    if server is None or _named(servers, request.name) is not None:
        return None
    found = returned(server.directives)
    if found is None or found.status < _FAILURE:
        return None
    return Reply(
        status=found.status,
        anchor=found.anchor,
        text="what no other server is named for gets this",
        instead=names(servers),
    )


def refuses_name(instance: NginxInstance, number: int, name: str) -> tuple[Anchor, str] | None:
    """The `ssl_reject_handshake` of the server that a handshake comes to."""
    servers = on_port(instance, number)
    server = taking(servers, number, name.lower()) if _judged(instance, servers) else None
    word = setting(server.scopes, "ssl_reject_handshake") if server is not None else None
    if word is None or not word.args or word.args[0].value != "on":
        return None
    return word.head, "ends every handshake for a name that no other server has"


def names(servers: Sequence[Server]) -> tuple[str, ...]:
    """The names of servers that can be asked for as they are."""
    every = (n for s in servers for n in _names(s))
    return tuple(n for n in every if n.strip("_.") and n[0] not in "~.*" and not n.endswith("*"))


def _judged(instance: NginxInstance, servers: Sequence[Server]) -> bool:
    """Whether names matter: all servers are known, and one of them has a name that somebody can ask for."""
    return instance.complete and instance.alone and len(servers) > 1


def _names(server: Server) -> list[str]:
    return [n.value.lower() for n in server.names]


def _named(servers: Sequence[Server], name: str) -> Server | None:
    """The first server that has a name, exactly or with a wildcard."""
    best: tuple[tuple[int, int], Server] | None = None
    for server in servers:
        for own in _names(server):
            rank = _rank(own, name)
            if rank is not None and (best is None or rank > best[0]):
                best = rank, server
    return best[1] if best is not None else None


def _rank(own: str, name: str) -> tuple[int, int] | None:
    """How well a name of a server fits, the kind first and then the length; nothing where it does not."""
    if own == name or (own.startswith(".") and own[1:] == name):
        return 3, len(own)
    if own.startswith((".", "*.")) and name.endswith(own.removeprefix("*")):
        return 2, len(own)
    if own.endswith(".*") and name.startswith(own[:-1]):
        return 1, len(own)
    return None
