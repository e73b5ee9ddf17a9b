"""Dockerfiles: what the image that a build makes listens on, runs, and was given from the build context.

Only one stage counts: the last, or the one that a build names as its target; it inherits from the stages
that it is built `FROM` in the same file. What the base image brings is outside, and stays unknown.
"""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import field, replace

from upstreamlint.documents import INTERPOLATED, UNKNOWN, Scalar
from upstreamlint.numerals import HIGHEST_PORT, decimal
from upstreamlint.readers.compose.interpolate import interpolate
from upstreamlint.readers.compose.tree import is_unknown, seconds
from upstreamlint.readers.dockerfile_lines import Instruction, instructions
from upstreamlint.source import Anchor, Source
from upstreamlint.values import frozen

_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
_INSTALL = re.compile(
    r"\b(?:apk\s+(?:-\S+\s+)*add|apt(?:-get)?\s+(?:-\S+\s+)*install|(?:dnf|yum|microdnf)\s+(?:-\S+\s+)*install)\s+([^;&|]*)"
)
_PAIR = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)=((?:\"(?:[^\"\\]|\\.)*\"|'[^']*'|\\.|[^\s\"'\\])*)")


@frozen
class Command:
    """`CMD`, `ENTRYPOINT` or a health check: words of the exec form, or one text for a shell."""

    words: tuple[Scalar, ...]
    shell: bool
    anchor: Anchor


@frozen
class Check:
    """`HEALTHCHECK`: `command` is missing for `NONE`; times are seconds, missing where the engine's default holds."""

    command: Command | None
    anchor: Anchor
    interval: float | None = None
    timeout: float | None = None
    start_period: float | None = None
    start_interval: float | None = None
    retries: int | None = None


@frozen
class Copy:
    """`COPY` or `ADD` from the build context: sources as written, relative to the context; the target absolute.

    `content` is the text of a here-document, which needs no source.
    """

    sources: tuple[Scalar, ...]
    target: Scalar
    anchor: Anchor
    content: Scalar | None = None


@frozen
class Exposed:
    """A port that `EXPOSE` names; a range is written out."""

    number: int
    protocol: str
    anchor: Anchor


@frozen
class Stage:
    """A build stage with what it inherits from earlier stages of its file.

    `base` is the image that the chain of stages starts from: all that it brings is unknown, unless it is
    `scratch`. `name` is the stage's own (`AS name`).
    """

    base: Scalar
    name: str
    anchor: Anchor
    exposed: tuple[Exposed, ...] = ()
    healthcheck: Check | None = None
    copies: tuple[Copy, ...] = ()
    command: Command | None = None
    entrypoint: Command | None = None
    packages: tuple[Scalar, ...] = ()
    environment: Mapping[str, Scalar] = field(default_factory=dict)
    folder: str = "/"
    user: Scalar | None = None


def read(source: Source, target: str = "", arguments: Mapping[str, str] | None = None) -> Stage | None:
    """The stage that a build makes: `target` by name or number, else the last; nothing when there is none.

    `arguments` are the build's `args`.
    """
    given = arguments or {}
    stages: list[Stage] = []
    outer: dict[str, str] = {}
    known: dict[str, str] = {}
    for instruction in instructions(source):
        if instruction.name == "FROM":
            stage = _from(instruction, stages, outer)
            if stage is None:
                continue
            known = {name: s.value for name, s in stage.environment.items() if not is_unknown(s)}
            stages.append(stage)
        elif instruction.name == "ARG":
            for name, default in _arguments(instruction, {**outer, **known}):
                scope = known if stages else outer
                value = given.get(name, default if default is not None else outer.get(name))
                if value is not None:
                    scope.setdefault(name, value)
        elif stages:
            stages[-1] = _apply(stages[-1], instruction, known)
    return _choose(stages, target)


def _choose(stages: list[Stage], target: str) -> Stage | None:
    if not target:
        return stages[-1] if stages else None
    for index, stage in enumerate(stages):
        if stage.name.lower() == target.lower() or target == str(index):
            return stage
    return None


def _words(instruction: Instruction, known: Mapping[str, str]) -> list[Scalar]:
    """The words of an instruction, or the strings of its JSON form, variables replaced."""
    text = instruction.text
    found = []
    is_json = text.startswith("[") and _json(text) is not None
    for match in _STRING.finditer(text) if is_json else re.finditer(r"\S+", text):
        value = str(json.loads(match.group())) if is_json else match.group().strip("\"'")
        at = instruction.start + match.start()
        found.append(_scalar(instruction.source, value, at, at + len(match.group()), known))
    return found


def _scalar(source: Source, text: str, start: int, end: int, known: Mapping[str, str]) -> Scalar:
    result = interpolate(text, known)
    tag = UNKNOWN if result.unset or result.invalid else INTERPOLATED if result.changed else ""
    return Scalar(result.text, False, source, start, end, tag)


def _json(text: str) -> list[str] | None:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, list) and all(isinstance(v, str) for v in value) else None


