"""How httpd is recognised."""

from __future__ import annotations

from upstreamlint.programs.program import Program, later, marked

PROGRAM = Program(
    name="Apache",
    technology="apache",
    load=later("upstreamlint.programs.apache.run", "read"),
    link=later("upstreamlint.programs.apache.link", "link"),
    images="httpd|apache",
    alone=("httpd",),
    commands=frozenset({"httpd", "httpd-foreground", "apache2", "apache2ctl", "apachectl"}),
    concerns=marked("httpd|apache"),
)
