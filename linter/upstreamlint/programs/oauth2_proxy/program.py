"""How oauth2-proxy is recognised, and what configures it."""

from __future__ import annotations

from upstreamlint.programs.program import Program, later

PROGRAM = Program(
    name="oauth2-proxy",
    technology="connectors",
    load=later("upstreamlint.programs.oauth2_proxy.load", "load"),
    link=later("upstreamlint.programs.connectors.link", "link"),
    images="oauth2[-_]proxy",
    alone=("quay.io/oauth2-proxy/oauth2-proxy", "bitnami/oauth2-proxy"),
    commands=frozenset({"oauth2-proxy", "oauth2_proxy"}),
    arguments=("--config", "-config"),
    variables=("OAUTH2_PROXY_CONFIG",),
    ports=frozenset({4180}),
)
