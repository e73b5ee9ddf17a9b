"""What stands in for a failed answer."""

from __future__ import annotations

from upstreamlint.graph.nodes import Route
from upstreamlint.graph.references import Reference
from upstreamlint.values import entity


@entity(kw_only=True)
class ErrorPage(Reference):
    """What the clients of a route get instead of some statuses.

    `status` is what they get for one, nothing where that of the page counts: of the route `page`, or of `reply` where
    the program answers itself; neither where that is not known. `own` says that it stands in for failures of the
    program alone, not for what a server answered.
    """

    route: Route
    statuses: frozenset[int]
    status: int | None
    page: Route | None
    reply: int | None
    own: bool
