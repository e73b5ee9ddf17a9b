"""How Pomerium is recognised, and what configures it."""

from __future__ import annotations

from upstreamlint.programs.program import Program, later

PROGRAM = Program(
    name="Pomerium",
    technology="connectors",
    load=later("upstreamlint.programs.pomerium.load", "load"),
    link=later("upstreamlint.programs.connectors.link", "link"),
    images="pomerium",
    other="operator|ingress-controller|verify|exporter",
    alone=("pomerium/pomerium",),
    commands=frozenset({"pomerium"}),
    arguments=("--config", "-config"),
    ports=frozenset({80, 443, 5443}),
)
