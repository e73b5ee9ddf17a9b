"""Services of streams for Kong, to which routes of HTTP lead."""

from __future__ import annotations

import pytest

from upstreamlint import rules, testing

RULES = rules.load()

_SERVICE = """
apiVersion: v1
kind: Service
metadata: {name: web, annotations: {konghq.com/protocol: %s}}
spec: {selector: {app: web}, ports: [{port: 80}]}
---
"""
_INGRESS = """
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web}
spec:
  ingressClassName: %s
  rules:
    - http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}]}
"""
_ROUTE = """
apiVersion: gateway.networking.k8s.io/v1
kind: %s
metadata: {name: web}
spec:
  parentRefs: [{name: kong}]
  rules: [{backendRefs: [{name: web, port: 80}]}]
"""


@pytest.mark.parametrize(
    ("protocol", "text", "told"),
    [
        ("tcp", _INGRESS % "kong", True),
        ("tls", _INGRESS % "kong", True),
        ("https", _INGRESS % "kong", False),
        ("http", _INGRESS % "kong", False),
        ("tcp", _INGRESS % "alb", False),
        ("tcp", _ROUTE % "HTTPRoute", True),
        ("tcp", _ROUTE % "TCPRoute", False),
        ("tcp", "", False),
    ],
)
def test_protocol(protocol, text, told):
    found = testing.check_texts({"app.yaml": _SERVICE % protocol + text}, RULES).diagnostics
    assert ("annotation-value-refused" in {d.rule for d in found}) is told
