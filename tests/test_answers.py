"""What clients get, told apart by how a hop fails and by who answers for it."""

from __future__ import annotations

import pytest

from upstreamlint import rules, testing
from upstreamlint.answers import Failure, answer

RULES = rules.load()
ROUTE = """\
apiVersion: traefik.io/v1alpha1
kind: IngressRoute
metadata: {{name: shop, namespace: shop}}
spec:
  routes:
    - {{match: Host(`shop.example`), kind: Rule, services: [{{name: {name}, port: {port}}}]}}
---
apiVersion: v1
kind: Service
metadata: {{name: catalog, namespace: shop}}
spec: {{selector: {{app: catalog}}, ports: [{{port: 80}}]}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {{name: catalog, namespace: shop}}
spec:
  selector: {{matchLabels: {{app: catalog}}}}
  template:
    metadata: {{labels: {{app: catalog}}}}
    spec: {{containers: [{{name: app, image: registry.example/catalog:1, ports: [{{containerPort: 80}}]}}]}}
"""


@pytest.mark.parametrize(("name", "port"), [("catlog", 80), ("catalog", 8080)])
def test_traefik_makes_no_router_for_what_is_not_there(name, port):
    result = testing.check_texts({"shop.yaml": ROUTE.format(name=name, port=port)}, RULES)
    broken = [d.finding.symptom for d in result.diagnostics if d.rule.startswith("upstream-")]
    assert [(s.status, s.body) for s in broken] == [(404, "404 page not found")]


@pytest.mark.parametrize("by", ["HTTPRoute", "GRPCRoute", "Istio", "Contour"])
def test_a_packet_that_is_dropped_is_no_backend_that_is_missing(by):
    dropped, missing = answer(by, Failure.DROPPED), answer(by, Failure.NO_SUCH_PORT)
    assert (dropped.status, dropped.flag) == (503, "UF")
    assert missing.flag != "UF"


def test_who_dials_the_address_of_a_service_meets_dropped_packets_on_a_port_that_it_lacks():
    assert answer("nginx", Failure.NO_SUCH_PORT) == answer("nginx", Failure.DROPPED)


COMPOSE = """\
services:
  web:
    image: nginx:1.27
    volumes: ["./site.conf:/etc/nginx/conf.d/default.conf:ro"]
    depends_on: [app]
  app: {image: "registry.example/a:1", command: "gunicorn a --bind 0.0.0.0:8000"}
"""


@pytest.mark.parametrize(
    ("asks", "inside", "expected"),
    [
        ("auth_request", "internal;", ("error", 500)),
        ("auth_request", "", ("error", 502)),
        ("mirror", "internal;", ("error", None)),
    ],
)
def test_what_nginx_asks_beside_a_request(asks, inside, expected):
    site = (
        f"server {{ listen 80; location / {{ {asks} /_ask; proxy_pass http://app:8000; }}\n"
        f"location = /_ask {{ {inside} proxy_pass http://app:9000; }} }}\n"
    )
    result = testing.check_texts({"compose.yaml": COMPOSE, "site.conf": site}, RULES)
    broken = [d for d in result.diagnostics if d.rule == "upstream-port-not-served"]
    assert [(d.severity.value, d.finding.symptom.status) for d in broken] == [expected]
