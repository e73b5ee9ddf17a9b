"""Addresses in a text of a Compose service: URLs, `host:port`, and a name alone where the variable says that it is a host."""

from __future__ import annotations

import re
from collections.abc import Iterator

from upstreamlint import patterns
from upstreamlint.numerals import is_digits
from upstreamlint.places.address import NETWORKS, is_loopback
from upstreamlint.values import NamedTuple

_HOST = r"(?P<host>[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)"
_URL = patterns.compile(
    rf"\b(?P<scheme>[a-z][a-z0-9+.-]{{0,30}})://(?:[^@/\s,\"']*@)?{_HOST}(?::(?P<port>\d{{1,5}}))?(?![\w.:\\-])"
)
_PAIR = patterns.compile(rf"(?<![\w.:/@)}}>%$-]){_HOST}:(?P<port>\d{{2,5}})(?=[/,;\s\"']|$)")
_LABELLED = patterns.compile(rf"(?<![\w.:/@-])[A-Za-z0-9_-]{{1,60}}:{_HOST}:(?P<port>\d{{2,5}})(?=[:,;\s]|$)")
"""A server behind the label that it is shown under, as Redis Commander lists them: `local:redis:6379`."""
_NAME = patterns.compile(rf"{_HOST}\Z")
_HOST_VARIABLE = patterns.compile(r"(?:(?<!V)HOST|HOSTNAME|ADDR|ADDRESS|SERVER|UPSTREAM)$")
_DIALLING_VARIABLE = patterns.compile(
    r"HOST|ADDR|SERVER|UPSTREAM|BACKEND|UR[IL]|ENDPOINT|BROKER|BOOTSTRAP|CONNECT|NODES"
)
STORED = frozenset({"s3", "s3a", "gs", "az", "abfs", "file", "oci", "docker", "jar", "git", "urn", "static"})
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
    r"(?:^|_)(?P<store>DB|DATABASE|MYSQL|MARIADB|POSTGRES|POSTGRESQL|PG|MONGO|MONGODB|REDIS|VALKEY|RABBITMQ|AMQP|MEMCACHED|KAFKA|NATS)(?:_|$|HOST)"
)
_WORDS = frozenset(
    {
        *("true", "false", "yes", "no", "y", "n", "on", "off", "none", "null", "auto", "default"),
        *("enabled", "disabled", "enable", "disable", "always", "never", "any", "all", "local", "self"),
        *("trace", "debug", "info", "notice", "warn", "warning", "error", "critical", "fatal"),
    }
)
"""Values that are no names of hosts: switches, and levels of a log (`CORE_LOGGING_SERVER`)."""
_PRIVATE = patterns.compile(
    r"EUREKA|OTEL_EXPORTER|OLLAMA_(?:API_)?BASE_URL|ELASTIC|OPENSEARCH|CLOUD_CONFIG|ZIPKIN|JAEGER|LOKI_|CONSUL_|VAULT_ADDR|QDRANT"
    r"|CHROMA_|WEAVIATE|MILVUS|SELENIUM|BOOTSTRAP_?SERVERS|SMTP_HOST|MAIL_HOST|CLICKHOUSE|INFLUX|CASSANDRA|TYPESENSE|MEILI_"
    r"|GOTENBERG|TIKA_|(?:^|_)UPSTREAM(?:_URL|_HOST|_ADDR|$)"
)
"""Parts of the names of what no browser asks: registries, collectors, search engines, models, mail; and the upstream of a proxy."""
_PAIRS = patterns.compile(
    rf"(?:^|;)[ ]*(?P<key>server|host|data source|datasource|address|addr)[ ]*=[ ]*(?:tcp:)?{_HOST}(?:[,:](?P<port>\d{{1,5}}))?[ ]*(?=;|$)",
    re.IGNORECASE,
)
"""`Server=db,1433;Database=shop`, as .NET has it."""
_WORDS_OF_LIBPQ = patterns.compile(rf"(?:^|[ ])(?P<key>host)={_HOST}(?P<port>)(?=[ ]|$)")
"""`host=db port=5432 dbname=shop`, as libpq and what is made after it have it."""
_PORT_APART = patterns.compile(r"(?:^|[; ])port[ ]{0,9}=[ ]{0,9}(?P<port>\d{1,5})(?=[; ]|$)", re.IGNORECASE)
_WRAPPED = patterns.compile(rf"@tcp\({_HOST}(?::(?P<port>\d{{1,5}}))?\)")
"""`user:secret@tcp(db:3306)/shop`, as the MySQL driver of Go has it."""

