"""The rules of CustomResourceDefinitions on a value, and which item of a list breaks one."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from upstreamlint.documents import Scalar
from upstreamlint.refusal import cel
from upstreamlint.refusal.at import At
from upstreamlint.refusal.plain import plain
from upstreamlint.refusal.refused import Refusal, quoted
from upstreamlint.refusal.schema import Kind, Schema
from upstreamlint.typed import Any

_EACH = ["name", "self"]


def broken(at: At, shape: dict[str, Any], schema: Schema, kind: Kind) -> Iterator[Refusal]:
    """The rules that a value breaks; a rule of which it cannot be told is passed over."""
    if at.node is None:
        return
    try:
        value = plain(at.node, schema, kind)
    except cel.UnsureError:
        return
    shown = f"{quoted(at)}: " if isinstance(at.node, Scalar) else ""
    for holds, tree, message in compiled(shape):
        try:
            if not holds(value):
                place = _item(at, value, tree)
                yield Refusal(at.path, f"Invalid value: {shown}{message}", place.anchor)
        except cel.UnsureError:
            continue
        except cel.ConversionError as error:
            said = f"Invalid value: {shown}{error} evaluating rule: {message}"
            yield Refusal(at.path, said, at.anchor)


def _item(at: At, value: Any, tree: cel.Tree) -> At:
    """The first item that breaks a rule about all items of a list; the list itself if it is about the whole."""
    parts = at.parts()
    if not parts or tree[0] != "all" or tree[1] != _EACH or len(parts) != len(value):
        return at
    holds = cel.rule(tree[3], tree[2])
    whole = {"self": value}
    return next((part for part, item in zip(parts, value, strict=True) if not holds(item, whole)), at)


_COMPILED: dict[int, list[tuple[Callable[[Any], bool], cel.Tree, str]]] = {}


def compiled(shape: dict[str, Any]) -> list[tuple[Callable[[Any], bool], cel.Tree, str]]:
    """The rules of a schema as functions, each with its tree and message; made once."""
    key = id(shape)
    if key not in _COMPILED:
        _COMPILED[key] = [(cel.rule(tree), tree, message) for tree, message in shape["rules"]]
    return _COMPILED[key]
