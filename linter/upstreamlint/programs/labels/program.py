"""Proxies with a Docker provider, as one program: a table says which there are."""

from __future__ import annotations

from upstreamlint.programs.program import Program, later
from upstreamlint.programs.reading import Found

PROGRAM = Program(
    name="label proxies",
    technology="compose",
    load=lambda _: Found(),
    link=later("upstreamlint.programs.labels.link", "link"),
    concerns=lambda _: False,
)