_SQL = (5432, 3306, 1433)
_USUAL = {
    **dict.fromkeys(("postgres", "postgresql", "PG", "POSTGRES", "POSTGRESQL"), (5432,)),
    **dict.fromkeys(("mysql", "mariadb", "MYSQL", "MARIADB"), (3306,)),
    **dict.fromkeys(("mongodb", "MONGO", "MONGODB"), (27017,)),
    **dict.fromkeys(("redis", "rediss", "REDIS", "VALKEY"), (6379,)),
    **dict.fromkeys(("amqp", "AMQP", "RABBITMQ"), (5672,)),
    **dict.fromkeys(("memcached", "MEMCACHED"), (11211,)),
    **dict.fromkeys(("nats", "NATS"), (4222,)),
    **dict.fromkeys(("kafka", "KAFKA"), (9092,)),
    **dict.fromkeys(("bolt", "neo4j"), (7687,)),
    **dict.fromkeys(("DB", "DATABASE"), (*_SQL, 27017)),
    "sqlserver": (1433,),
    "mqtt": (1883,),
    "ldap": (389,),
    "host": (5432,),
}
"""What clients dial where no port is written, by the scheme of an URL, a word of a variable's name, or the key of a pair."""
_TAGGED = patterns.compile(r"IMAGE|(?:^|_)TAG(?:_|$)|VERSION")
"""Variables whose `name:number` is an image and its tag."""

Span = tuple[int, int]


class Address(NamedTuple):
    """A host and a port, with where they stand in the text. `dialled` says that it can be nothing else than an address.

    `inside` says that it is for the program alone, and for no browser: a database, a queue, a cache. `usual` are the
    ports of such stores, of which a client dials one where none is written.
    """

    host: str
    at: Span
    port: str
    port_at: Span
    dialled: bool
    inside: bool = False
    usual: tuple[int, ...] = ()
    scheme: str = ""


def addresses(variable: str, text: str) -> Iterator[Address]:
    """The addresses in the value of a variable, or in a word of a command, which has no variable."""
    name = variable.upper()
    if _TAGGED.search(name):
        return
    strings = _of_strings(text)
    if strings is not None:
        yield strings
    elif "://" in text:
        for match in _URL.finditer(text):
            scheme = match["scheme"]
            if scheme not in STORED:
                # SQLAlchemy names its driver behind the dialect: `postgresql+asyncpg`.
                dialect = scheme.partition("+")[0]
                inside = dialect in _INSIDE or _PRIVATE.search(name) is not None
                found = _address(match, dialled=bool(match["port"]) or dialect in _SPOKEN)
                yield found._replace(inside=inside, usual=_USUAL.get(dialect, ()), scheme=scheme)
    elif ":" in text:
        yield from _pairs(name, text)
    elif _HOST_VARIABLE.search(name) and _NAME.match(text) and _is_word(text):
        yield from _bare(name, text)


def _pairs(name: str, text: str) -> Iterator[Address]:
    """Hosts with their ports, as a variable lists them."""
    stored = _STORE.search(name) is not None
    labelled = list(_LABELLED.finditer(text)) if name.endswith("_HOSTS") else []
    for match in labelled:
        yield _address(match, dialled=True)._replace(inside=stored)
    for match in _PAIR.finditer(text) if not labelled else ():
        if not is_digits(match["host"]) and match["host"].lower() not in NETWORKS:
            found = _address(match, dialled=_DIALLING_VARIABLE.search(name) is not None)
            inside = stored or _PRIVATE.search(name) is not None
            yield found._replace(inside=found.dialled and inside)


def _bare(name: str, text: str) -> Iterator[Address]:
    """A host alone, as the value of a variable for one."""
    store = _STORE.search(name)
    usual = _USUAL.get(store["store"], ()) if store is not None else ()
    inside = store is not None or _PRIVATE.search(name) is not None
    if inside or not name.endswith("HOSTNAME"):  # what a program is called by others, most often
        yield Address(text, (0, len(text)), "", (0, 0), dialled=True, inside=inside, usual=usual)


def port_variable(variable: str) -> str:
    """The name of the variable that holds the port of the host in another, in capitals; a bare `PORT` is nobody's."""
    prefix = _HOST_VARIABLE.sub("", variable.upper())
    return f"{prefix}PORT" if prefix and prefix != variable.upper() else ""


def _of_strings(text: str) -> Address | None:
    """The host of a connection string, whose port may stand apart."""
    if "=" not in text and "@tcp(" not in text:
        return None
    match = _PAIRS.search(text) or _WORDS_OF_LIBPQ.search(text) or _WRAPPED.search(text)
    if match is None or ("=" not in text[match.end() :] and "key" in match.groupdict()):
        return None
    found = _address(match, dialled=True)
    key = match.groupdict().get("key", "mysql").lower()
    usual = _USUAL.get(key, _SQL)
    apart = _PORT_APART.search(text) if not found.port else None
    if apart is not None:
        found = found._replace(port=apart["port"], port_at=apart.span("port"))
    return found._replace(inside=True, usual=usual)


def _is_word(text: str) -> bool:
    return text.lower() not in _WORDS and (any(c.isalpha() for c in text) or is_loopback(text))


def _address(match: re.Match[str], *, dialled: bool) -> Address:
    return Address(match["host"], match.span("host"), match["port"] or "", match.span("port"), dialled)
