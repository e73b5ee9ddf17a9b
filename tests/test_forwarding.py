"""Caddy and HAProxy where they run: in Compose services and in pods, with the files that they are given."""

from __future__ import annotations

import textwrap

import pytest

from upstreamlint import rules
from upstreamlint.files.discover import Discovery
from upstreamlint.files.kinds import Kind
from upstreamlint.files.readable import MemoryFiles
from upstreamlint.finding import Severity
from upstreamlint.run import engine
from upstreamlint.settings.config import Config

RULES = rules.load()
APP = "  app:\n    image: registry.example/app:1\n    expose: ['8000']\n"


def found(**texts: str) -> list[tuple[str, str, int]]:
    named = {name.replace("__", "."): textwrap.dedent(text) for name, text in texts.items()}
    files = tuple((path, Kind.YAML) for path in named if path.endswith((".yaml", ".yml")))
    result = engine.check_files(Discovery(files=files, skipped=()), MemoryFiles(named), Config(), RULES)
    return sorted(
        (d.rule, d.finding.primary.anchor.source.path, d.finding.primary.anchor.line)
        for d in result.diagnostics
        if d.severity is not Severity.INFO
    )


def service(image: str, more: str = "") -> str:
    return f"services:\n  edge:\n    image: {image}\n{textwrap.indent(textwrap.dedent(more), '    ')}\n{APP}"


HAPROXY = "defaults\n  mode http\n  timeout connect 1s\n  timeout client 1s\n  timeout server 1s\nlisten web\n  bind :80\n"


@pytest.mark.parametrize(
    ("image", "more"),
    [
        ("caddy:2", "volumes: ['./Caddyfile:/etc/caddy/Caddyfile']"),
        ("caddy:2", "volumes: ['.:/etc/caddy']"),
        ("ghcr.io/someone/caddy-dns:1", "volumes: ['./Caddyfile:/etc/caddy/Caddyfile']"),
        (
            "caddy:2",
            "command: caddy run --config /srv/site --adapter caddyfile\nvolumes: ['./Caddyfile:/srv/site']",
        ),
        ("alpine:3", "command: caddy run\nworking_dir: /srv\nvolumes: ['./Caddyfile:/srv/Caddyfile']"),
        ("caddy:2", "configs: [{source: site, target: /etc/caddy/Caddyfile}]\n"),
    ],
)
def test_caddy_is_found_where_it_reads_its_file(image, more):
    compose = service(image, more) + "configs:\n  site:\n    file: ./Caddyfile\n"
    hits = found(compose__yaml=compose, Caddyfile=":80 {\n\treverse_proxy ap:8000\n}\n")
    assert hits == [("upstream-unknown", "Caddyfile", 2)]


@pytest.mark.parametrize(
    ("image", "more"),
    [
        ("haproxy:3", "volumes: ['./haproxy.cfg:/usr/local/etc/haproxy/haproxy.cfg']"),
        (
            "haproxy:3",
            "volumes: ['./haproxy.cfg:/usr/local/etc/haproxy/haproxy.cfg']\ncommand: [haproxy, -f, /usr/local/etc/haproxy/haproxy.cfg]",
        ),
        ("haproxy:3", "volumes: ['./haproxy.cfg:/conf/a.cfg']\ncommand: [-f, /conf]"),
        ("haproxytech/haproxy-alpine:3.0", "volumes: ['.:/usr/local/etc/haproxy:ro']"),
        (
            "debian:12",
            "volumes: ['./haproxy.cfg:/etc/haproxy/haproxy.cfg']\ncommand: haproxy -db -f /etc/haproxy/haproxy.cfg",
        ),
    ],
)
def test_haproxy_is_found_where_it_reads_its_file(image, more):
    hits = found(compose__yaml=service(image, more), haproxy__cfg=HAPROXY + "  server a ap:8000 check\n")
    assert hits == [("upstream-unknown", "haproxy.cfg", 8)]


@pytest.mark.parametrize(
    ("image", "more"),
    [
        ("caddy:1.0.4", "volumes: ['./Caddyfile:/etc/caddy/Caddyfile']"),
        ("abiosoft/caddy:latest", "volumes: ['./Caddyfile:/etc/Caddyfile']"),
        ("caddy:2", "volumes: ['./Caddyfile:/etc/caddy/other']"),
        ("registry.example/app:1", "volumes: ['./Caddyfile:/etc/caddy/Caddyfile']"),
    ],
)
def test_other_places_are_not_read(image, more):
    assert found(compose__yaml=service(image, more), Caddyfile=":80 {\n\treverse_proxy ap:8000\n}\n") == []


