"""Which line of a template each line of its output came from.

Lines without actions come out as they are: those that stand once in both texts are fixed points. Between
two of them every line is matched with what the template's line may become; a loop starts over. What one
action prints (`toYaml`, `include`) is put to that action where only one can have printed it.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from itertools import pairwise

UNKNOWN = 0

_ACTION = re.compile(r"\{\{.*?\}\}", re.DOTALL)
_CONTROL = re.compile(
    r"\{\{-?\s*(?:/\*|if\b|else\b|end\b|range\b|with\b|define\b|block\b|break\b|continue\b|\$\w+\s*:?=)"
)


class _Line:
    """A line of a template: its text, or a pattern of what it may become; or an action that prints lines."""

    __slots__ = ("literal", "pattern", "prints")

    def __init__(self, text: str) -> None:
        self.literal: str | None = None
        self.pattern: re.Pattern[str] | None = None
        self.prints = False
        text = text.strip()
        if "{{" not in text and "}}" not in text:
            self.literal = text
            return
        actions = _ACTION.findall(text)
        rest = _ACTION.split(text)
        if any(part.strip() for part in rest):
            self.pattern = re.compile(".*?".join(re.escape(part) for part in rest))
        else:
            self.prints = not all(_CONTROL.match(action) for action in actions)

    def fits(self, text: str) -> bool:
        return (
            self.literal == text
            if self.literal is not None
            else bool(self.pattern and self.pattern.fullmatch(text))
        )


def aligned(template: str, rendered: str) -> list[int]:
    """For each line of the output the line of the template (from 1), or `UNKNOWN`."""
    lines = [_Line(line) for line in template.splitlines()]
    output = [line.strip() for line in rendered.splitlines()]
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
        ahead = (n for n in range(cursor, high) if lines[n].fits(text))
        back = (n for n in range(low, min(cursor, high)) if lines[n].fits(text))
        found = next(ahead, None)
        if found is None:
            found = next(back, None)
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
        between = [n for n in printers if above < n < below]
        if len(between) == 1:
            result[start:number] = between * (number - start)
