"""A program of a second distribution: found by entry point, read from its container, and judged like our own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from upstreamlint import load
from upstreamlint.containers.container import Container
from upstreamlint.files.discover import Discovery
from upstreamlint.files.kinds import Kind
from upstreamlint.files.readable import MemoryFiles
from upstreamlint.programs.nginx.instance import NginxInstance
from upstreamlint.programs.registry import programs
from upstreamlint.settings.config import Config

TOY = Path(__file__).parent / "toy_proxy.py"

COMPOSE = """\
services:
  edge:
    image: acme/toy:1
    command: ["--routes", "/etc/toy/routes.txt"]
    volumes: ["./routes.txt:/etc/toy/routes.txt"]
    networks: [front]
  web:
    build: ./web
    networks: [{network}]
networks: {{front: , back: }}
"""

PODS = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: routes}
data:
  routes.txt: |
    /shop @TARGET@
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: edge}
spec:
  selector: {matchLabels: {app: edge}}
  template:
    metadata: {labels: {app: edge}}
    spec:
      containers:
        - name: toy
          image: acme/toy:1
          env: [{name: TOY_ROUTES, value: /etc/toy/routes.txt}]
          volumeMounts: [{name: routes, mountPath: /etc/toy}]
      volumes: [{name: routes, configMap: {name: routes}}]
---
apiVersion: v1
kind: Service
metadata: {name: checkout}
spec: {selector: {app: checkout}, ports: [{port: 8080}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: checkout}
spec:
  selector: {matchLabels: {app: checkout}}
  template:
    metadata: {labels: {app: checkout}}
    spec:
      containers: [{name: web, image: acme/web, ports: [{containerPort: 8080}]}]
"""


@pytest.fixture
def run(tmp_path):
    """Run the program over files, beside an installed distribution that brings the toy, or something else."""

    def _run(files, *arguments, toy="", points="toy = acme_toy"):
        site = tmp_path / "site"
        info = site / "acme_toy-0.3.dist-info"
        info.mkdir(parents=True)
        (site / "acme_toy.py").write_text(toy or TOY.read_text())
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-toy\nVersion: 0.3\n")
        (info / "entry_points.txt").write_text(f"[upstreamlint.programs]\n{points}\n")
        for name, text in files.items():
            path = tmp_path / "repo" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        command = [sys.executable, "-m", "upstreamlint", *(arguments or ("check", "--format", "concise"))]
        search = os.pathsep.join(filter(None, (str(site), os.environ.get("PYTHONPATH"))))
        return subprocess.run(
            command,
            cwd=tmp_path / "repo",
            env={**os.environ, "PYTHONPATH": search},
            capture_output=True,
            text=True,
            check=False,
        )

    return _run


LOOPBACK = "FROM python\nEXPOSE 8080\nCMD python -m uvicorn app:app --host 127.0.0.1 --port 8080\n"


def compose(
    target, dockerfile="FROM python\nEXPOSE 8080\nCMD serve --host 0.0.0.0 --port 8080\n", network="front"
):
    return {
        "compose.yaml": COMPOSE.format(network=network),
        "routes.txt": f"/shop {target}\n",
        "web/Dockerfile": dockerfile,
    }


def errors(outcome):
    """The place and the rule of each error."""
    lines = [line for line in outcome.stdout.splitlines() if ": error: " in line]
    return [(line.split(": ")[0], line[line.rindex("[") + 1 : -1]) for line in lines]


@pytest.mark.parametrize(
    ("files", "place", "rule"),
    [
        (compose("web:8080"), None, None),
        (compose("wbe:8080"), "routes.txt:1:7", "upstream-unknown"),
        (compose("web:8080", network="back"), "routes.txt:1:7", "upstream-not-on-network"),
        (compose("127.0.0.1:9000"), "routes.txt:1:7", "loopback-in-container"),
        (compose("web:8080", LOOPBACK), "web/Dockerfile:3:38", "upstream-binds-loopback"),
        ({"pods.yaml": PODS.replace("@TARGET@", "checkout:8080")}, None, None),
        ({"pods.yaml": PODS.replace("@TARGET@", "chekout:8080")}, "pods.yaml:6:11", "upstream-unknown"),
        (
            {"pods.yaml": PODS.replace("@TARGET@", "checkout:80")},
            "pods.yaml:6:20",
            "upstream-port-not-served",
        ),
    ],
)
def test_every_facet_judges_what_a_toy_dials(run, files, place, rule):
    outcome = run(files)
    assert errors(outcome) == ([(place, rule)] if rule else []), outcome.stdout + outcome.stderr


def test_its_routes_are_part_of_the_way(run):
    outcome = run(compose("wbe:8080"), "check", "--format", "json")
    assert '"/shop"' in outcome.stdout
    assert "edge" in outcome.stdout


