"""Real root causes as small repositories: each is hit where it is, quiet when mended, and nothing else is said.

They lie in the folder `shared` beside the repository; without it these tests are left out. `reproductions_missed.tsv`
names those that are not hit yet, and what it takes; one that is hit has to leave the list.
"""

from __future__ import annotations

import csv
import json
import os
from collections import Counter
from pathlib import Path

import pytest

from upstreamlint.finding import Severity
from upstreamlint.run import engine
from upstreamlint.settings.config import Config

CASES = Path(__file__).resolve().parents[2] / "shared" / "reproductions"
with Path(__file__).with_name("reproductions_missed.tsv").open(encoding="utf-8") as stream:
    MISSED = {row["case"] for row in csv.DictReader(stream, delimiter="\t")}
pytestmark = pytest.mark.skipif(not CASES.is_dir(), reason="no folder `shared` beside the repository")


def check(folder, monkeypatch):
    monkeypatch.chdir(folder)
    names = sorted(n for n in os.listdir(".") if n not in ("fixed", "expect.json"))
    return engine.check(names, Config()).diagnostics


def places(diagnostic):
    spans = [label.anchor.span for label in diagnostic.labels]
    return [(span.path, span.line, min(span.end_line, span.line + 3)) for span in spans]


def hits(diagnostic, expected):
    good = [
        (expected["file"], expected["line"]),
        *((o["file"], o["line"]) for o in expected.get("also_at", ())),
    ]
    first, last = expected.get("object_lines", (0, -1))
    return diagnostic.severity is not Severity.INFO and any(
        any(path == file and start <= line <= end for file, line in good)
        or (path == expected["file"] and first <= start <= last)
        for path, start, end in places(diagnostic)
    )


@pytest.fixture(scope="module")
def score():
    perfect, total = Counter(), Counter()
    yield perfect, total
    print("\nreproductions, perfect of all, by platform:")
    for platform in sorted(total):
        print(f"  {platform:<20} {perfect[platform]:>3} of {total[platform]}")


@pytest.mark.parametrize("case", sorted(CASES.iterdir()) if CASES.is_dir() else [], ids=lambda c: c.name)
def test_reproduction(case, score, monkeypatch):
    about = json.loads((case / "expect.json").read_text())
    platform = about["platform"]
    score[1][platform] += 1
    found = check(case, monkeypatch)
    mended = check(case / "fixed", monkeypatch)
    missed = [e["about"] for e in about["expect"] if not any(hits(d, e) for d in found)]
    noise = [
        f"{d.rule}: {d.finding.message}"
        for d in found
        if d.severity is Severity.ERROR and not any(hits(d, e) for e in about["expect"])
    ]
    left = [f"{d.rule}: {d.finding.message}" for d in mended if d.severity is Severity.ERROR]
    assert (noise, left) == ([], [])
    assert bool(missed) == (case.name in MISSED), missed
    if missed:
        return
    score[0][platform] += 1
