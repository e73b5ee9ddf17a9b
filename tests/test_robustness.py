"""Bad input never crashes and never hides: each fault has a place, and the rest of the run goes on."""

from __future__ import annotations

import pytest

from upstreamlint.cli import run

BROKEN_SERVICE = """\
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec:
  selector: {app: web}
  ports: [{port: 80}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  selector: {matchLabels: {app: webb}}
  template:
    metadata: {labels: {app: webb}}
    spec:
      containers: [{name: web, image: "registry.example/web:1"}]
"""


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """A folder with one fault that must be found, whatever else lies in it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "service.yaml").write_text(BROKEN_SERVICE)
    return tmp_path


def check(capsys, *arguments):
    status = run(["check", "--format", "concise", "--no-config", *arguments])
    captured = capsys.readouterr()
    assert "Traceback" not in captured.err
    return status, captured.out


INPUTS = {
    "empty.yaml": b"",
    "comment.yaml": b"# nothing here\n",
    "binary.yaml": b"kind: Service\0\xff\xfe",
    "latin.yaml": "kind: Service\nmetadata: {name: caf\xe9}\n".encode("latin-1"),
    "utf16.yaml": "kind: Service\nmetadata: {name: wide}\n".encode("utf-16"),
    "tabs.yaml": b"apiVersion: v1\nkind: Service\n\tmetadata: x\n",
    "deep.yaml": b"kind: Service\nspec: " + b"[" * 60_000,
    "bomb.yaml": b"kind: Service\nmetadata: {name: b}\na: &a [x]\n"
    + b"".join(
        b"b%d: &b%d [*%s, *%s]\n" % (i, i, p, p)
        for i, p in enumerate([b"a", *(b"b%d" % n for n in range(40))])
    ),
    "loop.yaml": b"kind: Service\nmetadata: &m {name: m, labels: *m}\nspec: &s\n  selector: *s\n  ports: *s\n",
    "self.yaml": b"services: &a\n  b: *a\n",
    "wrong.yaml": b"kind: [Service]\nmetadata: 3\nspec: x\n",
    "scalars.yaml": b"apiVersion: v1\nkind: Service\nmetadata: {name: 3}\nspec: {ports: [80, {port: x}], selector: [a]}\n",
    "list.yaml": b"kind: List\nitems: [null, 3, {kind: List, items: []}]\n",
    "array.json": b"[1, 2, 3]",
    "template.yaml": b"kind: Service\nmetadata:\n  name: {{ .Values.name }}\n{{- if x }}\nspec: {}\n{{- end }}\n",
    "unknown.yaml": b"apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: w}\nspec: {anything: [1]}\n",
    "istio.yaml": b"apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: v}\nspec: {http: {route: 1}}\n",
    "compose.yaml": b"services:\n  web: 3\n  app: null\n",
    "nginx.conf": b"http { server { listen 80; location / { proxy_pass http://a; } }",
    "loop.conf": b"http { include loop.conf; server { listen 80; } }\n",
    "nul.conf": b"server {\0}",
    "Dockerfile": b"FROM\nCOPY\n",
    "kustomization.yaml": b"resources: [., ../.., nowhere, {a: b}]\npatches: 3\n",
    "Chart.yaml": b"name: [",
}


@pytest.mark.parametrize("name", INPUTS)
def test_one_bad_file_neither_crashes_nor_hides(tree, capsys, name):
    (tree / name).write_bytes(INPUTS[name])
    status, output = check(capsys)
    assert status == 1
    assert "Service `shop/web` selects no pods" in output


def test_all_bad_files_at_once(tree, capsys):
    for name, content in INPUTS.items():
        (tree / name).write_bytes(content)
    status, output = check(capsys)
    assert status == 1
    assert "tabs.yaml:3:1: error:" in output
    assert "nginx.conf:1:" in output


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["nowhere"], "`nowhere` does not exist"),
        (["--select", "no-such-rule"], "no rule is named `no-such-rule`"),
        (["--nonsense"], "--nonsense"),
        (["--fail-on", "sometimes"], "sometimes"),
        (["--config", "missing.yaml"], "missing.yaml"),
    ],
)
def test_a_job_that_cannot_be_done_is_no_finding(tree, capsys, arguments, says):
    assert run(["check", *arguments]) == 2
    error = capsys.readouterr().err
    assert says in error
    assert "Traceback" not in error


def test_an_empty_scan_is_not_silence(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert run(["check"]) == 2
    assert "nothing to check" in capsys.readouterr().err


def test_the_same_bytes_give_the_same_bytes(tree, capsys):
    for name, content in INPUTS.items():
        (tree / name).write_bytes(content)
    first = (run(["check", "--format", "json"]), capsys.readouterr().out)
    assert (run(["check", "--format", "json"]), capsys.readouterr().out) == first
