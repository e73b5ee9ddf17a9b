"""Probes of cloudflared, which answers them only where `metrics` says."""

from __future__ import annotations

import pytest

from upstreamlint import rules, testing

RULES = rules.load()

_TUNNEL = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: tunnel}
spec:
  selector: {matchLabels: {app: tunnel}}
  template:
    metadata: {labels: {app: tunnel}}
    spec:
      containers:
        - name: tunnel
          image: cloudflare/cloudflared:2024.6.0
          args: [%(args)s]
          %(more)s
          livenessProbe: {httpGet: {path: /ready, port: %(port)s}}
          volumeMounts: [{name: config, mountPath: /etc/cloudflared/config}]
      volumes: [{name: config, configMap: {name: tunnel}}]
---
apiVersion: v1
kind: ConfigMap
metadata: {name: %(map)s}
data:
  config.yaml: |
    tunnel: home
    %(line)s
    ingress: [{service: "http_status:404"}]
"""
_FILE = "tunnel, --config, /etc/cloudflared/config/config.yaml, run"


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, True),
        ({"line": "metrics: 0.0.0.0:2000"}, False),
        ({"line": "# metrics: 0.0.0.0:2000"}, True),
        ({"port": "20241"}, False),
        ({"args": f"{_FILE}, --metrics, '0.0.0.0:2000'"}, False),
        ({"args": "tunnel, --metrics=0.0.0.0:2000, run"}, False),
        ({"args": "tunnel, --config=/etc/cloudflared/config/config.yaml, run"}, True),
        ({"args": "tunnel, --config=/etc/other/config.yaml, run"}, False),
        ({"args": "tunnel, --no-autoupdate, run"}, True),
        ({"more": "env: [{name: TUNNEL_METRICS, value: '0.0.0.0:2000'}]"}, False),
        ({"map": "other"}, False),
    ],
)
def test_port(changes, told):
    text = _TUNNEL % {"args": _FILE, "more": "", "port": "2000", "map": "tunnel", "line": "", **changes}
    found = testing.check_texts({"tunnel.yaml": text}, RULES).diagnostics
    assert ("probe-port-not-served" in {d.rule for d in found}) is told
