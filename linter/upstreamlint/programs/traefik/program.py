"""How Traefik is recognised, and what configures it."""

from __future__ import annotations

from upstreamlint.programs.program import Program, later

PROGRAM = Program(
    name="Traefik",
    technology="traefik",
    load=later("upstreamlint.programs.traefik.load", "load"),
    link=later("upstreamlint.programs.traefik.link", "link"),
    images=r"(?:\A|-)traefik\Z",
    alone=("traefik",),
    commands=frozenset({"traefik"}),
    ports=frozenset({80, 443, 8080}),
)
