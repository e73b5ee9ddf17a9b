"""`trace`: every hop of a request, healthy or not."""

from __future__ import annotations

import pytest

from upstreamlint.cli import run

FILES = {
    "ingress.yaml": """\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: shop, namespace: shop}
spec:
  rules:
    - host: "*.shop.example"
      http:
        paths:
          - path: /pay
            pathType: Prefix
            backend: {service: {name: checkout, port: {number: 80}}}
""",
    "service.yaml": """\
apiVersion: v1
kind: Service
metadata: {name: checkout, namespace: shop}
spec:
  selector: {app: checkout}
  ports: [{port: 80, targetPort: web}]
""",
    "deployment.yaml": """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: checkout, namespace: shop}
spec:
  selector: {matchLabels: {app: checkout}}
  template:
    metadata: {labels: {app: checkout}}
    spec:
      containers:
        - name: app
          image: registry.example/app:1
          ports: [{name: http, containerPort: 8000}]
          readinessProbe: {tcpSocket: {port: http}}
""",
}


@pytest.fixture
def tree(tmp_path, monkeypatch):
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_broken_chain_is_shown_to_its_end(tree, capsys):
    assert run(["trace", "eu.shop.example/pay/now"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].endswith("ingress.yaml:11")
    assert any("error[target-port-not-on-pod]" in line for line in lines)
    assert any("Deployment/checkout" in line and "service.yaml:5" in line for line in lines)


def test_a_sound_chain_is_shown_too(tree, capsys):
    (tree / "service.yaml").write_text(FILES["service.yaml"].replace("targetPort: web", "targetPort: http"))
    assert run(["trace", "eu.shop.example/pay"]) == 0
    assert "✗" not in capsys.readouterr().out


@pytest.mark.parametrize("request_", ["other.example", "eu.shop.example/cart"])
def test_a_request_that_no_route_takes_is_said(tree, capsys, request_):
    assert run(["trace", request_]) == 2
    assert f"no route takes `{request_}`" in capsys.readouterr().err
