"""How Traefik is recognised, and what configures it."""

from __future__ import annotations

from upstreamlint.programs.program import Program, later

PROGRAM = Program(
    name="Traefik",
    technology="connectors",
    load=later("upstreamlint.programs.traefik.load", "load"),
    link=later("upstreamlint.programs.connectors.link", "link"),
    images="traefik",
    other="operator|ingress-controller|whoami|certs|exporter",
    alone=("traefik",),
    commands=frozenset({"traefik"}),
    arguments=("--providers.file.filename", "--providers.file.directory"),
    variables=("TRAEFIK_PROVIDERS_FILE_FILENAME", "TRAEFIK_PROVIDERS_FILE_DIRECTORY"),
    ports=frozenset({80, 443, 8080}),
)
