"""Fields that are missing, and fields of which only one may be there."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.refusal.at import At
from upstreamlint.refusal.refused import Refusal, required
from upstreamlint.refusal.scalars import left_out
from upstreamlint.refusal.schema import Kind
from upstreamlint.typed import Any

_WHOLE = ("Invalid value", "Unsupported value")
"""How a demand begins that is all that the server says, rather than what it adds to `Required value`."""


def lacking(at: At, shape: dict[str, Any], kind: Kind, unknown: list[At]) -> Iterator[Refusal]:
    """What is refused of the fields that an object has and has not; unknown ones may be what was meant."""
    related = tuple((part.key, f"unknown field `{part.step}`") for part in unknown)
    yield from _required(at, shape, kind, related)
    for key in ("one", "most"):
        choice = shape.get(key)
        if choice is None:
            continue
        there = sorted((f for f in map(at.get, choice["fields"]) if f.given), key=lambda f: f.key.start)
        if not there and "none" in choice and not any(left_out(at.node, f) for f in choice["fields"]):
            yield Refusal(at.path, choice["none"], at.anchor, "", related, lack=True)
        elif len(there) > 1:
            other = ((there[0].key, "the other one"),)
            yield Refusal(there[1].path, choice["many"], there[1].key, "", other)
    for choice in shape.get("choices", ()):
        yield from _one_of(at, choice, related)


def _required(
    at: At, shape: dict[str, Any], kind: Kind, related: tuple[tuple[Any, str], ...]
) -> Iterator[Refusal]:
    demanded = shape.get("required", ())
    for name in demanded:
        part, dot, rest = name.partition(".")
        field = at.get(part).get(rest) if dot else at.get(name)
        if dot and (at.get(part).given or at.get(part).unsure):
            continue
        has = field.given if kind.custom else not field.empty
        if has or "default" in kind.resolve(shape["properties"].get(name, "any")) or left_out(at.node, name):
            continue
        detail = demanded[name] if isinstance(demanded, dict) else ""
        said = detail if detail.startswith(_WHOLE) else required(field, detail).said
        yield Refusal(field.path, said, field.anchor, "", related, lack=True)


def _one_of(at: At, choice: dict[str, Any], related: tuple[tuple[Any, str], ...]) -> Iterator[Refusal]:
    there = sorted((f for f in map(at.get, choice["fields"]) if f.given), key=lambda f: f.key.start)
    if choice["least"] <= len(there) <= 1:
        return
    count = "none valid" if not there else f"{len(there)} valid alternatives"
    said = f'Invalid value: "object": must validate one and only one schema (oneOf). Found {count}'
    wants = f"give one of {' or '.join(f'`{f}`' for f in choice['fields'])}"
    if there:
        yield Refusal(at.path, said, there[1].key, wants, ((there[0].key, "the other one"),))
    else:
        yield Refusal(at.path, said, at.anchor, wants, related, lack=True)
