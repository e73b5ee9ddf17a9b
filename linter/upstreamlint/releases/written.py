"""A tree as text again: flow style YAML that reads as the same values."""

from __future__ import annotations

import json

from upstreamlint import patterns
from upstreamlint.documents import Mapping, Node, Scalar

_SAFE = patterns.compile(r"[\w.+-]+\Z")
"""Plain text that means the same inside of brackets."""


def written(node: Node) -> str:
    """The values of a tree, in one line."""
    if isinstance(node, Mapping):
        pairs = (f"{json.dumps(entry.key.value)}: {written(entry.value)}" for entry in node)
        return "{" + ", ".join(pairs) + "}"
    if isinstance(node, Scalar):
        if node.is_null:
            return "null"
        return node.value if node.plain and _SAFE.match(node.value) else json.dumps(node.value)
    return "[" + ", ".join(map(written, node)) + "]"
