"""Which line of a template each line of its output came from.

Lines without actions come out as they are: those that stand once in both texts are fixed points. Between
two of them every line is matched with what the template's line may become; a loop starts over. What one
action prints (`toYaml`, `include`) is put to that action where only one can have printed it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from itertools import pairwise

from upstreamlint import patterns

UNKNOWN = 0

_ENDS = patterns.compile(r"\r\n|\n|\r")
_CONTROL = patterns.compile(
    r"\{\{-?\s*(?:/\*|if\b|else\b|end\b|range\b|with\b|define\b|block\b|break\b|continue\b|\$\w+\s*:?=)"
)


def _cut(text: str) -> tuple[list[str], list[str]]:
    """What stands beside the actions in a text, and the actions."""
    parts: list[str] = []
    actions: list[str] = []
    at = 0
    while (start := text.find("{{", at)) >= 0 and (end := text.find("}}", start + 2)) >= 0:
        parts.append(text[at:start])
        actions.append(text[start : end + 2])
        at = end + 2
    return [*parts, text[at:]], actions


class _Line:
    """A line of a template: its text, or the fixed parts of what it may become; or an action that prints lines."""

    __slots__ = ("key", "parts", "prints")

    def __init__(self, text: str) -> None:
        text = text.strip()
        # An action may take the blank space beside it away.
        parts, actions = _cut(text)
        self.parts = [part.strip() for part in parts]
        self.key = self.parts[0] if actions and self.parts[0].endswith(":") else ""
        self.prints = False
        if not any(self.parts):
            self.prints = not all(_CONTROL.match(action) for action in actions)
        elif actions:
            self.prints = not self.parts[-1] and "indent" in actions[-1]

    @property
    def literal(self) -> str:
        """The text of a line without actions."""
        return self.parts[0] if len(self.parts) == 1 else ""

    def fits(self, text: str) -> bool:
        """Whether the line can have become a text."""
        first, *others = self.parts
        if not others:
            return first == text
        *between, last = others
        if not any(self.parts) or not text.startswith(first):
            return False
        at = len(first)
        for part in between:
            at = text.find(part, at)
            if at < 0:
                return False
            at += len(part)
        return text.endswith(last) and len(text) - len(last) >= at


def aligned(template: str, rendered: str) -> list[int]:
    """For each line of the output the line of the template (from 1), or `UNKNOWN`."""
    lines = [_Line(line) for line in _ENDS.split(template)]
    output = [line.strip() for line in _ENDS.split(rendered)]
    result = [UNKNOWN] * len(output)
    points = [(-1, -1), *_fixed_points(lines, output), (len(output), len(lines))]
    for (out_low, low), (out_high, high) in pairwise(points):
        if out_low >= 0:
            result[out_low] = low + 1
        _fill(result, lines, output, (out_low + 1, out_high), (low + 1, high))
    _print(result, lines)
    return result


def _fixed_points(lines: list[_Line], output: list[str]) -> list[tuple[int, int]]:
    """Pairs of lines that stand once in both texts, in the order of both."""
    in_template = Counter(line.literal for line in lines if line.literal)
    in_output = Counter(output)
    where = {
        line.literal: n for n, line in enumerate(lines) if line.literal and in_template[line.literal] == 1
    }
    pairs = [(n, where[text]) for n, text in enumerate(output) if in_output[text] == 1 and text in where]
    return _increasing(pairs)


def _increasing(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest selection whose second numbers grow too."""
    tails: list[int] = []
    ends: list[int] = []
    before: list[int] = []
    for index, (_, number) in enumerate(pairs):
        at = bisect_left(tails, number)
        before.append(ends[at - 1] if at else -1)
        if at == len(tails):
            tails.append(number)
            ends.append(index)
        else:
            tails[at], ends[at] = number, index
    chosen: list[tuple[int, int]] = []
    index = ends[-1] if ends else -1
    while index >= 0:
        chosen.append(pairs[index])
        index = before[index]
    return chosen[::-1]


def _fill(
    result: list[int], lines: list[_Line], output: list[str], part: tuple[int, int], among: tuple[int, int]
) -> None:
    """Match the output between two fixed points with the template between them."""
    low, high = among
    cursor = low
    for number in range(*part):
        text = output[number]
        if not text:
            continue
        order = [*range(cursor, high), *range(low, min(cursor, high))]
        found = next((n for n in order if lines[n].fits(text)), None)
        if found is None:
            found = next((n for n in order if lines[n].key and text.startswith(lines[n].key)), None)
        if found is not None:
            result[number] = found + 1
            cursor = found + 1


def _print(result: list[int], lines: list[_Line]) -> None:
    """Put what is left to the only action that can have printed it."""
    printers = [n + 1 for n, line in enumerate(lines) if line.prints]
    if not printers:
        return
    number = 0
    while number < len(result):
        if result[number] != UNKNOWN:
            number += 1
            continue
        start = number
        while number < len(result) and result[number] == UNKNOWN:
            number += 1
        above = result[start - 1] if start else 0
        below = result[number] if number < len(result) else len(lines) + 1
        between = [n for n in printers if above < n < below or (n == above and lines[n - 1].key)]
        if between and (len(between) == 1 or between[0] <= above + 1):
            result[start:number] = between[:1] * (number - start)
