"""How Caddy is recognised."""

from __future__ import annotations

from upstreamlint.files.kinds import Kind
from upstreamlint.programs.program import Program, later, marked

PROGRAM = Program(
    name="Caddy",
    technology="caddy",
    load=later("upstreamlint.programs.caddy.run", "read"),
    link=later("upstreamlint.programs.caddy.link", "link"),
    images="caddy|frankenphp",
    alone=("caddy",),
    commands=frozenset({"caddy", "frankenphp"}),
    concerns=marked("caddy|frankenphp"),
    kind=Kind.CADDY,
)
