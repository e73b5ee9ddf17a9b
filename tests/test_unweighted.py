"""Backends without a weight beside others that have one: they get none of the requests (Contour)."""

from __future__ import annotations

import pytest

from upstreamlint import rules, testing

RULES = rules.load()

_APP = """
apiVersion: v1
kind: Service
metadata: {name: next}
spec: {selector: {app: next}, ports: [{port: 80, targetPort: 8080}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: next}
spec:
  replicas: 0
  selector: {matchLabels: {app: next}}
  template:
    metadata: {labels: {app: next}}
    spec: {containers: [{name: web, image: "example/web:1", ports: [{containerPort: 8080}]}]}
---
"""
_PROXY = """
apiVersion: projectcontour.io/v1
kind: HTTPProxy
metadata: {name: web}
spec:
  virtualhost: {fqdn: web.example.com}
  routes: [{services: [{name: web, port: 80%s}, {name: next, port: 80%s}]}]
"""


@pytest.mark.parametrize(
    ("text", "share"),
    [
        (_PROXY % ("", ", weight: 10"), 1.0),
        (_PROXY % (", weight: 90", ", weight: 10"), 0.1),
        (_PROXY % ("", ""), 0.5),
        (_PROXY % ("", ", weight: 0"), 0.5),
        (_PROXY % (", weight: 10", ""), 0.0),
    ],
)
def test_share(text, share):
    found = testing.check_texts({"app.yaml": _APP + text}, RULES).diagnostics
    lost = [hit.share for d in found if d.rule == "backend-scaled-to-zero" for hit in d.finding.hit or ()]
    assert sum(lost) == pytest.approx(share)
