"""What a template rendered to, as documents whose every node stands in the template."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from upstreamlint import patterns
from upstreamlint.documents import Document, Node, Scalar
from upstreamlint.readers import yaml
from upstreamlint.render.align import UNKNOWN, aligned
from upstreamlint.render.move import Place, moved
from upstreamlint.source import Anchor, Source

_BLANK = patterns.compile(r"[ \t]*(?:- +)*")


def documents(
    rendered: str, template: Source, wanted: Callable[[str], bool], unread: list[str]
) -> Iterator[Document]:
    """The documents of a template's output; what cannot be placed stands at the template's beginning.

    Of output that does not parse the template's path is put to the `unread`.
    """
    output = Source(template.path, rendered)
    reading = yaml.read(output, wanted)
    unread.extend([template.path] if reading.faults else ())
    if not reading.documents:
        return
    place = _place(output, template, aligned(template.text, rendered))
    for document in reading.documents:
        yield Document(template, moved(document.root, place), document.number)


def _place(output: Source, template: Source, lines: list[int]) -> Place:
    def line_of(offset: int) -> int:
        number = output.position(offset)[0]
        return lines[number - 1] if number <= len(lines) else UNKNOWN

    def place(node: Node) -> Anchor:
        first = line_of(node.start)
        if first == UNKNOWN:
            return Anchor(template, 0, 0)
        start = template.line_starts[first - 1]
        text = template.line(first)
        if isinstance(node, Scalar):
            low, high = _part(text, node, output)
            return Anchor(template, start + low, start + high)
        last = line_of(max(node.end - 1, node.start))
        blank = _BLANK.match(text)
        low = blank.end() if blank else 0
        end = max(last, first)
        return Anchor(template, start + low, template.line_starts[end - 1] + len(template.line(end)))

    return place


def _part(line: str, scalar: Scalar, output: Source) -> tuple[int, int]:
    """The part of a template's line that a scalar is written in."""
    number, column = output.position(scalar.start)
    before = output.line(number)[: column - 1]
    written = output.text[scalar.start : scalar.end]
    key, colon, _ = before.rpartition(":")
    floor = line.find(f"{key.strip().removeprefix('- ')}:") if colon else -1
    floor = floor + len(key.strip().removeprefix("- ")) + 1 if floor >= 0 else 0
    at = line.find(written, floor) if "\n" not in written else -1
    if at >= 0:
        return at, at + len(written)
    rest = line[floor:]
    blank = len(rest) - len(rest.lstrip(" -" if not floor else " "))
    return floor + blank, max(len(line.rstrip()), floor + blank)
