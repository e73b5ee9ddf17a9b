"""The routes of every Caddy."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.graph.index import Index
from upstreamlint.programs.caddy.run import Caddy, LoneCaddy
from upstreamlint.programs.forwarding import Link
from upstreamlint.programs.forwarding import link as link_one


def link(index: Index) -> Iterator[Link]:
    """Every Caddy of the run."""
    for forwarder in index.of(Caddy):
        yield from link_one(index, forwarder)
    for lone in index.of(LoneCaddy):
        yield from link_one(index, lone)
