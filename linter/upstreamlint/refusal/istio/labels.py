"""Labels as istiod checks them (`labels.Instance.Validate`)."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import patterns
from upstreamlint.refusal.at import At
from upstreamlint.refusal.istio.said import said
from upstreamlint.refusal.refused import Refusal

_NAME = r"(?:[A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]"
_LABEL = r"[a-zA-Z0-9](?:[-a-zA-Z0-9]*[a-zA-Z0-9])?"
_key = patterns.compile(rf"(?:({_LABEL}(?:\.{_LABEL})*)/)?({_NAME})")
_value = patterns.compile(rf"(?:{_NAME})?")
_LONGEST, _LONGEST_PREFIX = 63, 253
_LIMIT = 1_000
"""Longer texts, in characters, are not matched with patterns."""


def labels(at: At) -> Iterator[Refusal]:
    """What is refused of labels; values of any length are fine."""
    for key, value in at.entries():
        yield from _of_key(key.value, value)
        text = value.text
        if text and len(text) <= _LIMIT and _value.fullmatch(text) is None:
            yield said(value, f'invalid tag value: "{text}"')


def _of_key(text: str, value: At) -> Iterator[Refusal]:
    found = _key.fullmatch(text) if len(text) <= _LIMIT else None
    if found is None:
        wrong = ""
    elif found[1] and len(found[1]) > _LONGEST_PREFIX:
        wrong = " (DNS prefix is too long)"
    elif len(found[2]) > _LONGEST:
        wrong = " (name is too long)"
    else:
        return
    yield Refusal(value.path, f'invalid tag key: "{text}"{wrong}', value.key, judge="istiod")


def selected(selector: At, field: str = "matchLabels") -> Iterator[Refusal]:
    """What is refused of a selector of workloads."""
    for key, value in selector.get(field).entries():
        if not key.value or "*" in key.value or "*" in value.text:
            words = "empty key" if not key.value else "wildcard"
            yield said(value, f'{words} is not supported in selector: "{key.value}={value.text}"')
