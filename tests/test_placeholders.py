"""A value that is still to be filled in is unknown, wherever a port or a name may stand."""

from __future__ import annotations

import re
from functools import cache

import pytest

from upstreamlint import rules, testing
from upstreamlint.finding import Severity

RULES = rules.load()

KUBERNETES = """\
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  selector: {app: web}
  ports:
    - name: http
      port: <8080>
      targetPort: <8000>
    - name: metrics
      port: <9090>
      targetPort: metrics
---
apiVersion: v1
kind: Service
metadata: {name: nodes}
spec:
  type: NodePort
  selector: {app: web}
  ports: [{port: 8080, targetPort: 8000, nodePort: <30080>}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: <2>
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: web
          image: registry.example/web:1
          ports:
            - {name: http, containerPort: <8000>}
            - {name: metrics, containerPort: <9090>}
          env: [{name: PORT, value: "<8000>"}, {name: BACK_URL, value: "http://web:<8080>/"}]
          readinessProbe: {httpGet: {path: /, port: <8000>}}
          livenessProbe: {grpc: {port: <8000>}}
          startupProbe: {tcpSocket: {port: <9090>}}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web}
spec:
  rules:
    - http:
        paths:
          - {path: /, pathType: Prefix, backend: {service: {name: <web>, port: {number: <8080>}}}}
          - {path: /a, pathType: Prefix, backend: {service: {name: web, port: {name: <http>}}}}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: web}
spec:
  parentRefs: [{name: public}]
  rules: [{backendRefs: [{name: <web>, port: <8080>}]}]
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: web}
spec:
  hosts: [web]
  http: [{route: [{destination: {host: <web>, port: {number: <8080>}}}]}]
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: web}
spec:
  host: web
  trafficPolicy: {portLevelSettings: [{port: {number: <8080>}, tls: {mode: DISABLE}}]}
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: other}
spec:
  hosts: [other.example.com]
  ports: [{number: <443>, name: https, protocol: HTTPS}]
  resolution: DNS
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web}
spec:
  podSelector: {matchLabels: {app: <web>}}
  ingress: [{ports: [{port: <8000>}, {port: 9090}]}]
---
apiVersion: v1
kind: Service
metadata: {name: outside}
spec: {ports: [{name: pg, port: <5432>}]}
---
apiVersion: v1
kind: Endpoints
metadata: {name: outside}
subsets: [{addresses: [{ip: 192.0.2.1}], ports: [{name: pg, port: <5432>}]}]
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web}
spec: {scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: <web>}, minReplicas: <2>, maxReplicas: 4}
"""

COMPOSE = """\
services:
  proxy:
    image: nginx:1.27
    volumes: ["./web.conf:/etc/nginx/conf.d/default.conf:ro"]
    ports: ["<80>:80"]
    depends_on: [web]
  web:
    image: registry.example/web:1
    expose: ["<8000>"]
    environment: {PORT: "<8000>", BACK_URL: "http://back:<9000>/"}
    healthcheck: {test: ["CMD", "curl", "-f", "http://localhost:<8000>/"]}
    labels:
      traefik.enable: "true"
      traefik.http.services.web.loadbalancer.server.port: "<8000>"
  back:
    image: registry.example/back:1
    ports: ["<9000>:<9000>"]
"""
NGINX = "server {\n    listen 80;\n    location / { proxy_pass http://web:<8000>; }\n}\n"

ENVOY = """\
static_resources:
  listeners:
    - name: web
      address: {socket_address: {address: 0.0.0.0, port_value: <8080>}}
      filter_chains:
        - filters:
            - name: envoy.filters.network.http_connection_manager
              typed_config:
                "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                stat_prefix: web
                route_config:
                  virtual_hosts: [{name: web, domains: ["*"], routes: [{match: {prefix: /}, route: {cluster: <web>}}]}]
                http_filters:
                  - name: envoy.filters.http.router
                    typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}
  clusters:
    - name: web
      type: STRICT_DNS
      load_assignment:
        cluster_name: web
        endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address: {address: <web>, port_value: <8000>}}}}]}]
"""

_MARK = re.compile(r"<(\w+)>")
WRITTEN = ("${X:-9003}", "$(X)", "X_PORT")
REFUSED = {("compose.yaml", "$(X)"), ("compose.yaml", "X_PORT"), ("web.conf", "${X:-9003}")}
"""Compose knows no such placeholders, nginx no defaults of variables: they refuse the file (measured)."""
TEXTS = {"app.yaml": KUBERNETES, "compose.yaml": COMPOSE, "web.conf": NGINX, "envoy.yaml": ENVOY}


def healthy(text):
    return _MARK.sub(r"\1", text)


def filled(text, number, value):
    """The text with its mark of a number replaced, all others as they were."""
    marks = list(_MARK.finditer(text))
    mark = marks[number]
    quoted = text[mark.start() - 1] in '"/:' or ":" in text[mark.end() : mark.end() + 1]
    value = value.replace("9003", mark.group(1))
    written = value if quoted or value.isidentifier() or value.startswith("$") else f'"{value}"'
    return healthy(text[: mark.start()]) + written + healthy(text[mark.end() :])


def grave(texts):
    found = testing.check_texts(texts, RULES).diagnostics
    return sorted(
        f"{d.severity} {d.rule}: {d.finding.message}" for d in found if d.severity is not Severity.INFO
    )


MARKS = [
    pytest.param(path, number, value, id=f"{path}-{number}-{mark.group(1)}-{value}")
    for path, text in TEXTS.items()
    for number, mark in enumerate(_MARK.finditer(text))
    for value in WRITTEN
    if (path, value) not in REFUSED
]


@cache
def before():
    return set(grave({path: healthy(text) for path, text in TEXTS.items()}))


@pytest.mark.parametrize(("path", "number", "value"), MARKS)
def test_nothing_is_said_about_what_is_to_be_filled_in(path, number, value):
    texts = {**{p: healthy(t) for p, t in TEXTS.items()}, path: filled(TEXTS[path], number, value)}
    assert set(grave(texts)) - before() == set()


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("docker/compose.yaml", "services:\n@services\nnetworks:\n  front:\n    driver: bridge\n"),
        (
            "templates/config.yaml",
            "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: @app_name-config\ndata:\n",
        ),
    ],
)
def test_what_begins_with_an_at_sign_is_filled_in_by_a_tool(path, text):
    found = testing.check_texts({path: text}, RULES).diagnostics
    assert [d.rule for d in found if d.severity is Severity.ERROR] == []


def test_value_that_begins_with_an_at_sign_elsewhere_is_no_yaml():
    text = "services:\n  web:\n    image: registry.example/web\n    environment:\n      PASSWORD: @secret\n"
    found = testing.check_texts({"compose.yaml": text}, RULES).diagnostics
    assert [d.rule for d in found] == ["syntax-error"]


def test_nginx_that_terraform_fills_in_is_a_template():
    text = "server {\n  location / {\n    %{ if check ~}\n    proxy_ssl_verify on;\n    %{ endif ~}\n    proxy_pass http://web;\n  }\n}\n"
    found = testing.check_texts({"nginx.conf.tpl": text}, RULES).diagnostics
    assert [d.rule for d in found if d.severity is Severity.ERROR] == []
