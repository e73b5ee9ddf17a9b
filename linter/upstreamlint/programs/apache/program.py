"""How httpd is recognised."""

from __future__ import annotations

from upstreamlint.programs.program import Program, later, marked

PROGRAM = Program(
    name="Apache",
    technology="apache",
    load=later("upstreamlint.programs.apache.run", "read"),
    link=later("upstreamlint.programs.apache.link", "link"),
    images="httpd|apache",
    concerns=marked("httpd|apache"),
)
