"""Envoy's static bootstrap configuration, typed."""

from upstreamlint.model.envoy.bootstrap import build
from upstreamlint.model.envoy.eds import assignment
from upstreamlint.model.envoy.types import (
    Assignment,
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
    "Assignment",
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
    "assignment",
    "build",
]
