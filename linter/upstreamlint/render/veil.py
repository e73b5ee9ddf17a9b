"""Secrets as rendered, without their values: which keys they have is all that is read of them, and all that is kept."""

from __future__ import annotations

import re
from collections.abc import Iterator

from upstreamlint import patterns

_SECRET = patterns.compile(r"^kind:[ \t]*[\"']?Secret[\"']?[ \t]*\r?$", re.MULTILINE)
_PLAIN = patterns.compile(
    r"(?:apiVersion|kind|type):[^\n]*|metadata:[ \t]*\r?|---[ \t]*\r?"
    r"|metadata:[ \t]*\{(?:[ \t]{0,9}name(?:space)?:[^,{}\n]{0,300},?){1,2}\}[ \t]*\r?"
)
_NAMED = patterns.compile(r"[ \t]+(?:name|namespace):[^\n{\[&*|>]*")
_DATA = patterns.compile(r"(?:data|stringData):[ \t]*\r?")
_FLOW = patterns.compile(r"^(?:data|stringData):[ \t]*[^\s#]", re.MULTILINE)
_KEY = patterns.compile(r"([ \t]+[\"']?[\w.-]+[\"']?:)(?:[ \t][^\n]*)?")
_KEPT = patterns.compile(
    r"[ \t]+(?:annotations:[ \t]*|(?:(?:alpha\.)?config\.kubernetes\.io/|kubernetes\.io/service-account\.name:)[^\n]*)\r?"
)
"""Annotations that say where an object comes from, and whose token it holds."""


def veiled(text: str) -> str:
    """A document as it is, or a Secret line by line without its values; what cannot be told from a value is left out."""
    if _SECRET.search(text) is None:
        return text
    return "" if _FLOW.search(text) is not None else "\n".join(_lines(text.split("\n")))


def _lines(lines: list[str]) -> Iterator[str]:
    """The lines that say what a Secret is and which keys it has, empty ones in place of all others."""
    section, depth = "", 0
    kept_below = -1
    for line in lines:
        indent = len(line) - len(line.lstrip(" "))
        if not line.strip():
            yield ""
        elif not indent:
            section, depth, kept_below = line.partition(":")[0].strip(), 0, -1
            yield (
                line
                if _PLAIN.fullmatch(line) or _DATA.fullmatch(line) or line.startswith("# Source:")
                else ""
            )
        elif section in ("data", "stringData"):
            depth = depth or indent
            key = _KEY.fullmatch(line) if indent == depth else None
            yield f'{key[1]} ""' if key is not None else ""
        elif section == "metadata":
            depth = depth or indent
            if kept_below >= 0 and indent > kept_below:
                yield line
                continue
            kept_below = indent if _KEPT.fullmatch(line) and "annotations:" not in line else -1
            named = indent == depth and _NAMED.fullmatch(line)
            yield line if named or _KEPT.fullmatch(line) else ""
        else:
            yield ""
