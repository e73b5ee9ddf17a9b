"""A haproxy.cfg as sections of lines; several files are read as one.

Lines between `.if` and `.endif` are read, and marked: whether HAProxy sees them depends on where it runs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from upstreamlint import patterns
from upstreamlint.documents import Scalar
from upstreamlint.programs.haproxy.words import lines
from upstreamlint.programs.variables import NOTHING_KNOWN, Variables
from upstreamlint.readers.fault import Fault
from upstreamlint.readers.fragment import Fragment
from upstreamlint.source import Anchor
from upstreamlint.values import NamedTuple, frozen

_TEMPLATE = patterns.compile(r"\{\{|\{%|<%")
KEYWORDS = frozenset(
    {
        "acme",
        "backend",
        "cache",
        "crt-store",
        "defaults",
        "fcgi-app",
        "frontend",
        "global",
        "healthcheck",
        "http-errors",
        "listen",
        "log-forward",
        "log-profile",
        "mailers",
        "namespace_list",
        "peers",
        "program",
        "resolvers",
        "ring",
        "traces",
        "userlist",
    }
)
MISSING_LINE_END = "Missing LF on last line"
_UNNAMED = frozenset({"global", "defaults", "namespace_list", "traces", "crt-store"})
_MAY_LACK_A_NAME = _UNNAMED | {"acme"}


@frozen
class Line:
    """One line: its keyword and the words behind it. `unsure` stands between `.if` and `.endif`."""

    keyword: Scalar
    args: tuple[Scalar, ...]
    unsure: bool

    @property
    def name(self) -> str:
        """The keyword as text."""
        return self.keyword.value

    @property
    def anchor(self) -> Anchor:
        """From the keyword to the last word."""
        last = self.args[-1] if self.args else self.keyword
        return Anchor(self.keyword.source, self.keyword.start, last.end)


@frozen
class Section:
    """A section: `frontend web` with its lines."""

    head: Line
    lines: tuple[Line, ...]

    @property
    def kind(self) -> str:
        """What it is a section of."""
        return self.head.name

    @property
    def name(self) -> Scalar | None:
        """Its name, if it has one."""
        return self.head.args[0] if self.head.args else None

    def all(self, *names: str) -> Iterator[Line]:
        """The lines of a keyword, or of one followed by another word (`option httpchk`)."""
        for line in self.lines:
            words = (line.name, *(a.value for a in line.args[: len(names) - 1]))
            if words == names:
                yield line


class Reading(NamedTuple):
    """What the files hold. A template that was not rendered has no sections; `unsure` says that lines hang on `.if`."""

    sections: tuple[Section, ...]
    faults: tuple[Fault, ...]
    templated: bool
    unsure: bool


def read(fragments: Sequence[Fragment], variables: Variables = NOTHING_KNOWN) -> Reading:
    """Read the files in the order in which HAProxy loads them."""
    if any(_TEMPLATE.search(f.text) for f in fragments):
        return Reading((), (), templated=True, unsure=False)
    sections: list[tuple[Line, list[Line]]] = []
    faults: list[Fault] = []
    seen_condition = False
    for fragment in fragments:
        depth = 0
        for found in lines(fragment, variables):
            if isinstance(found, Fault):
                faults.append(found)
                continue
            keyword, *args = found
            if keyword.value.startswith("."):
                depth += {".if": 1, ".endif": -1}.get(keyword.value, 0)
                seen_condition = seen_condition or keyword.value == ".if"
                continue
            line = Line(keyword, tuple(args), unsure=depth > 0)
            if keyword.value in KEYWORDS:
                sections.append((line, []))
                faults.extend(_unnamed(line))
            elif sections:
                sections[-1][1].append(line)
            elif not keyword.value.startswith("["):
                said = f"unknown keyword '{keyword.value}' out of section"
                faults.append(Fault(keyword.anchor, said))
        faults.extend(_truncated(fragment))
    made = tuple(Section(head, tuple(body)) for head, body in sections)
    return Reading(made, tuple(faults), templated=False, unsure=seen_condition)


def _truncated(fragment: Fragment) -> Iterator[Fault]:
    """Since 2.3 HAProxy takes a last line without its end for a file that was not written to its end."""
    text = fragment.text
    line = text[text.rfind("\n") + 1 :]
    if line:
        said = f"{MISSING_LINE_END}, file might have been truncated at position {len(line) + 1}."
        yield Fault(fragment.place(len(text) - 1, len(text)), said)


def _unnamed(line: Line) -> Iterator[Fault]:
    if not line.args and line.name not in _MAY_LACK_A_NAME:
        yield Fault(line.anchor, f"'{line.name}' expects an <id> argument")
