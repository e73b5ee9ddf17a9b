"""The stores that a program of Node or Python dials by its own code: literals in its script and in the files that this loads.

A value with a variable before it counts where the container has no such variable, and nobody else may give it one. What
is worked out is not known.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from upstreamlint import patterns
from upstreamlint.containers.commands import Command
from upstreamlint.containers.container import Container
from upstreamlint.containers.listening.calls import PYTHON
from upstreamlint.containers.listening.expressions import LITERAL, arguments_of, text_of
from upstreamlint.containers.listening.javascript import NODE
from upstreamlint.containers.listening.sources import script
from upstreamlint.documents import Scalar
from upstreamlint.readers.fragment import Fragment
from upstreamlint.values import frozen

_MOST = 20
"""So many files of one program are looked into."""
_LARGE = 200_000

_CALLS = (
    ("REDIS", r"redis\.createClient|(?<![\w.])createClient|new\s{1,9}(?:IO)?Redis|(?:redis\.)?(?:Strict)?Redis", "redis"),
    ("MYSQL", r"(?:mysql|mariadb|pool)\w{0,9}\.create(?:Connection|Pool)|(?:pymysql|MySQLdb|mysql\.connector|aiomysql)\.\w{0,9}(?:connect|create_pool)", "m"),
    ("POSTGRES", r"new\s{1,9}(?:pg\.)?(?:Pool|Client)|(?:psycopg2?|asyncpg)\.(?:connect|create_pool)", "pg"),
    ("MONGO", r"(?:Async|AsyncIOMotor)?MongoClient", "mongo"),
    ("RABBITMQ", r"pika\.ConnectionParameters", "pika"),
    ("DB", r"new\s{1,9}Sequelize", "sequelize"),
)  # fmt: skip
"""The calls that make a client, with what a variable for it would begin with, and a word without which no text has them."""
_STORES = tuple((name, patterns.compile(rf"(?:{call})\("), word) for name, call, word in _CALLS)
_KEY = patterns.compile(
    r"[\"']?\b(?P<key>host|hostname|port)[\"']?\s{0,9}[:=]\s{0,9}(?P<value>[^,}\n]{1,200})"
)
_DJANGO = patterns.compile(r"[\"'](?P<key>HOST|PORT)[\"']\s{0,9}:\s{0,9}(?P<value>[^,}\n]{1,200})")
_URL = patterns.compile(
    r"(?P<quote>[\"'`])(?P<url>(?P<scheme>postgres|postgresql|mysql|mariadb|mongodb|redis|rediss|amqp|amqps)"
    r"(?:\+\w{1,20})?://[^\"'`\s${}%<>]{1,300})(?P=quote)"
)
_BEFORE = patterns.compile(
    r"(?:process\.env\.|process\.env\[[\"']|environ\.get\(\s{0,40}[\"']|getenv\(\s{0,40}[\"'])(?P<name>\w{1,60})[\"'\])]{0,3}"
    r"\s{0,40}(?:,|\|\||\?\?|\bor\b)\s{0,40}\Z"
)
"""A variable whose place a literal takes."""
_SQL = r"SQL|PG|POSTGRES|MARIADB|DB|DATABASE"
_TOLD = {
    "REDIS": patterns.compile(r"REDIS|VALKEY|CACHE|BROKER|CELERY|QUEUE"),
    "MONGO": patterns.compile(r"MONGO|DB|DATABASE"),
    "RABBITMQ": patterns.compile(r"RABBIT|AMQP|BROKER|CELERY|QUEUE"),
    **dict.fromkeys(("MYSQL", "POSTGRES", "DB"), patterns.compile(_SQL)),
}
"""What is in the names of variables that tell a program of such a store."""
_SCHEMES = {"redis": "REDIS", "rediss": "REDIS", "mongodb": "MONGO", "amqp": "RABBITMQ", "amqps": "RABBITMQ"}
_OPEN = patterns.compile(r"\A[ \t]*(?:#|//|\*)|\?(?!\?)[^?]*\Z|\bif\b")
"""Before a literal on its line: a comment, or a choice."""
_CHOSEN = patterns.compile(r"[\"'`]?[ \t]{1,9}if\b")
"""Behind a literal: a choice of Python."""
_LOADED = patterns.compile(
    r"(?:\brequire\(|\bfrom\s|\bimport\s)\s{0,9}[\"'](?P<path>\.{1,2}/[\w./-]{1,100})[\"']"
    r"|^[ \t]*(?:from|import)[ \t]+(?P<module>\.{0,2}[\w.]{1,80})"
    r"|[\"']DJANGO_SETTINGS_MODULE[\"'],\s{0,9}[\"'](?P<settings>[\w.]{1,80})[\"']",
    re.MULTILINE,
)
_ENDS = ("", ".js", ".ts", ".mjs", ".cjs", "/index.js", "/index.ts")


@frozen
class Coded:
    """A host that a store is sought at: a URL, or a host with its port; `store` is what variables for it begin with."""

    store: str
    host: Scalar
    port: Scalar | None = None


def stores(container: Container) -> Iterator[Coded]:
    """Every store that the scripts of a container's commands name, but for those that variables tell of."""
    told = " ".join(container.environment)
    for command in container.commands:
        name = script(command) or _module(command) if command.certain else ""
        for path, text in _files(container, command, name) if name else ():
            for one in (*_urls(container, text), *_clients(container, command, path, text)):
                if not _TOLD[one.store].search(told):
                    yield one


