"""Where a value that a template asks for is written."""

from __future__ import annotations

import re
from collections.abc import Iterable

from upstreamlint.documents import Mapping, Node, Scalar
from upstreamlint.finding import Label
from upstreamlint.readers import yaml
from upstreamlint.source import Anchor, Source

_VALUE = re.compile(r"\.Values\.([\w-]+(?:\.[\w-]+)*)")


def label(anchor: Anchor, values: Iterable[Source]) -> Label | None:
    """The value that an action asks for, in the first of these files that sets it."""
    action = _VALUE.search(anchor.source.text, anchor.start, anchor.end)
    if action is None:
        return None
    path = action.group(1).split(".")
    for source in values:
        for document in yaml.read(source).documents:
            found = _at(document.root, path)
            if isinstance(found, Scalar):
                return Label(found.anchor, f"`.Values.{action.group(1)}` is `{found.value}`")
    return None


def _at(node: Node | None, path: list[str]) -> Node | None:
    for key in path:
        node = node.get(key) if isinstance(node, Mapping) else None
    return node
