"""The field that a misspelled one was meant to be."""

from __future__ import annotations

from collections.abc import Iterable


def meant(name: str, known: Iterable[str]) -> list[str]:
    """The fields that differ in case, in an `s` at the end, in a `default` in front, or in one letter (two of a long name)."""
    from upstreamlint.graph.likeness import near_names

    fields = list(known)
    folded = name.casefold().replace("_", "").replace("-", "")
    alike = [
        f
        for f in fields
        if f.casefold() in (folded, f"default{folded}") or f.casefold().rstrip("s") == folded.rstrip("s")
    ]
    return alike or near_names(name, fields)
