"""Which services stand behind a proxy, whatever proxy it is."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.facets.judgement import Facet
from upstreamlint.graph import Graph
from upstreamlint.graph.compose.references import LabelRoute
from upstreamlint.model.compose import ComposeService
from upstreamlint.source import Anchor
from upstreamlint.values import NamedTuple


class Proxied(NamedTuple):
    """A service that a proxy sends requests to: what the proxy is, where it runs, and where it says so."""

    service: ComposeService
    proxy: str
    client: ComposeService | None
    anchor: Anchor


def proxied(graph: Graph) -> Iterator[Proxied]:
    """Every service behind a proxy, once."""
    seen: set[int] = set()
    for found in _all(graph):
        if id(found.service) not in seen:
            seen.add(id(found.service))
            yield found


def _all(graph: Graph) -> Iterator[Proxied]:
    if not graph.nodes(ComposeService):
        return
    for found in graph.judgements:
        client = found.dial.caller.service
        for target in found.targets if found.facet is Facet.NAME and found.dial.by else ():
            if found.obstacle is None and isinstance(target, ComposeService) and target is not client:
                yield Proxied(target, found.dial.by, client, found.anchor)
    for label in graph.references(LabelRoute):
        yield Proxied(label.service, label.proxy, label.client, label.anchor)
