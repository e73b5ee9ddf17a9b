"""The routes of every HAProxy."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.graph.index import Index
from upstreamlint.programs.forwarding import Link
from upstreamlint.programs.forwarding import link as link_one
from upstreamlint.programs.haproxy.run import HAProxy, LoneHAProxy


def link(index: Index) -> Iterator[Link]:
    """Every HAProxy of the run."""
    for forwarder in index.of(HAProxy):
        yield from link_one(index, forwarder)
    for lone in index.of(LoneHAProxy):
        yield from link_one(index, lone)
