"""`--complete` sees more, never less: what is found in an open world is found in a closed one."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from upstreamlint.run.engine import check
from upstreamlint.settings.config import Config

FIXTURES = Path(__file__).with_name("fixtures")
REPRODUCTIONS = Path(__file__).resolve().parents[2] / "shared" / "reproductions"
FOLDERS = [*sorted(FIXTURES.iterdir()), *(sorted(REPRODUCTIONS.iterdir()) if REPRODUCTIONS.is_dir() else ())]


def found(names, config):
    return {
        (d.rule, d.finding.primary.anchor.span): d.severity.rank for d in check(names, config).diagnostics
    }


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_complete_sees_more_and_never_less(folder, monkeypatch):
    cases = (
        [folder] if folder.parent == REPRODUCTIONS else [c for c in sorted(folder.iterdir()) if c.is_dir()]
    )
    for case in cases:
        monkeypatch.chdir(case)
        names = sorted(n for n in os.listdir(".") if n not in ("fixed", "expect.json"))
        opened, closed = found(names, Config()), found(names, Config(complete=True))
        lost = {key for key, rank in opened.items() if closed.get(key, 9) > rank}
        assert lost == set(), case
