"""How HAProxy is recognised."""

from __future__ import annotations

from upstreamlint.files.kinds import Kind
from upstreamlint.programs.program import Program, later, marked

PROGRAM = Program(
    name="HAProxy",
    technology="haproxy",
    load=later("upstreamlint.programs.haproxy.run", "read"),
    link=later("upstreamlint.programs.haproxy.link", "link"),
    images="haproxy",
    alone=("haproxy",),
    commands=frozenset({"haproxy", "haproxy-systemd-wrapper"}),
    concerns=marked("haproxy"),
    kind=Kind.HAPROXY,
)
