"""Tunnel connectors and identity-aware proxies, typed: rules of public hosts, and the origins that they lead to."""

from upstreamlint.programs.connectors.read import holds_rules, rules_of
from upstreamlint.programs.connectors.types import Connector, ConnectorRule, Origin, Pool, Program, program_of

__all__ = ["Connector", "ConnectorRule", "Origin", "Pool", "Program", "holds_rules", "program_of", "rules_of"]
