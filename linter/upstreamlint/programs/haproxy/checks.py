"""Health checks: `check` on a server, with what `option httpchk` and `http-check` of its backend ask.

After src/check.c and src/tcpcheck.c, and the configuration manual (`option httpchk`, `http-check expect`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from upstreamlint import numerals, patterns
from upstreamlint.documents import Scalar
from upstreamlint.programs.haproxy.address import Address, address
from upstreamlint.programs.haproxy.options import Options, sends_proxy, text
from upstreamlint.programs.haproxy.sections import Line
from upstreamlint.programs.haproxy.types import Ask
from upstreamlint.programs.variables import NOTHING_KNOWN
from upstreamlint.values import frozen

_HOST = patterns.compile(r"\bHost:\s*([^\s\\]+)", re.IGNORECASE)
_TIME = patterns.compile(r"([0-9]+)(us|ms|s|m|h|d)?", re.ASCII)
_SECONDS = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_KINDS = frozenset(
    {
        "httpchk",
        "tcp-check",
        "external-check",
        "ldap-check",
        "mysql-check",
        "pgsql-check",
        "redis-check",
        "smtpchk",
        "spop-check",
        "ssl-hello-chk",
    }
)


@frozen
class Asked:
    """What the checks of a backend ask, before a server adds where."""

    kind: str
    method: str = ""
    path: str = ""
    host: str = ""
    statuses: tuple[str, ...] = ()
    opaque: bool = False
    ssl: bool = False
    port: int | None = None
    anchor: Line | None = None


def seconds(word: str, default: float) -> float:
    """A time as HAProxy writes it: milliseconds without a unit."""
    match = _TIME.fullmatch(word)
    number = numerals.decimal(match[1]) if match else None
    return default if match is None or number is None else number * _SECONDS[match[2] or "ms"]


def asked(lines: Sequence[Line]) -> Asked:
    """What the lines of a backend (behind those of its `defaults`) ask."""
    chosen: Line | None = None
    for line in lines:
        if line.name == "option" and line.args and line.args[0].value in _KINDS:
            chosen = line
        elif line.name == "no" and len(line.args) > 1 and line.args[1].value in _KINDS:
            chosen = None
    if chosen is None:
        return Asked("connect")
    kind = chosen.args[0].value
    if kind != "httpchk":
        return Asked(kind, opaque=True, anchor=chosen)
    return _http(chosen, [line for line in lines if line.name == "http-check"])


def _http(line: Line, rules: Iterable[Line]) -> Asked:
    words = [a.value for a in line.args[1:]]
    method, path = ("OPTIONS", words[0]) if len(words) == 1 else ("OPTIONS", "/")
    if len(words) > 1:
        method, path = words[0], words[1]
    found = _HOST.search(" ".join(words[2:]))
    host = found[1] if found else ""
    statuses: list[str] = []
    opaque = secured = False
    port: int | None = None
    for rule in rules:
        inner = [a.value for a in rule.args]
        verb = inner[0] if inner else ""
        if verb == "send":
            method, path = _after(inner, "meth") or method, _after(inner, "uri") or path
            host = _header(inner) or host
        elif verb == "expect":
            statuses, opaque = _expected(inner[1:])
        elif verb == "connect":
            secured = secured or "ssl" in inner
            port = numerals.port(_after(inner, "port")) or port
        elif verb not in ("disable-on-404", "send-state", "comment"):
            opaque = True
    return Asked("http", method, path, host, tuple(statuses), opaque, secured, port, line)


def _after(words: Sequence[str], name: str) -> str:
    index = words.index(name) + 1 if name in words else len(words)
    return words[index] if index < len(words) else ""


def _header(words: Sequence[str]) -> str:
    for at in range(len(words) - 2):
        if words[at] == "hdr" and words[at + 1].lower() == "host":
            return words[at + 2]
    return ""


def _expected(words: Sequence[str]) -> tuple[list[str], bool]:
    """The statuses that are accepted, and whether it cannot be said with statuses."""
    names = [w for w in words if w not in ("status", "rstatus", "!")]
    if "status" in words and "!" not in words:
        given = _after(words, "status")
        return [s for s in given.split(",") if s], False
    return [], bool(names)


def ask(found: Options, wanted: Asked, server: Scalar) -> Ask | None:
    """The check of a server; nothing without `check`."""
    if "check" not in found:
        return None
    inter = text(found, "inter")
    own_port = numerals.port(text(found, "port"))
    port_word = found.get("port")
    other = found.get("addr")
    ssl = "check-ssl" in found or wanted.ssl or ("ssl" in found and own_port is None and other is None)
    return Ask(
        kind=wanted.kind,
        method=wanted.method,
        path=wanted.path,
        host=wanted.host,
        port=wanted.port or own_port,
        port_anchor=port_word.anchor if port_word is not None and wanted.port is None else None,
        address=_other(other),
        ssl=ssl,
        sends_proxy="check-send-proxy" in found
        or (own_port is None and other is None and sends_proxy(found)),
        statuses=wanted.statuses,
        opaque=wanted.opaque or bool(text(found, "track")),
        anchor=wanted.anchor.anchor if wanted.anchor is not None else server.anchor,
        interval=seconds(inter, 2.0),
    )


def _other(word: Scalar | None) -> Address | None:
    return address(word, NOTHING_KNOWN) if word is not None else None
