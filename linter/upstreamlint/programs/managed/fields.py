"""What stands at a path of an object."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.documents import Mapping, Node, Scalar, Sequence


def at(node: Node, path: str) -> Iterator[Node]:
    """Every node at a path: names with dots between them, `[]` behind a list; empty for the node itself."""
    if not path:
        yield node
        return
    step, _, rest = path.partition(".")
    found = node.get(step.removesuffix("[]")) if isinstance(node, Mapping) else None
    if found is None:
        return
    if not step.endswith("[]"):
        yield from at(found, rest)
    elif isinstance(found, Sequence):
        for item in found.items:
            yield from at(item, rest)


def text(node: Node, path: str) -> str:
    """The first text at a path, empty for none."""
    found = scalar(node, path) if path else None
    return found.value if found is not None else ""


def scalar(node: Node, path: str) -> Scalar | None:
    """The first scalar at a path."""
    return next((found for found in at(node, path) if isinstance(found, Scalar)), None)
