"""How ngrok's agent is recognised, and what configures it."""

from __future__ import annotations

from upstreamlint.programs.program import Program, later

PROGRAM = Program(
    name="ngrok",
    technology="connectors",
    load=later("upstreamlint.programs.ngrok.load", "load"),
    link=later("upstreamlint.programs.connectors.link", "link"),
    images=r"\A(?:docker-)?ngrok\Z",
    alone=("ngrok/ngrok", "wernight/ngrok"),
    commands=frozenset({"ngrok"}),
    arguments=("--config",),
    ports=frozenset({4040}),
)
