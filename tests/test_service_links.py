"""Variables of Services that programs take for their own ports."""

from __future__ import annotations

import pytest

from upstreamlint import rules, testing

RULES = rules.load()

_APP = """
apiVersion: v1
kind: Service
metadata: {name: %(service)s}
spec: {selector: {app: web}, ports: [{port: 80, targetPort: 3001}]%(kind)s}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {IMMICH_PORT: "3001"}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      %(pod)s
      containers:
        - name: web
          image: %(image)s
          %(given)s
"""
_IMMICH = "ghcr.io/immich-app/immich-server:v2.0.1"


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, True),
        ({"service": "immich-server"}, False),
        ({"kind": ", clusterIP: None"}, False),
        ({"kind": ", type: NodePort"}, True),
        ({"pod": "enableServiceLinks: false"}, False),
        ({"pod": "enableServiceLinks: true"}, True),
        ({"given": "env: [{name: IMMICH_PORT, value: '3001'}]"}, False),
        ({"given": "envFrom: [{configMapRef: {name: settings}}]"}, False),
        ({"given": "envFrom: [{secretRef: {name: settings}}]"}, False),
        ({"image": "louislam/uptime-kuma:1", "service": "uptime-kuma"}, False),
        ({"image": "donkie/spoolman:0.20", "service": "spoolman"}, True),
        ({"image": "example/immich:1"}, False),
    ],
)
def test_taken(changes, told):
    text = _APP % {"service": "immich", "kind": "", "pod": "", "image": _IMMICH, "given": "", **changes}
    found = testing.check_texts({"app.yaml": text}, RULES).diagnostics
    assert ("service-link-taken-for-port" in {d.rule for d in found}) is told
