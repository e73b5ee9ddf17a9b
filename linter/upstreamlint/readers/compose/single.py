"""One Compose file: YAML, then variables, then the schema."""

from __future__ import annotations

import re
from collections.abc import Iterator
from collections.abc import Mapping as Environment

from upstreamlint import patterns
from upstreamlint.budget import Budget
from upstreamlint.documents import INTERPOLATED, UNKNOWN, Entry, Mapping, Node, Scalar, Sequence
from upstreamlint.readers import yaml
from upstreamlint.readers.compose import schema
from upstreamlint.readers.compose.faults import LoadFault
from upstreamlint.readers.compose.interpolate import interpolate
from upstreamlint.readers.compose.merge import canonical, reset
from upstreamlint.readers.compose.ranges import bounded
from upstreamlint.readers.compose.tree import (
    anchor_of,
    mapping_like,
    sequence_like,
)
from upstreamlint.readers.fault import Fault
from upstreamlint.source import Anchor, Source
from upstreamlint.values import field, mutable

_MERGE_LINE = patterns.compile(r"^(?P<lead>[ \t]*(?:- +)*)<<[ \t]*:", re.MULTILINE)


@mutable
class Notes:
    """What comes to light while files are read."""

    faults: list[LoadFault] = field(default_factory=list)
    unset: list[tuple[str, Anchor]] = field(default_factory=list)
    budget: Budget = field(default_factory=Budget)
    broken: bool = False
    """Whether a file could not be read as YAML, so that anything may be missing from the tree."""


def read(source: Source, environment: Environment[str, str], notes: Notes) -> list[Mapping]:
    """The documents of a file, interpolated, with short forms written out; tags like `!reset` still in place."""
    reading = yaml.read(source)
    for fault in reading.faults:
        notes.broken |= not fault.message.startswith("key ")
        notes.faults.append(
            LoadFault("limit" if fault.over else "syntax", fault.anchor, _wording(fault), fault.related)
        )
    notes.faults.extend(_repeated_merge_keys(source))
    found: list[Mapping] = []
    for document in reading.documents:
        root = document.root
        if isinstance(root, Scalar) and root.is_null:
            continue
        if not isinstance(root, Mapping):
            notes.broken = True
            message = "top-level object must be a mapping"
            notes.faults.append(LoadFault("syntax", anchor_of(root), message))
            continue
        tree = bounded(_mapping(root, environment, "", notes), notes.budget)
        plain = reset(tree)
        if isinstance(plain, Mapping):
            notes.faults.extend(schema.check(plain))
        found.append(canonical(tree))
    if not found and not notes.broken:
        notes.faults.append(LoadFault("empty", Anchor(source, 0, 0), "empty compose file"))
    return found


def _wording(fault: Fault) -> str:
    """A duplicate key in Compose's words; other faults in the parser's."""
    match = re.match(r"key `(.*)` is already set", fault.message, re.DOTALL)
    if match is None:
        return fault.message
    first = fault.related[0][0].line if fault.related else fault.anchor.line
    return f'mapping key "{match.group(1)}" already defined at line {first}'


def _repeated_merge_keys(source: Source) -> Iterator[LoadFault]:
    """Two `<<` in one block mapping: the YAML reader merges both, Compose refuses."""
    text = source.text
    earlier: re.Match[str] | None = None
    for match in _MERGE_LINE.finditer(text):
        if earlier is not None:
            column = len(earlier["lead"])
            between = text[earlier.end() : match.start()].split("\n")[1:]
            apart = any(
                line.strip() and not line.lstrip().startswith("#") and _indent(line) < column
                for line in between
            )
            if not apart and len(match["lead"]) == column and "-" not in match["lead"]:
                start = match.end("lead")
                line = source.position(earlier.start())[0]
                message = f'mapping key "<<" already defined at line {line}'
                yield LoadFault("syntax", Anchor(source, start, start + 2), message)
        earlier = match


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _mapping(node: Mapping, environment: Environment[str, str], path: str, notes: Notes) -> Mapping:
    below = path + "." if path else ""
    entries = (Entry(e.key, _values(e.value, environment, below + e.key.value, notes)) for e in node)
    return mapping_like(node, entries, node.tag)


def _values(node: Node, environment: Environment[str, str], path: str, notes: Notes) -> Node:
    """A tree with its values (not its keys) interpolated; `path` is the place as Compose names it."""
    if isinstance(node, Mapping):
        return _mapping(node, environment, path, notes)
    if isinstance(node, Sequence):
        return sequence_like(node, [_values(i, environment, path + ".[]", notes) for i in node], node.tag)
    if "$" not in node.value:
        return node
    result = interpolate(node.value, environment, notes.budget, node.anchor)
    if result is None:
        return node._replace(tag=UNKNOWN)
    if result.invalid:
        message = f"invalid interpolation format for {path}.\nYou may need to escape any $ with another $.\n{result.invalid}"
        notes.faults.append(LoadFault("interpolation", node.anchor, message))
        return node._replace(tag=UNKNOWN)
    for name, reason in result.missing:
        tail = f": {reason}" if reason else ""
        message = f"error while interpolating {path}: required variable {name} is missing a value{tail}"
        notes.faults.append(LoadFault("required-variable", node.anchor, message))
    notes.unset.extend((name, node.anchor) for name in result.unset)
    if result.unset:
        return node._replace(value=result.text, tag=UNKNOWN)
    return node._replace(value=result.text, tag=INTERPOLATED) if result.changed else node
