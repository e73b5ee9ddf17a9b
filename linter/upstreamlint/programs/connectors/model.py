"""Tunnel connectors and identity-aware proxies, typed: rules of public hosts, and the origins that they lead to."""

from upstreamlint.programs.connectors.types import Connector, ConnectorRule, Origin, Pool

__all__ = ["Connector", "ConnectorRule", "Origin", "Pool"]
