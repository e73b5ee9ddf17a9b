"""Secrets as rendered: their keys are read, their values are not."""

from __future__ import annotations

import pytest

from upstreamlint.readers import yaml
from upstreamlint.render.veil import veiled
from upstreamlint.source import Source

SECRET = """\
apiVersion: v1
kind: Secret
metadata:
  annotations:
    config.kubernetes.io/origin: |
      path: base/store.yaml
    kubectl.kubernetes.io/last-applied-configuration: |
      {"data": "hunter2"}
  labels:
    name: hunter2
  name: store
  namespace: shop
type: Opaque
data:
  one: hunter2
  # hunter2
  two: |-
    hunter2
    three: hunter2
  "four.crt": >
    hunter2
stringData:
  five:
    hunter2
"""


def test_what_a_secret_is_and_its_keys_are_left():
    (document,) = yaml.read(Source("a.yaml", veiled(SECRET))).documents
    root = document.root
    assert "hunter2" not in veiled(SECRET)
    assert [e.key.value for e in root.get("data")] == ["one", "two", "four.crt"]
    assert [e.key.value for e in root.get("stringData")] == ["five"]
    assert (root.at("metadata", "name").value, root.at("metadata", "namespace").value) == ("store", "shop")
    assert (
        root.at("metadata", "annotations", "config.kubernetes.io/origin").value == "path: base/store.yaml\n"
    )


def test_whose_token_a_secret_holds_is_left():
    text = SECRET.replace("  labels:", "    kubernetes.io/service-account.name: reader\n  labels:")
    (document,) = yaml.read(Source("a.yaml", veiled(text))).documents
    account = document.root.at("metadata", "annotations", "kubernetes.io/service-account.name")
    assert account.value == "reader"


def test_lines_stay_where_they_are():
    assert veiled(SECRET).count("\n") == SECRET.count("\n")
    assert veiled(SECRET).split("\n")[10] == "  name: store"


@pytest.mark.parametrize("data", ["data: {one: hunter2}", "stringData: &x {one: hunter2}", "data: *x"])
def test_data_on_the_line_of_its_key_leaves_nothing(data):
    assert veiled(f"kind: Secret\nmetadata:\n  name: s\n{data}\n") == ""


def test_other_objects_are_as_they_are():
    text = "kind: ConfigMap\ndata:\n  kind: Secret\n"
    assert veiled(text) == text
