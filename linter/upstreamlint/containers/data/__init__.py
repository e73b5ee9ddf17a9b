"""Facts of public images and servers: tables with the source of each row, and their look-up.

`images.json` and `servers.json` have one row a line; the schemas beside them say what a row is. Rows that a user
adds win: `also_known`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache

from upstreamlint.containers.data.dialled import Dialled
from upstreamlint.containers.data.facts import (
    Answered,
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
from upstreamlint.typed import Any

__all__ = [
    "Answered",
    "Dialled",
    "Healthcheck",
    "ImageFacts",
    "ImageReference",
    "Images",
    "Row",
    "Served",
    "ServerFacts",
    "Servers",
    "also_known",
    "Tools",
    "image_reference",
    "known_base_paths",
    "known_calls",
    "known_dialled",
    "known_images",
    "known_servers",
]


@cache
def _images() -> Images:
    return Images(_text("images"))


@cache
def _servers() -> Servers:
    return Servers(_rows("servers"))


@cache
def known_base_paths() -> tuple[Row, ...]:
    """The programs that serve everything below a path, as `base_paths.schema.json` has them."""
    return tuple(_rows("base_paths"))


@cache
def known_calls() -> tuple[Row, ...]:
    """The calls that start servers, as `calls.schema.json` has them."""
    return tuple(_rows("calls"))


@cache
def known_dialled() -> Dialled:
    """The settings that are addresses, by image."""
    return Dialled(_rows("dialled"))


_IMAGES: ContextVar[Images | None] = ContextVar("images", default=None)
_SERVERS: ContextVar[Servers | None] = ContextVar("servers", default=None)


def known_images() -> Images:
    """The images of the table, with those that the run was told of."""
    return _IMAGES.get() or _images()


def known_servers() -> Servers:
    """The servers of the table, with those that the run was told of."""
    return _SERVERS.get() or _servers()


@contextmanager
def also_known(images: Sequence[Row], servers: Sequence[Row]) -> Iterator[None]:
    """Rows that count in a run beside those of the tables, and win over them."""
    one = _IMAGES.set(_images().extended(images) if images else None)
    other = _SERVERS.set(_servers().extended(servers) if servers else None)
    try:
        yield
    finally:
        _IMAGES.reset(one)
        _SERVERS.reset(other)


def _rows(name: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(_text(name))
    return rows


def _text(name: str) -> str:
    with open(f"{os.path.dirname(__file__)}/{name}.json", encoding="utf-8") as stream:
        return stream.read()
