"""How cloudflared is recognised, and what configures it."""

from __future__ import annotations

from upstreamlint.programs.program import Program, later

PROGRAM = Program(
    name="cloudflared",
    technology="connectors",
    load=later("upstreamlint.programs.cloudflared.load", "load"),
    link=later("upstreamlint.programs.connectors.link", "link"),
    images="cloudflared",
    other="operator|ingress-controller|exporter|certs",
    alone=("cloudflare/cloudflared",),
    commands=frozenset({"cloudflared"}),
    arguments=("--config",),
    variables=("TUNNEL_CONFIG",),
)
