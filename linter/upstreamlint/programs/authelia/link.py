"""What an Authelia dials: without its stores it does not start."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.facets.dial import Dial, Protocol, Purpose, caller
from upstreamlint.graph.index import Index
from upstreamlint.programs.authelia.types import Authelia
from upstreamlint.programs.built_in import AUTHELIA


def link(index: Index) -> Iterator[Dial]:
    """Every Authelia of the run."""
    for one in index.of(Authelia):
        dials = caller(
            one.place, AUTHELIA.name, listens=AUTHELIA.ports, alone=one.alone, complete=one.complete
        )
        for needed in one.needs:
            yield Dial(
                caller=dials,
                owner=one,
                route=None,
                host=needed.host.value,
                host_anchor=needed.host.anchor,
                port=needed.port,
                port_anchor=needed.port_anchor,
                defaulted=needed.defaulted,
                protocol=Protocol.TCP,
                purpose=Purpose.DEPENDENCY,
            )