@pytest.mark.parametrize(
    ("image", "files"),
    [
        ("nginx:1.27", {"/etc/nginx/conf.d": "a.conf"}),
        ("nginxinc/nginx-unprivileged", {"/etc/nginx/conf.d": "a.conf"}),
        ("bitnami/nginx:1.27", {"/opt/bitnami/nginx/conf/server_blocks": "a.conf"}),
        ("lscr.io/linuxserver/nginx", {"/config/nginx/site-confs": "a.conf"}),
        ("lscr.io/linuxserver/swag:latest", {"/config/nginx/proxy-confs": "a.subdomain.conf"}),
        ("ghcr.io/linuxserver/swag", {"/config": "nginx/site-confs/a.conf"}),
        ("openresty/openresty:alpine", {"/etc/nginx/conf.d": "a.conf"}),
        ("docker.angie.software/angie:1.10", {"/etc/angie/http.d": "a.conf"}),
        ("jc21/nginx-proxy-manager:2", {"/data/nginx/custom": "http.conf"}),
    ],
)
def test_images_keep_the_configuration_of_nginx_in_their_own_places(image, files):
    [(target, name)] = files.items()
    text = "server { listen 81; server_name shop.example; location / { proxy_pass http://app:80; } }\n"
    mounted = (
        f"services:\n  edge:\n    image: {image}\n    volumes: ['./conf:{target}']\n  app: {{image: x}}\n"
    )
    loaded = read({"compose.yaml": mounted, f"conf/{name}": text})
    [instance] = [r for r in loaded.resources if isinstance(r, NginxInstance)]
    assert [n.value for s in instance.config.servers for n in s.names] == ["shop.example"]
    assert instance.service.name.value == "edge"


NPM = "services:\n  edge: {image: jc21/nginx-proxy-manager, volumes: ['./data:/data']}\n  shop: {image: shop, expose: ['80']}\n"
HOST = (
    'server {\n  set $forward_scheme http;\n  set $server "%s";\n  set $port 80;\n  listen 80;\n'
    "  server_name shop.example;\n  location / { include conf.d/include/proxy.conf; }\n}\n"
)


@pytest.mark.parametrize(
    ("server", "expected"),
    [
        ("shop", []),
        ("shpo", [("data/nginx/proxy_host/1.conf:3:16", "upstream-unknown")]),
        ("http://shop", [("data/nginx/proxy_host/1.conf:3:15", "malformed-target")]),
    ],
)
def test_a_host_of_nginx_proxy_manager_is_passed_on_by_a_file_of_the_image(run, server, expected):
    outcome = run({"compose.yaml": NPM, "data/nginx/proxy_host/1.conf": HOST % server})
    assert errors(outcome) == expected, outcome.stdout


def test_swag_includes_its_proxy_confs_once():
    text = "server { listen 443 ssl; server_name shop.*; location / { proxy_pass http://app:80; } }\n"
    mounted = "services:\n  edge:\n    image: lscr.io/linuxserver/swag\n    volumes: ['./swag:/config']\n"
    default = (
        "include /config/nginx/proxy-confs/*.subdomain.conf;\nserver { listen 443 ssl; server_name _; }\n"
    )
    files = {"compose.yaml": mounted, "swag/nginx/proxy-confs/shop.subdomain.conf": text}
    for more in ({}, {"swag/nginx/site-confs/default.conf": default}):
        loaded = read({**files, **more})
        [instance] = [r for r in loaded.resources if isinstance(r, NginxInstance)]
        names = [n.value for s in instance.config.servers for n in s.names]
        assert names.count("shop.*") == 1


def test_folders_that_an_image_does_not_read_are_nothing():
    mounted = "services:\n  edge:\n    image: bitnami/nginx\n    volumes: ['./conf:/etc/nginx/conf.d']\n"
    loaded = read({"compose.yaml": mounted, "conf/a.conf": "server { listen 81; }\n"})
    [instance] = [r for r in loaded.resources if isinstance(r, NginxInstance)]
    assert [i.port for s in instance.config.servers for i in s.listens] == [8080]


@pytest.mark.parametrize(
    ("program", "service", "alone"),
    [
        ("nginx", "{image: 'nginx:1.27'}", True),
        ("nginx", "{image: 'registry.example/nginx-and-more'}", False),
        ("nginx", "{image: nginx, command: supervisord -n}", False),
        ("nginx", "{image: nginx, entrypoint: [/start, all]}", False),
        ("nginx", '{image: nginx, command: sh -c "envsubst < /a > /b && nginx"}', True),
        ("nginx", "{image: nginx, network_mode: 'service:app'}", False),
        ("Traefik", "{image: 'traefik:v3', command: --providers.docker}", True),
        ("Envoy", "{image: nginx}", False),
    ],
)
def test_what_runs_alone_in_a_container(program, service, alone):
    loaded = read({"compose.yaml": f"services:\n  edge: {service}\n  app: {{image: x}}\n"})
    [place] = [r for r in loaded.resources if isinstance(r, Container) and r.name == "edge"]
    [found] = [p for p in programs() if p.name == program]
    assert found.alone_in(place) is alone


def read(texts):
    yamls = tuple((path, Kind.YAML) for path in texts if path.endswith(".yaml"))
    return load.load(Discovery(files=yamls, skipped=()), MemoryFiles(texts), Config())


@pytest.mark.parametrize(
    ("toy", "points", "message"),
    [
        ("1 / 0", "toy = acme_toy", "the program `toy` of acme-toy 0.3 cannot be loaded: division by zero"),
        ("PROGRAM = 1", "toy = acme_toy", "`acme_toy` of acme-toy 0.3 is no program"),
        ("x = 1", "toy = acme_toy:TOY", "cannot be loaded: module 'acme_toy' has no attribute 'TOY'"),
    ],
)
def test_a_broken_program_is_named(run, toy, points, message):
    outcome = run(compose("web:8080"), toy=toy, points=points)
    assert message in outcome.stderr
    assert outcome.returncode == 2
