"""What others run the program by: their descriptors name options that there are, and words that it prints."""

import re
from pathlib import Path

import pytest
import yaml

from upstreamlint import cli

ROOT = Path(__file__).resolve().parents[1]
DESCRIPTOR = ROOT / "integrations/mega-linter-plugin-upstreamlint/upstreamlint.megalinter-descriptor.yml"
pytestmark = pytest.mark.skipif(not DESCRIPTOR.is_file(), reason="the tests run without the repository")


@pytest.fixture
def linter():
    (found,) = yaml.safe_load(DESCRIPTOR.read_text())["linters"]
    return found


def test_the_options_of_megalinter_are_options(linter, capsys):
    assert cli.run([*linter["cli_lint_extra_args"], linter["cli_help_arg_name"]]) == 0
    words = capsys.readouterr().out
    options = [linter["cli_lint_fix_arg_name"], linter["cli_config_arg_name"], *linter["cli_sarif_args"]]
    assert [o for o in options if o.startswith("--") and o not in words] == []


@pytest.mark.parametrize(("names", "count"), [(["a", "b"], 2), (["a"], 1)])
def test_megalinter_counts_errors(linter, capsys, tmp_path, monkeypatch, names, count):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    for name in names:
        text = f"services: {{{name}: {{image: x, depends_on: [nobody]}}}}\n"
        (tmp_path / name).mkdir()
        (tmp_path / name / "compose.yaml").write_text(text)
    assert cli.run(["check"]) == 1
    found = re.search(linter["cli_lint_errors_regex"], capsys.readouterr().out, re.MULTILINE)
    assert int(found[1]) == count


def test_the_image_is_built_of_files_that_are_let_into_the_build():
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    allowed = {line.removeprefix("!") for line in lines if line.startswith("!")}
    copies = re.findall(r"^COPY (?!--)(.+) \S+$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    assert {name for copy in copies for name in copy.split()} == allowed
