"""One page that holds a picture, its script and its style, and asks the network for nothing."""

from __future__ import annotations

import json
from importlib.resources import files

from upstreamlint.picture.plain import data
from upstreamlint.picture.types import Picture


def html(picture: Picture) -> str:
    """The page; opened from a file, it is whole."""
    texts = {
        "STYLE": _read("page.css"),
        "LAYOUT": _read("dagre.min.js"),
        "SCRIPT": _read("page.js"),
        # Nothing that a file says may end the element that holds it.
        "DATA": json.dumps(data(picture), ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c"),
    }
    before, *parts = _read("page.html").split("{{")
    out = [before]
    for part in parts:
        key, _, rest = part.partition("}}")
        out += [texts[key], rest]
    return "".join(out)


def _read(name: str) -> str:
    return (files(__package__) / name).read_text(encoding="utf-8")
