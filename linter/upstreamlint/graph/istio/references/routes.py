"""Routes that hand over to others, and routes that are never used."""

from __future__ import annotations

from upstreamlint.finding import Affected
from upstreamlint.graph.nodes import Route
from upstreamlint.graph.references import Reference
from upstreamlint.model.istio import Delegate, VirtualRoute, VirtualService
from upstreamlint.source import Anchor
from upstreamlint.values import entity


@entity(kw_only=True)
class DelegateName(Reference):
    """The VirtualService that a route hands over to; `goes_to` is where its requests go without it, if anywhere."""

    route: Route
    virtual_service: VirtualService
    delegate: Delegate
    goes_to: str = ""
    assumption: str = ""


@entity(kw_only=True)
class ShadowedRoute(Reference):
    """A route that is never used: `taker` is the one of the same list that takes all of its requests, if any does.

    `never` is what of its match never holds, `why`, and `by` the Gateway that is asked, if one is. `hits` is the route, when its requests are answered 404; of
    `streams` the connections are closed.
    """

    virtual_service: VirtualService
    taker: VirtualRoute | None
    never: Anchor | None = None
    why: str = ""
    by: Anchor | None = None
    hits: tuple[Affected, ...] = ()
    assumption: str = ""
    streams: bool = False
