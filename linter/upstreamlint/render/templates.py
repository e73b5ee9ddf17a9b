"""What a template rendered to, as documents whose every node stands in the template."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from upstreamlint import patterns
from upstreamlint.documents import Document, Node, Scalar
from upstreamlint.readers import yaml
from upstreamlint.readers.fault import Fault
from upstreamlint.render.align import UNKNOWN, aligned
from upstreamlint.render.move import Place, moved
from upstreamlint.source import Anchor, Source

_BLANK = patterns.compile(r"[ \t]*(?:- +)*")


def documents(
    rendered: str, template: Source, wanted: Callable[[str], bool], unread: list[Fault]
) -> Iterator[Document]:
    """The documents of a template's output; what cannot be placed stands at the template's beginning.

    What does not parse of the output is put to the `unread`, at the template's lines.
    """
    output = Source(template.path, rendered)
    reading = yaml.read(output, wanted)
    if not reading.documents and not reading.faults:
        return
    lines = aligned(template.text, rendered)
    unread += (_placed(fault, template, lines) for fault in reading.faults)
    place = _place(output, template, lines)
    for document in reading.documents:
        yield Document(template, moved(document.root, place), document.number)


def _placed(fault: Fault, template: Source, lines: list[int]) -> Fault:
    """A fault of the output at the line of the template that printed it."""
    number = fault.anchor.line
    line = lines[number - 1] if number <= len(lines) else UNKNOWN
    if line == UNKNOWN:
        return Fault(Anchor(template, 0, 0), fault.message, repeated=fault.repeated)
    text, start = template.line(line), template.line_starts[line - 1]
    blank = len(text) - len(text.lstrip())
    return Fault(Anchor(template, start + blank, start + len(text)), fault.message, repeated=fault.repeated)


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
