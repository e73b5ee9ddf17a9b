"""The work of a run grows with its files, however they are cut into namespaces, folders and projects."""

from __future__ import annotations

import pytest
from steps import steps

from upstreamlint.run import engine
from upstreamlint.settings.config import Config

APP = """\
apiVersion: apps/v1
kind: Deployment
metadata: {{name: {app}, namespace: {space}}}
spec:
  selector: {{matchLabels: {{app: {app}}}}}
  template:
    metadata: {{labels: {{app: {app}, version: v1}}}}
    spec: {{containers: [{{name: web, image: "example.com/{app}:1", ports: [{{containerPort: 8080}}]}}]}}
---
apiVersion: v1
kind: Service
metadata: {{name: {app}, namespace: {space}}}
spec: {{selector: {{app: {app}}}, ports: [{{name: http, port: 80, targetPort: 8080}}]}}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {{name: {app}, namespace: {space}}}
spec:
  hosts: [{app}]
  http: [{{route: [{{destination: {{host: {app}, subset: v1}}}}]}}]
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {{name: {app}, namespace: {space}}}
spec: {{host: {app}, subsets: [{{name: v1, labels: {{version: v1}}}}]}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{name: {app}, namespace: {space}}}
spec: {{podSelector: {{matchLabels: {{app: {app}}}}}, ingress: [{{ports: [{{port: 8080}}]}}]}}
"""


def tree(root, count: int, way: str) -> None:
    for number in range(count):
        folder = root / f"app-{number}"
        folder.mkdir(parents=True)
        space = f"space-{number}" if way == "namespaces" else "shop"
        (folder / "app.yaml").write_text(APP.format(app=f"app-{number}", space=space))
        if way == "kustomizations":
            (folder / "kustomization.yaml").write_text("resources: [app.yaml]\n")
        if way == "projects":
            (folder / "LICENSE").write_text("")


@pytest.mark.parametrize("way", ["one namespace", "namespaces", "kustomizations", "projects"])
def test_twice_the_apps_are_twice_the_work(tmp_path, monkeypatch, way):
    work = []
    for count in (5, 40, 80, 160):
        root = tmp_path / str(count)
        tree(root, count, way)
        monkeypatch.chdir(root)
        work.append(steps(lambda: engine.check(["."], Config(cache=False, render=False))))
    _, first, second, third = work  # the very first imports
    assert third - second < 2.2 * (second - first)
