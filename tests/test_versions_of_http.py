"""Which version of HTTP comes to a Service's port that speaks gRPC: told only where it is known to be 1.1."""

from __future__ import annotations

import pytest

from upstreamlint import rules, testing

RULES = rules.load()

_PORT = """
apiVersion: v1
kind: Service
metadata: {name: greeter}
spec:
  selector: {app: greeter}
  ports: [{name: %s, port: 50051%s}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: greeter}
spec:
  selector: {matchLabels: {app: greeter}}
  template:
    metadata: {labels: {app: greeter}}
    spec:
      containers:
        - name: greeter
          image: example/greeter:1
          ports: [{containerPort: 50051}]
          readinessProbe: {grpc: {port: 50051}}
---
"""
_GATEWAY = """
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: edge}
spec:
  gatewayClassName: %s
  listeners: [{name: http, port: 80, protocol: HTTP}]
---
"""
_ROUTE = """
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: greeter}
spec:
  parentRefs: [{name: edge}]
  rules: [{backendRefs: [{name: greeter, port: 50051}]}]
---
"""
_FOLLOWS = """
apiVersion: gateway.envoyproxy.io/v1alpha1
kind: BackendTrafficPolicy
metadata: {name: edge}
spec:
  targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: edge}]
  useClientProtocol: true
"""
_NGF = """
apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: {name: ours}
spec: {controllerName: gateway.nginx.org/nginx-gateway-controller}
---
"""
_VIRTUAL_SERVER = """
apiVersion: k8s.nginx.org/v1
kind: VirtualServer
metadata: {name: greeter}
spec:
  host: greeter.example.com
  tls: {secret: cert}
  upstreams: [{name: greeter, service: greeter, port: 50051, type: grpc}]
  routes: [{path: /, action: {pass: greeter}}]
"""
_MAPPING = """
apiVersion: getambassador.io/v3alpha1
kind: Mapping
metadata: {name: greeter}
spec: {hostname: "*", prefix: /hello.Greeter/, rewrite: /hello.Greeter/, service: "greeter:50051", grpc: true}
"""
_VIRTUAL_SERVICE = """
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: greeter}
spec:
  hosts: [greeter]
  http: [{route: [{destination: {host: greeter, port: {number: 50051}}}]}]
"""
_INGRESS_ROUTE = """
apiVersion: traefik.io/v1alpha1
kind: IngressRoute
metadata: {name: greeter}
spec:
  routes:
    - {kind: Rule, match: Host(`greeter.example.com`), services: [{name: greeter, port: 50051%s}]}
"""


@pytest.mark.parametrize(
    ("text", "name", "said", "broken"),
    [
        (_GATEWAY % "eg" + _ROUTE, "grpc", "", True),
        (_GATEWAY % "eg" + _ROUTE, "grpc", ", appProtocol: kubernetes.io/h2c", False),
        (_GATEWAY % "eg" + _ROUTE + _FOLLOWS, "grpc", "", False),
        (_GATEWAY % "ours" + _NGF + _ROUTE, "main", "", True),
        (_GATEWAY % "cilium" + _ROUTE, "grpc", "", False),
        (_GATEWAY % "istio" + _ROUTE, "grpc", "", False),
        (_GATEWAY % "ours" + _ROUTE, "grpc", "", False),
        (_ROUTE, "grpc", "", False),
        (_VIRTUAL_SERVER, "main", "", False),
        (_MAPPING, "main", "", False),
        (_VIRTUAL_SERVICE, "grpc", "", False),
        (_VIRTUAL_SERVICE, "main", "", False),
        (_INGRESS_ROUTE % "", "grpc", "", True),
        (_INGRESS_ROUTE % ", scheme: h2c", "grpc", "", False),
    ],
)
def test_http_1(text, name, said, broken):
    files = {"app.yaml": _PORT % (name, said), "edge.yaml": text}
    found = {d.rule for d in testing.check_texts(files, RULES).diagnostics}
    assert ("upstream-protocol-mismatch" in found) is broken
