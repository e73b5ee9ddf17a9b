"""Pages lead where they say, and name rules that exist."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest

from upstreamlint import rules
from upstreamlint.programs.built_in import BUILT_IN, LABELS, MANAGED
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


@pytest.mark.parametrize("program", [p.name.lower() for p in BUILT_IN if p not in (LABELS, MANAGED)])
def test_every_program_has_a_page_or_a_row_of_one(program):
    """The two that stand for many are in `label-proxies.md` and `kubernetes.md`, under the names of those."""
    pages = [page.read_text(encoding="utf-8").lower() for page in (ROOT / "docs").glob("*.md")]
    assert any(page.startswith(f"# {program}") or f"\n| {program}" in page for page in pages)


def test_what_rules_ask_an_empty_graph_for_is_written_down():
    found = runpy.run_path(str(ROOT / "tools" / "reads.py"))["found"]
    assert found() == READS
