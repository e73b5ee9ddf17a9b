"""Addresses in a text of a Compose service: URLs, `host:port`, and a name alone where the variable says that it is a host."""

from __future__ import annotations

import re
from collections.abc import Iterator

from upstreamlint import patterns
from upstreamlint.numerals import is_digits
from upstreamlint.places.address import NETWORKS
from upstreamlint.values import NamedTuple

_HOST = r"(?P<host>[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)"
_URL = patterns.compile(
    rf"\b(?P<scheme>[a-z][a-z0-9+.-]{{0,30}})://(?:[^@/\s,\"']*@)?{_HOST}(?::(?P<port>\d{{1,5}}))?(?![\w.:\\-])"
)
_PAIR = patterns.compile(rf"(?<![\w.:/@)}}>%$-]){_HOST}:(?P<port>\d{{2,5}})(?=[/,;\s\"']|$)")
_NAME = patterns.compile(rf"{_HOST}\Z")
_HOST_VARIABLE = patterns.compile(r"(?:(?<!V)HOST|HOSTNAME|ADDR|ADDRESS|SERVER|UPSTREAM)$")
_DIALLING_VARIABLE = patterns.compile(
    r"HOST|ADDR|SERVER|UPSTREAM|BACKEND|UR[IL]|ENDPOINT|BROKER|BOOTSTRAP|CONNECT|NODES"
)
_STORED = frozenset({"s3", "s3a", "gs", "az", "abfs", "file", "oci", "docker", "jar", "git", "urn", "static"})
"""Schemes whose first part is no host of a network: `static://202` is an answer that oauth2-proxy gives by itself."""

_INSIDE = frozenset(
    {
        *("postgres", "postgresql", "mysql", "mariadb", "mongodb", "sqlserver", "clickhouse", "cassandra"),
        *("redis", "rediss", "memcached", "amqp", "amqps", "nats", "kafka", "mqtt", "bolt", "neo4j", "ldap"),
    }
)
_SPOKEN = _INSIDE | {
    *(
        "http",
        "https",
        "ws",
        "wss",
        "h2c",
        "grpc",
        "grpcs",
        "tcp",
        "tcp4",
        "udp",
        "tls",
        "ssl",
        "fastcgi",
        "uwsgi",
    ),
    *("smtp", "smtps", "imap", "imaps", "ftp", "sftp", "ssh", "ldaps", "syslog", "gelf", "statsd", "mqtts"),
    *(
        "mysql2",
        "postgis",
        "mssql",
        "oracle",
        "solr",
        "etcd",
        "dns",
        "elasticsearch",
        "opensearch",
        "pulsar",
        "stomp",
    ),
}
"""Schemes whose first part is a host, whether a port follows or not; `sms://user@provider` names something else."""
_STORE = patterns.compile(
    r"(?:^|_)(?:DB|DATABASE|MYSQL|MARIADB|POSTGRES|POSTGRESQL|PG|MONGO|MONGODB|REDIS|VALKEY|RABBITMQ|AMQP|MEMCACHED|KAFKA|NATS)(?:_|$|HOST)"
)
_WORDS = frozenset(
    {
        *("true", "false", "yes", "no", "y", "n", "on", "off", "none", "null", "auto", "default"),
        *("enabled", "disabled", "enable", "disable", "always", "never", "any", "all", "local", "self"),
        *("trace", "debug", "info", "notice", "warn", "warning", "error", "critical", "fatal"),
    }
)
"""Values that are no names of hosts: switches, and levels of a log (`CORE_LOGGING_SERVER`)."""
_TAGGED = patterns.compile(r"IMAGE|(?:^|_)TAG(?:_|$)|VERSION")
"""Variables whose `name:number` is an image and its tag."""

Span = tuple[int, int]


class Address(NamedTuple):
    """A host and a port, with where they stand in the text. `dialled` says that it can be nothing else than an address.

    `inside` says that it is for the program alone, and for no browser: a database, a queue, a cache.
    """

    host: str
    at: Span
    port: str
    port_at: Span
    dialled: bool
    inside: bool = False


def addresses(variable: str, text: str) -> Iterator[Address]:
    """The addresses in the value of a variable, or in a word of a command, which has no variable."""
    name = variable.upper()
    if _TAGGED.search(name):
        return
    if "://" in text:
        for match in _URL.finditer(text):
            scheme = match["scheme"]
            if scheme not in _STORED:
                spoken = bool(match["port"]) or scheme.partition("+")[0] in _SPOKEN
                yield _address(match, dialled=spoken)._replace(inside=scheme in _INSIDE)
    elif ":" in text:
        for match in _PAIR.finditer(text):
            if not is_digits(match["host"]) and match["host"].lower() not in NETWORKS:
                found = _address(match, dialled=_DIALLING_VARIABLE.search(name) is not None)
                yield found._replace(inside=found.dialled and _STORE.search(name) is not None)
    elif _HOST_VARIABLE.search(name) and _NAME.match(text) and _is_word(text):
        inside = _STORE.search(name) is not None
        if inside or not name.endswith("HOSTNAME"):  # what a program is called by others, most often
            yield Address(text, (0, len(text)), "", (0, 0), dialled=True, inside=inside)


def port_variable(variable: str) -> str:
    """The name of the variable that holds the port of the host in another, in capitals; a bare `PORT` is nobody's."""
    prefix = _HOST_VARIABLE.sub("", variable.upper())
    return f"{prefix}PORT" if prefix and prefix != variable.upper() else ""


def _is_word(text: str) -> bool:
    return text.lower() not in _WORDS and any(c.isalpha() for c in text)


def _address(match: re.Match[str], *, dialled: bool) -> Address:
    return Address(match["host"], match.span("host"), match["port"] or "", match.span("port"), dialled)
