"""Kong's variables that list sockets with the words of nginx's `listen`."""

from __future__ import annotations

import pytest

from upstreamlint import rules, testing

RULES = rules.load()

_KONG = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: kong}
spec:
  selector: {matchLabels: {app: kong}}
  template:
    metadata: {labels: {app: kong}}
    spec:
      containers:
        - name: proxy
          image: kong:3.6
          env:
            - {name: KONG_PROXY_LISTEN, value: "%s"}
            - {name: KONG_ADMIN_LISTEN, value: "%s"}
---
apiVersion: v1
kind: Service
metadata: {name: kong}
spec:
  selector: {app: kong}
  ports: [{name: a, port: 80, targetPort: %s}]
"""


@pytest.mark.parametrize(
    ("proxy", "admin", "port", "rule"),
    [
        ("0.0.0.0:8000, 0.0.0.0:8443 ssl http2", "127.0.0.1:8444 ssl", 8000, ""),
        ("0.0.0.0:8000, 0.0.0.0:8443 http2 ssl reuseport backlog=16384", "off", 8443, ""),
        ("0.0.0.0:8000 reuseport backlog=16384, [::]:8000, 0.0.0.0:8443 ssl", "off", 8000, ""),
        ("0.0.0.0:8080, 0.0.0.0:8443 ssl", "off", 8080, ""),
        ("0.0.0.0:8000", "127.0.0.1:8444 ssl", 8444, "upstream-binds-loopback"),
        ("0.0.0.0:8000", "127.0.0.1:8001, 127.0.0.1:8444 ssl", 8001, "upstream-binds-loopback"),
        ("0.0.0.0:8000", "0.0.0.0:8001, 127.0.0.1:8444 ssl", 8001, ""),
        ("0.0.0.0:8000", "0.0.0.0:8444 ssl", 8444, ""),
    ],
)
def test_sockets(proxy, admin, port, rule):
    found = testing.check_texts({"kong.yaml": _KONG % (proxy, admin, port)}, RULES).diagnostics
    names = {d.rule for d in found} & {"upstream-port-not-served", "upstream-binds-loopback"}
    assert names == ({rule} if rule else set())
