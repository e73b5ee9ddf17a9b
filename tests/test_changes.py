"""`--changed-since`: a change answers for what it breaks at either end, not for what was broken before."""

from __future__ import annotations

import subprocess

import pytest

from upstreamlint.cli import run

SERVICE = """\
apiVersion: v1
kind: Service
metadata:
  name: {name}
  namespace: shop
spec:
  selector:
    app: {app}
  ports:
    - port: 80
"""
DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {name}
  namespace: shop
spec:
  selector:
    matchLabels:
      app: {app}
  template:
    metadata:
      labels:
        app: {app}
    spec:
      containers:
        - name: app
          image: registry.example/app:1
"""


def git(*arguments):
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *identity, *arguments], check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """Three commits: an old fault, then the pod template's label of a sound Service changes."""
    monkeypatch.chdir(tmp_path)
    git("init", "-q")
    (tmp_path / "old-service.yaml").write_text(SERVICE.format(name="orders", app="orders"))
    (tmp_path / "old-deployment.yaml").write_text(DEPLOYMENT.format(name="orders", app="order-s"))
    git("add", ".")
    git("commit", "-qm", "an old fault")
    (tmp_path / "service.yaml").write_text(SERVICE.format(name="checkout", app="checkout"))
    (tmp_path / "deployment.yaml").write_text(DEPLOYMENT.format(name="checkout", app="checkout"))
    git("add", ".")
    git("commit", "-qm", "a sound service")
    (tmp_path / "deployment.yaml").write_text(DEPLOYMENT.format(name="checkout", app="check-out"))
    git("commit", "-qam", "break it from the far end")
    return tmp_path


def check(capsys, *arguments):
    status = run(["check", "--format", "concise", "--no-config", *arguments])
    return status, capsys.readouterr().out


def test_without_it_both_faults_fail(repository, capsys):
    status, output = check(capsys)
    assert status == 1
    assert "orders" in output
    assert "checkout" in output


def test_a_break_from_the_far_end_fails_and_an_untouched_fault_does_not(repository, capsys):
    status, output = check(capsys, "--changed-since", "HEAD~1")
    assert status == 1
    assert "service.yaml:8:5: error: Service `shop/checkout` selects no pods" in output
    assert "orders" not in output


def test_nothing_fails_when_nothing_changed(repository, capsys):
    assert check(capsys, "--changed-since", "HEAD")[0] == 0


def test_a_far_end_that_is_deleted_is_seen(repository, capsys):
    (repository / "deployment.yaml").write_text(DEPLOYMENT.format(name="checkout", app="checkout"))
    (repository / "ingress.yaml").write_text(
        "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: web, namespace: shop}\nspec:\n"
        "  defaultBackend: {service: {name: checkout, port: {number: 80}}}\n"
    )
    git("add", ".")
    git("commit", "-qm", "mended, and routed")
    (repository / "service.yaml").write_text(SERVICE.format(name="check-out", app="checkout"))
    status, output = check(capsys, "--changed-since", "HEAD")
    assert status == 1
    assert "no Service answers to `checkout`" in output


def test_an_unknown_revision_is_no_finding(repository, capsys):
    assert run(["check", "--changed-since", "nowhere"]) == 2
    assert "git cannot say what has changed" in capsys.readouterr().err
