"""Clients of servers, as checks and waits run them: where they connect to, by their options, variables and defaults.

After the manuals of the programs: `pg_isready` and `psql` (`PGHOST`, `PGPORT`; without a host a Unix socket, whose name
holds the port), `redis-cli`, `mysqladmin` and `mysql` (without a host, or with `localhost`, a Unix socket whatever the
port is, unless `--protocol=tcp`), `mongosh`, Kafka's own scripts, `grpc_health_probe`, `cqlsh`, `clickhouse-client`.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from itertools import repeat

from upstreamlint import patterns
from upstreamlint.containers.commands import Command
from upstreamlint.containers.listening.listen import LOCALHOST, address
from upstreamlint.containers.listening.told import Told, flags
from upstreamlint.documents import UNKNOWN, Scalar
from upstreamlint.numerals import port as port_number
from upstreamlint.readers.compose.tree import part
from upstreamlint.source import Anchor
from upstreamlint.values import NamedTuple, frozen


class Connection(NamedTuple):
    """A host and a port; `host_written` and `port_written` are false for those that a client takes by itself."""

    host: str
    port: int
    host_anchor: Anchor
    port_anchor: Anchor
    host_written: bool = True
    port_written: bool = True


@frozen(kw_only=True)
class Client:
    """How a client is told where to connect to.

    `addresses` are options whose value is a host with a port, `bare` says that a word may be one. `socket` says that
    `localhost` is a Unix socket of a fixed name. With one of the options `elsewhere` it asks something else.
    """

    port: int
    hosts: tuple[str, ...] = ()
    ports: tuple[str, ...] = ()
    host_variable: str = ""
    port_variable: str = ""
    addresses: tuple[str, ...] = ()
    bare: bool = False
    socket: bool = False
    elsewhere: tuple[str, ...] = ()


_POSTGRES = Client(
    port=5432,
    hosts=("-h", "--host"),
    ports=("-p", "--port"),
    host_variable="PGHOST",
    port_variable="PGPORT",
)
_REDIS = Client(port=6379, hosts=("-h",), ports=("-p",), elsewhere=("-s", "-u"))
_MYSQL = Client(
    port=3306,
    hosts=("-h", "--host"),
    ports=("-P", "--port"),
    port_variable="MYSQL_TCP_PORT",
    socket=True,
    elsewhere=("-S", "--socket", "--defaults-file", "--defaults-extra-file"),
)
_MONGO = Client(port=27017, hosts=("--host",), ports=("--port",), bare=True)
_KAFKA = Client(port=9092, addresses=("--bootstrap-server", "--broker-list"))
_CLIENTS = {
    "pg_isready": _POSTGRES,
    "psql": _POSTGRES,
    "redis-cli": _REDIS,
    "valkey-cli": _REDIS,
    "keydb-cli": _REDIS,
    "mysqladmin": _MYSQL,
    "mariadb-admin": _MYSQL,
    "mysql": _MYSQL,
    "mariadb": _MYSQL,
    "mongosh": _MONGO,
    "mongo": _MONGO,
    "kafka-*": _KAFKA,
    "kcat": Client(port=9092, addresses=("-b",)),
    "kafkacat": Client(port=9092, addresses=("-b",)),
    "grpc_health_probe": Client(port=0, addresses=("-addr", "--addr")),
    "grpc-health-probe": Client(port=0, addresses=("-addr", "--addr")),
    "clickhouse-client": Client(port=9000, hosts=("-h", "--host"), ports=("--port",)),
}
_BARE = patterns.compile(r"(?P<host>[A-Za-z0-9._-]{1,253}):(?P<port>[0-9]{1,5})(?:/[A-Za-z0-9_-]{0,64})?\Z")


def client_of(program: str) -> Client | None:
    """What is known of a client, by the name of its program."""
    return next((client for name, client in _CLIENTS.items() if fnmatchcase(program, name)), None)


def connection(command: Command) -> Connection | None:
    """Where a client connects to; nothing where that is a socket of a fixed name, or cannot be told."""
    client = client_of(command.program)
    words = command.words[1:]
    if client is None or any(map(_is_elsewhere, repeat(client), words, command.words)):
        return None
    told = next(flags(words, client.addresses), None)
    if client.addresses:
        return _of_address(told) if told is not None else None
    bare = next((word for word in words if client.bare and _BARE.match(word.value)), None)
    return _of_word(bare) if bare is not None else _of_options(command, client)


def _is_elsewhere(client: Client, word: Scalar, before: Scalar) -> bool:
    """Whether a word leads somewhere else, or may, as only the running container knows it whole."""
    text = word.value
    hidden = word.tag == UNKNOWN and not text.startswith(_LOGIN) and not before.value.startswith(_LOGIN)
    return hidden or "://" in text or text.partition("=")[0] in client.elsewhere


_LOGIN = ("-p", "-a", "-u", "-U", "-W", "-d", "--user", "--pass", "--db")
"""How options begin that hold a name or a password."""


def _of_address(told: Told) -> Connection | None:
    """The first of the addresses that an option holds."""
    parsed = address(told.text.partition(",")[0])
    if parsed is None or parsed.port is None:
        return None
    return Connection(parsed.host or LOCALHOST, parsed.port, told.anchor, told.anchor)


def _of_word(word: Scalar) -> Connection | None:
    found = _BARE.match(word.value)
    number = port_number(found["port"]) if found is not None else None
    if found is None or number is None:
        return None
    host, port = (part(word, *found.span(name)).anchor for name in ("host", "port"))
    return Connection(found["host"], number, host, port)


def _of_options(command: Command, client: Client) -> Connection | None:
    words = command.words[1:]
    host = next(flags(words, client.hosts), None) or _variable(command, client.host_variable)
    port = next(flags(words, client.ports), None) or _variable(command, client.port_variable)
    named = host.text if host is not None and not host.text.startswith("/") else ""
    over_tcp = any(word.value.lower() == "--protocol=tcp" for word in words)
    number = port_number(port.text) if port is not None else client.port
    if number is None or (client.socket and named in ("", LOCALHOST) and not over_tcp):
        return None
    own = command.words[0].anchor
    host_anchor = host.anchor if host is not None else own
    return Connection(
        host=named or LOCALHOST,
        port=number,
        host_anchor=host_anchor,
        port_anchor=port.anchor if port is not None else host_anchor,
        host_written=bool(named),
        port_written=port is not None,
    )


def _variable(command: Command, name: str) -> Told | None:
    """What a variable says; a value that nobody knows is no number, and no name."""
    value = command.variables.get(name) if name else None
    return Told(value.value, value.anchor, f"{name}={value.value}") if value is not None else None
