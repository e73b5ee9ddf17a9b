"""Where a script of Node listens: `listen(3000)`, `listen(process.env.PORT || 3000, host)`, `listen({port, host})`.

Without a host Node binds `::`, which takes IPv4 too (node docs: net, server.listen), Fastify `localhost` (fastify docs: Server, listen).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from upstreamlint import patterns
from upstreamlint.containers.commands import Command
from upstreamlint.containers.listening.expressions import Language, arguments_of, number_of, text_of
from upstreamlint.containers.listening.listen import ANY6, LOCALHOST, Evidence, Listen, bound
from upstreamlint.numerals import port as port_number
from upstreamlint.readers.fragment import Fragment

_LISTEN = patterns.compile(r"\.listen\(")
_KEY = patterns.compile(r"\b(?P<key>host|port)\b(?:\s{0,9}:\s{0,9}(?P<value>[^,}\n]{1,100}))?")
_SERVES = patterns.compile(
    r"createServer|\b(?:express|koa|fastify|polka|restify|hapi|NestFactory|ApolloServer|socket\.io)\b",
    re.IGNORECASE,
)
"""What a text speaks of whose `listen` takes a port; other objects listen for events."""
_SETTING = patterns.compile(r"\w{1,40}\.get\([\"'](?P<name>\w{1,40})[\"']\)\Z")
NODE = Language(
    variable=patterns.compile(
        r"process\.env(?:\.|\[[\"'])(?P<name>\w{1,60})(?:[\"']\])?(?:(?:,\s?10)?\))?"
        r"\s{0,9}(?:(?:\|\||\?\?)\s{0,9}(?:[\"'](?P<default>[^\"'\n]{0,100})[\"']|(?P<number>\d{1,5})\b))?"
    ),
    defined=r"(?:\b(?:const|let|var)\s{{1,9}}{name}(?:\s?:\s?\w{{1,20}})?\s{{0,9}}=|\.set\([\"']{name}[\"'],)([^;\n]{{1,120}})",
    files_of_variables=("dotenv", "loadEnvFile"),
)


def listens(text: Fragment, command: Command, *, complete: bool) -> Iterator[Listen]:
    """Each call of `listen`; one of which no port is known where it is worked out. `complete` says that no variables are elsewhere."""
    if _SERVES.search(text.text) is None:
        return
    fastify = "fastify" in text.text.lower()
    for call in _LISTEN.finditer(text.text):
        arguments = arguments_of(text.text, call.end())
        if not arguments or arguments == [""]:
            continue
        host, port = _host_and_port(arguments)
        setting = _SETTING.match(port)
        told = text_of(host, text.text, NODE, command.variables, complete=complete) if host else None
        if told is not None:
            address = bound(told)
        elif host:
            address = ""
        else:
            address = LOCALHOST if fastify else ANY6
        yield Listen(
            address=address,
            port=number_of(
                setting["name"] if setting else port, text.text, NODE, command.variables, complete=complete
            ),
            anchor=text.place(call.start() + 1, call.end() - 1),
            text=f"listen({', '.join(filter(None, (port, host)))})",
            evidence=Evidence.TOLD if told is not None or not fastify else Evidence.SERVER,
            protocol="http",
            implied=told is None,
        )


def _host_and_port(arguments: Sequence[str]) -> tuple[str, str]:
    """What is written for the host, empty where nothing is, and for the port."""
    first = arguments[0].strip()
    if first.startswith("{"):
        keys = {found["key"]: found["value"] or found["key"] for found in _KEY.finditer(",".join(arguments))}
        return keys.get("host", "").strip(), keys.get("port", "").strip()
    second = arguments[1].strip() if len(arguments) > 1 else ""
    if second.startswith(("function", "async", "(")) or "=>" in second or port_number(second) is not None:
        return "", first  # what is called then, or how many may wait
    return second, first
