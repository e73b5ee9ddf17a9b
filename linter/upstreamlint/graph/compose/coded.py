"""The stores that the code of a service names, as addresses like those in its variables."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.containers.in_code import stores
from upstreamlint.graph.compose.addresses import addresses
from upstreamlint.graph.compose.dialled import Written
from upstreamlint.graph.index import Index
from upstreamlint.model.compose import ComposeService


def coded(index: Index, service: ComposeService) -> Iterator[Written]:
    """Each host that a client of a store is made for."""
    for container in index.containers(service):
        for one in stores(container):
            variable = f"{one.store}_URL" if "://" in one.host.value else f"{one.store}_HOST"
            for address in addresses(variable, one.host.value):
                if one.port is None:
                    yield Written("", one.host, address, one.host)
                else:
                    whole = address._replace(port=one.port.value, port_at=(0, len(one.port.value)))
                    yield Written("", one.host, whole, one.port)
