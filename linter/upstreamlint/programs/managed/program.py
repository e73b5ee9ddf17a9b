"""Managed programs, as one: what they are configured by is objects, and their places are not in the files."""

from __future__ import annotations

from upstreamlint.programs.program import Program, later
from upstreamlint.programs.reading import Found

PROGRAM = Program(
    name="managed programs",
    technology="managed",
    load=lambda _: Found(),
    link=later("upstreamlint.programs.managed.link", "link"),
    concerns=lambda _: False,
)
