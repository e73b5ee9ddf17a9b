"""Scalars mean what `kubectl` says: the real program reads the same text, offline."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from upstreamlint.model.kubernetes.meta import integer, truth
from upstreamlint.readers import yaml
from upstreamlint.source import Source

SCALARS = (
    "0", "80", "080", "0777", "0o17", "0x1F", "1_000", "-1", "+5", "22:22", "1.5", "http", "'80'", '"80"', "8080a",
    "on", "off", "yes", "no", "y", "n", "true", "True", "TRUE", "false", "~", "null", "on1", "'true'",
)  # fmt: skip
HEAD = "apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: w}\nspec:\n"


def kubectl():
    beside = Path(sys.executable).with_name("kubectl")
    return str(beside) if beside.is_file() else shutil.which("kubectl")


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """What `kubectl` makes of each scalar."""
    program = kubectl()
    if program is None:
        pytest.skip("no kubectl is at hand")
    path = tmp_path_factory.mktemp("kubectl") / "widget.yaml"
    path.write_text(HEAD + "".join(f"  k{n}: {scalar}\n" for n, scalar in enumerate(SCALARS)))
    outcome = subprocess.run(
        [program, "label", "--local", "-f", str(path), "z=1", "-o", "json"],
        capture_output=True,
        text=True,
        check=True,
    )
    spec = json.loads(outcome.stdout)["spec"]
    return {scalar: spec.get(f"k{n}") for n, scalar in enumerate(SCALARS)}


def scalar_of(text):
    (document,) = yaml.read(Source("w.yaml", f"k: {text}\n")).documents
    return document.root.entries["k"].value


@pytest.mark.parametrize("text", SCALARS)
def test_integers(told, text):
    wanted = told[text]
    is_number = isinstance(wanted, int) and not isinstance(wanted, bool)
    assert integer(scalar_of(text)) == (wanted if is_number else None)


@pytest.mark.parametrize("text", SCALARS)
def test_truth(told, text):
    assert truth(scalar_of(text)) == (told[text] is True)


@pytest.mark.parametrize("text", SCALARS)
def test_nothing(told, text):
    assert scalar_of(text).is_null == (told[text] is None)
