"""SARIF reports against the official schema, where `SARIF_SCHEMA` names a copy of it."""

from __future__ import annotations

import json
import os
from pathlib import Path

import jsonschema
import pytest

from upstreamlint import rules, testing
from upstreamlint.formats import Format, render

RULES = rules.load()
SCHEMA = os.environ.get("SARIF_SCHEMA")
REQUIRED_OF_A_RULE = ("shortDescription", "fullDescription", "help")

pytestmark = pytest.mark.skipif(not SCHEMA, reason="SARIF_SCHEMA names no schema")


@pytest.fixture(scope="module")
def validator():
    schema = json.loads(Path(str(SCHEMA)).read_text(encoding="utf-8"))
    return jsonschema.validators.validator_for(schema)(schema)


@pytest.mark.parametrize("name", RULES)
def test_report_of_a_failing_example(validator, name):
    example = next(e for e in testing.examples(RULES[name]) if e.fails)
    report = json.loads(render(testing.check_texts(example.texts, RULES), Format.SARIF))
    assert [error.message for error in validator.iter_errors(report)] == []
    (run,) = report["runs"]
    assert run["results"]
    for rule in run["tool"]["driver"]["rules"]:
        assert all(rule[key]["text"] for key in REQUIRED_OF_A_RULE)
    for result in run["results"]:
        assert result["locations"]
        assert result["partialFingerprints"]
