"""Facts of public images and servers: tables with the source of each row, and their look-up.

`images.json` and `servers.json` have one row a line; the schemas beside them say what a row is. Rows that a user
adds win: `known_images().extended(rows)`.
"""

from __future__ import annotations

import json
import os
from functools import cache
from typing import Any

from upstreamlint.containers.data.facts import (
    Healthcheck,
    ImageFacts,
    Row,
    Served,
    ServerFacts,
    Tools,
)
from upstreamlint.containers.data.images import Images
from upstreamlint.containers.data.reference import ImageReference, image_reference
from upstreamlint.containers.data.servers import Servers

__all__ = [
    "Healthcheck",
    "ImageFacts",
    "ImageReference",
    "Images",
    "Row",
    "Served",
    "ServerFacts",
    "Servers",
    "Tools",
    "image_reference",
    "known_images",
    "known_servers",
]


@cache
def known_images() -> Images:
    """The images of the table."""
    return Images(_rows("images"))


@cache
def known_servers() -> Servers:
    """The servers of the table."""
    return Servers(_rows("servers"))


def _rows(name: str) -> list[dict[str, Any]]:
    with open(f"{os.path.dirname(__file__)}/{name}.json", encoding="utf-8") as stream:
        rows: list[dict[str, Any]] = json.load(stream)
    return rows
