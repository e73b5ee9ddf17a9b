"""Gateway API look-ups: host names, grants, listeners."""

from __future__ import annotations

import pytest

from upstreamlint import rules, testing
from upstreamlint.graph.gateway_api.route_attachment import intersect

RULES = rules.load()
GATEWAY = """
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: edge, namespace: infra}
spec:
  gatewayClassName: eg
  listeners:
    - {name: http, protocol: HTTP, port: 80, allowedRoutes: {namespaces: {from: All}}}
    - {name: tcp, protocol: TCP, port: 5432, allowedRoutes: {namespaces: {from: All}}}
---
apiVersion: v1
kind: Service
metadata: {name: db, namespace: data}
spec: {ports: [{port: 5432}]}
---
"""


def found(text):
    return {d.rule for d in testing.check_texts({"a.yaml": GATEWAY + text}, RULES).diagnostics}


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("shop.example", "SHOP.example", True),
        ("*.shop.example", "a.b.shop.example", True),
        ("*.shop.example", "shop.example", False),
        ("*.shop.example", "*.example", True),
        ("*.shop.example", "*.other.example", False),
        ("shop.example", "*.example", True),
    ],
)
def test_hosts_intersect(one, other, expected):
    assert intersect(one, other) is expected
    assert intersect(other, one) is expected


def route(kind="TCPRoute", namespace="data", section="tcp", backend="{name: db, port: 5432}"):
    return f"""
apiVersion: gateway.networking.k8s.io/v1alpha2
kind: {kind}
metadata: {{name: db, namespace: {namespace}}}
spec:
  parentRefs: [{{name: edge, namespace: infra, sectionName: {section}}}]
  rules: [{{backendRefs: [{backend}]}}]
---
"""


def grant(kind="TCPRoute", name=""):
    named = f", name: {name}" if name else ""
    return f"""
apiVersion: gateway.networking.k8s.io/v1beta1
kind: ReferenceGrant
metadata: {{name: g, namespace: data}}
spec:
  from: [{{group: gateway.networking.k8s.io, kind: {kind}, namespace: app}}]
  to: [{{group: "", kind: Service{named}}}]
"""


ELSEWHERE = "{name: db, namespace: data, port: 5432}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (route(), None),
        (route(section="http"), "route-not-allowed-by-listener"),
        (route(section="none"), "route-parent-missing"),
        (route(kind="UDPRoute"), "route-not-allowed-by-listener"),
        (route(backend="{name: db, port: 80}"), "upstream-port-not-served"),
        (route(backend="{name: db}"), "object-refused"),
        (route(backend="{name: db, port: 5432, weight: 0}"), "route-weights-zero"),
        (route(namespace="app", backend=ELSEWHERE), "route-backend-not-permitted"),
        (route(namespace="app", backend=ELSEWHERE) + grant(), None),
        (route(namespace="app", backend=ELSEWHERE) + grant(name="db"), None),
        (route(namespace="app", backend=ELSEWHERE) + grant(name="other"), "route-backend-not-permitted"),
        (route(namespace="app", backend=ELSEWHERE) + grant(kind="HTTPRoute"), "route-backend-not-permitted"),
    ],
)
def test_route(text, expected):
    assert found(text) == ({expected} if expected else set())


def test_a_route_without_parents_is_of_nobody():
    text = """
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: shop, namespace: infra}
spec:
  hostnames: [shop.example]
  rules: [{backendRefs: [{name: web, port: 80}]}]
"""
    assert "route-hostname-no-match" not in found(text)
