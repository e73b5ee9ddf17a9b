"""What templates take of the values, and of each other, by the words of their actions.

Whatever takes a whole mapping (`toYaml .Values.service`, `with .Values.service`) takes all below it, but for what only asks whether it is
there (`if .Values.service`); what passes on `.Values` itself takes everything.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from upstreamlint import patterns
from upstreamlint.source import Anchor, Source
from upstreamlint.values import NamedTuple

Path = tuple[str, ...]

_COMMENT = patterns.compile(r"\{\{-?\s*/\*.*?\*/\s*-?\}\}", re.DOTALL)
_ACTION = patterns.compile(r"\{\{-?(.{0,4000}?)-?\}\}", re.DOTALL)
_VALUES = patterns.compile(r"\.Values((?:\.[A-Za-z_]\w{0,100}){0,12})")
_INDEX = patterns.compile(r"index[ \t]+\$?\.Values((?:[ \t]+\"[\w.-]{1,100}\"){1,10})")
_KEYED = patterns.compile(
    r"(?:hasKey|get)[ \t]+\$?\.Values((?:\.[A-Za-z_]\w{0,100}){0,12})[ \t]+\"([\w.-]{1,100})\""
)
_QUOTED = patterns.compile(r"\"([\w.-]{1,100})\"")
_OPTIONAL = patterns.compile(
    r"^\s*(?:else\s+)?(?:if|with|range)\b|\b(?:default|coalesce|or|and|empty|ternary|hasKey|kindIs|required|dig|get|toYaml|toJson|typeIs|typeOf|not)\b"
)
_TESTED = patterns.compile(r"^\s*(?:else\s+)?if\b(?![^|]*\b(?:include|template|toYaml|toJson|tpl)\b)")
_FLOW = patterns.compile(r"^\s*(if|else|end|range|with|define|block)\b")
_INCLUDED = patterns.compile(r"\b(?:include|template)\s+\"([^\"{}\s]{1,200})\"")
_DEFINED = patterns.compile(r"^\s*(?:define|block)\s+\"([^\"{}\s]{1,200})\"")


class Taking(NamedTuple):
    """A value that an action takes; `plain` where it prints it as it is, whatever else is set, `tested` where it only asks for it."""

    path: Path
    anchor: Anchor
    plain: bool
    tested: bool = False


class Included(NamedTuple):
    """A named template that an action asks for; `inside` is the one that the action is part of, empty for none; `always` says that nothing is asked first."""

    name: str
    anchor: Anchor
    inside: str
    always: bool


class Takings(NamedTuple):
    """All that some texts take; `everything` where `.Values` itself is passed on."""

    values: tuple[Taking, ...]
    everything: bool
    includes: tuple[Included, ...]
    defined: frozenset[str]


def takings(sources: Iterable[Source]) -> Takings:
    """What the actions of texts take."""
    values: list[Taking] = []
    includes: list[Included] = []
    defined: set[str] = set()
    everything = False
    for source in sources:
        opened: list[tuple[str, str]] = []
        for action in _ACTION.finditer(_COMMENT.sub(_blank, source.text)):
            text, start = action[1], action.start(1)
            inside = next((name for name, _ in opened if name), "")
            always = not opened and _OPTIONAL.search(text) is None
            conditions = " ".join(condition for _, condition in opened)
            for found in _INCLUDED.finditer(text):
                place = Anchor(source, start + found.start(1), start + found.end(1))
                includes.append(Included(found[1], place, inside, always))
            keyed = [
                Taking(
                    (*_parts(found[1]), found[2]),
                    _place(source, start, found),
                    plain=False,
                    tested=found[0].startswith("hasKey"),
                )
                for found in _KEYED.finditer(text)
            ]
            rest = _KEYED.sub(_blank, text)
            indexed = [
                Taking(tuple(_QUOTED.findall(found[1])), _place(source, start, found), plain=False)
                for found in _INDEX.finditer(rest)
            ]
            named = [found for found in _VALUES.finditer(rest) if found[1]]
            optional = _OPTIONAL.search(text) is not None
            tested = _TESTED.match(text) is not None
            values += (*keyed, *indexed)
            for found in named:
                path = _parts(found[1])
                plain = not optional and not _asks(conditions, path)
                values.append(Taking(path, _place(source, start, found), plain=plain, tested=tested))
            everything = everything or len(_VALUES.findall(rest)) > len(indexed) + len(named)
            _follow(text, opened, defined)
    return Takings(tuple(values), everything, tuple(includes), frozenset(defined))


def _parts(dotted: str) -> Path:
    return tuple(dotted[1:].split(".")) if dotted else ()


def _blank(comment: re.Match[str]) -> str:
    return " " * len(comment[0])


def _follow(text: str, opened: list[tuple[str, str]], defined: set[str]) -> None:
    """Keep what is open behind an action: the named template that it begins, or else nothing, and what it asks."""
    flow, name = _FLOW.match(text), _DEFINED.match(text)
    if name is not None:
        defined.add(name[1])
    if flow is None:
        return
    if flow[1] not in ("end", "else"):
        opened.append((name[1] if name is not None else "", text))
    elif opened:
        last, asked = opened.pop()
        if flow[1] == "else":
            opened.append((last, f"{asked} {text}"))


def _place(source: Source, start: int, found: re.Match[str]) -> Anchor:
    return Anchor(source, start + found.start(), start + found.end())


def _asks(conditions: str, path: Path) -> bool:
    """Whether conditions ask for a value, or for what holds it."""
    held = (".Values." + ".".join(path[:n]) for n in range(len(path), 0, -1))
    return any(re.search(rf"{re.escape(one)}(?![\w.])", conditions) for one in held) if conditions else False
