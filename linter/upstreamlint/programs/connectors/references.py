"""What the rules about connectors look at besides what they dial."""

from __future__ import annotations

from upstreamlint.graph.nodes import Route
from upstreamlint.graph.references import Reference
from upstreamlint.programs.connectors.model import Connector, ConnectorRule
from upstreamlint.values import entity


@entity(kw_only=True)
class PublicRule(Reference):
    """A rule of a connector, with the route that it makes. `hidden_by` is an earlier rule that takes all it would."""

    connector: Connector
    rule: ConnectorRule
    route: Route
    hidden_by: ConnectorRule | None = None
