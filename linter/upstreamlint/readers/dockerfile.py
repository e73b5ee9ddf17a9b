"""Dockerfiles: what the image that a build makes listens on, runs, and was given from the build context.

Only one stage counts: the last, or the one that a build names as its target; it inherits from the stages
that it is built `FROM` in the same file. What the base image brings is outside, and stays unknown.
"""

from __future__ import annotations

import json
import posixpath
import re
from collections import ChainMap
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from upstreamlint import patterns
from upstreamlint.budget import CHAIN, PORTS, Budget
from upstreamlint.documents import INTERPOLATED, UNKNOWN, Scalar
from upstreamlint.numerals import HIGHEST_PORT, decimal
from upstreamlint.readers.compose.interpolate import interpolate
from upstreamlint.readers.compose.tree import is_unknown, seconds
from upstreamlint.readers.dockerfile_lines import Instruction, instructions
from upstreamlint.readers.dockerfile_run import packages
from upstreamlint.readers.dockerfile_stage import Building, Check, Command, Copy, Exposed, Stage
from upstreamlint.source import Anchor, Source
from upstreamlint.values import replace

_STRING = patterns.compile(r'"(?>(?:[^"\\]|\\.)*)"?')
_PAIR = patterns.compile(
    r"(?<![A-Za-z0-9_])([A-Za-z_][A-Za-z0-9_]*)=((?:\"(?:[^\"\\]|\\.)*\"|'[^']*'|\\.|[^\s\"'\\])*)"
)


def read(source: Source, target: str = "", arguments: Mapping[str, str] | None = None) -> Stage | None:
    """The stage that a build makes: `target` by name or number, else the last; nothing when there is none.

    `arguments` are the build's `args`.
    """
    return _read(source, target, tuple((arguments or {}).items()))


@lru_cache(maxsize=64)
def _read(source: Source, target: str, arguments: tuple[tuple[str, str], ...]) -> Stage | None:
    # Many services are often built from one file: it is read once.
    given = dict(arguments)
    budget = Budget()
    stages: list[Building] = []
    named: dict[str, Building] = {}
    outer: dict[str, str] = {}
    for instruction in instructions(source):
        if instruction.name == "FROM":
            stage = _from(instruction, named, outer, budget)
            if stage is not None:
                stages.append(stage)
                if stage.name:
                    named.setdefault(stage.name.lower(), stage)
        elif instruction.name == "ARG":
            known = stages[-1].known if stages else outer
            scope = ChainMap(*stages[-1].known.maps, outer) if stages else outer
            for name, default in _arguments(instruction, scope, budget):
                value = given.get(name, default if default is not None else outer.get(name))
                if value is not None:
                    known.setdefault(name, value)
        elif stages:
            _apply(stages[-1], instruction, budget)
    chosen = _choose(stages, target)
    return chosen.whole(budget.faults) if chosen is not None else None


def _choose(stages: list[Building], target: str) -> Building | None:
    if not target:
        return stages[-1] if stages else None
    for index, stage in enumerate(stages):
        if stage.name.lower() == target.lower() or target == str(index):
            return stage
    return None


def _words(instruction: Instruction, known: Mapping[str, str], budget: Budget) -> list[Scalar]:
    """The words of an instruction, or the strings of its JSON form, variables replaced."""
    text = instruction.text
    found = []
    is_json = text.startswith("[") and _json(text) is not None
    for match in _STRING.finditer(text) if is_json else re.finditer(r"\S+", text):
        value = str(json.loads(match.group())) if is_json else match.group().strip("\"'")
        at = instruction.start + match.start()
        found.append(_scalar(instruction.source, value, at, at + len(match.group()), known, budget))
    return found


def _scalar(
    source: Source, text: str, start: int, end: int, known: Mapping[str, str], budget: Budget
) -> Scalar:
    result = interpolate(text, known, budget, Anchor(source, start, end))
    if result is None:
        return Scalar(text, False, source, start, end, UNKNOWN)
    tag = UNKNOWN if result.unset or result.invalid else INTERPOLATED if result.changed else ""
    return Scalar(result.text, False, source, start, end, tag)


def _json(text: str) -> list[str] | None:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, list) and all(isinstance(v, str) for v in value) else None


def _from(
    instruction: Instruction, named: Mapping[str, Building], outer: Mapping[str, str], budget: Budget
) -> Building | None:
    words = [w for w in _words(instruction, outer, budget) if not w.value.startswith("--")]
    if not words:
        return None
    is_named = words[1:2] and words[1].value.upper() == "AS"
    name = words[2].value if is_named and words[2:] else ""
    above = named.get(words[0].value.lower())
    if above is None or not budget.within(CHAIN, len(above.known.maps), instruction.anchor):
        return Building(words[0], name, instruction.anchor, None, ChainMap())
    return replace(
        above,
        name=name,
        anchor=instruction.anchor,
        parent=above,
        known=ChainMap({}, above.given, *above.known.maps[1:]),
        given={},
        exposed={},
        copies=[],
        packages=[],
        changes=[],
        environment={},
    )


def _arguments(
    instruction: Instruction, known: Mapping[str, str], budget: Budget
) -> Iterator[tuple[str, str | None]]:
    for word in _words(instruction, known, budget):
        name, equals, value = word.value.partition("=")
        if not is_unknown(word):
            yield name, value.strip("\"'") if equals else None


