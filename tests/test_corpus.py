"""Public repositories: nothing in them crashes the program, and what it calls broken was read and judged.

The corpus lies in the folder `shared` beside the repository. `fresh` are repositories that were chosen before the program
had seen them, listed with their commits in `fresh_repositories.tsv`: put their files into a folder, one folder
`owner__name` each, and name it in UPSTREAMLINT_FRESH. Without the folder a test is left out. The `*_judged.tsv` hold each
error with its verdict. A new error fails the test until somebody has read the place.
"""

from __future__ import annotations

import csv
import os
from pathlib import Path

import pytest

from upstreamlint.finding import Severity
from upstreamlint.run import engine
from upstreamlint.settings.config import Config

HERE = Path(__file__).parent
FALSE_PER_THOUSAND = 1.0
TRUE_OF_ALL = 0.9
FOLDERS = {
    "corpus": HERE.resolve().parents[1] / "shared" / "corpus",
    "fresh": Path(os.environ.get("UPSTREAMLINT_FRESH", "/nonexistent")),
}


def judged(name):
    with (HERE / f"{name}_judged.tsv").open(encoding="utf-8") as stream:
        return {(row["place"], row["rule"]): row["verdict"] for row in csv.DictReader(stream, delimiter="\t")}


def errors(repository):
    """The errors of a repository, by place and rule, and how many files were read."""
    result = engine.check(["."], Config(cache=False))
    found = [
        (f"{repository.name}/{span.path}:{span.line}", d.rule)
        for d in result.diagnostics
        if d.severity is Severity.ERROR and (span := d.finding.primary.anchor.span)
    ]
    return found, result.coverage.files


@pytest.mark.parametrize("name", FOLDERS)
def test_every_error_was_judged_and_few_are_false(name, monkeypatch):
    if not FOLDERS[name].is_dir():
        pytest.skip("the repositories are not at hand")
    known = judged(name)
    found, files = [], 0
    for repository in sorted(p for p in FOLDERS[name].iterdir() if p.is_dir()):
        monkeypatch.chdir(repository)
        own, read = errors(repository)
        found += own
        files += read
    false = [place for place in found if known.get(place) == "false"]
    rate = 1000 * len(false) / files
    print(f"\n{name}: {len(found)} errors in {files} files, {len(false)} of them false: {rate:.2f} per 1,000")
    assert [place for place in found if place not in known] == []
    assert rate <= FALSE_PER_THOUSAND
    assert len(false) <= (1 - TRUE_OF_ALL) * len(found)
