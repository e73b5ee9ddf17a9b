"""URLs that curl and wget do not understand, or understand otherwise: a check with one never succeeds.

Measured with curl 7.88 and GNU wget 1.21: `http//localhost:3000` is a host `http`, `http:/localhost` is right for curl and a host
for wget, a port that is no number and a scheme that there is not are refused.
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import numerals, patterns
from upstreamlint.containers.commands import Command
from upstreamlint.documents import UNKNOWN, Scalar
from upstreamlint.graph.likeness import is_misspelt
from upstreamlint.values import NamedTuple

_NO_COLON = patterns.compile(r"https?//")
_NO_SLASHES = patterns.compile(r"https?:(?P<slash>/?)(?!/)[\w.-]")
_SCHEME = patterns.compile(r"(?P<scheme>[a-z]{3,7})://")
_PORT = patterns.compile(
    r"(?:https?://(?:[\w.-]{1,253}|\[[0-9a-f:]{2,45}\])|localhost|127\.0\.0\.1|0\.0\.0\.0):(?P<port>[^/?#\s@]{1,40})(?:[/?#]|\Z)"
)
_OPEN = frozenset("${}<>*")
"""What something fills in, or what curl makes several URLs of."""


class Malformed(NamedTuple):
    """A URL, and what is wrong with it."""

    word: Scalar
    fault: str


def malformed(command: Command) -> Iterator[Malformed]:
    """The URLs of a command that are none."""
    if command.program not in ("curl", "wget"):
        return
    for word in command.words[1:]:
        if word.tag == UNKNOWN or _OPEN & set(word.value) or word.value.startswith("-"):
            continue
        fault = _fault(word.value, command.program)
        if fault:
            yield Malformed(word, fault)


def _fault(text: str, program: str) -> str:
    if _NO_COLON.match(text):
        return "the colon behind its scheme is missing, so that `http` is the host"
    bare = _NO_SLASHES.match(text)
    if bare is not None and not (bare["slash"] and program == "curl"):
        return "the two slashes behind its scheme are missing"
    written = _SCHEME.match(text)
    scheme = written["scheme"] if written is not None else "http"
    if scheme not in ("http", "https") and any(is_misspelt(scheme, one) for one in ("http", "https")):
        return f"there is no scheme `{scheme}`"
    port = _PORT.match(text)
    if port is None or numerals.port(port["port"]) is not None:
        return ""
    return f"`{port['port']}` is no port"
