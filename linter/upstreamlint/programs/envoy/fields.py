"""Fields of a protobuf message that is written as YAML or JSON: `snake_case` and `lowerCamelCase` are one name."""

from __future__ import annotations

from functools import cache

from upstreamlint import numerals, patterns
from upstreamlint.documents import Mapping, Node, Scalar, Sequence
from upstreamlint.source import Anchor

_WORD = patterns.compile(r"_([a-z0-9])")


@cache
def camel(name: str) -> str:
    """The other spelling of a field's name."""
    return _WORD.sub(lambda m: m.group(1).upper(), name)


def has(message: Mapping, name: str) -> bool:
    """Whether a field is written, whatever its value."""
    return name in message or camel(name) in message


def field(message: Mapping | None, *path: str) -> Node | None:
    """The value at a path of fields."""
    node: Node | None = message
    for name in path:
        if not isinstance(node, Mapping):
            return None
        value = node.get(name)
        node = value if value is not None else node.get(camel(name))
    return node


def mapping(message: Mapping | None, *path: str) -> Mapping | None:
    """The message at a path of fields."""
    found = field(message, *path)
    return found if isinstance(found, Mapping) else None


def mappings(message: Mapping | None, *path: str) -> list[Mapping]:
    """The messages of a repeated field; Envoy takes a message in place of a list for its only item."""
    found = field(message, *path)
    if isinstance(found, Mapping):
        return [found]
    return [i for i in found.items if isinstance(i, Mapping)] if isinstance(found, Sequence) else []


def scalar(message: Mapping | None, *path: str) -> Scalar | None:
    """The scalar at a path of fields."""
    found = field(message, *path)
    return found if isinstance(found, Scalar) else None


def scalars(message: Mapping | None, *path: str) -> tuple[Scalar, ...]:
    """The scalars of a repeated field, or the one in place of a list."""
    found = field(message, *path)
    if isinstance(found, Scalar):
        return (found,)
    return tuple(i for i in found.items if isinstance(i, Scalar)) if isinstance(found, Sequence) else ()


def text(message: Mapping | None, *path: str) -> str:
    """The text at a path of fields; empty when there is none."""
    found = scalar(message, *path)
    return found.value if found is not None else ""


def number(message: Mapping | None, *path: str) -> float | None:
    """The number at a path of fields; nothing when it is not written, or is none."""
    return numerals.real(text(message, *path))


def count(message: Mapping | None, *path: str) -> int | None:
    """The whole number at a path of fields; nothing when it is not written, or is none."""
    return numerals.whole(text(message, *path))


def is_true(message: Mapping | None, *path: str) -> bool:
    """Whether a field is set to true."""
    return text(message, *path) == "true"


def key(message: Mapping, name: str) -> Anchor:
    """Where a field's name is written; the message's own place when it is missing."""
    return message.key(name if name in message else camel(name))


def type_of(config: Mapping | None) -> str:
    """The last word of a `typed_config`'s type URL."""
    url = config.scalar("@type") if config is not None else None
    return url.value.rpartition(".")[2] if url is not None else ""
