"""Every rule's page and fixtures: what it says fails must fail, and nothing else may."""

from __future__ import annotations

from pathlib import Path

import pytest

from upstreamlint import rules, testing
from upstreamlint.render import helm

FIXTURES = Path(__file__).parent / "fixtures"
RULES = rules.load()
EXAMPLES = [
    pytest.param(example, id=f"{example.rule}-{'fails' if example.fails else 'passes'}-{number}")
    for found in RULES.values()
    for number, example in enumerate(testing.examples(found))
]
FOLDERS = [
    pytest.param(case, id=f"{case.parent.name}/{case.name}")
    for case in sorted(FIXTURES.glob("*/*"))
    if case.name.startswith(("fail-", "pass-"))
]


@pytest.mark.parametrize("example", EXAMPLES)
def test_page_example_says_what_happens(example):
    expected = testing.expectations(example.texts)
    result = testing.check_texts(example.texts, RULES)
    assert testing.mismatches(result, expected, about=example.rule) == []
    assert any(e.rule == example.rule for e in expected) == example.fails


@pytest.mark.parametrize("folder", FOLDERS)
def test_fixture_folder(folder):
    if any(folder.rglob("Chart.yaml")) and helm.command() is None:
        pytest.skip("no Helm engine is at hand")
    assert testing.check_folder(str(folder), RULES, about=folder.parent.name) == []


@pytest.mark.parametrize("name", RULES)
def test_rule_has_a_page_and_both_kinds_of_example(name):
    found = RULES[name]
    kinds = {example.fails for example in testing.examples(found)}
    assert kinds == {True, False}, "a page needs `## Fails` and `## Passes`"
    assert found.summary.endswith("."), "the first line is one sentence"
    assert found.name == found.name.lower()


def test_fixture_folders_name_rules():
    assert [case.name for case in FIXTURES.iterdir() if case.is_dir() and case.name not in RULES] == []
