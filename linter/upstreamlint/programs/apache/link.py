"""The routes of every httpd."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.graph.index import Index
from upstreamlint.programs.apache.run import Apache, LoneApache
from upstreamlint.programs.forwarding import Link
from upstreamlint.programs.forwarding import link as link_one


def link(index: Index) -> Iterator[Link]:
    """Every httpd of the run."""
    for forwarder in index.of(Apache):
        yield from link_one(index, forwarder)
    for lone in index.of(LoneApache):
        yield from link_one(index, lone)
