"""Charts that take others from folders of the same tree: `repository: file://…`."""

from __future__ import annotations

import textwrap

import pytest

from upstreamlint.render import helm
from upstreamlint.run.engine import check
from upstreamlint.settings.config import Config

pytestmark = pytest.mark.skipif(helm.command() is None, reason="no Helm engine is at hand")

UMBRELLA = {
    "all/Chart.yaml": """
        apiVersion: v2
        name: all
        version: 0.1.0
        dependencies:
          - {name: shop, version: "*", repository: "file://../parts/shop"}
          - {name: store, alias: ledger, version: "*", repository: "file://../parts/store/"}
        """,
    "all/values.yaml": "shop: {port: 8080}\n",
    "all/templates/settings.yaml": """
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: settings}
        data: {mode: fast}
        """,
    "parts/shop/Chart.yaml": """
        apiVersion: v2
        name: shop
        version: 0.1.0
        dependencies:
          - {name: names, version: "*", repository: "file://../names"}
        """,
    "parts/shop/values.yaml": "port: 8000\n",
    "parts/shop/templates/shop.yaml": """
        apiVersion: v1
        kind: Service
        metadata: {name: shop}
        spec:
          selector: {{ include "names.labels" . }}
          ports: [{port: 80, targetPort: {{ .Values.port }}}]
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: shop}
        spec:
          replicas: 2
          selector:
            matchLabels: {{ include "names.labels" . }}
          template:
            metadata:
              labels: {{ include "names.labels" . }}
            spec:
              containers:
                - name: shop
                  image: registry.example.net/shop:1
                  env:
                    - {name: LEDGER_URL, value: "http://ledger:80"}
                    - name: MODE
                      valueFrom: {configMapKeyRef: {name: settings, key: mode}}
                  ports: [{containerPort: 8080}]
                  readinessProbe: {tcpSocket: {port: 8080}}
        """,
    "parts/store/Chart.yaml": "apiVersion: v2\nname: store\nversion: 0.1.0\n",
    "parts/store/templates/store.yaml": """
        apiVersion: v1
        kind: Service
        metadata: {name: {{ .Chart.Name }}}
        spec:
          selector: {app: {{ .Chart.Name }}}
          ports: [{port: 80, targetPort: http}]
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: {{ .Chart.Name }}}
        spec:
          replicas: 2
          selector:
            matchLabels: {app: {{ .Chart.Name }}}
          template:
            metadata:
              labels: {app: {{ .Chart.Name }}}
            spec:
              containers:
                - name: store
                  image: registry.example.net/store:1
                  ports: [{name: web, containerPort: 8080}]
                  readinessProbe: {tcpSocket: {port: 8080}}
        """,
    "parts/names/Chart.yaml": "apiVersion: v2\nname: names\nversion: 0.1.0\ntype: library\n",
    "parts/names/templates/_labels.tpl": '{{- define "names.labels" -}}{app: {{ .Chart.Name }}}{{- end }}\n',
}


@pytest.fixture
def tree(tmp_path, monkeypatch):
    def write(texts):
        for path, text in texts.items():
            file = tmp_path / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(textwrap.dedent(text).lstrip("\n"))

    monkeypatch.chdir(tmp_path)
    return write


def found(*paths):
    result = check(list(paths) or ["."], Config())
    places = {
        (d.rule, *d.finding.primary.anchor.span[:2]) for d in result.diagnostics if d.severity != "info"
    }
    return places, [s.reason for s in result.coverage.skipped]


def test_a_fault_of_a_chart_that_is_taken_is_told_at_its_own_file(tree):
    tree(UMBRELLA)
    places, skipped = found()
    assert places == {("target-port-not-on-pod", "parts/store/templates/store.yaml", 6)}
    assert skipped == []


def test_the_values_of_the_chart_that_takes_count(tree):
    good = UMBRELLA["parts/store/templates/store.yaml"].replace("name: web", "name: http")
    bad = "shop: {port: 8081}\n"
    tree({**UMBRELLA, "parts/store/templates/store.yaml": good})
    assert found()[0] == set()
    tree({"all/values.yaml": bad})
    assert found("all", "parts")[0] == {("target-port-not-on-pod", "parts/shop/templates/shop.yaml", 6)}


def test_what_lies_outside_of_the_given_paths_is_not_taken(tree):
    tree(UMBRELLA)
    places, skipped = found("all")
    assert places == set()
    assert skipped == ["Helm chart rendered without its dependencies: shop, store"]


def test_charts_that_take_each_other_are_rendered_without(tree):
    circle = UMBRELLA["parts/store/Chart.yaml"] + (
        "dependencies:\n  - {name: all, version: '*', repository: 'file://../../all'}\n"
    )
    tree({**UMBRELLA, "parts/store/Chart.yaml": circle})
    skipped = found()[1]
    assert sorted(skipped) == [
        "Helm chart rendered without its dependencies: all",
        "Helm chart rendered without its dependencies: shop, store",
    ]


def test_a_chart_in_the_own_folder_counts_over_the_other(tree):
    template = UMBRELLA["parts/store/templates/store.yaml"]
    tree(
        {
            **UMBRELLA,
            "parts/shop/values.yaml": "port: 8080\n",
            "parts/store/templates/store.yaml": template.replace("name: web", "name: http"),
            "all/charts/shop/Chart.yaml": "apiVersion: v2\nname: shop\nversion: 0.1.0\n",
            "all/charts/shop/templates/own.yaml": template,
        }
    )
    assert found()[0] == {("target-port-not-on-pod", "all/charts/shop/templates/own.yaml", 6)}
