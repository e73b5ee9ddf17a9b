"""Tunnel connectors and identity-aware proxies, typed: rules of public hosts, and the origins that they lead to."""

from upstreamlint.model.connectors.read import READERS, holds_rules
from upstreamlint.model.connectors.types import Connector, ConnectorRule, Origin, Pool, Program, program_of

__all__ = ["READERS", "Connector", "ConnectorRule", "Origin", "Pool", "Program", "holds_rules", "program_of"]
