"""Tunnel connectors: what is read as one, and the way of a request through it."""

from __future__ import annotations

from pathlib import Path

import pytest

from upstreamlint import rules
from upstreamlint.documents import Scalar
from upstreamlint.programs.connectors.origin import origin
from upstreamlint.programs.registry import programs
from upstreamlint.run import engine
from upstreamlint.settings.config import Config
from upstreamlint.source import Source
from upstreamlint.testing import check_texts

FIXTURES = Path(__file__).parent / "fixtures"


@pytest.mark.parametrize(
    ("image", "program"),
    [
        ("cloudflare/cloudflared:2025.2.0", "cloudflared"),
        ("ghcr.io/tailscale/tailscale@sha256:00", "Tailscale"),
        ("pomerium/pomerium", "Pomerium"),
        ("ghcr.io/fatedier/frpc:v0.61.0", "frpc"),
        ("fatedier/frps:v0.61.0", None),
        ("traefik:v3.3", "Traefik"),
        ("public.ecr.aws/gravitational/teleport-distroless:16", "Teleport"),
        ("tailscale/k8s-operator:v1", None),
        ("pomerium/ingress-controller:main", None),
        ("pomerium/verify:latest", None),
        ("traefik/whoami", None),
        ("nginx:1.27", None),
    ],
)
def test_program(image, program):
    connectors = (p for p in programs() if p.technology in ("connectors", "traefik"))
    assert [p.name for p in connectors if p.made_of(image)] == ([program] if program else [])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("http://app:8080", ("http", "app", 8080, False, 1)),
        ("https://app", ("https", "app", 443, True, 1)),
        ("http://App/path", ("http", "app", 80, True, 1)),
        ("http://user:word@app:81/x?y", ("http", "app", 81, False, 1)),
        ("http://a:80,10", ("http", "a", 80, False, 10)),
        ("https+insecure://127.0.0.1:8443", ("https+insecure", "127.0.0.1", 8443, False, 1)),
        ("http://[::1]:9", ("http", "::1", 9, False, 1)),
        ("tcp://db", ("tcp", "db", None, True, 1)),
        ("3000", ("", "127.0.0.1", 3000, False, 1)),
        ("unix:/run/app.sock", None),
        ("unix+tls:/run/app.sock", None),
        ("http://a:99999", None),
        ("", None),
    ],
)
def test_origin(text, expected):
    written = Scalar(text, True, Source("a.yaml", text), 0, len(text))
    found = origin(written, bare=True)
    assert (found and (found.scheme, found.host, found.port, found.defaulted, found.weight)) == expected
    if found and found.scheme:
        host = found.host_anchor
        assert text[host.start : host.end].strip("[]").lower() == found.host


def _affected(folder, rule, monkeypatch):
    monkeypatch.chdir(FIXTURES / folder)
    result = engine.check(["."], Config())
    return [a for d in result.diagnostics if d.rule == rule for a in d.affects]


@pytest.mark.parametrize(
    ("folder", "rule", "route", "hops"),
    [
        ("upstream-unknown/fail-nginx-behind-tunnel", "upstream-unknown", "^/catalog", 1),
        ("service-selects-no-pods/fail-behind-tunnel-and-nginx", "service-selects-no-pods", "/", 5),
    ],
)
def test_chain_goes_through_the_connector(folder, rule, route, hops, monkeypatch):
    found = [a for a in _affected(folder, rule, monkeypatch) if a.listener == "shop.example.org"]
    assert [(a.route, len(a.chain) >= hops) for a in found] == [(route, True)]
    assert "cloudflared dials" in found[0].chain[0].text


def test_one_finding_for_two_routers_of_one_service(monkeypatch):
    found = _affected("published-port-used/fail-traefik-file", "published-port-used", monkeypatch)
    hosts = sorted(a.listener for a in found if a.listener.endswith(".org"))
    assert hosts == ["albums.example.org", "photos.example.org"]


def test_a_config_that_nothing_mounts_is_not_read():
    texts = {
        "compose.yaml": "services:\n  tunnel:\n    image: cloudflare/cloudflared:2025.2.0\n    command: tunnel run\n",
        "config.yml": "ingress:\n  - hostname: a.example.org\n    service: http://localhost:80\n",
    }
    assert check_texts(texts, rules.load()).diagnostics == ()


ODD = (
    "ingress: []", "ingress: text", "ingress: [1, {}, []]", "[]", ": {", "ingress: {a: b}", "", "Web: []", "Web: {a: 1}",
    "Web: {a: {Handlers: {/: 1}}}", "Web: {a: {Handlers: {/: {Proxy: }}}}", "TCP: {443: 1}", "TCP: [1]", "routes: {a: b}",
    "routes: [{from: a}]", "routes: [{from: https://a, to: }]", "routes: [{from: https://a, to: [1, {}]}]", "http: []",
    "http: {services: [], routers: {a: 1}}", "http: {services: {a: 1}, routers: {a: {service: [a]}}}",
    "http: {services: {a: {loadBalancer: {servers: a}}}, routers: {a: {service: a, rule: [x]}}}", "app_service: 1",
    "app_service: {apps: [1, {uri: }, {name: a}]}",
)  # fmt: skip


@pytest.mark.parametrize(
    "image", ["cloudflare/cloudflared", "tailscale/tailscale", "pomerium/pomerium", "traefik"]
)
@pytest.mark.parametrize("text", ODD)
def test_odd_files_are_survived(text, image):
    compose = (
        f"services:\n  edge:\n    image: {image}\n    environment:\n      TS_SERVE_CONFIG: /conf/config.yml\n"
        "      TRAEFIK_PROVIDERS_FILE_DIRECTORY: /conf\n"
        '    volumes: ["./config.yml:/conf/config.yml"]\n'
    )
    result = check_texts({"compose.yaml": compose, "config.yml": text}, rules.load())
    found = {d.rule for d in result.diagnostics if d.rule.startswith("connector")}
    assert found <= {"connector-catch-all-missing"}
