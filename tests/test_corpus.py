"""Public repositories: nothing in them crashes the program, and what it calls broken was read and judged.

They lie in the folder `shared` beside the repository; without it these tests are left out. `corpus_judged.tsv`
holds each error with its verdict. A new error fails the test until somebody has read the place.
"""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from upstreamlint import engine
from upstreamlint.config import Config
from upstreamlint.finding import Severity

CORPUS = Path(__file__).resolve().parents[2] / "shared" / "corpus"
JUDGED = Path(__file__).with_name("corpus_judged.tsv")
FALSE_PER_THOUSAND = 1.0

pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="no folder `shared` beside the repository")


def judged():
    with JUDGED.open(encoding="utf-8") as stream:
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


def test_every_error_was_judged_and_few_are_false(monkeypatch):
    known = judged()
    found, files = [], 0
    for repository in sorted(p for p in CORPUS.iterdir() if p.is_dir()):
        monkeypatch.chdir(repository)
        own, read = errors(repository)
        found += own
        files += read
    false = [place for place in found if known.get(place) == "false"]
    rate = 1000 * len(false) / files
    print(f"\ncorpus: {len(found)} errors in {files} files, {len(false)} of them false: {rate:.2f} per 1,000")
    assert [place for place in found if place not in known] == []
    assert rate <= FALSE_PER_THOUSAND
