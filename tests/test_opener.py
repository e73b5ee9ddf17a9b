"""Nothing that lies in a tree keeps a run waiting, leads it out, or ends it: FIFOs, devices, links, odd names."""

from __future__ import annotations

import ast
import os
import signal
import socket
from pathlib import Path

import pytest

import upstreamlint
from upstreamlint.cli import run
from upstreamlint.files import opener
from upstreamlint.files.readable import DiskFiles

FAULT = "apiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: shop}\nspec: {selector: {app: web}, ports: [{port: 80}]}\n---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: shop}\nspec: {selector: {matchLabels: {app: webb}}, template: {metadata: {labels: {app: webb}}, spec: {containers: [{name: web, image: x}]}}}\n"
COMPOSE = "include: [sub.yaml]\nservices: {a: {image: nginx, env_file: b.env, volumes: ['./n.conf:/etc/nginx/nginx.conf']}, b: {build: .}}\n"
NAMES = [
    ".gitignore",
    "a.yaml",
    "nginx.conf",
    "n.conf",
    "Dockerfile",
    "b.env",
    ".env",
    "sub.yaml",
    "base.yaml",
    "Chart.yaml",
]
NAMES += ["upstreamlint.yaml", ".upstreamlint-baseline.yaml"]  # fmt: skip


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """A folder whose files name others, with one fault that must be found, and an end to waiting."""
    (tmp_path / "service.yaml").write_text(FAULT)
    (tmp_path / "compose.yaml").write_text(COMPOSE)
    (tmp_path / "kustomization.yaml").write_text("resources: [service.yaml, base.yaml]\n")
    monkeypatch.chdir(tmp_path)
    signal.signal(signal.SIGALRM, _waiting)
    signal.alarm(60)
    yield tmp_path
    signal.alarm(0)


def _waiting(*_):
    raise AssertionError("still waiting after a minute")


def check(capsys, *arguments):
    status = run(["check", "--format", "concise", "--no-cache", *arguments])
    output, errors = capsys.readouterr()
    assert "bug" not in errors
    assert status == 1, errors
    assert "Service `shop/web` selects no pods" in output


def _fifo(path):
    os.mkfifo(path)


def _zero(path):
    path.symlink_to("/dev/zero")


def _socket(path):
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind(path.name)


def _loop(path):
    path.symlink_to(path.name)


def _folder(path):
    path.mkdir()


def _sealed(path):
    path.write_text("a: b\n")
    path.chmod(0)


@pytest.mark.parametrize(
    "make", [_fifo, _zero, _socket, _loop, _folder, _sealed], ids=lambda m: m.__name__[1:]
)
def test_what_is_no_file_is_not_waited_for(tree, capsys, make):
    # As root, a sealed file can be read, and must then be a configuration.
    for name in NAMES if make is not _sealed else NAMES[:-2]:
        make(tree / name)
    check(capsys)


@pytest.mark.parametrize("option", ["--config", "--baseline"])
def test_a_device_is_no_configuration(tree, capsys, option):
    assert run(["check", option, "/dev/zero"]) == 2
    assert "`/dev/zero` cannot be read: is no regular file" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["a\0b", "a\ud800b", "x" * 5000, "a/" * 3000])
def test_what_is_no_name_is_no_file(tree, capsys, name):
    written = '"' + name.replace("\0", "\\0").replace("\ud800", "\\ud800") + '"'
    (tree / "kustomization.yaml").write_text(f"resources: [service.yaml, {written}]\n")
    (tree / "compose.yaml").write_text(
        f"include: [{written}]\nservices: {{a: {{build: {written}, env_file: {written}, volumes: [{written}]}}}}\n"
    )
    included = name.replace("\0", "").replace("\ud800", "")
    (tree / "nginx.conf").write_text(f"http {{ include {included}; }}")
    check(capsys)
    files = DiskFiles(["."])
    assert files.source(name) is None
    assert not files.is_file(name)
    assert not files.is_folder(name)
    assert files.listing(name) == []


def test_a_name_that_is_no_text_is_shown_and_does_no_harm(tree, capsys):
    odd = os.fsdecode(b"\xff\x1b[31m\n::error::x.yaml")
    Path(odd).write_text(FAULT.replace("shop", "odd"))
    for form in ("text", "concise", "json", "sarif", "github", "gitlab", "junit", "markdown"):
        assert run(["check", "--format", form, "--output", "report"]) == 1
        report = (tree / "report").read_bytes()
        assert b"\x1b" not in report
        assert not any(line.startswith(b"::error::x") for line in report.split(b"\n"))
    assert run(["check", "--list-files"]) == 0
    assert "\x1b" not in capsys.readouterr().out


def test_links_lead_out_of_nothing(tree, tmp_path_factory, capsys):
    outside = tmp_path_factory.mktemp("outside")
    (outside / "secret.yaml").write_text(FAULT.replace("shop", "secret"))
    (outside / ".gitignore").write_text("service.yaml\n")
    for name in ("b.env", "sub.yaml", "n.conf", "Dockerfile", "base.yaml", "linked.yaml"):
        (tree / name).symlink_to(outside / "secret.yaml")
    (tree / ".gitignore").symlink_to(outside / ".gitignore")
    (tree / "folder").symlink_to(outside)
    check(capsys)
    run(["check", "--no-cache"])
    assert "secret" not in capsys.readouterr().out.replace("secret.yaml", "")


def test_a_file_that_is_too_long_is_read_no_further(tmp_path):
    path = tmp_path / "long"
    path.write_bytes(b"x" * 100)
    assert opener.content(str(path), 10) == b"x" * 11


def test_a_file_that_has_gone_is_a_missing_file(tmp_path):
    with pytest.raises(FileNotFoundError):
        opener.content(str(tmp_path / "gone"))


WRITERS = {
    "cli/init.py", "cli/mend.py", "cli/terminal.py", "render/helm.py", "render/kustomize.py", "render/mirror.py",
    "run/revisions.py", "files/cache.py", "testing.py",
}  # fmt: skip
"""Modules that open what they write, or what is installed beside the program."""


def _is_own(call):
    """Whether what is opened lies in the package itself."""
    return call.args and any(word in ast.unparse(call.args[0]) for word in ("__file__", "_HERE"))


def test_no_other_module_opens_files():
    package = Path(upstreamlint.__file__).parent
    found = {
        str(path.relative_to(package))
        for path in package.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "open" and not _is_own(node)
    }
    assert found - WRITERS == set()
