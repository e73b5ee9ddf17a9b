"""How Teleport is recognised, and what configures it."""

from __future__ import annotations

from upstreamlint.programs.program import Program, later

PROGRAM = Program(
    name="Teleport",
    technology="connectors",
    load=later("upstreamlint.programs.teleport.load", "load"),
    link=later("upstreamlint.programs.connectors.link", "link"),
    images="teleport",
    other="operator|kube-agent-updater|exporter",
    alone=("public.ecr.aws/gravitational/teleport-distroless*",),
    commands=frozenset({"teleport"}),
    arguments=("--config", "-c"),
)
