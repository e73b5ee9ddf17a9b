"""Whether an object has a port that is still to be filled in: `${PORT:-9003}`, `$(PORT)`, `<port>`, `WEB_PORT`.

What the object serves and asks for is then not known, whichever of its fields the port stands in.
"""

from __future__ import annotations

from upstreamlint import patterns
from upstreamlint.documents import Mapping, Node, Scalar, Sequence

_HINT = patterns.compile(
    r":(?:(?<=ort:)|(?<=ber:)|(?<=[\"' \t]:))[ \t]*+[\"']?(?:[$<{%@]|[A-Z][A-Z0-9_]*+(?=[\"'\s,}\]]|\Z))"
)
"""Begins with a character, which is looked for faster than a word; what it finds is looked at whole."""
_VALUE = patterns.compile(r"[$<{%@]|[A-Z][A-Z0-9_]*\Z")
_TEXTS = frozenset({"ConfigMap", "Secret"})
"""Kinds that hold the files of other programs."""


def has_unfilled_port(kind: str, root: Mapping) -> bool:
    """Whether any port in an object is a placeholder; the text says fast that most objects have none."""
    if kind in _TEXTS or (
        root.start < root.end and _HINT.search(root.source.text, root.start, root.end + 1) is None
    ):
        return False
    todo: list[Node] = [root]
    while todo:
        node = todo.pop()
        if isinstance(node, Sequence):
            todo += [item for item in node if not isinstance(item, Scalar)]
        elif isinstance(node, Mapping):
            for name, (_, value) in node.entries.items():
                if not isinstance(value, Scalar):
                    todo.append(value)
                elif name.endswith(("port", "Port", "number", "Number")) and _VALUE.match(value.value):
                    return True
    return False
