"""What is imported for one small file of a technology: a program that runs before every commit loads what it needs."""

from __future__ import annotations

import subprocess
import sys

import pytest

SCRIPT = """
import sys
from upstreamlint.cli import run
run(["check", "--no-config", "--format", "json", *sys.argv[1:]])
print(*sorted(sys.modules), sep="\\n", file=sys.stderr)
"""
SERVICE = """\
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  selector: {app: web}
  ports:
    - port: 80
"""
ROUTE = """\
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: web}
spec:
  hosts: [web]
  http:
    - route:
        - destination: {host: web}
"""
HTTP_ROUTE = """\
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: web}
spec:
  parentRefs:
    - name: edge
  rules:
    - backendRefs:
        - name: web
          port: 80
"""
COMPOSE = "services:\n  web:\n    image: nginx:1.27\n"
NGINX = "upstream web { server web:80; }\nserver { location / { proxy_pass http://web; } }\n"

HEAVY = {
    "click",
    "typing",
    "dataclasses",
    "inspect",
    "pathlib",
    "tempfile",
    "importlib.metadata",
    "email",
    "socket",
    "asyncio",
    "subprocess",
    "urllib.request",
    "jsonschema",
}
"""What costs as much to import as a check of ten files takes."""

PACKAGES = {
    "compose": (
        "upstreamlint.model.compose.read",
        "upstreamlint.readers.compose.load",
        "upstreamlint.graph.compose.link",
    ),
    "istio": ("upstreamlint.graph.istio.link", "upstreamlint.programs.nginx.dials.mesh_host"),
    "gateway": ("upstreamlint.graph.gateway_api.link",),
    "nginx": ("upstreamlint.programs.nginx.language.syntax", "upstreamlint.programs.nginx.instance"),
    "caddy": ("upstreamlint.programs.caddy.config",),
    "haproxy": ("upstreamlint.programs.haproxy.config",),
    "apache": ("upstreamlint.programs.apache.config",),
    "envoy": ("upstreamlint.programs.envoy.load",),
    "helm": ("upstreamlint.render.helm",),
    "releases": (
        "upstreamlint.releases.argo",
        "upstreamlint.releases.helmfile",
        "upstreamlint.releases.beside",
    ),
    "objects": ("upstreamlint.refusal.check", "upstreamlint.refusal.covered"),
    "what is refused": ("upstreamlint.refusal.explain",),
    "whole YAML": ("yaml",),
}
"""The modules of each technology that nothing else is made of."""


def imported(tmp_path, files: dict[str, str]) -> set[str]:
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, "."], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    return set(done.stderr.split())


@pytest.mark.parametrize(
    ("files", "used"),
    [
        ({"service.yaml": SERVICE}, {"objects"}),
        ({"route.yaml": SERVICE + "---\n" + ROUTE}, {"objects", "istio"}),
        ({"route.yaml": HTTP_ROUTE}, {"objects", "gateway"}),
        ({"compose.yaml": COMPOSE}, {"compose", "nginx"}),
        ({"nginx.conf": NGINX}, {"nginx"}),
    ],
    ids=["service", "istio", "gateway", "compose", "nginx"],
)
def test_only_the_technologies_of_a_tree_are_imported(tmp_path, files, used):
    modules = imported(tmp_path, files)
    loaded = {name for name, own in PACKAGES.items() if any(module in modules for module in own)}
    assert loaded == used
    assert modules & HEAVY == set()


def test_what_is_not_plain_is_read_by_a_whole_parser(tmp_path):
    assert "yaml" in imported(tmp_path, {"service.yaml": SERVICE.replace("web", "&name web", 1)})


def test_a_rule_is_imported_for_what_it_reads(tmp_path):
    modules = imported(tmp_path, {"service.yaml": SERVICE})
    groups = {m.split(".")[1] for m in modules if m.startswith("upstreamlint_rules.")}
    assert groups == {"reads", "input", "kubernetes", "resilience"}
