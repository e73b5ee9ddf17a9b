"""How Envoy is recognised, and what configures it."""

from __future__ import annotations

from upstreamlint.documents import Scalar
from upstreamlint.model.kubernetes import ConfigMap
from upstreamlint.programs.program import Program, later
from upstreamlint.programs.reading import Run


def is_candidate(text: str) -> bool:
    """Whether a text may be a bootstrap."""
    return "static_resources" in text or "staticResources" in text


def _concerns(run: Run) -> bool:
    return any(is_candidate(s.text) for s in run.sources) or any(map(_holds, run.of(ConfigMap)))


def _holds(config_map: ConfigMap) -> bool:
    values = (entry.value for entry in config_map.data.values())
    return any(isinstance(value, Scalar) and "static_resources" in value.value for value in values)


PROGRAM = Program(
    name="Envoy",
    technology="envoy",
    load=later("upstreamlint.programs.envoy.load", "load"),
    link=later("upstreamlint.programs.envoy.link", "link"),
    images="envoy",
    other="gateway|ratelimit|operator|sidecar-injector|appmesh",
    alone=("envoyproxy/envoy",),
    commands=frozenset({"envoy"}),
    arguments=("-c", "--config-path"),
    concerns=_concerns,
)
