"""What a chart would make with other values: a release that switches a part off does not lack it by a slip."""

from __future__ import annotations

import re
from collections.abc import Mapping

from upstreamlint import patterns
from upstreamlint.source import Anchor
from upstreamlint.values import frozen

_PRINTS_MORE = patterns.compile(
    r"\{\{-?[ \t]*(?:include|template|toYaml|tpl|range|with)\b|\|[ \t]*n?indent\b"
)


@frozen
class SwitchedOff:
    """The templates of a chart that print nothing in a release: words that they are called by, texts of those with pods, their paths, the kinds of their objects."""

    words: frozenset[str] = frozenset()
    pods: tuple[str, ...] = ()
    paths: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()

    def names(self, wanted: str) -> bool:
        """Whether something that is called so is what they would make."""
        return wanted.partition(".")[0].rpartition("-")[2] in self.words

    def may_carry(self, labels: Mapping[str, str]) -> bool:
        """Whether pods that they would make may carry labels."""
        return any(all(_may_print(text, *label) for label in labels.items()) for text in self.pods)


def _may_print(template: str, key: str, value: str) -> bool:
    """Whether a template may print a label: it is written so, is an action, or comes from what is included."""
    lines = re.findall(rf"^[ \t]*[\"']?{re.escape(key)}[\"']?:[ \t]*([^\r\n]*)", template, re.MULTILINE)
    if lines:
        return any("{{" in line or line.strip(" \t\"'") == value for line in lines)
    return _PRINTS_MORE.search(template) is not None


def may_have(written: Anchor, key: str) -> bool:
    """Whether the data of an object may have a key with other values: its template names it, or puts in what it does not name."""
    text = written.source.text
    start, end = text.rfind("\n---", 0, written.start) + 1, text.find("\n---", written.start)
    data = _DATA.split(text[start : end if end >= 0 else None], 1)[-1]
    return key in data or any(_WHOLE_LINE.match(line) and not _FLOW.match(line) for line in data.split("\n"))


_DATA = patterns.compile(r"^(?:data|stringData):", re.MULTILINE)
_WHOLE_LINE = patterns.compile(r"[ \t]*(?:\{\{[^{}]*\}\}[ \t]*)+\r?$")
_FLOW = patterns.compile(r"[ \t]*\{\{-?[ \t]*(?:if|else|end)\b")