def _from(instruction: Instruction, stages: list[Stage], outer: Mapping[str, str]) -> Stage | None:
    words = [w for w in _words(instruction, outer) if not w.value.startswith("--")]
    if not words:
        return None
    named = words[1:2] and words[1].value.upper() == "AS"
    name = words[2].value if named and words[2:] else ""
    for stage in stages:
        if stage.name and stage.name.lower() == words[0].value.lower():
            return replace(stage, name=name, anchor=instruction.anchor)
    return Stage(words[0], name, instruction.anchor)


def _arguments(instruction: Instruction, known: Mapping[str, str]) -> Iterator[tuple[str, str | None]]:
    for word in _words(instruction, known):
        name, equals, value = word.value.partition("=")
        if not is_unknown(word):
            yield name, value.strip("\"'") if equals else None


def _apply(stage: Stage, instruction: Instruction, known: dict[str, str]) -> Stage:
    """A stage after one more instruction; `known` gains what `ENV` sets."""
    match instruction.name:
        case "EXPOSE":
            return replace(stage, exposed=(*stage.exposed, *_exposed(instruction, known)))
        case "HEALTHCHECK":
            return replace(stage, healthcheck=_check(instruction))
        case "COPY" | "ADD":
            copy = _copy(instruction, known, stage.folder)
            return replace(stage, copies=(*stage.copies, copy)) if copy else stage
        case "CMD":
            return replace(stage, command=_command(instruction))
        case "ENTRYPOINT":
            return replace(stage, entrypoint=_command(instruction))
        case "RUN":
            return replace(stage, packages=(*stage.packages, *_packages(instruction)))
        case "ENV":
            values = dict(_environment(instruction, known))
            known.update({name: s.value for name, s in values.items() if not is_unknown(s)})
            return replace(stage, environment={**stage.environment, **values})
        case "WORKDIR":
            words = _words(instruction, known)
            return replace(stage, folder=posixpath.join(stage.folder, words[0].value)) if words else stage
        case "USER":
            words = _words(instruction, known)
            return replace(stage, user=words[0]) if words else stage
    return stage


def _exposed(instruction: Instruction, known: Mapping[str, str]) -> Iterator[Exposed]:
    for word in _words(instruction, known):
        numbers, _, protocol = word.value.partition("/")
        first, _, last = numbers.partition("-")
        start, end = decimal(first, HIGHEST_PORT), decimal(last or first, HIGHEST_PORT)
        if start is not None and end is not None:
            for number in range(start, end + 1):
                yield Exposed(number, protocol.lower() or "tcp", word.anchor)


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


def _copy(instruction: Instruction, known: Mapping[str, str], folder: str) -> Copy | None:
    flags = re.compile(r"(?:--\S+\s+)*").match(instruction.text)
    options = flags.group() if flags else ""
    if "--from" in options:
        return None
    inner = replace(
        instruction, start=instruction.start + len(options), text=instruction.text[len(options) :]
    )
    words = _words(inner, known)
    if not words[1:]:
        return None
    place = words[-1]
    slash = "/" if place.value.endswith(("/", "/.")) or place.value == "." else ""
    whole = posixpath.normpath(posixpath.join(folder, place.value))
    target = place._replace(value=whole.rstrip("/") + slash if whole != "/" else "/")
    if instruction.heredoc is not None and "<<" in words[0].value:
        return Copy((), target, instruction.anchor, instruction.heredoc)
    return Copy(tuple(words[:-1]), target, instruction.anchor)


def _packages(instruction: Instruction) -> Iterator[Scalar]:
    pieces = [(instruction.start, instruction.text)]
    if instruction.heredoc is not None:
        pieces.append((instruction.heredoc.start, instruction.heredoc.value))
    for start, text in pieces:
        for match in _INSTALL.finditer(text):
            for word in re.finditer(r"\S+", match.group(1)):
                name = word.group()
                if re.match(r"[a-z0-9]", name):
                    at = start + match.start(1) + word.start()
                    bare = re.split(r"[=<>~]", name)[0]
                    yield Scalar(bare, True, instruction.source, at, at + len(bare))


def _environment(instruction: Instruction, known: Mapping[str, str]) -> Iterator[tuple[str, Scalar]]:
    text, source = instruction.text, instruction.source
    pairs = list(_PAIR.finditer(text)) if re.match(r"\S+=", text) else []
    for match in pairs:
        value = match.group(2)
        at = instruction.start + match.start(2)
        yield match.group(1), _scalar(source, value.strip("\"'"), at, at + len(value), known)
    old = re.match(r"([A-Za-z_]\w*)\s+(.*)", text, re.DOTALL)
    if not pairs and old:
        at = instruction.start + old.start(2)
        yield old.group(1), _scalar(source, old.group(2).strip("\"'"), at, instruction.end, known)
