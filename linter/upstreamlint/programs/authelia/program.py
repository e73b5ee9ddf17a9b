"""How Authelia is recognised, and what configures it."""

from __future__ import annotations

from upstreamlint.programs.program import Program, later

PROGRAM = Program(
    name="Authelia",
    technology="authelia",
    load=later("upstreamlint.programs.authelia.load", "load"),
    link=later("upstreamlint.programs.authelia.link", "link"),
    images=r"\Aauthelia\Z",
    alone=("authelia/authelia", "ghcr.io/authelia/authelia"),
    commands=frozenset({"authelia"}),
    arguments=("--config", "-c"),
    variables=("X_AUTHELIA_CONFIG",),
    ports=frozenset({9091}),
)
