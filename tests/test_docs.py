"""Pages lead where they say, and name rules that exist."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest

from upstreamlint import rules
from upstreamlint_rules.reads import READS

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), ROOT / "docs" / "rules" / "README.md"])
LINK = re.compile(r"\]\(([^)#\s]+)\)")
IGNORED = re.compile(r"ignore\[([a-z0-9-]+)\]")

pytestmark = pytest.mark.skipif(not (ROOT / "docs").is_dir(), reason="the pages are not beside the tests")


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_links_lead_somewhere(page):
    links = [link for link in LINK.findall(page.read_text(encoding="utf-8")) if "://" not in link]
    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_rules_that_are_named_exist(page):
    known = rules.load()
    assert [name for name in IGNORED.findall(page.read_text(encoding="utf-8")) if name not in known] == []


def test_every_rule_has_a_page():
    assert {p.stem for p in (ROOT / "docs" / "rules").glob("*.md")} == {"README", *rules.load()}


def test_what_rules_ask_an_empty_graph_for_is_written_down():
    found = runpy.run_path(str(ROOT / "tools" / "reads.py"))["found"]
    assert found() == READS
