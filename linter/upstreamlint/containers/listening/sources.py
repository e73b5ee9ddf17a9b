"""Where a script listens that a command starts, as far as one plain call of its own text says so.

Python by the calls of a table; JavaScript where `listen` is given a host, and Fastify, whose default is `localhost`
(fastify docs: Server, listen). What is no literal is unknown, and so is a text with several such calls that differ.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from upstreamlint import patterns
from upstreamlint.containers.commands import Command
from upstreamlint.containers.data import Row, known_calls
from upstreamlint.containers.listening.listen import LOCALHOST, Evidence, Listen, address, bound
from upstreamlint.numerals import port as port_number
from upstreamlint.readers.fragment import Fragment

_PYTHON = patterns.compile(r"python[0-9.]*\Z")
_CALL = patterns.compile(
    r"^[ \t]*(?:\w{1,40}[ \t]*=[ \t]*)?(?:await[ \t]+)?(?P<object>[A-Za-z_]\w*)\.(?P<name>run|run_server|launch|add_insecure_port|bindAsync)\(",
    re.MULTILINE,
)
_LISTEN = patterns.compile(r"\.listen\(")
_LITERAL = patterns.compile(r"\s*[\"'](?P<text>[^\"'\n]{0,100})[\"']\s*\Z")
_KEY = patterns.compile(r"\b(?P<key>host|port)\s*:\s*(?P<value>[^,}\n]{1,100})")
_LONG = 2_000


def listens(command: Command, read: Callable[[str], Fragment | None]) -> Iterator[Listen]:
    """The one address that the script of a command listens on."""
    script = next((w.value for w in command.words[1:] if not w.value.startswith("-")), "")
    python = _PYTHON.match(command.program) is not None and script.endswith(".py")
    if not python and not (command.program == "node" and script.endswith((".js", ".mjs", ".cjs"))):
        return
    text = read(script)
    if text is None:
        return
    found = list(_called_in(text, command) if python else (*_called_in(text, command), *_javascript(text)))
    known = [one for one in found if one is not None]
    if len(known) == len(found) and len({(one.address, one.port) for one in known}) == 1:
        yield known[0]


def _called_in(text: Fragment, command: Command) -> Iterator[Listen | None]:
    for call in _CALL.finditer(text.text):
        row = _row(call, text.text)
        if row is not None:
            moved = any(name in command.variables for name in row.get("variables", ()))
            yield None if moved else _called(text, call, row)


def _row(call: re.Match[str], text: str) -> Row | None:
    for row in known_calls():
        owner, _, name = row["call"].partition(".")
        if name == call["name"] and owner in ("*", call["object"]) and row["needs"] in text:
            return None if owner == "*" and call["object"] in _OTHERS else row
    return None


_OTHERS = frozenset({"asyncio", "subprocess", "uvicorn", "trio", "anyio"})
"""Modules that have a function of the name."""


def _called(text: Fragment, call: re.Match[str], row: Row) -> Listen | None:
    start = call.end()
    arguments = _arguments(text.text, start)
    if arguments is None:
        return None
    if row.get("address"):
        return _whole(text, call, row, arguments)
    given = dict.fromkeys((row["host_argument"], row["port_argument"]), "")
    names = list(given) if row.get("positional") else []
    for one in arguments:
        name, equals, value = one.partition("=")
        if one.lstrip().startswith("*") or name.strip() in ("uds", "fd"):
            return None
        if equals and name.strip() in given:
            given[name.strip()] = value
        elif not equals and names:
            given[names.pop(0)] = one
    host, port = given.values()
    literal = _LITERAL.match(host)
    number = port_number(port.strip()) if port else row["port"]
    if host and literal is None:
        return None
    place = text.place(call.start("object"), start + sum(map(len, arguments)) + max(0, len(arguments) - 1))
    return Listen(
        address=bound(literal["text"] if literal is not None else row["host"]),
        port=number,
        anchor=place,
        text=f"{call['object']}.{call['name']}({','.join(arguments).strip()})",
        evidence=Evidence.TOLD if literal is not None else Evidence.SERVER,
        protocol="http",
        implied=literal is None,
    )


def _whole(text: Fragment, call: re.Match[str], row: Row, arguments: list[str]) -> Listen | None:
    literal = _LITERAL.match(arguments[0]) if arguments else None
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


def _javascript(text: Fragment) -> Iterator[Listen | None]:
    fastify = "fastify" in text.text.lower()
    for call in _LISTEN.finditer(text.text):
        arguments = _arguments(text.text, call.end())
        if not arguments or arguments == [""]:
            continue
        first = arguments[0].strip()
        if first.startswith("{"):
            whole = ",".join(arguments)
            keys = {found["key"]: found["value"].strip() for found in _KEY.finditer(whole)}
            host, port = keys.get("host", ""), keys.get("port", "")
        else:
            host, port = (arguments[1].strip() if len(arguments) > 1 else ""), first
        literal = _LITERAL.match(host)
        if literal is None and (
            not fastify or (host and "=>" not in host and not host.startswith("function"))
        ):
            continue
        yield Listen(
            address=bound(literal["text"]) if literal is not None else LOCALHOST,
            port=port_number(port),
            anchor=text.place(call.start() + 1, call.end() - 1),
            text=f"listen({','.join(arguments[:2]).strip()})"[:80],
            evidence=Evidence.TOLD if literal is not None else Evidence.SERVER,
            protocol="http",
            implied=literal is None,
        )


def _arguments(text: str, start: int) -> list[str] | None:
    """The arguments of a call whose bracket is open, cut at the commas between them."""
    depth, last = 0, start
    found: list[str] = []
    quote = ""
    for at in range(start, min(len(text), start + _LONG)):
        letter = text[at]
        if quote:
            quote = "" if letter == quote and text[at - 1] != "\\" else quote
        elif letter in "\"'`":
            quote = letter
        elif letter in "([{":
            depth += 1
        elif letter in ")]}" and depth:
            depth -= 1
        elif letter == ")":
            return [*found, text[last:at]]
        elif letter == "," and not depth:
            found.append(text[last:at])
            last = at + 1
    return None
