"""The action's comment on a pull request, with a `gh` that only takes notes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from test_diff import COMPOSE, NGINX, git

ROOT = Path(__file__).resolve().parent.parent
GH = """\
#!/bin/sh
echo "$@" >>"$NOTES"
case "$*" in *--paginate*) cat "$NOTES.mine" 2>/dev/null || true;; esac
exit "${GH_FAILS:-0}"
"""

pytestmark = pytest.mark.skipif(
    not (ROOT / "tools" / "comment").is_file() or sys.platform == "win32",
    reason="the script is not beside the tests",
)


@pytest.fixture
def pull_request(tmp_path, monkeypatch):
    """A shallow clone of a merge of a change that breaks a route."""
    origin = tmp_path / "origin"
    origin.mkdir()
    monkeypatch.chdir(origin)
    git("init", "-q", "-b", "main")
    (origin / "compose.yaml").write_text(COMPOSE)
    (origin / "web.conf").write_text(NGINX)
    git("add", ".")
    git("commit", "-qm", "sound")
    git("checkout", "-qb", "change")
    (origin / "web.conf").write_text(NGINX.replace("api:3000", "apj:3000"))
    git("commit", "-qam", "broken")
    git("checkout", "-q", "main")
    git("merge", "-q", "--no-ff", "-m", "merged", "change")
    clone = tmp_path / "clone"
    git("clone", "-q", "--depth=1", origin.as_uri(), str(clone))
    monkeypatch.chdir(clone)
    tools = tmp_path / "bin"
    tools.mkdir()
    (tools / "gh").write_text(GH)
    (tools / "upstreamlint").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m upstreamlint "$@"\n')
    for tool in tools.iterdir():
        tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
    for name, value in {
        "NOTES": str(tmp_path / "notes"),
        "RUNNER_TEMP": str(tmp_path),
        "GITHUB_REPOSITORY": "shop/shop",
        "GITHUB_SERVER_URL": "https://github.example",
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary"),
        "PULL_REQUEST": "7",
        "GH_TOKEN": "secret",
        "BASE": "0" * 40,
    }.items():
        monkeypatch.setenv(name, value)
    return tmp_path


def comment():
    return subprocess.run([ROOT / "tools" / "comment", "."], capture_output=True, text=True, check=False)


def test_it_adds_one_comment_and_then_changes_it(pull_request):
    outcome = comment()
    assert outcome.returncode == 1, outcome.stderr
    listed, posted = (pull_request / "notes").read_text().splitlines()
    assert listed.startswith("api --paginate repos/shop/shop/issues/7/comments ")
    assert posted.startswith("api --silent --method POST repos/shop/shop/issues/7/comments --field body=@")
    report = (pull_request / "upstreamlint-diff.md").read_text()
    assert "2 routes stop being answered" in report
    assert (pull_request / "summary").read_text() == report
    (pull_request / "notes.mine").write_text("42\n")
    assert comment().returncode == 1
    assert " --method PATCH repos/shop/shop/issues/comments/42 " in (pull_request / "notes").read_text()


def test_a_fork_that_may_not_write_is_warned(pull_request, monkeypatch):
    monkeypatch.setenv("GH_FAILS", "1")
    outcome = comment()
    assert outcome.returncode == 1
    assert "::warning::" in outcome.stdout


def test_the_action_runs_it_for_pull_requests_that_ask():
    action = yaml.safe_load((ROOT / "action.yml").read_text())
    (step,) = [s for s in action["runs"]["steps"] if "tools/comment" in s["run"]]
    assert "inputs.comment == 'true'" in step["if"]
    assert set(step["env"]) >= {"BASE", "PULL_REQUEST", "GH_TOKEN"}
    assert action["inputs"]["comment"]["default"] == "false"


def test_without_a_report_nothing_is_written(pull_request, monkeypatch):
    monkeypatch.setenv("PULL_REQUEST", "8")
    (pull_request / "bin" / "upstreamlint").write_text("#!/bin/sh\nexit 1\n")
    assert comment().returncode == 2
    assert not (pull_request / "notes").exists()
