"""Real runs of nginx, kept beside the repository: what failed is flagged, what worked is left alone."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tempfile
from collections import Counter
from pathlib import Path

import pytest

from upstreamlint import rules
from upstreamlint.files.discover import discover
from upstreamlint.files.readable import DiskFiles
from upstreamlint.finding import Severity
from upstreamlint.programs.nginx.model import Upstream
from upstreamlint.run import engine
from upstreamlint.settings.config import Config

TRUTH = Path(__file__).parents[2] / "shared" / "truth" / "nginx"
RULES = rules.load()
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")

NAMES_OF_THE_LAB = {"B03"}
"""Runs whose DNS was told a misspelt name, so that nginx started: an upstream one slip away that nothing uses says what was meant."""
ONLY_AT_RUN_TIME = {
    "B01": "DNS decides",
    "B17": "DNS decides",
    "B22": "DNS decides",
    "B23": "DNS decides",
    "B24": "DNS decides",
    "F03": "the name may be a host's",
    "G20": "the machine's addresses decide",
    "I05": "a template that was not rendered",
    "I05b": "a template that was not rendered",
}
"""Cases that nginx rejects for something that no file says."""

pytestmark = pytest.mark.skipif(not TRUTH.is_dir(), reason="the recorded runs are not here")


def cases() -> dict[str, dict]:
    return json.loads((TRUTH / "cases.json").read_text()) if TRUTH.is_dir() else {}


def findings(folder: str, *, version: str = ""):
    before = os.getcwd()
    os.chdir(folder)
    try:
        config = Config(nginx_version=version, flavour="oss" if version else "")
        return engine.check_files(discover(["."]), DiskFiles(["."]), config, RULES).diagnostics
    finally:
        os.chdir(before)


def verdicts(version: str):
    for name, case in sorted(cases().items()):
        run = case.get(version)
        if run is not None:
            yield name, case["title"], run


@pytest.mark.parametrize("version", ["1.22.1", "1.31.4"])
def test_recorded_runs(version, capsys):
    table: Counter[str] = Counter()
    missed, alarms = [], []
    rejected = fine = 0
    for name, title, run in verdicts(version):
        found = [d for d in findings(str(TRUTH / name), version=version) if d.severity is not Severity.INFO]
        errors = [d for d in found if d.severity is Severity.ERROR]
        if run["nginx_t_exit"]:
            rejected += 1
            if name not in ONLY_AT_RUN_TIME and not found:
                missed.append(f"{name} {title}: {run['nginx_t'][:1]}")
        elif run["statuses"] and all(status == 200 for status in run["statuses"]):
            fine += 1
            if errors and name not in NAMES_OF_THE_LAB:
                alarms.append(f"{name} {title}: {[d.rule for d in errors]}")
        table.update({d.rule for d in found})
    with capsys.disabled():
        print(
            f"\nnginx {version}: {rejected - len(missed)}/{rejected} rejected ones not missed, {fine - len(alarms)}/{fine} healthy"
        )
        for rule, count in sorted(table.items()):
            print(f"  {count:3} {rule}")
    assert missed == []
    assert alarms == []


def refusal(text: str) -> tuple[str, int] | None:
    """The file and line that `nginx -t` complains about; line 0 when it names none."""
    match = re.search(r"\[(?:emerg|crit)\] (?:\d+#\d+: )?(.*?)(?: in (\S+):(\d+))?$", text, re.MULTILINE)
    return (os.path.basename(match[2] or ""), int(match[3] or 0)) if match else None


@pytest.mark.skipif(NGINX is None, reason="no nginx is installed")
def test_what_this_machines_nginx_rejects_is_flagged_on_the_same_line(capsys):
    assert NGINX is not None
    shown = subprocess.run([NGINX, "-v"], capture_output=True, text=True, check=True).stderr
    version = shown.rpartition("/")[2].split()[0]
    agreed, differ = 0, []
    for name, title, _ in verdicts("1.22.1"):
        if name in ONLY_AT_RUN_TIME:
            continue
        with tempfile.TemporaryDirectory() as folder:
            work = Path(shutil.copytree(TRUTH / name, Path(folder) / "case"))
            (work / "logs").mkdir(exist_ok=True)
            main = work / "nginx.conf"
            if not main.is_file():
                continue
            modules = [str(m) for m in Path("/usr/lib/nginx/modules").glob("ngx_stream_module.so")]
            text = main.read_text().replace("/srv/lab", str(work))
            if "stream {" in text and modules:
                text = f"load_module {modules[0]}; {text}"
            main.write_text(text)
            run = subprocess.run(
                [NGINX, "-t", "-p", f"{work}/", "-c", str(main)], capture_output=True, text=True, check=False
            )
            if 'unknown directive "stream"' in run.stderr:
                continue  # this machine's nginx has no such module
            refused = refusal(run.stderr) if run.returncode > 0 else None
            if refused is None or "host not found" in run.stderr or "SSL" in run.stderr:
                continue
            found = [d for d in findings(str(work), version=version) if d.severity is not Severity.INFO]
            lines = {label.anchor.span.line + n for d in found for label in d.labels for n in range(2)}
            # A block is refused where it ends, and shown where it begins.
            blocks = [
                d.finding.subject.directive.anchor.span
                for d in found
                if isinstance(d.finding.subject, Upstream)
            ]
            lines |= {line for block in blocks for line in range(block.line, block.end_line + 1)}
            if refused[1] in lines or (refused[1] == 0 and found):
                agreed += 1
            else:
                differ.append(
                    f"{name} {title}: nginx {refused}, found {[(d.rule, d.finding.primary.anchor.span.line) for d in found]}"
                )
    with capsys.disabled():
        print(f"\nnginx {version} -t: {agreed}/{agreed + len(differ)} refusals on the same line")
        print("\n".join(f"  {d}" for d in differ))
    assert differ == []