CADDY = service(
    "caddy:2",
    "volumes: ['./Caddyfile:/etc/caddy/Caddyfile']\nenvironment: {API: 'ap:8000', OTHER: '${OTHER}'}",
)


@pytest.mark.parametrize(
    ("lines", "hits"),
    [
        ("reverse_proxy app:8000", []),
        ("reverse_proxy app", [("upstream-port-not-served", 2)]),
        ("reverse_proxy app:8001", [("upstream-port-not-served", 2)]),
        ("reverse_proxy :8000", [("loopback-in-container", 2)]),
        ("reverse_proxy localhost:8000", [("loopback-in-container", 2)]),
        ("reverse_proxy localhost:2019", []),
        ("reverse_proxy {$API}", [("upstream-unknown", 2)]),
        ("reverse_proxy {$OTHER}", []),
        ("reverse_proxy {$UNSET:app:8000}", []),
        ("reverse_proxy {$UNSET:ap:8000}", [("upstream-unknown", 2)]),
        ("reverse_proxy {http.request.host}:8000", []),
        ("reverse_proxy unix//run/app.sock", [("unix-socket-not-shared", 2)]),
        ("reverse_proxy https://example.org", []),
        ("php_fastcgi ap:9000", [("upstream-unknown", 2)]),
        ("forward_auth ap:9091 {\n\turi /verify\n}", [("upstream-unknown", 2)]),
        (
            "reverse_proxy app:8000 {\n\thealth_uri /\n\thealth_port 8001\n}",
            [("upstream-port-not-served", 4)],
        ),
        ("import other/*", []),
    ],
)
def test_what_caddy_dials(lines, hits):
    text = f":80 {{\n{lines}\n}}\n"
    assert found(compose__yaml=CADDY, Caddyfile=text) == [(rule, "Caddyfile", line) for rule, line in hits]


BALANCED = service(
    "haproxy:3",
    "volumes: ['./haproxy.cfg:/usr/local/etc/haproxy/haproxy.cfg']\nenvironment: {API: ap}\ndepends_on: [app]",
)


@pytest.mark.parametrize(
    ("line", "hits"),
    [
        ("server a app:8000 check", []),
        ("server a app:8001 check", [("upstream-port-not-served", 8)]),
        ("server a app:8000 check port 8001", [("upstream-port-not-served", 8)]),
        ("server a app check", []),
        ("server a 127.0.0.1:8000", [("loopback-in-container", 8)]),
        ("server a ${API}:8000", [("upstream-unknown", 8)]),
        ("server-template a 3 ap:8000", [("upstream-unknown", 8)]),
        ("server a app:8000 disabled", [("servers-all-out", 6)]),
        ("default_backend nobody", [("proxy-config-refused", 8)]),
    ],
)
def test_what_haproxy_dials(line, hits):
    text = HAPROXY + f"  {line}\n"
    assert found(compose__yaml=BALANCED, haproxy__cfg=text) == [(rule, "haproxy.cfg", n) for rule, n in hits]


@pytest.mark.parametrize(
    ("tag", "hits"),
    [
        ("2.2", []),
        ("1.8-alpine", []),
        ("2.3", ["proxy-config-refused"]),
        ("latest", ["proxy-config-refused"]),
    ],
)
def test_the_end_of_the_last_line_is_asked_for_since_2_3(tag, hits):
    compose = service(
        f"haproxy:{tag}", "volumes: ['./haproxy.cfg:/usr/local/etc/haproxy/haproxy.cfg']\ndepends_on: [app]"
    )
    assert [
        r for r, _, _ in found(compose__yaml=compose, haproxy__cfg=HAPROXY + "  server a app:8000")
    ] == hits


@pytest.mark.parametrize("image", ["registry.example/frp:1", "registry.example/caddy:1"])
def test_arguments_alone_are_those_of_the_image(image):
    compose = service(image, "command: [-c, /conf]\nvolumes: ['./conf:/conf']")
    hits = ["proxy-config-refused"] if "caddy" in image else []
    assert [r for r, _, _ in found(compose__yaml=compose, conf="a{\n}\n")] == hits


