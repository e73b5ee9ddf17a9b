"""Durations that no rule of a definition looks at: istiod cannot read the object if one is none."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.refusal.at import At
from upstreamlint.refusal.cel import ConversionError, seconds
from upstreamlint.refusal.istio.said import said
from upstreamlint.refusal.refused import Refusal


def duration(at: At) -> Iterator[Refusal]:
    """What is refused of a duration in Go's form."""
    if not isinstance(at.value, str):
        return
    try:
        seconds(at.text)
    except ConversionError as error:
        yield said(at, f"error decoding configuration: bad Duration: {error}", "write a unit: `30s`")
