"""What is told of pods and Services that fail: the answer of the program that sends requests there."""

from __future__ import annotations

import pytest

from upstreamlint import rules, testing

RULES = rules.load()
INGRESS = """\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: shop, namespace: shop, annotations: {%s}}
spec:
  ingressClassName: %s
  rules:
    - host: shop.example
      http:
        paths: [{path: /, pathType: Prefix, backend: {service: {name: %s, port: {number: 80}}}}]
"""
SERVICE = """\
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {selector: {app: %s}, ports: [{port: 80, targetPort: %s}]}
"""
PODS = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: web
          image: registry.example/web:1
          ports: [{name: http, containerPort: 8080}]
          readinessProbe: {httpGet: {path: /, port: %s}}
"""


def told(ingress_class, *, rule, selects="web", target="8080", probes="8080", names="web", annotations=""):
    texts = (INGRESS % (annotations, ingress_class, names), SERVICE % (selects, target), PODS % probes)
    result = testing.check_texts({"all.yaml": "---\n".join(texts)}, RULES)
    return [str(d.finding.symptom) for d in result.diagnostics if d.rule == rule]


@pytest.mark.parametrize(
    ("ingress_class", "annotations", "expected"),
    [
        ("nginx", "", "503 (ingress-nginx; other controllers 404 or 503)"),
        (
            "nginx",
            "nginx.ingress.kubernetes.io/proxy-body-size: 8m",
            "503 `503 Service Temporarily Unavailable`",
        ),
        ("traefik", "", "503 `no available server`"),
        ("alb", "", "503 `503 Service Temporarily Unavailable` (the target group has no targets)"),
        ("gce", "", "502 `Server Error`"),
        ("kong", "", "503 `failure to get a peer from the ring-balancer`"),
    ],
)
def test_a_service_without_pods_is_told_as_its_controller_answers(ingress_class, annotations, expected):
    (answer,) = told(ingress_class, rule="service-selects-no-pods", selects="wbe", annotations=annotations)
    assert answer.startswith(expected)


@pytest.mark.parametrize(
    ("ingress_class", "expected"),
    [("traefik", "502 `Bad Gateway`"), ("alb", "502 `502 Bad Gateway`"), ("contour", "503 UF")],
)
def test_a_port_that_nobody_serves_is_told_as_its_controller_answers(ingress_class, expected):
    (answer,) = told(ingress_class, rule="target-port-not-on-pod", target="9100")
    assert answer.startswith(expected)


def test_pods_that_never_get_ready_say_so_beside_the_answer():
    (answer,) = told("traefik", rule="probe-port-missing", probes="web")
    assert answer.startswith("503 `no available server` (the pods never become ready")


def test_a_service_that_is_not_there_has_no_router_of_traefik():
    (answer,) = told("traefik", rule="upstream-unknown", names="wbe")
    assert answer == "404 `404 page not found` (Traefik makes no router: `service not found`)"


def test_a_service_that_no_route_leads_to_is_refused():
    texts = {"all.yaml": "---\n".join((SERVICE % ("wbe", "8080"), PODS % "8080"))}
    found = testing.check_texts(texts, RULES).diagnostics
    assert [str(d.finding.symptom) for d in found if d.rule == "service-selects-no-pods"] == [
        "connection refused"
    ]
