"""How nginx is recognised, and what configures it."""

from __future__ import annotations

from upstreamlint.documents import Scalar
from upstreamlint.files.kinds import Kind
from upstreamlint.model.kubernetes import ConfigMap
from upstreamlint.programs.nginx.layouts import LAYOUTS
from upstreamlint.programs.program import Program, later
from upstreamlint.programs.reading import Run

_WORDS = ("_pass", "listen", "upstream")


def _concerns(run: Run) -> bool:
    if run.paths_of(Kind.NGINX) or any(map(_holds, run.of(ConfigMap))):
        return True
    return any(c.service is not None or PROGRAM.runs_in(c) for c in run.containers)


def _holds(config_map: ConfigMap) -> bool:
    texts = (e.value.value for e in config_map.data.values() if isinstance(e.value, Scalar))
    return any(word in text for text in texts for word in _WORDS)


PROGRAM = Program(
    name="nginx",
    technology="nginx",
    load=later("upstreamlint.programs.nginx.load", "load"),
    link=later("upstreamlint.programs.nginx.link", "link"),
    images="nginx|openresty|tengine|angie",
    other="ingress|nginx-proxy|docker-gen|gateway-fabric|controller",
    alone=("nginx", "nginxinc/nginx-unprivileged", "openresty/openresty"),
    commands=frozenset({"nginx", "nginx-debug", "openresty", "angie"}),
    arguments=("-c",),
    layouts=LAYOUTS,
    concerns=_concerns,
)
