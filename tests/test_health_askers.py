"""Advice about missing health checks is silent where a proxy or load balancer asks for health itself."""

from __future__ import annotations

import pytest

from upstreamlint import rules, testing
from upstreamlint.formats.text import ALSO, gathered

RULES = rules.load()
ADVICE = {"healthcheck-missing", "readiness-probe-missing"}

TRAEFIK = """\
services:
  traefik:
    image: traefik:v3
    ports: ["80:80"]
    volumes: ["/var/run/docker.sock:/var/run/docker.sock"]
  api:
    image: tomcat:10
    labels:
      traefik.enable: "true"
      traefik.http.routers.api.rule: Host(`api.example.com`)
      traefik.http.services.api.loadbalancer.server.port: "8080"
"""
ENVOY_COMPOSE = """\
services:
  envoy:
    image: envoyproxy/envoy:v1.31
    volumes: ["./envoy.yaml:/etc/envoy/envoy.yaml"]
  api:
    image: tomcat:10
"""
ENVOY = """\
static_resources:
  listeners:
    - name: web
      address: {socket_address: {address: 0.0.0.0, port_value: 80}}
      filter_chains:
        - filters:
            - name: envoy.filters.network.http_connection_manager
              typed_config:
                "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                stat_prefix: web
                route_config:
                  virtual_hosts: [{name: web, domains: ["*"], routes: [{match: {prefix: /}, route: {cluster: api}}]}]
                http_filters:
                  - name: envoy.filters.http.router
                    typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}
  clusters:
    - name: api
      type: STRICT_DNS
      load_assignment:
        cluster_name: api
        endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address: {address: api, port_value: 8080}}}}]}]
"""
CHECKED = ENVOY + (
    "      health_checks: [{timeout: 1s, interval: 5s, unhealthy_threshold: 2, healthy_threshold: 1,"
    " http_health_check: {path: /}}]\n"
)
PODS = """\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web}
spec: {ingressClassName: CLASS, defaultBackend: {service: {name: web, port: {number: 80}}}}
---
apiVersion: v1
kind: Service
metadata: {name: web, annotations: {NOTE: '{"default": "web"}'}}
spec: {type: NodePort, selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: app, ports: [{containerPort: 8080}]}]}
"""


def pods(cls="nginx", note="note"):
    return {"app.yaml": PODS.replace("CLASS", cls).replace("NOTE", note)}


def advice(texts):
    return [d for d in testing.check_texts(texts, RULES).diagnostics if d.rule in ADVICE]


@pytest.mark.parametrize(
    "texts",
    [{"compose.yaml": TRAEFIK}, {"compose.yaml": ENVOY_COMPOSE, "envoy.yaml": ENVOY}, pods()],
    ids=["traefik", "envoy", "ingress"],
)
def test_nobody_asks(texts):
    assert len(advice(texts)) == 1


@pytest.mark.parametrize(
    "texts",
    [
        {"compose.yaml": TRAEFIK + '      traefik.http.services.api.loadbalancer.healthcheck.path: "/"\n'},
        {"compose.yaml": ENVOY_COMPOSE, "envoy.yaml": CHECKED},
        pods(cls="alb"),
        pods(cls="gce"),
        pods(note="cloud.google.com/backend-config"),
    ],
    ids=["traefik", "envoy", "alb", "gce", "backend-config"],
)
def test_another_checker_asks(texts):
    assert advice(texts) == []


def test_text_gives_the_advice_once_for_a_folder():
    several = "\n---\n".join(PODS.replace("web", f"web{n}") for n in range(ALSO + 2))
    found = testing.check_texts({"app.yaml": several}, RULES).diagnostics
    groups = gathered(d for d in found if d.rule == "readiness-probe-missing")
    assert [len(more) for _, more in groups] == [ALSO + 1]
