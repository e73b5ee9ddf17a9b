"""Load balancers that end TLS before pods that wait for it, by the annotations of their providers."""

from __future__ import annotations

import json

import pytest

from upstreamlint import rules, testing

RULES = rules.load()
_BETA = "service.beta.kubernetes.io/"
_AWS, _DO, _OCI = f"{_BETA}aws-load-balancer-", f"{_BETA}do-loadbalancer-", f"{_BETA}oci-load-balancer-"
_HETZNER = "load-balancer.hetzner.cloud/"

_EDGE = """
apiVersion: v1
kind: Service
metadata: {name: edge, annotations: %s}
spec:
  type: LoadBalancer
  selector: {app: edge}
  ports:
    - {name: http, port: 80, targetPort: http}
    - {name: https, port: 443, targetPort: %s}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: edge}
spec:
  selector: {matchLabels: {app: edge}}
  template:
    metadata: {labels: {app: edge}}
    spec:
      containers:
        - name: controller
          image: %s
          ports: [{name: http, containerPort: 80}, {name: https, containerPort: 443}]
"""
_CERT = {f"{_AWS}ssl-cert": "arn:aws:acm:eu-west-1:1:certificate/1"}
_DO_CERT = {f"{_DO}certificate-id": "abc"}
_OCI_CERT = {f"{_OCI}tls-secret": "edge"}


@pytest.mark.parametrize(
    ("annotations", "broken"),
    [
        ({}, False),
        (_CERT, True),
        (_CERT | {f"{_AWS}ssl-ports": "443"}, True),
        (_CERT | {f"{_AWS}ssl-ports": "https"}, True),
        (_CERT | {f"{_AWS}ssl-ports": "8443"}, False),
        (_CERT | {f"{_AWS}backend-protocol": "http"}, True),
        (_CERT | {f"{_AWS}backend-protocol": "ssl"}, False),
        (_CERT | {f"{_AWS}backend-protocol": "https"}, False),
        (_DO_CERT, True),
        (_DO_CERT | {f"{_DO}protocol": "https"}, True),
        (_DO_CERT | {f"{_DO}tls-ports": "443"}, True),
        (_DO_CERT | {f"{_DO}tls-ports": "8443"}, False),
        ({f"{_DO}protocol": "https", f"{_DO}tls-passthrough": "true"}, False),
        (_DO_CERT | {f"{_DO}tls-passthrough": "true"}, False),
        (_OCI_CERT | {f"{_OCI}ssl-ports": "443"}, True),
        (_OCI_CERT, False),
        (_OCI_CERT | {f"{_OCI}ssl-ports": "443", f"{_OCI}tls-backendset-secret": "edge"}, False),
        ({f"{_HETZNER}protocol": "https"}, True),
        ({f"{_HETZNER}protocol": "tcp"}, False),
    ],
)
def test_ends(annotations, broken):
    image = "registry.k8s.io/ingress-nginx/controller:v1.11.2"
    assert _mismatch(annotations, "https", image) is broken
    assert not _mismatch(annotations, "http", image)


def test_pods_that_nobody_knows():
    assert not _mismatch(_CERT, "https", "example/edge:1")


def _mismatch(annotations, target, image):
    text = _EDGE % (json.dumps(annotations), target, image)
    found = testing.check_texts({"edge.yaml": text}, RULES).diagnostics
    return "upstream-protocol-mismatch" in {d.rule for d in found}
