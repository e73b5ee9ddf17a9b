"""`expect:` in the configuration: what must be answered, and is proved to be."""

from __future__ import annotations

import pytest

from upstreamlint.finding import Severity
from upstreamlint.run.engine import check
from upstreamlint.settings.config_file import ConfigError, load

COMPOSE = """
name: shop
services:
  web:
    image: nginx:1.27
    ports: ["8080:80"]
    depends_on: [api]
    volumes: ["./web.conf:/etc/nginx/conf.d/default.conf:ro"]
  api:
    image: registry.example/api:1
    command: gunicorn api.wsgi --bind 0.0.0.0:3000
    expose: ["3000"]
"""
NGINX = """
server {
    listen 80;
    server_name shop.example *.shops.example;
    location / { proxy_pass http://api:3000; }
    location /docs/ { proxy_pass https://docs.example.com; }
    location /old/ { proxy_pass http://api:3001; }
}
server {
    listen 80 default_server;
    location / { proxy_pass http://api:3000; }
}
"""


@pytest.fixture
def expecting(tmp_path, monkeypatch):
    def run(*patterns, **options):
        lines = "".join(f'  "{pattern}": ok\n' for pattern in patterns)
        more = "".join(f"{key}: {value}\n" for key, value in options.items())
        (tmp_path / "upstreamlint.yaml").write_text(f"expect:\n{lines}{more}")
        (tmp_path / "compose.yaml").write_text(COMPOSE)
        (tmp_path / "web.conf").write_text(NGINX)
        monkeypatch.chdir(tmp_path)
        result = check(["."], load("upstreamlint.yaml"))
        return [d for d in result.diagnostics if d.rule == "expectation-not-met"]

    return run


@pytest.mark.parametrize(
    "pattern", ["shop.example/", "shop.example/cart", "eu.shops.example/cart", "*/*", "*"]
)
def test_route_that_is_answered_says_nothing(expecting, pattern):
    assert expecting(pattern) == []


def test_missing_fact_is_named_where_the_expectation_is_written(expecting):
    (found,) = expecting("shop.example/", "shop.example/docs/intro")
    assert found.severity is Severity.ERROR
    assert found.finding.primary.anchor.span[:3] == ("upstreamlint.yaml", 3, 3)
    assert found.finding.message == (
        "`shop.example/docs/intro` is not proved to be answered: `docs.example.com` is not among the files"
    )
    assert ("web.conf", 6) in [label.anchor.span[:2] for label in found.finding.related]


def test_fault_on_the_way_is_named_with_what_the_client_gets(expecting):
    (found,) = expecting("shop.example/old/x")
    assert "is not answered: " in found.finding.message
    assert "3001" in found.finding.message
    assert found.finding.symptom.status == 502


def test_all_routes_of_a_host_count_and_equal_reasons_are_one(expecting):
    assert len(expecting("shop.example/*")) == 2
    assert len(expecting("shop.example")) == 2
    assert len(expecting("shop.example/docs/*")) == 1


def test_host_that_no_route_names_is_an_error_and_the_near_one_is_named(expecting):
    (found,) = expecting("shpo.example/*")
    assert found.finding.message == "no route is for `shpo.example`; did you mean `shop.example`?"


def test_path_that_no_route_takes_is_an_error(tmp_path, monkeypatch):
    ingress = """
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: shop}
spec:
  rules:
    - host: shop.example
      http: {paths: [{path: /cart, pathType: Prefix, backend: {service: {name: cart, port: {number: 80}}}}]}
"""
    (tmp_path / "upstreamlint.yaml").write_text("expect: {shop.example/pay: ok}\n")
    (tmp_path / "shop.yaml").write_text(ingress)
    monkeypatch.chdir(tmp_path)
    messages = [d.finding.message for d in check(["."], load("upstreamlint.yaml")).diagnostics]
    assert "no route of `shop.example` takes `/pay`" in messages


def test_rule_can_be_turned_down_or_off(expecting):
    (found,) = expecting("shop.example/docs/", severity="{expectation-not-met: warning}")
    assert found.severity is Severity.WARNING
    assert expecting("shop.example/docs/", severity="{expectation-not-met: off}") == []


def test_other_answers_cannot_be_expected(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "upstreamlint.yaml").write_text("expect: {shop.example: 404}\n")
    with pytest.raises(ConfigError, match="must be one of `ok`"):
        load("upstreamlint.yaml")
