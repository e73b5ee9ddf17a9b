"""An httpd configuration as directives and sections, with its includes and `Define`s put in place.

`<IfModule>`, `<IfDefine>`, `<IfVersion>` and `<IfFile>` are looked through: what stands in them is read, and marked
as unsure where it is not known whether it counts. `Use` of a macro is put in place as well.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from upstreamlint import patterns
from upstreamlint.documents import Scalar
from upstreamlint.programs.apache.lines import Line, lines
from upstreamlint.programs.variables import NOTHING_KNOWN, Variables
from upstreamlint.readers.fault import Fault
from upstreamlint.readers.fragment import Fragment
from upstreamlint.source import Anchor
from upstreamlint.typed import TypeAlias
from upstreamlint.values import NamedTuple, frozen, replace

Finder: TypeAlias = Callable[[Fragment, str], Sequence[Fragment] | None]
"""What a path or pattern of an include means; nothing when that cannot be known."""

MAX_DEPTH = 60
MAX_INCLUDES = 2000
MAX_LINES = 400_000
MAX_TEXT = 5_000_000
"""More text than this is not made of variables and macros: they double each other."""
_OPENS = patterns.compile(r"<([A-Za-z]+)(.*)", re.DOTALL)
_CLOSES = patterns.compile(r"</([A-Za-z]+)\s*>?")
_CONDITIONS = frozenset({"ifmodule", "ifdefine", "ifversion", "iffile", "ifdirective", "ifsection"})
_TEMPLATE = patterns.compile(r"\{\{|\{%|<%")


@frozen
class Directive:
    """A directive, or a section with its directives in `block`. Names are compared in lower case.

    `unsure` says that a condition around it may not hold.
    """

    name: Scalar
    args: tuple[Scalar, ...]
    block: tuple[Directive, ...] | None
    anchor: Anchor
    unsure: bool = False

    @property
    def key(self) -> str:
        """The name in lower case, without the bracket of a section."""
        return self.name.value.lstrip("<").lower()


class Include(NamedTuple):
    """One `Include` or `IncludeOptional`; no fragments where nobody can tell what it brings."""

    pattern: Scalar
    fragments: tuple[Fragment, ...] | None


class Reading(NamedTuple):
    """What a configuration holds; `complete` says that all that httpd would read was read.

    httpd stops at the first fault, and so does the reading.
    """

    directives: tuple[Directive, ...]
    includes: tuple[Include, ...]
    faults: tuple[Fault, ...]
    complete: bool
    templated: bool


def read(main: Fragment, finder: Finder | None = None, variables: Variables = NOTHING_KNOWN) -> Reading:
    """Read a configuration and what it includes."""
    if _TEMPLATE.search(main.text):
        return Reading((), (), (), complete=False, templated=True)
    reader = _Reader(finder, variables)
    directives = tuple(reader.block(reader.lines_of(main, 0), None))
    return Reading(directives, tuple(reader.includes), tuple(reader.faults), reader.complete, templated=False)


class _Opened(NamedTuple):
    """A section that is open: its name, and where it starts."""

    name: str
    anchor: Anchor
    unsure: bool
    depth: int


class _Reader:
    """What was defined and included so far."""

    def __init__(self, finder: Finder | None, variables: Variables) -> None:
        self.finder = finder
        self.variables = variables
        self.defines: dict[str, str] = {}
        self.macros: dict[str, tuple[list[str], list[Line]]] = {}
        self.includes: list[Include] = []
        self.faults: list[Fault] = []
        self.complete = True
        self.count = 0
        self.size = 0

    def defined(self, name: str) -> str | None:
        """The value of `${name}`."""
        found = self.defines.get(name, self.variables.get(name))
        if found is None and not self.variables.knows(name):
            self.complete = False
        return found if found is None or self.affords(len(found)) else None

    def affords(self, size: int) -> bool:
        """Whether so much more text may be made of variables and macros."""
        self.size += size
        self.complete = self.complete and self.size <= MAX_TEXT
        return self.size <= MAX_TEXT

    def lines_of(self, fragment: Fragment, depth: int) -> Iterator[Line]:
        """The lines of a file, those of its includes in their place."""
        for line in lines(fragment):
            self.count += 1
            if self.count > MAX_LINES:
                self.complete = False
                return
            key = line.name.value.lower()
            if key in ("include", "includeoptional"):
                yield from self.included(fragment, line, depth)
            elif key == "use":
                yield from self.used(line)
            else:
                yield line

    def included(self, fragment: Fragment, line: Line, depth: int) -> Iterator[Line]:
        optional = line.name.value.lower() == "includeoptional"
        for pattern in line.words(self.defined)[:1]:
            found = (
                self.finder(fragment, pattern.value) if self.finder and "${" not in pattern.value else None
            )
            if depth > MAX_DEPTH or len(self.includes) > MAX_INCLUDES:
                found = None
            self.includes.append(Include(pattern, tuple(found) if found is not None else None))
            if found is None:
                self.complete = False
            elif not found and not optional and not any(c in pattern.value for c in "*?["):
                said = f"Could not open configuration file {pattern.value}: No such file or directory"
                self.faults.append(Fault(pattern.anchor, said))
            for text in found or ():
                yield from self.lines_of(text, depth + 1)

    def used(self, line: Line) -> Iterator[Line]:
        """The lines of a macro with its parameters replaced; each stands where the macro is used."""
        words = [w.value for w in line.words(self.defined)]
        macro = self.macros.get(words[0].lower()) if words else None
        if macro is None:
            self.complete = False
            return
        parameters, body = macro
        values = dict(zip(parameters, words[1:], strict=False))
        for inner in body:
            text = inner.rest.text
            for parameter, value in values.items():
                if parameter and self.affords(len(text) + text.count(parameter) * len(value)):
                    text = text.replace(parameter, value)
            yield replace(inner, rest=_standing(line, text), anchor=line.anchor)

    def block(self, rest: Iterator[Line], opened: _Opened | None) -> Iterator[Directive]:
        """The directives up to the end of a section."""
        unsure = opened.unsure if opened else False
        for line in rest:
            closes = _CLOSES.match(line.name.value)
            opens = _OPENS.match(line.name.value)
            if self.faults:
                return
            if closes:
                self.check_end(line, closes[1], opened)
                return
            if opens:
                yield from self.section(rest, line, opens[1], opened)
            else:
                yield from self.directive(line, unsure=unsure)
        if opened is not None and not self.faults:
            self.faults.append(Fault(opened.anchor, f"<{opened.name}> was not closed."))

    def check_end(self, line: Line, name: str, opened: _Opened | None) -> None:
        if opened is None:
            self.faults.append(Fault(line.anchor, f"</{name}> without matching <{name}> section"))
        elif opened.name.lower() != name.lower():
            said = f"Expected </{opened.name}> but saw </{name}>"
            self.faults.append(Fault(line.anchor, said, ((opened.anchor, "this section is open"),)))

    def section(
        self, rest: Iterator[Line], line: Line, name: str, around: _Opened | None
    ) -> Iterator[Directive]:
        args = _head(line, name, self.defined)
        key = name.lower()
        unsure, depth = (around.unsure, around.depth + 1) if around else (False, 1)
        if depth > MAX_DEPTH:
            self.faults.append(Fault(line.anchor, f"nested deeper than {MAX_DEPTH} sections"))
        elif key == "macro":
            self.define_macro(rest, args)
        elif key in _CONDITIONS:
            holds = self.holds(key, args)
            inner = list(self.block(rest, _Opened(name, line.anchor, unsure or holds is None, depth)))
            yield from inner if holds is not False else ()
        else:
            inner = list(self.block(rest, _Opened(name, line.anchor, unsure, depth)))
            scalar = line.name._replace(value=f"<{name}")
            yield Directive(scalar, args, tuple(inner), line.anchor, unsure)

    def define_macro(self, rest: Iterator[Line], args: tuple[Scalar, ...]) -> None:
        body: list[Line] = []
        for line in rest:
            if line.name.value.lower().startswith("</macro"):
                break
            body.append(line)
        if args:
            name, *parameters = (a.value for a in args)
            self.macros[name.lower()] = (parameters, body)

    def holds(self, key: str, args: tuple[Scalar, ...]) -> bool | None:
        """Whether a condition holds; nothing when that cannot be known. Modules are taken to be there."""
        text = args[0].value if args else ""
        wanted = not text.startswith("!")
        name = text.removeprefix("!")
        if key == "ifdefine":
            if name in self.defines:
                return wanted
            return None if not self.complete else not wanted
        # Who writes `<IfModule>` around a directive means that the module is there.
        return True if wanted and key == "ifmodule" else None

    def directive(self, line: Line, *, unsure: bool) -> Iterator[Directive]:
        words = line.words(self.defined)
        key = line.name.value.lower()
        if key == "define" and words:
            self.defines[words[0].value] = words[1].value if len(words) > 1 else ""
        elif key == "undefine" and words:
            self.defines.pop(words[0].value, None)
        yield Directive(line.name, words, None, line.anchor, unsure)


def _head(line: Line, name: str, defined: Callable[[str], str | None]) -> tuple[Scalar, ...]:
    """The words of a section's first line, without the bracket at its end."""
    glued = line.name.value[len(name) + 1 :]
    words = list(line.words(defined))
    if glued.strip(">"):
        first = line.name
        words.insert(0, first._replace(value=glued, start=min(first.start + len(name) + 1, first.end)))
    if words and words[-1].plain and words[-1].value.endswith(">"):
        last = words.pop()
        value = last.value[:-1]
        if value:
            shorter = last.end - 1 if last.end - last.start == len(last.value) else last.end
            words.append(last._replace(value=value, end=shorter))
    return tuple(words)


def _standing(line: Line, text: str) -> Fragment:
    """A text of which every word stands where a line does."""
    from upstreamlint.readers.fragment import Piece

    source, start, end = line.anchor
    return Fragment(source, text, (Piece(0, start, end, verbatim=False),))
