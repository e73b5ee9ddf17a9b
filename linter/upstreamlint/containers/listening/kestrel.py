"""Where Kestrel, the server of ASP.NET Core, listens by the code and the settings of its project.

Endpoints in code (`ListenAnyIP`, `UseUrls`) or in settings (`Kestrel:Endpoints`) override `ASPNETCORE_URLS` and its kin
(ASP.NET Core docs: Configure endpoints for Kestrel; `AddressBinder` in src/Servers/Kestrel/Core).
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator, Sequence
from itertools import islice

from upstreamlint import patterns
from upstreamlint.containers.commands import Command
from upstreamlint.containers.listening.listen import ANY6, LOCALHOST, Evidence, Listen, address, bound
from upstreamlint.numerals import port as port_number
from upstreamlint.readers.fragment import Fragment

_CODE = ("Program.cs", "Startup.cs")
_CALL = patterns.compile(r"\.(?P<name>ListenAnyIP|ListenLocalhost|Listen|UseUrls)\((?P<given>[^;{]{0,300})")
_NUMBER = patterns.compile(
    r"\s{0,40}(?:IPAddress\.(?P<host>\w{1,20})\s{0,4},\s{0,40})?(?P<port>\d{1,5})\s{0,4}[,)]"
)
_TEXT = patterns.compile(r"\"(?P<text>[^\"\n]{1,200})\"")
_ENDPOINTS = patterns.compile(r"\"Kestrel\"\s*:\s*\{[^}]{0,500}?\"Endpoints\"\s*:\s*\{")
_URL = patterns.compile(r"\"Url\"\s*:\s*\"(?P<text>[^\"\n]{1,200})\"", re.IGNORECASE)
_HOSTS = {"Any": "0.0.0.0", "IPv6Any": ANY6, "Loopback": "127.0.0.1", "IPv6Loopback": "::1"}  # noqa: S104 - what others bind


def listens(command: Command, read: Callable[[str], Fragment | None]) -> Iterator[Listen]:
    """What an assembly that `dotnet` starts listens on of its own; one of which no more is known where code asks for it."""
    assembly = command.words[1].value if len(command.words) > 1 else ""
    if command.program != "dotnet" or not assembly.endswith(".dll"):
        return
    project = posixpath.basename(assembly).removesuffix(".dll")
    environment = command.variables.get("ASPNETCORE_ENVIRONMENT")
    settings = (
        f"appsettings.{environment.value}.json" if environment is not None else "",
        "appsettings.json",
    )
    yield from (one for text in _files(_CODE, project, read) for one in _in_code(text))
    yield from next((found for text in _files(settings, project, read) if (found := _in_settings(text))), ())


def _files(names: Sequence[str], project: str, read: Callable[[str], Fragment | None]) -> Iterator[Fragment]:
    """The files of these names in the folder of a project, whose place in the build context is not known."""
    for name in filter(None, names):
        found = (read(f"{folder}{name}") for folder in ("", f"{project}/", f"src/{project}/"))
        yield from islice((text for text in found if text is not None), 1)


def _in_code(text: Fragment) -> Iterator[Listen]:
    for call in _CALL.finditer(text.text):
        line = text.text[text.text.rfind("\n", 0, call.start()) + 1 : call.start()]
        if not line.lstrip().startswith("//"):
            yield from _called(text, call)


def _in_settings(text: Fragment) -> tuple[Listen, ...]:
    start = _ENDPOINTS.search(text.text)
    return tuple(_url(text, found) for found in _URL.finditer(text.text, start.end())) if start else ()


def _called(text: Fragment, call: re.Match[str]) -> Iterator[Listen]:
    given = call["given"]
    start = call.start("given")
    if call["name"] == "UseUrls":
        yield from (_url(text, found) for found in _TEXT.finditer(text.text, start, call.end()))
        return
    number = _NUMBER.match(given)
    host = LOCALHOST if call["name"] == "ListenLocalhost" else ANY6
    if number is not None and call["name"] == "Listen":
        host = _HOSTS.get(number["host"] or "", "")
    end = number.end("port") if number is not None else 0
    yield Listen(
        address=host if number is not None else "",
        port=port_number(number["port"]) if number is not None else None,
        anchor=text.place(call.start("name"), start + end),
        text=f"{call['name']}({given[:end].strip()})",
        evidence=Evidence.TOLD,
        protocol="http",
        tls=True if "UseHttps" in given else None,
        http2=True if "HttpProtocols.Http2" in given else None,
    )


def _url(text: Fragment, found: re.Match[str]) -> Listen:
    parsed = address(found["text"].partition(";")[0])
    known = parsed is not None and ";" not in found["text"]
    return Listen(
        address=bound(parsed.host) if parsed is not None and known else "",
        port=parsed.port if parsed is not None and known else None,
        anchor=text.place(*found.span("text")),
        text=found["text"],
        evidence=Evidence.TOLD,
        protocol="http",
        tls=parsed.scheme == "https" if parsed is not None and parsed.scheme else None,
    )
