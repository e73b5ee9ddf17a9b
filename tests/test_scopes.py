"""What is deployed apart sees nothing of each other: declared scopes, and projects inside a tree."""

from __future__ import annotations

import pytest

from upstreamlint.run import engine
from upstreamlint.settings.config import Config
from upstreamlint.settings.config_file import load

SERVICE = """\
apiVersion: v1
kind: Service
metadata: {{name: echo}}
spec:
  ports: [{{port: {port}}}]
"""
INGRESS = """\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: echo}
spec:
  defaultBackend: {service: {name: echo, port: {number: 8080}}}
"""


@pytest.fixture
def tree(tmp_path, monkeypatch):
    for folder, texts in {
        "one": {"ingress.yaml": INGRESS},
        "two": {"service.yaml": SERVICE.format(port=80)},
        "base": {"service.yaml": SERVICE.format(port=8080)},
    }.items():
        (tmp_path / folder).mkdir()
        for name, text in texts.items():
            (tmp_path / folder / name).write_text(text)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def errors(config=None):
    result = engine.check(["."], config or Config())
    return [
        (d.rule, d.finding.primary.anchor.source.path) for d in result.diagnostics if d.severity == "error"
    ]


def test_one_tree_is_one_world(tree):
    (tree / "base" / "service.yaml").unlink()
    assert errors() == [("upstream-port-not-served", "one/ingress.yaml")]


def test_a_folder_with_a_licence_is_a_project_of_its_own(tree):
    (tree / "base" / "service.yaml").unlink()
    (tree / "two" / "LICENSE").write_text("free\n")
    assert errors() == []


def test_a_declared_scope_is_a_world_of_its_own(tree):
    (tree / "upstreamlint.yaml").write_text("scopes:\n  - [one, two]\n")
    assert errors(load("upstreamlint.yaml")) == [("upstream-port-not-served", "one/ingress.yaml")]
    (tree / "upstreamlint.yaml").write_text("scopes:\n  - [one, base]\n")
    assert errors(load("upstreamlint.yaml")) == []


def test_a_file_may_be_in_several_scopes_and_is_reported_once(tree):
    (tree / "upstreamlint.yaml").write_text("scopes:\n  - [one, two]\n  - [one, base]\n")
    assert errors(load("upstreamlint.yaml")) == [("upstream-port-not-served", "one/ingress.yaml")]