def _apply(stage: Building, instruction: Instruction, budget: Budget) -> None:
    """Add one more instruction to a stage."""
    if instruction.name in ("RUN", "COPY", "ADD"):
        stage.changes.append(instruction)
    match instruction.name:
        case "EXPOSE":
            _expose(stage, _exposed(instruction, stage.known, budget))
        case "HEALTHCHECK":
            stage.healthcheck = _check(instruction)
        case "COPY" | "ADD":
            stage.copies.extend(_copy(instruction, stage.known, stage.folder, budget))
        case "CMD":
            stage.command = _command(instruction)
        case "ENTRYPOINT":
            stage.entrypoint = _command(instruction)
        case "RUN":
            stage.packages.extend(packages(instruction))
        case "ENV":
            _set(stage, list(_environment(instruction, stage.known, budget)))
        case "WORKDIR" | "USER":
            _settle(stage, instruction.name, _words(instruction, stage.known, budget))


def _expose(stage: Building, ports: Iterable[Exposed]) -> None:
    for port in ports:
        stage.exposed.setdefault((port.number, port.protocol), port)


def _set(stage: Building, values: Iterable[tuple[str, Scalar]]) -> None:
    for name, value in values:
        stage.environment[name] = value
        if is_unknown(value):
            stage.given.pop(name, None)
        else:
            stage.known[name] = stage.given[name] = value.value


def _settle(stage: Building, instruction: str, words: list[Scalar]) -> None:
    if words and instruction == "USER":
        stage.user = words[0]
    elif words:
        stage.folder = posixpath.join(stage.folder, words[0].value)


_PROTOCOLS = frozenset({"tcp", "udp", "sctp"})


def _exposed(instruction: Instruction, known: Mapping[str, str], budget: Budget) -> Iterator[Exposed]:
    for word in _words(instruction, known, budget):
        numbers, _, written = word.value.partition("/")
        first, _, last = numbers.partition("-")
        start, end = decimal(first, HIGHEST_PORT), decimal(last or first, HIGHEST_PORT)
        protocol = written.lower() or "tcp"
        if start is None or end is None or end < start or protocol not in _PROTOCOLS:
            continue
        if end == start or budget.spend(PORTS, end - start, word.anchor):
            for number in range(start, end + 1):
                yield Exposed(number, protocol, word.anchor)


def _command(instruction: Instruction) -> Command:
    return _command_at(instruction, 0)


def _command_at(instruction: Instruction, offset: int) -> Command:
    text = instruction.text[offset:]
    at = instruction.start + offset
    inner = Instruction("", instruction.source, at, instruction.end, text)
    if text.startswith("[") and _json(text) is not None:
        return Command(tuple(_literal(inner)), False, inner.anchor)
    return Command((Scalar(text, False, instruction.source, at, instruction.end),), True, inner.anchor)


def _literal(instruction: Instruction) -> Iterator[Scalar]:
    """The strings of a JSON form as they are: `CMD` knows no variables of the build."""
    for match in _STRING.finditer(instruction.text):
        at = instruction.start + match.start()
        yield Scalar(str(json.loads(match.group())), False, instruction.source, at, at + len(match.group()))


def _check(instruction: Instruction) -> Check | None:
    text = instruction.text
    if text.strip().upper() == "NONE":
        return Check(None, instruction.anchor)
    options: dict[str, str] = {}
    at = 0
    while flag := re.compile(r"\s*--([a-z-]+)=(\S+)").match(text, at):
        options[flag.group(1)] = flag.group(2)
        at = flag.end()
    word = re.compile(r"\s*CMD\s+", re.IGNORECASE).match(text, at)
    if word is None:
        return None
    return Check(
        _command_at(instruction, word.end()),
        instruction.anchor,
        seconds(options.get("interval", "")),
        seconds(options.get("timeout", "")),
        seconds(options.get("start-period", "")),
        seconds(options.get("start-interval", "")),
        decimal(options.get("retries", "")),
    )


def _copy(instruction: Instruction, known: Mapping[str, str], folder: str, budget: Budget) -> Iterator[Copy]:
    flags = re.compile(r"(?:--\S+\s+)*").match(instruction.text)
    options = flags.group() if flags else ""
    if "--from" in options:
        return
    inner = replace(
        instruction, start=instruction.start + len(options), text=instruction.text[len(options) :]
    )
    words = _words(inner, known, budget)
    if not words[1:]:
        return
    place = words[-1]
    slash = "/" if place.value.endswith(("/", "/.")) or place.value == "." else ""
    whole = posixpath.normpath(posixpath.join(folder, place.value))
    target = place._replace(value=whole.rstrip("/") + slash if whole != "/" else "/")
    if instruction.heredoc is not None and "<<" in words[0].value:
        yield Copy((), target, instruction.anchor, instruction.heredoc)
    else:
        yield Copy(tuple(words[:-1]), target, instruction.anchor)


def _environment(
    instruction: Instruction, known: Mapping[str, str], budget: Budget
) -> Iterator[tuple[str, Scalar]]:
    text, source = instruction.text, instruction.source
    pairs = list(_PAIR.finditer(text)) if re.match(r"\S+=", text) else []
    for match in pairs:
        value = match.group(2)
        at = instruction.start + match.start(2)
        yield match.group(1), _scalar(source, value.strip("\"'"), at, at + len(value), known, budget)
    old = re.match(r"([A-Za-z_]\w*)\s+(.*)", text, re.DOTALL)
    if not pairs and old:
        at = instruction.start + old.start(2)
        yield old.group(1), _scalar(source, old.group(2).strip("\"'"), at, instruction.end, known, budget)
