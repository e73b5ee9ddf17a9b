"""Where a program listens by a call that a table knows: `app.run(host, port)` of Flask, `uvicorn.run`, `add_insecure_port` of gRPC."""

from __future__ import annotations

import re
from collections.abc import Iterator

from upstreamlint import patterns
from upstreamlint.containers.commands import Command
from upstreamlint.containers.data import Row, known_calls
from upstreamlint.containers.listening.expressions import LITERAL, Language, arguments_of, number_of, text_of
from upstreamlint.containers.listening.listen import Evidence, Listen, address, bound
from upstreamlint.readers.fragment import Fragment

_CALL = patterns.compile(
    r"^[ \t]*(?:\w{1,40}[ \t]*=[ \t]*)?(?:await[ \t]+)?(?P<object>[A-Za-z_]\w*)"
    r"\.(?P<name>run|run_app|run_server|launch|serve|add_insecure_port|bindAsync)\(",
    re.MULTILINE,
)
PYTHON = Language(
    variable=patterns.compile(
        r"(?:os\.)?(?:environ(?:\.get)?[(\[]|getenv\()\s{0,9}[\"'](?P<name>\w{1,60})[\"']\s{0,9}[\])]?"
        r"(?:\s{0,9}(?:,|\bor\b)\s{0,9}(?:[\"'](?P<default>[^\"'\n]{0,100})[\"']|(?P<number>\d{1,5})\b))?\)?"
    ),
    defined=r"^{name}(?:\s?:\s?\w{{1,20}})?[ \t]{{0,9}}=([^=\n][^\n]{{1,120}})",
    files_of_variables=("load_dotenv", "BaseSettings", "decouple"),
)


def listens(text: Fragment, command: Command, *, complete: bool) -> Iterator[Listen | None]:
    """Each call of the table; nothing for one that is worked out. `complete` says that no variables are elsewhere."""
    for call in _CALL.finditer(text.text):
        row = _row(call, text.text)
        if row is not None:
            moved = any(name in command.variables for name in row.get("variables", ()))
            yield None if moved else _called(text, call, row, command, complete=complete)


def _row(call: re.Match[str], text: str) -> Row | None:
    for row in known_calls():
        owner, _, name = row["call"].partition(".")
        if name == call["name"] and owner in ("*", call["object"]) and row["needs"] in text:
            return None if owner == "*" and call["object"] in _OTHERS else row
    return None


_OTHERS = frozenset({"asyncio", "subprocess", "uvicorn", "trio", "anyio"})
"""Modules that have a function of the name."""

_ELSEWHERE = frozenset({"uds", "fd", "listen", "sock", "sockets", "path", "unix_socket"})
"""Arguments that say where in another way."""


def _called(
    text: Fragment, call: re.Match[str], row: Row, command: Command, *, complete: bool
) -> Listen | None:
    start = call.end()
    arguments = arguments_of(text.text, start)
    if arguments is None:
        return None
    if row.get("address"):
        return _whole(text, call, row, arguments)
    given = dict.fromkeys((row["host_argument"], row["port_argument"]), "")
    names = list(given) if row.get("positional") else []
    for one in arguments:
        name, equals, value = one.partition("=")
        if one.lstrip().startswith("*") or name.strip() in _ELSEWHERE:
            return None
        if equals and name.strip() in given:
            given[name.strip()] = value
        elif not equals and names:
            given[names.pop(0)] = one
    host, port = given.values()
    told = text_of(host, text.text, PYTHON, command.variables, complete=complete) if host else None
    number = number_of(port, text.text, PYTHON, command.variables, complete=complete) if port else row["port"]
    if host and told is None:
        return None
    place = text.place(call.start("object"), start + sum(map(len, arguments)) + max(0, len(arguments) - 1))
    return Listen(
        address=bound(told if told is not None else row["host"]),
        port=number,
        anchor=place,
        text=f"{call['object']}.{call['name']}({','.join(arguments).strip()})",
        evidence=Evidence.TOLD if told is not None else Evidence.SERVER,
        protocol="http",
        implied=told is None,
    )


def _whole(text: Fragment, call: re.Match[str], row: Row, arguments: list[str]) -> Listen | None:
    literal = LITERAL.match(arguments[0]) if arguments else None
    parsed = address(literal["text"]) if literal is not None else None
    if parsed is None or literal is None:
        return None
    return Listen(
        address=bound(parsed.host),
        port=parsed.port,
        anchor=text.place(call.end(), call.end() + len(arguments[0])),
        text=f"{call['name']}({arguments[0].strip()})",
        evidence=Evidence.TOLD,
        protocol=row["protocol"],
    )
