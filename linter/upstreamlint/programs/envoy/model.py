"""Envoy's static bootstrap configuration, typed."""

from upstreamlint.programs.envoy.bootstrap import build
from upstreamlint.programs.envoy.cluster_types import Assignment, Discovery, Endpoint, EnvoyCluster, Subsets
from upstreamlint.programs.envoy.eds import assignment
from upstreamlint.programs.envoy.types import (
    Bootstrap,
    ClusterUse,
    EnvoyRoute,
    Listener,
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
    "Subsets",
    "UseKind",
    "VirtualHost",
    "assignment",
    "build",
]
