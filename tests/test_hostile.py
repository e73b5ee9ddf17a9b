"""Nothing that a tree holds ends a run, keeps it for long, leads it out, or hides what lies beside it."""

from __future__ import annotations

import os
import signal

import pytest
from hostile import BROKEN, PROXIES, TEXTS

from upstreamlint.cli import run

SECONDS = 8
"""Of the processor; what is left after ten minutes of the clock was waited for."""
SECRET = "secret-7f3a"
ROLES = (*PROXIES, "a.container", "run.sh", "Dockerfile.dev", ".dockerignore", ".helmignore", "values.yaml", "b.env", "extra.yaml")  # fmt: skip
"""Files that a run may look at, each for a reason of its own."""


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """A folder with one fault that must be found, and an end to working and waiting."""
    root = tmp_path / "tree"
    root.mkdir()
    (root / "service.yaml").write_text(BROKEN)
    monkeypatch.chdir(root)
    signal.signal(signal.SIGVTALRM, _out_of_time)
    signal.signal(signal.SIGALRM, _out_of_time)
    signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
    signal.alarm(600)
    yield root
    signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    signal.alarm(0)


def _out_of_time(*_):
    raise AssertionError(f"not done after {SECONDS} seconds")


def check(capsys):
    status = run(["check", "--format", "concise", "--no-cache", "--no-render", "."])
    output, errors = capsys.readouterr()
    assert "bug" not in errors
    assert "failed" not in errors
    assert SECRET not in output + errors
    assert status == 1, errors
    assert "Service `shop/web` selects no pods" in output


def put(root, texts):
    for name, text in texts.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass"))


@pytest.mark.parametrize("name", [n for n in TEXTS if n != "config-numbers"])
def test_texts(tree, capsys, name):
    put(tree, TEXTS[name])
    check(capsys)


def test_a_configuration_of_other_types_is_refused_in_words(tree, capsys):
    put(tree, TEXTS["config-numbers"])
    assert run(["check"]) == 2
    assert "bug" not in capsys.readouterr().err


def _project(root):
    """A project, a chart and a kustomization that read each of the files."""
    services = "".join(
        f"  s{i}: {{image: '{image}', volumes: ['./{name}:{path}', './conf.d:/etc/nginx/conf.d'], env_file: [b.env]}}\n"
        for i, (name, (image, path)) in enumerate(PROXIES.items())
    )
    built = "  b: {build: {context: ., dockerfile: Dockerfile.dev}, entrypoint: /run.sh, volumes: ['./run.sh:/run.sh']}\n"
    outer = "  o: {extends: {file: ../outside/values.yaml, service: x}, env_file: ../outside/secret.conf, volumes: ['../outside:/etc/nginx/conf.d']}\n"
    put(
        root,
        {
            "compose.yaml": f"include: [extra.yaml, ../outside/values.yaml]\nservices:\n{services}{built}{outer}",
            "Chart.yaml": "apiVersion: v2\nname: a\nversion: 1.0.0\n",
            "kustomization.yaml": "resources: [service.yaml, base, extra.yaml, ../outside/secret.conf]\n"
            "configMapGenerator: [{name: a, files: [nginx.conf, ../outside/secret.conf], envs: [b.env]}]\n",
        },
    )


def test_fifos_in_every_role(tree, capsys):
    _project(tree)
    for name in ROLES:
        os.mkfifo(tree / name)
    check(capsys)


def test_links_lead_out_in_no_role(tree, capsys):
    outside = tree.parent / "outside"
    put(
        outside,
        {
            "secret.conf": f"server {{ listen 80; location / {{ proxy_pass http://{SECRET}; }} }}\n",
            "values.yaml": f"a: {SECRET}\nservices: {{x: {{image: nginx, environment: {{U: 'http://{SECRET}'}}}}}}\n",
        },
    )
    _project(tree)
    for name in ROLES:
        (tree / name).symlink_to(outside / "secret.conf")
    for name in ("templates", "conf.d", "base", "charts"):
        (tree / name).symlink_to(outside)
    check(capsys)


def test_folders_that_loop_or_are_shut(tree, capsys):
    (tree / "me").symlink_to(".")
    (tree / "again").symlink_to("me/me/me")
    (tree / "loop").symlink_to("loop/../loop")
    (tree / "shut").mkdir(0)
    (tree / ("x/" * 60)).mkdir(parents=True)
    check(capsys)