_SERVED = patterns.compile(r"(?P<module>[A-Za-z_][\w.]{0,80}):\w{1,40}(?:\(\))?\Z")


def _module(command: Command) -> str:
    """The file of the module that a server of Python is given: `uvicorn shop.main:app`."""
    words = (_SERVED.match(word.value) for word in command.words[1:] if command.program in _SERVERS)
    found = next((one for one in words if one is not None), None)
    return found["module"].replace(".", "/") + ".py" if found is not None else ""


_SERVERS = frozenset({"uvicorn", "gunicorn", "hypercorn", "granian", "daphne"})


def _files(container: Container, command: Command, name: str) -> Iterator[tuple[str, Fragment]]:
    """A script, and what it loads of its own, each once."""
    todo, seen = [name], set[str]()
    while todo and len(seen) < _MOST:
        path = todo.pop(0)
        text = container.files.read(posixpath.join(command.folder, path)) or container.beside(path)
        if path in seen or text is None or len(text.text) > _LARGE:
            continue
        seen.add(path)
        yield path, text
        for found in _LOADED.finditer(text.text):
            todo += _paths(path, found)


def _paths(path: str, found: re.Match[str]) -> list[str]:
    """Where a file that is loaded may lie."""
    folder = posixpath.dirname(path)
    if found["path"]:
        base = posixpath.normpath(posixpath.join(folder, found["path"]))
        return [base + end for end in _ENDS] if not base.startswith("..") else []
    module = found["module"] or found["settings"]
    inner = module.lstrip(".").replace(".", "/")
    base = posixpath.join(folder, inner) if module.startswith(".") and not module.startswith("..") else inner
    return [f"{base}.py"] if inner and path.endswith(".py") else []


def _urls(container: Container, text: Fragment) -> Iterator[Coded]:
    for found in _URL.finditer(text.text):
        before = text.text[max(0, found.start() - _NEAR) : found.start()]
        named = _BEFORE.search(before)
        chosen = _OPEN.search(before.rpartition("\n")[2]) or _CHOSEN.match(text.text, found.end())
        if chosen or (named is not None and not _is_free(container, named["name"])):
            continue
        store = _SCHEMES.get(found["scheme"], "DB")
        yield Coded(store, _scalar(text, found["url"], *found.span("url")))


_NEAR = 200
"""So far before a literal the variable is looked for whose place it takes."""


def _is_free(container: Container, variable: str) -> bool:
    """Whether a container certainly has no such variable."""
    return variable not in container.environment and not container.piece


def _clients(container: Container, command: Command, path: str, text: Fragment) -> Iterator[Coded]:
    lower = text.text.lower()
    for store, call, word in _STORES:
        for found in call.finditer(text.text) if word in lower else ():
            arguments = arguments_of(text.text, found.end())
            if arguments is not None:
                end = found.end() + sum(map(len, arguments)) + len(arguments) - 1
                yield from _client(container, command, path, text, store, _KEY, (found.end(), end))
    at = text.text.find("DATABASES") if path.endswith(".py") else -1
    if at >= 0:
        yield from _client(container, command, path, text, "DB", _DJANGO, (at, at + 2_000))


def _client(
    container: Container,
    command: Command,
    path: str,
    text: Fragment,
    store: str,
    keys: re.Pattern[str],
    span: tuple[int, int],
) -> Iterator[Coded]:
    """What one call names, where it names one host."""
    found = list(keys.finditer(text.text, *span))
    hosts = [f for f in found if f["key"].lower().startswith("host")]
    ports = [f for f in found if f["key"].lower() == "port"]
    if len(hosts) != 1 or len(ports) > 1:
        return
    host = _value(container, command, path, text, hosts[0])
    port = _value(container, command, path, text, ports[0]) if ports else None
    if host is not None and (port is not None or not ports):
        yield Coded(store, host, port)


def _value(
    container: Container, command: Command, path: str, text: Fragment, found: re.Match[str]
) -> Scalar | None:
    """What an expression comes to that takes nothing from the container."""
    language = PYTHON if path.endswith(".py") else NODE
    written = found["value"].strip().rstrip(")")
    named = language.variable.search(written)
    if named is not None and not _is_free(container, named["name"]):
        return None
    told = text_of(found["value"], text.text, language, command.variables, complete=not container.piece)
    literal = LITERAL.match(found["value"])
    start = found.start("value")
    if literal is not None:
        return _scalar(text, literal["text"], start + literal.start("text"), start + literal.end("text"))
    return _scalar(text, told, start, start + len(written)) if told else None


def _scalar(text: Fragment, value: str, start: int, end: int) -> Scalar:
    place = text.place(start, end)
    return Scalar(value, True, place.source, place.start, place.end)
