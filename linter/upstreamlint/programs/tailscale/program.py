"""How Tailscale is recognised, and what configures it."""

from __future__ import annotations

from upstreamlint.programs.program import Program, later

PROGRAM = Program(
    name="Tailscale",
    technology="connectors",
    load=later("upstreamlint.programs.tailscale.load", "load"),
    link=later("upstreamlint.programs.connectors.link", "link"),
    images="tailscale",
    other="operator|k8s-nameserver|exporter",
    alone=("tailscale/tailscale", "ghcr.io/tailscale/tailscale"),
    commands=frozenset({"tailscale"}),
    variables=("TS_SERVE_CONFIG",),
)
