"""Configurations of proxies that no container is given: what their programs refuse is told, what they dial is not judged."""

from __future__ import annotations

import pytest

from upstreamlint import rules, testing

RULES = rules.load()
CADDY = "shop.example {\n\treverse_proxy http://shop:8000/app\n}\n"
HAPROXY = "defaults\n  mode http\n\nfrontend web\n  bind :80\n  default_backend shop\n\nbackend shop\n  server a shop:8000\n"


def found(**files: str) -> list[tuple[str, str, int]]:
    texts = {"other.yaml": "services: {cron: {image: registry.example/cron}}\n"}
    texts |= {name.replace("__", "."): text for name, text in files.items()}
    result = testing.check_texts(texts, RULES)
    return [
        (d.rule, d.finding.primary.anchor.span.path, d.finding.primary.anchor.span.line)
        for d in result.diagnostics
    ]


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("Caddyfile", CADDY, [("proxy-config-refused", "Caddyfile", 2)]),
        ("Caddyfile__prod", CADDY, [("proxy-config-refused", "Caddyfile.prod", 2)]),
        ("Caddyfile", CADDY.replace("/app", ""), []),
        ("Caddyfile", CADDY.replace("shop.example", "{{ host }}"), []),
        ("Caddyfile", "import elsewhere/*\n", []),
        ("haproxy__cfg", HAPROXY, []),
        (
            "haproxy__cfg",
            HAPROXY.replace("shop:8000", "shop:port"),
            [("proxy-config-refused", "haproxy.cfg", 9)],
        ),
        (
            "haproxy__cfg",
            HAPROXY.replace("default_backend shop", "default_backend shops"),
            [("proxy-config-refused", "haproxy.cfg", 6)],
        ),
        ("haproxy__cfg", HAPROXY.replace("default_backend shop", "default_backend orders"), []),
        ("haproxy__cfg", HAPROXY.rstrip(), []),
        ("haproxy__cfg", HAPROXY.replace("bind :80", "bind :80\n  acl x http_auth(staff)"), []),
        (
            "haproxy__cfg",
            HAPROXY.replace("bind :80", "bind :80\n  use_backend shop if api"),
            [("proxy-config-refused", "haproxy.cfg", 6)],
        ),
    ],
)
def test_a_file_that_no_container_is_given(name, text, expected):
    assert found(**{name: text}) == expected


def test_what_a_container_reads_is_said_once():
    mounted = "services:\n  edge: {image: 'caddy:2', volumes: ['./Caddyfile:/etc/caddy/Caddyfile']}\n"
    hits = [hit for hit in found(compose__yaml=mounted, Caddyfile=CADDY) if hit[0] == "proxy-config-refused"]
    assert hits == [("proxy-config-refused", "Caddyfile", 2)]


def test_the_summary_names_it():
    result = testing.check_texts({"Caddyfile": CADDY}, RULES)
    [skipped] = result.coverage.skipped
    assert skipped.path == "Caddyfile"
    assert "only held against the services around it" in skipped.reason


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        ("haproxy:1.8", []),
        ("haproxy:2.4-alpine", [("proxy-config-refused", "haproxy.cfg", 6)]),
        ("haproxy", [("proxy-config-refused", "haproxy.cfg", 6)]),
        ("registry.example/haproxy:3.0", []),
    ],
)
def test_what_a_release_has_dropped(image, expected):
    compose = f"services:\n  edge:\n    image: {image}\n    volumes: ['./haproxy.cfg:/usr/local/etc/haproxy/haproxy.cfg']\n"
    text = HAPROXY.replace("bind :80", "bind :80\n  reqadd X-A:\\ b")
    hits = [
        hit for hit in found(compose__yaml=compose, haproxy__cfg=text) if hit[0] == "proxy-config-refused"
    ]
    assert hits == expected
