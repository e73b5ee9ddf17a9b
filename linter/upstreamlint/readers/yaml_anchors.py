"""Anchors that are given again: an alias means the last one before it (YAML 1.2, 3.2.2.2), which PyYAML's composer refuses."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from string import ascii_letters, digits

import yaml

from upstreamlint import patterns
from upstreamlint.readers.yaml_checks import Composer
from upstreamlint.typed import Any

_ANCHOR = patterns.compile(r"&([\w-]{1,200})")
_LETTERS = ascii_letters + digits
_MOST = 3
"""So many letters of a name are changed at most."""


def repeats(text: str) -> bool:
    """Whether a text may give an anchor again."""
    names = _ANCHOR.findall(text) if text.count("&") > 1 else []
    return len(set(names)) < len(names)


def distinct(text: str) -> str:
    """The text with another name, as long, for each anchor whose name was given before; every offset stays."""
    events = list(_events(text))
    taken = {event.anchor for event in events if getattr(event, "anchor", None)}
    now: dict[str, str] = {}
    seen: set[str] = set()
    pieces: list[str] = []
    at = 0
    for event in events:
        if isinstance(event, yaml.DocumentStartEvent):
            now, seen = {}, set()
        name = getattr(event, "anchor", None)
        if not name:
            continue
        if not isinstance(event, yaml.AliasEvent):
            now[name] = _another(name, taken) if name in seen else name
            seen.add(name)
        start = text.index(name, int(event.start_mark.index))
        pieces += text[at:start], now.get(name, name)
        at = start + len(name)
    return "".join((*pieces, text[at:]))


def _another(name: str, taken: set[str]) -> str:
    """A name as long that nothing has; the same when all are taken."""
    length = min(len(name), _MOST)
    found = (name[: len(name) - length] + "".join(end) for end in product(_LETTERS, repeat=length))
    new = next((n for n in found if n not in taken), name)
    taken.add(new)
    return new


def _events(text: str) -> Iterator[Any]:
    parser = Composer(text)
    try:
        while parser.check_event():
            yield parser.get_event()
    finally:
        parser.dispose()
