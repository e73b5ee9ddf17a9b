"""`upstreamlint routes --without` and `--spof`: what dies with a workload."""

from __future__ import annotations

import json

import pytest

from upstreamlint.cli import run

SERVICE = """\
apiVersion: v1
kind: Service
metadata: {{name: {name}, namespace: shop}}
spec: {{selector: {{app: {name}}}, ports: [{{name: http, port: 80}}]}}
---
"""
PODS = """\
apiVersion: apps/v1
kind: Deployment
metadata: {{name: {name}, namespace: shop}}
spec:
  replicas: {replicas}
  selector: {{matchLabels: {{app: {app}, version: {name}}}}}
  template:
    metadata: {{labels: {{app: {app}, version: {name}}}}}
    spec:
      nodeSelector: {{topology.kubernetes.io/zone: {zone}}}
      containers: [{{name: main, image: "registry.example/x:1", ports: [{{containerPort: 80}}], env: [{env}]}}]
---
"""
INGRESS = """\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web, namespace: shop}
spec:
  rules:
    - host: shop.example.com
      http:
        paths:
          - {path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}
          - {path: /cart, pathType: Prefix, backend: {service: {name: cart, port: {number: 80}}}}
---
"""
MESH = """\
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: cart, namespace: shop}
spec:
  hosts: [cart.example.com]
  http:
    - route:
        - {destination: {host: cart, subset: one}, weight: 80}
        - {destination: {host: cart, subset: two}, weight: 20}
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: cart, namespace: shop}
spec:
  host: cart
  subsets:
    - {name: one, labels: {version: cart-1}}
    - {name: two, labels: {version: cart-2}}
---
"""


def pods(name, app="", replicas=2, zone="a", env=""):
    return PODS.format(name=name, app=app or name, replicas=replicas, zone=zone, env=env)


SHOP = (
    INGRESS
    + MESH
    + SERVICE.format(name="web")
    + SERVICE.format(name="cart")
    + pods("web", replicas=1, env="{name: CART_URL, value: 'http://cart.shop:80'}")
    + pods("cart-1", "cart", zone="b")
    + pods("cart-2", "cart")
)
COMPOSE = """\
services:
  proxy:
    image: nginx:1.27
    restart: always
    depends_on: [one, two, leave]
    ports: ["8080:80"]
    volumes: ["./web.conf:/etc/nginx/conf.d/default.conf:ro"]
  one: {image: "registry.example/app:1", expose: ["3000"]}
  two: {image: "registry.example/app:1", expose: ["3000"]}
  leave: {image: "registry.example/app:1", expose: ["3000"]}
"""
NGINX = """\
upstream app { server one:3000; server two:3000; }
server {
    listen 80;
    server_name shop.example;
    location / { proxy_pass http://app; }
    location /mine/ { auth_request /leave; proxy_pass http://app; }
    location = /leave { internal; proxy_pass http://leave:3000; }
}
"""
CLUSTER_TEXTS = {"shop.yaml": SHOP}
PROJECT_TEXTS = {"compose.yaml": COMPOSE, "web.conf": NGINX}


@pytest.fixture
def cluster(tmp_path, monkeypatch):
    (tmp_path / "shop.yaml").write_text(SHOP)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def project(tmp_path, monkeypatch):
    (tmp_path / "compose.yaml").write_text(COMPOSE)
    (tmp_path / "web.conf").write_text(NGINX)
    monkeypatch.chdir(tmp_path)


def losses(capsys, *arguments):
    status = run(["routes", "--format", "json", *arguments])
    (found,) = json.loads(capsys.readouterr().out)["losses"]
    return status, {(r["listener"], r["route"]): (r["lost"], r["more"]) for r in found["lost"]}


def test_a_service_with_other_pods_lives_on_and_a_subset_does_not(cluster, capsys):
    assert losses(capsys, "--without", "Deployment/cart-1") == (0, {("cart.example.com", "/"): (0.8, False)})


def test_whoever_calls_what_is_gone_loses_some_requests(cluster, capsys):
    status, lost = losses(capsys, "--without", "cart-*")
    assert status == 1
    assert lost == {
        ("cart.example.com", "/"): (1.0, False),
        ("shop.example.com", "/cart"): (1.0, False),
        ("shop.example.com", "/"): (0.0, True),
    }


def test_a_zone_takes_what_must_run_there(cluster, capsys):
    status, lost = losses(capsys, "--without", "zone=a")
    assert status == 1
    assert lost == {("shop.example.com", "/"): (1.0, False), ("cart.example.com", "/"): (0.2, False)}


def test_a_pod_takes_what_has_no_other(cluster, capsys):
    assert set(losses(capsys, "--without", "pod=1")[1]) == {("shop.example.com", "/")}
    assert set(losses(capsys, "--without", "pod=2")[1]) == {
        ("shop.example.com", "/"),
        ("shop.example.com", "/cart"),
        ("cart.example.com", "/"),
    }


def test_single_points_of_failure_with_their_share(cluster, capsys):
    assert run(["routes", "--spof"]) == 1
    assert capsys.readouterr().out == (
        "Deployment/web: 1 route of 3 (33%), 1 pod\n"
        "  shop.example.com/\n\n"
        "1 single point of failure among 3 routes\n"
    )


def test_the_way_to_what_is_gone_is_shown(cluster, capsys):
    run(["routes", "--without", "cart-1"])
    text = capsys.readouterr().out
    assert "80%  cart.example.com/  shop/DestinationRule/cart#one" not in text
    assert "80%  cart.example.com/  one -> Deployment/cart-1" in text
    assert "0 routes of 3 die, 1 loses a part" in text


def test_nginx_passes_to_the_next_server(project, capsys):
    assert losses(capsys, "--without", "one") == (0, {})


def test_a_dependency_and_a_proxy_take_their_routes_along(project, capsys):
    _, lost = losses(capsys, "--without", "leave")
    assert lost["shop.example", "/mine/"] == (1.0, False)
    assert lost["published port 8080", "*"] == (0.0, True)
    assert ("shop.example", "/") not in lost
    _, lost = losses(capsys, "--without", "service/proxy")
    assert {key: share for key, (share, _) in lost.items()} == {
        ("published port 8080", "*"): 1.0,
        ("shop.example", "/"): 1.0,
        ("shop.example", "/mine/"): 1.0,
        ("shop.example", "= /leave"): 1.0,
    }


def test_words_that_mean_nothing_are_refused(cluster, capsys):
    assert run(["routes", "--without", "Deployment/wep"]) == 2
    assert "did you mean `Deployment/web`?" in capsys.readouterr().err
    assert run(["routes", "--without", "node=a"]) == 2
    assert run(["routes", "--without", "web", "--spof"]) == 2
