"""An address that is written for a program whose ways are not known, as a dial from its container."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.documents import Scalar
from upstreamlint.facets.dial import Caller, Dial, Purpose, spoken
from upstreamlint.facets.hop import judge
from upstreamlint.facets.judgement import Judgement
from upstreamlint.graph.compose.addresses import Address
from upstreamlint.graph.index import Index
from upstreamlint.numerals import decimal
from upstreamlint.readers.compose.tree import is_unknown_text, part
from upstreamlint.values import NamedTuple


class Written(NamedTuple):
    """An address, what holds it (the name of a variable, empty for any other word), its text and that of its port."""

    variable: str
    text: Scalar
    address: Address
    port: Scalar

    @property
    def host(self) -> Scalar:
        """The host, where it stands."""
        return part(self.text, *self.address.at)


def dialled(index: Index, caller: Caller, at: Written, usual: int | None = None) -> Iterator[Judgement]:
    """What contradicts the address in the container of a service; `usual` is the port where none is written."""
    service, address = caller.service, at.address
    if (
        service is None
        or is_unknown_text(at.text.value[slice(*address.at)])
        or address.host.lower() == service.name.value.lower()
    ):
        return
    dial = Dial(
        caller=caller,
        owner=service,
        route=None,
        host=address.host,
        host_anchor=at.host.anchor,
        port=decimal(address.port) if address.port else usual,
        port_anchor=part(at.port, *address.port_at).anchor if address.port else at.text.anchor,
        purpose=Purpose.WRITTEN,
        variable=at.variable,
        **spoken(address.scheme),
    )
    for found in judge(index, dial):
        if isinstance(found, Judgement) and found.broken:
            yield found
