"""Answers that count as failures, until no server is left."""

from __future__ import annotations

import pytest

from upstreamlint import rules, testing

RULES = rules.load()
SERVICES = "".join(f"  {n}: {{image: 'registry.example/shop:1', expose: ['8080']}}\n" for n in "abc")
PROXIES = {
    "nginx": ("nginx:1.27", "/etc/nginx/conf.d/default.conf"),
    "haproxy": ("haproxy:3.0", "/usr/local/etc/haproxy/haproxy.cfg"),
    "caddy": ("caddy:2", "/etc/caddy/Caddyfile"),
    "traefik": ("traefik:v3.7", "/etc/traefik/dynamic.yml"),
}


def found(proxy, text):
    image, path = PROXIES[proxy]
    name = {"nginx": "site.conf", "haproxy": "haproxy.cfg", "caddy": "Caddyfile", "traefik": "dynamic.yml"}[
        proxy
    ]
    command = (
        f"    command: ['--providers.file.filename={path}', '--entrypoints.web.address=:80']\n"
        if proxy == "traefik"
        else ""
    )
    compose = f"services:\n  web:\n    image: {image}\n    depends_on: [a, b, c]\n    volumes: ['./{name}:{path}:ro']\n{command}{SERVICES}"
    result = testing.check_texts({"compose.yaml": compose, name: text}, RULES)
    own = [d for d in result.diagnostics if d.rule == "failures-empty-pool"]
    return [(d.severity.value, d.finding.symptom.status) for d in own]


NGINX = """\
upstream shop {{ {servers} }}
server {{
    listen 80;
    location / {{
        proxy_pass http://shop;
        proxy_read_timeout 1s;
        {again}
    }}
}}
"""
THREE = "server a:8080; server b:8080; server c:8080;"
AGAIN = "proxy_next_upstream error timeout http_500;"


@pytest.mark.parametrize(
    ("servers", "again", "expected"),
    [
        (THREE, AGAIN, [("warning", 502)]),
        (THREE, "proxy_next_upstream error timeout http_502 http_503;", [("info", 502)]),
        (THREE, "", []),
        (THREE, "proxy_next_upstream error timeout;", []),
        (THREE, "proxy_next_upstream error timeout http_404;", []),
        (THREE, AGAIN + " proxy_next_upstream_tries 2;", []),
        (THREE, AGAIN + " proxy_next_upstream_tries 3;", [("warning", 502)]),
        (THREE.replace(";", " max_fails=3;"), AGAIN, []),
        (THREE.replace(";", " max_fails=0;"), AGAIN, []),
        ("server a:8080; server b:8080 backup;", AGAIN, []),
        ("server a:8080;", AGAIN, []),
    ],
)
def test_one_request_empties_an_upstream_of_nginx(servers, again, expected):
    assert found("nginx", NGINX.format(servers=servers, again=again)) == expected


def test_the_settings_are_named_with_their_places():
    compose = f"services:\n  web:\n    image: nginx:1.27\n    volumes: ['./site.conf:/etc/nginx/conf.d/default.conf:ro']\n{SERVICES}"
    text = NGINX.format(servers=THREE, again=AGAIN)
    result = testing.check_texts({"compose.yaml": compose, "site.conf": text}, RULES)
    (own,) = [d for d in result.diagnostics if d.rule == "failures-empty-pool"]
    lines = {label.anchor.span.line for label in own.labels}
    assert lines == {1, 6, 7}


CADDY = ":80 {{\n\treverse_proxy a:8080 b:8080 {{\n{options}\t}}\n}}\n"


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("\t\tfail_duration 30s\n\t\tunhealthy_status 5xx\n", [("info", 503)]),
        ("\t\tfail_duration 30s\n\t\tunhealthy_latency 2s\n", [("info", 503)]),
        ("\t\tfail_duration 30s\n", []),
        ("\t\tunhealthy_status 5xx\n", []),
        ("\t\tfail_duration 30s\n\t\tmax_fails 5\n\t\tunhealthy_status 5xx\n", []),
    ],
)
def test_caddy(options, expected):
    assert found("caddy", CADDY.format(options=options)) == expected


HAPROXY = """\
defaults
  mode http
  timeout connect 5s
  timeout client 50s
  timeout server 50s
frontend web
  bind *:80
  default_backend shop
backend shop
  server a a:8080 check {options}
  server b b:8080 check {options} {last}
"""


@pytest.mark.parametrize(
    ("options", "last", "expected"),
    [
        ("observe layer7 error-limit 5 on-error mark-down", "", [("info", 503)]),
        ("observe layer7 on-error mark-down", "backup", []),
        ("observe layer7 error-limit 1 on-error sudden-death", "", [("info", 503)]),
        ("observe layer7 on-error fail-check fall 1", "", [("info", 503)]),
        ("fall 1 observe layer7", "", [("info", 503)]),
        ("observe layer7 on-error fail-check", "", []),
        ("observe layer7 on-error fastinter fall 1", "", []),
        ("observe layer7", "", []),
        ("observe layer4 on-error mark-down", "", []),
        ("", "", []),
    ],
)
def test_haproxy(options, last, expected):
    assert found("haproxy", HAPROXY.format(options=options, last=last)) == expected


TRAEFIK = """\
http:
  routers: {{shop: {{rule: "PathPrefix(`/`)", service: shop}}}}
  services:
    shop: {{loadBalancer: {{servers: [{servers}]{options}}}}}
"""
TWO = "{url: 'http://a:8080'}, {url: 'http://b:8080'}"


@pytest.mark.parametrize(
    ("servers", "options", "expected"),
    [
        (TWO, ", passiveHealthCheck: {failureWindow: 30s}", [("info", 503)]),
        (TWO, ", passiveHealthCheck: {maxFailedAttempts: 1}", [("info", 503)]),
        (TWO, ", passiveHealthCheck: {maxFailedAttempts: 5}", []),
        (TWO, "", []),
        ("{url: 'http://a:8080'}", ", passiveHealthCheck: {failureWindow: 30s}", []),
        (
            "{url: 'http://a:8080'}, {url: 'http://b:8080', weight: 0}",
            ", passiveHealthCheck: {failureWindow: 30s}",
            [],
        ),
    ],
)
def test_traefik(servers, options, expected):
    assert found("traefik", TRAEFIK.format(servers=servers, options=options)) == expected
