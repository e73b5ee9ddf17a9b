"""What containers wait for before anything in them starts."""

from __future__ import annotations

import pytest

from upstreamlint import rules, testing
from upstreamlint.finding import Severity

RULES = rules.load()

POD = """apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec:
  replicas: 2
  selector: {matchLabels: {app: shop}}
  template:
    metadata: {labels: {app: shop}}
    spec:
      initContainers:
        - name: wait
          image: busybox:1.36
          command: [sh, -c, "COMMAND"]
      containers:
        - name: shop
          image: example/shop:1
          ports: [{containerPort: 8080}]
          readinessProbe: {httpGet: {path: /, port: 8080}}
---
apiVersion: v1
kind: Service
metadata: {name: shop}
spec: {selector: {app: shop}, ports: [{port: 80, targetPort: 8080}]}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: shop}
spec: {defaultBackend: {service: {name: shop, port: {number: 80}}}}
---
apiVersion: v1
kind: Service
metadata: {name: orders-db}
spec: {selector: {app: orders-db}, ports: [{port: 5432}]}
---
apiVersion: v1
kind: Pod
metadata: {name: orders-db, labels: {app: orders-db}}
spec: {containers: [{name: db, image: "postgres:16", ports: [{containerPort: 5432}], readinessProbe: {tcpSocket: {port: 5432}}}]}
"""
COMPOSE = """services:
  shop:
    image: example/shop:1
    command: sh -c "COMMAND; exec shop"
    ports: ["8080:8080"]
    depends_on: [orders-db]
  orders-db:
    image: postgres:16
"""
NAME, PORT = "upstream-unknown", "upstream-port-not-served"
COMMANDS = [
    ("until nc -z orders-db 5432; do sleep 1; done", ""),
    ("until nc -z -w 2 order-db 5432; do sleep 1; done", NAME),
    ("until nc -z orders-db 5433; do sleep 1; done", PORT),
    ("until nslookup orders-dbb; do sleep 1; done", NAME),
    ("until nslookup orders-db; do sleep 1; done", ""),
    ("until getent hosts orderss-db; do sleep 1; done", NAME),
    ("until pg_isready -h order-db -p 5432; do sleep 1; done", NAME),
    ("until pg_isready -h orders-db -p 5433; do sleep 1; done", PORT),
    ("while ! nc -z orders-db 5432; do sleep 1; done", ""),
    ("until nc -z db.example.com 5432; do sleep 1; done", ""),
    ("until nc -z $DB_HOST 5432; do sleep 1; done", ""),
    ("until nc -z localhost 5432; do sleep 1; done", ""),
]


def found(texts):
    wrong = testing.check_texts(texts, RULES).diagnostics
    return [d for d in wrong if d.severity is not Severity.INFO and d.rule in (NAME, PORT)]


@pytest.mark.parametrize(("command", "expected"), COMMANDS)
def test_init_containers_hold_their_pods_back(command, expected):
    wrong = found({"app.yaml": POD.replace("COMMAND", command)})
    assert [d.rule for d in wrong] == [expected] * bool(expected)
    for one in wrong:
        assert "waits for ever" in one.finding.symptom.log
        assert one.affects, "the Ingress behind the pods is hit"


@pytest.mark.parametrize(("command", "expected"), COMMANDS)
def test_loops_in_front_of_a_program_hold_it_back(command, expected):
    wrong = found({"compose.yaml": COMPOSE.replace("COMMAND", command)})
    assert [d.rule for d in wrong] == [expected] * bool(expected)


def test_what_is_asked_once_by_a_running_container_is_not_waited_for():
    text = COMPOSE.replace("COMMAND", "nslookup order-db")
    assert found({"compose.yaml": text}) == []


@pytest.mark.parametrize(
    ("value", "expected"), [("orders-dbb", NAME), ("orders", ""), ("payments-db", ""), ("orders-db", "")]
)
def test_a_bare_name_in_a_variable_is_a_slip_where_one_service_is_meant(value, expected):
    text = POD.replace("COMMAND", "true").replace(
        "example/shop:1",
        f"example/shop:1\\n          env: [{{name: DB_HOST, value: {value}}}]".replace("\\n", "\n"),
    )
    assert [d.rule for d in found({"app.yaml": text})] == [expected] * bool(expected)
