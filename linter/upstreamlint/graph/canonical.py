"""What nodes say, whatever they look like."""

from __future__ import annotations

from upstreamlint import documents
from upstreamlint.documents import Mapping, Scalar


def canonical(node: documents.Node) -> object:
    """A value that is equal for nodes that say the same; a match's name says nothing."""
    if isinstance(node, Scalar):
        return node.value
    if isinstance(node, Mapping):
        return frozenset((e.key.value, canonical(e.value)) for e in node if e.key.value != "name")
    return tuple(canonical(item) for item in node)
