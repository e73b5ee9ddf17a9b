"""Envoy's static bootstrap configuration, typed."""

from upstreamlint.model.envoy.bootstrap import build
from upstreamlint.model.envoy.types import (
    Bootstrap,
    ClusterUse,
    Discovery,
    Endpoint,
    EnvoyCluster,
    EnvoyRoute,
    Listener,
    Run,
    Subsets,
    UseKind,
    VirtualHost,
)

__all__ = [
    "Bootstrap",
    "ClusterUse",
    "Discovery",
    "Endpoint",
    "EnvoyCluster",
    "EnvoyRoute",
    "Listener",
    "Run",
    "Subsets",
    "UseKind",
    "VirtualHost",
    "build",
]
