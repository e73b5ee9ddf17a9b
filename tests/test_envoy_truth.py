"""Recorded runs of Envoy: what answers `no healthy upstream`, or is refused, is flagged; what works is left alone."""

from __future__ import annotations

import json
import os
from collections import defaultdict
from pathlib import Path

import pytest

from upstreamlint import rules
from upstreamlint.files.discover import discover
from upstreamlint.files.readable import DiskFiles
from upstreamlint.finding import Severity
from upstreamlint.run import engine
from upstreamlint.settings.config import Config

TRUTH = Path(__file__).parents[2] / "shared" / "truth" / "envoy"
RULES = rules.load()

STATIC = "ABCFIJN"
"""The groups of cases that a configuration alone decides, but for those below."""

ONLY_AT_RUN_TIME = {
    "A15": "whether the file is there",
    "C08": "the management server is down",
    "N05": "the binary knows its extensions",
    "N07": "the recorded folder holds the spelling that is accepted",
}

GRPC = frozenset({"B06", "S21"})
"""Answers of status 200 that tell gRPC clients status 14."""

pytestmark = pytest.mark.skipif(not TRUTH.is_dir(), reason="the recorded runs are not here")


def cases() -> dict[str, list[dict]]:
    by_name: dict[str, list[dict]] = defaultdict(list)
    for case in json.loads((TRUTH / "cases.json").read_text()) if TRUTH.is_dir() else []:
        if (TRUTH / case["id"]).is_dir():
            by_name[case["id"]].append(case)
    return dict(sorted(by_name.items()))


def findings(folder: Path):
    before = os.getcwd()
    os.chdir(folder)
    try:
        found = engine.check_files(discover(["."]), DiskFiles(["."]), Config(), RULES).diagnostics
    finally:
        os.chdir(before)
    return [d for d in found if d.severity is not Severity.INFO]


def test_no_healthy_upstream_is_caught(capsys):
    caught, missed = [], []
    for name, runs in cases().items():
        exact = [run["exact_text"] for run in runs if "exact_text" in run]
        if name[0] not in STATIC or name in ONLY_AT_RUN_TIME or not exact or not all(exact) or len(runs) > 1:
            continue
        flags = {d.finding.symptom.flag for d in findings(TRUTH / name) if d.finding.symptom}
        (caught if "UH" in flags else missed).append(f"{name} {runs[0]['title']}")
    with capsys.disabled():
        print(f"\nEnvoy: {len(caught)}/{len(caught) + len(missed)} that answer `no healthy upstream` caught")
    assert missed == []
    assert len(caught) >= 17


def test_what_works_has_no_errors(capsys):
    alarms, fine = [], 0
    for name, runs in cases().items():
        statuses = [answer.get("status") for run in runs for answer in run.get("responses", [])]
        if name in GRPC or not statuses or any(status != 200 for status in statuses):
            continue
        fine += 1
        errors = [d.rule for d in findings(TRUTH / name) if d.severity is Severity.ERROR]
        if errors:
            alarms.append(f"{name} {runs[0]['title']}: {errors}")
    with capsys.disabled():
        print(f"\nEnvoy: {fine - len(alarms)}/{fine} that answer 200 free of errors")
    assert alarms == []
    assert fine >= 8


def test_what_envoy_refuses_is_flagged(capsys):
    flagged, missed = [], []
    for name, runs in cases().items():
        refused = [run for run in runs if run.get("validate_rc") == 1]
        if not refused or len(refused) < len(runs) or name in ONLY_AT_RUN_TIME:
            continue
        found = [d for d in findings(TRUTH / name) if d.severity is Severity.ERROR]
        texts = [str(d.finding.symptom) for d in found if d.finding.symptom]
        ok = any(t.startswith("Envoy does not start") for t in texts)
        (flagged if ok else missed).append(f"{name} {runs[0]['title']}")
    with capsys.disabled():
        print(f"\nEnvoy: {len(flagged)}/{len(flagged) + len(missed)} refused ones flagged")
    assert missed == []
    assert len(flagged) >= 6
