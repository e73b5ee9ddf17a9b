"""What is wrong with a composed YAML document that parses: repeated keys, loops, depth."""

from __future__ import annotations

import operator
import re
from collections.abc import Iterator

import yaml
from yaml._yaml import CParser

from upstreamlint import patterns
from upstreamlint.budget import DEPTH, NODES, Budget
from upstreamlint.readers.fault import Fault
from upstreamlint.source import Anchor, Source
from upstreamlint.typed import Any

MERGE = "<<"

_DEEP = patterns.compile(rf"^ {{{DEPTH.most}}}", re.MULTILINE)


class Composer(CParser):
    """PyYAML's C composer without its resolver: an untagged node's tag is left empty.

    The composer calls these three for every node. Built-ins that take the same arguments and do nothing are
    called without a Python frame, which saves a tenth of the parsing.
    """

    descend_resolver = operator.is_
    ascend_resolver = bool
    resolve = "".format


def duplicates(source: Source, base: int, root: Any) -> Iterator[Fault]:
    """Every key that a mapping holds twice: YAML forbids it, and which one wins depends on the reader."""
    stack = [root]
    push = stack.append
    mapping, scalar = yaml.MappingNode, yaml.ScalarNode
    aliased = "*" in source.text
    seen: set[int] = set()
    while stack:
        node = stack.pop()
        if aliased:
            if id(node) in seen:
                continue
            seen.add(id(node))
        if node.__class__ is mapping:
            pairs = node.value
            names = set()
            for key, value in pairs:
                if value.__class__ is not scalar:
                    push(value)
                names.add(key.value if key.__class__ is scalar else id(key))
            if len(names) < len(pairs):
                yield from _repeated(source, base, node)
        elif node.__class__ is not scalar:
            stack += [value for value in node.value if value.__class__ is not scalar]


def overgrown(source: Source, base: int, root: Any, budget: Budget) -> Fault | None:
    """Why a document is not read: it holds itself, or its aliases and merge keys make too much of it."""
    order: list[Any] = []
    inside: set[int] = set()
    done: set[int] = set()
    stack: list[tuple[Any, bool]] = [(root, False)]
    while stack:
        node, left = stack.pop()
        key = id(node)
        if left:
            inside.discard(key)
            done.add(key)
            order.append(node)
        elif key in inside:
            return Fault(anchor_of(source, base, node), "this value contains itself")
        elif node.__class__ is not yaml.ScalarNode and key not in done:
            inside.add(key)
            stack.append((node, True))
            stack.extend((part, False) for part in _parts(node))
    return _too_much(source, base, order, budget)


def _too_much(source: Source, base: int, order: list[Any], budget: Budget) -> Fault | None:
    """The first of a document's collections, the inner ones first, that is too large or too deep for the budget."""
    sizes: dict[int, int] = {}
    depths: dict[int, int] = {}
    written = grown = 0
    for node in order:
        parts = _parts(node)
        written += 1 + sum(part.__class__ is yaml.ScalarNode for part in parts)
        sizes[id(node)] = size = 1 + sum(sizes.get(id(part), 1) for part in parts)
        depths[id(node)] = depth = 1 + max((depths.get(id(part), 0) for part in parts), default=0)
        grown = max(size - written, 0)
        if depth > DEPTH.most or grown > budget.left(NODES):
            limit = DEPTH if depth > DEPTH.most else NODES
            return Fault(anchor_of(source, base, node), limit.message, over=True)
    budget.spend(NODES, grown, Anchor(source, base, base))
    return None


def _parts(node: Any) -> list[Any]:
    if node.__class__ is yaml.MappingNode:
        return [part for pair in node.value for part in pair]
    return list(node.value)


def _repeated(source: Source, base: int, node: Any) -> Iterator[Fault]:
    first: dict[str, Any] = {}
    for key, _ in node.value:
        if key.__class__ is not yaml.ScalarNode or key.value == MERGE:
            continue
        if key.value in first:
            yield Fault(
                anchor_of(source, base, key),
                f"key `{key.value}` is already set in this mapping",
                ((anchor_of(source, base, first[key.value]), "set here first"),),
                repeated=True,
            )
        else:
            first[key.value] = key


def anchor_of(source: Source, base: int, raw: Any) -> Anchor:
    """Where a composed node is written; `base` is the offset of its document."""
    return Anchor(source, base + raw.start_mark.index, base + raw.end_mark.index)


def too_deep(text: str) -> int | None:
    """The offset at which nesting passes `DEPTH`, if it does; counted on events, without recursion."""
    brackets = text.count("[") + text.count("{") + text.count("- ") + text.count("? ")
    if brackets <= DEPTH.most and text.count("\n") <= DEPTH.most:
        return None
    if brackets <= DEPTH.most and not _indented_deeply(text):
        return None
    depth = 0
    parser = Composer(text)
    try:
        while parser.check_event():
            event = parser.get_event()
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
                if depth > DEPTH.most:
                    return int(event.start_mark.index)  # type: ignore[union-attr]
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
    except yaml.YAMLError:
        return None  # the composer meets the same fault and reports it
    finally:
        parser.dispose()
    return None


def _indented_deeply(text: str) -> bool:
    return _DEEP.search(text) is not None
