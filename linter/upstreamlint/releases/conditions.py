"""What must be set for a part of a template to be printed, by the conditions around it.

Plain conditions (`if .Values.a.b`), other ways to write them (`ne .Values.a ""`, `eq .Values.a true`, `not (empty .Values.a)`), those with
`and`, `or` and `not`, and choices by words (`eq .Values.kind "StatefulSet"`) are understood; a part inside of any other is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from upstreamlint import patterns
from upstreamlint.charts.chart import at
from upstreamlint.documents import Node, Scalar
from upstreamlint.source import Source
from upstreamlint.values import NamedTuple

Wanted = dict[str, str]
"""The values to set, by their paths; none where a condition is true already."""

_ACTION = patterns.compile(r"\{\{-?[ \t]*(if|else|end|range|with|define|block)\b([^{}]*?)-?\}\}")
_PLAIN = patterns.compile(r"\$?\.Values((?:\.[A-Za-z_]\w*)+)")
_CHOICE = patterns.compile(r"(eq|ne)[ \t]+\$?\.Values((?:\.[A-Za-z_]\w*)+)[ \t]+\"([a-zA-Z][\w-]{0,60})\"")
_VALUE = r"(\$?\.Values(?:\.[A-Za-z_]\w{0,100}){1,12})"
_PLAINER = tuple(
    (patterns.compile(pattern), plainer)
    for pattern, plainer in (
        (r"\((\$?\.Values(?:\.\w{1,100}){0,12})\)\.", r"\1."),
        (r"\b(eq|ne)[ \t]+(\"[^\"]{0,100}\"|true|false)[ \t]+" + _VALUE, r"\1 \3 \2"),
        (r"\bnot[ \t]+\(eq[ \t]+" + _VALUE + r"[ \t]+(\"[^\"]{1,100}\")\)", r"ne \1 \2"),
        (r"\bdefault[ \t]+(?:false|\"\")[ \t]+" + _VALUE, r"\1"),
        (_VALUE + r"[ \t]*\|[ \t]*default[ \t]+(?:false|\"\")", r"\1"),
        (
            r"\b(?:ne[ \t]+"
            + _VALUE
            + r"[ \t]+(?:\"\"|false)|eq[ \t]+(\$?\.Values[\w.]{1,400})[ \t]+true)(?![\w.\"])",
            r"\1\2",
        ),
        (
            r"\b(?:eq[ \t]+"
            + _VALUE
            + r"[ \t]+(?:\"\"|false)|ne[ \t]+(\$?\.Values[\w.]{1,400})[ \t]+true)(?![\w.\"])",
            r"not \1\2",
        ),
        (r"\bempty[ \t]+" + _VALUE, r"not \1"),
        (r"\bgt[ \t]+\((?:len|int)[ \t]+" + _VALUE + r"\)[ \t]+0\b", r"\1"),
        (r"\bnot[ \t]+\(?not[ \t]+" + _VALUE + r"\)?", r"\1"),
        (r"\(" + _VALUE + r"\)", r"\1"),
    )
)
"""Other ways to write that a value is set, or is not, the inner first."""
_WORDS = patterns.compile(r"\([^()]*\)|[^ \t()]+")
_SWITCH = patterns.compile(r"enabled?\w*|\w*enabled|create|exposed?")
_THEIRS = patterns.compile(r"existing|external|override|custom|nodeport|namespace", re.IGNORECASE)
"""What names something that users have already, or is for them alone."""
_SHAPED = patterns.compile(
    r"(?:^|\.)(?:tolerations|nodeselector|\w*affinity|\w*annotations|\w*labels|resources|\w*securitycontext|\w*pullsecrets"
    r"|\w*volumes|\w*volumemounts|\w*env|\w*envfrom|\w*args|\w*containers|topologyspreadconstraints|hostaliases|\w*probe)\Z",
    re.IGNORECASE,
)
"""What holds a list or a mapping in every chart, whatever prints it."""
_UNSET = frozenset({"", "null", "~"})
_OFF = _UNSET | {"false"}


class Part(NamedTuple):
    """A part of a template, and what must be set to print it."""

    source: Source
    start: int
    end: int
    wanted: tuple[tuple[str, str], ...]


def parts(source: Source, values: Node | None, *, texts: bool) -> Iterator[Part]:
    """The parts of a template that are not printed as things are, and would be with other values.

    `texts` says that a value of any kind may be set where nothing is, by a placeholder.
    """
    opened: list[tuple[int, Wanted | None]] = []
    for action in _ACTION.finditer(source.text):
        word, condition = action[1], action[2].strip()
        if word in ("end", "else") and opened:
            start, _ = opened[-1]
            wanted = _all([w for _, w in opened])
            opened.pop()
            if wanted:
                yield Part(source, start, action.start(), tuple(wanted.items()))
        if word == "else":
            opened.append((action.end(), None))
        elif word != "end":
            own = _wanted(condition, values, texts=texts) if word == "if" else {}
            opened.append((action.end(), own))


def _all(each: list[Wanted | None]) -> Wanted | None:
    """What several conditions want together; nothing where one cannot be had, or two want different things."""
    found: Wanted = {}
    for wanted in each:
        if wanted is None or any(found.get(n, v) != v for n, v in wanted.items()):
            return None
        found.update(wanted)
    return found


def _wanted(condition: str, values: Node | None, *, texts: bool) -> Wanted | None:
    """What makes a condition true; nothing where it is not understood."""
    for pattern, plainer in _PLAINER:
        condition = pattern.sub(plainer, condition)
    while condition.startswith("(") and _WORDS.fullmatch(condition):
        condition = condition[1:-1].strip()
    head, _, rest = condition.partition(" ")
    operands = _WORDS.findall(rest)
    if head == "and":
        # What else chooses may be as it is; where it is not, nothing is printed.
        known = [w for o in operands if (w := _wanted(o, values, texts=texts)) is not None or _is_plain(o)]
        return _all(known)
    if head == "or":
        each = [_wanted(o, values, texts=texts) for o in operands]
        return next((w for w in each if w == {}), None) if {} in each else next((w for w in each if w), None)
    if head == "not" and len(operands) == 1 and _is_plain(operands[0]):
        name = operands[0].partition(".Values.")[2]
        held = at(values, name.split("."))
        if isinstance(held, Scalar) and held.plain and held.value == "true":
            return {name: "false"}
        return {} if held is None or (isinstance(held, Scalar) and held.value in _OFF) else None
    chosen = _CHOICE.fullmatch(condition)
    if chosen is not None:
        return _chosen(chosen[1] == "eq", chosen[2][1:], chosen[3], values)
    plain = _PLAIN.fullmatch(condition)
    return _switched(plain[1][1:], values, texts=texts) if plain is not None else None


def _is_plain(operand: str) -> bool:
    return _PLAIN.fullmatch(operand) is not None


def _chosen(equal: bool, name: str, value: str, values: Node | None) -> Wanted | None:
    """The value that a condition compares another with; nothing where the chart has none to choose from."""
    held = at(values, name.split("."))
    if not isinstance(held, Scalar) or held.value in _UNSET:
        return None
    if (held.value == value) is equal:
        return {}
    return {name: value} if equal else None


def _switched(name: str, values: Node | None, *, texts: bool) -> Wanted | None:
    held = at(values, name.split("."))
    if held is not None and not isinstance(held, Scalar):
        return {} if held.source.text[held.start : held.end].strip() not in ("{}", "[]") else None
    if isinstance(held, Scalar) and held.value not in _OFF:
        return {}
    # What is `false` is a switch, whatever it is called.
    is_switch = isinstance(held, Scalar) and held.plain and held.value == "false"
    if is_switch or _SWITCH.fullmatch(name.rpartition(".")[2].lower()) is not None:
        return {**_above(name, values), name: "true"}
    is_text = texts and _THEIRS.search(name) is None and _SHAPED.search(name) is None
    return {name: f"<{name}>"} if is_text else None


def _above(name: str, values: Node | None) -> Wanted:
    """The switches of what a switch is a part of: nobody has the Ingress of a program (`web.ingress.enabled`) without it (`web.enabled`)."""
    parts = name.split(".")[:-1]
    switches = (".".join((*parts[:count], "enabled")) for count in range(1, len(parts) + 1))
    held = ((one, at(values, one.split("."))) for one in switches if one != name)
    return {one: "true" for one, node in held if isinstance(node, Scalar) and node.value == "false"}