def test_a_caddyfile_in_a_config_map():
    text = """
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: edge, namespace: web}
    data:
      Caddyfile: |
        :80 {
          reverse_proxy catalog:8080
        }
    ---
    apiVersion: v1
    kind: Pod
    metadata: {name: edge, namespace: web}
    spec:
      volumes: [{name: conf, configMap: {name: edge}}]
      containers:
        - name: caddy
          image: caddy:2
          volumeMounts: [{name: conf, mountPath: /etc/caddy}]
    ---
    apiVersion: v1
    kind: Service
    metadata: {name: catalog, namespace: shop}
    spec: {ports: [{port: 8080}]}
    """
    assert found(edge__yaml=text) == [("upstream-unknown", "edge.yaml", 8)]


VHOST = "<VirtualHost *:80>\n  ServerName a\n  ProxyPass / http://ap:8000/\n</VirtualHost>\n"


@pytest.mark.parametrize(
    ("image", "more"),
    [
        ("httpd:2.4", "volumes: ['./site.conf:/usr/local/apache2/conf/httpd.conf']"),
        ("php:8.3-apache", "volumes: ['./site.conf:/etc/apache2/sites-enabled/000-default.conf']"),
        ("php:8.3-apache", "volumes: ['./site.conf:/etc/apache2/sites-available/000-default.conf']"),
        ("ubuntu/apache2:2.4", "volumes: ['./site.conf:/etc/apache2/conf-enabled/site.conf']"),
        ("bitnami/apache:2.4", "volumes: ['./site.conf:/vhosts/site.conf']"),
        ("alpine:3", "volumes: ['./site.conf:/etc/apache2/conf.d/site.conf']\ncommand: httpd -D FOREGROUND"),
        ("httpd:2.4", "volumes: ['./site.conf:/site.conf']\ncommand: httpd-foreground -f /site.conf"),
    ],
)
def test_httpd_is_found_where_it_reads_its_files(image, more):
    assert found(compose__yaml=service(image, more), site__conf=VHOST) == [
        ("upstream-unknown", "site.conf", 3)
    ]


@pytest.mark.parametrize(
    ("image", "more"),
    [
        ("httpd:2.4", "volumes: ['./site.conf:/usr/local/apache2/conf/extra/site.conf']"),
        ("php:8.3-apache", "volumes: ['./site.conf:/etc/apache2/sites-available/other.conf']"),
        ("apache/superset:4", "volumes: ['./site.conf:/etc/apache2/sites-enabled/site.conf']"),
    ],
)
def test_files_that_httpd_does_not_read(image, more):
    assert found(compose__yaml=service(image, more), site__conf=VHOST) == []


def test_a_site_that_the_dockerfile_enables():
    dockerfile = "FROM php:8.3-apache\nCOPY site.conf /etc/apache2/sites-available/shop.conf\nRUN a2ensite shop && a2dissite 000-default\n"
    compose = f"services:\n  edge:\n    build: .\n{APP}"
    assert found(compose__yaml=compose, Dockerfile=dockerfile, site__conf=VHOST) == [
        ("upstream-unknown", "site.conf", 3)
    ]


@pytest.mark.parametrize(
    ("line", "hits"),
    [
        ("ProxyPass / http://app:8000/", []),
        ("ProxyPass / http://app/", ["upstream-port-not-served"]),
        ("ProxyPass / http://localhost:8000/", ["loopback-in-container"]),
        ("ProxyPass / balancer://none/", ["servers-all-out"]),
        ("<Proxy balancer://a>\nBalancerMember http://ap:8000\n</Proxy>", []),
        (
            "<Proxy balancer://a>\nBalancerMember http://ap:8000\n</Proxy>\nProxyPass / balancer://a/",
            ["upstream-unknown"],
        ),
        ("<VirtualHost *:81>", ["proxy-config-refused"]),
    ],
)
def test_what_httpd_dials(line, hits):
    compose = service("httpd:2.4", "volumes: ['./site.conf:/usr/local/apache2/conf/httpd.conf']")
    assert [rule for rule, _, _ in found(compose__yaml=compose, site__conf=f"Listen 80\n{line}\n")] == hits
