"""How grave a finding is: the rule says, the configuration may say otherwise, an assumption lowers it."""

from __future__ import annotations

import pytest

from upstreamlint import rules, testing
from upstreamlint.finding import Severity
from upstreamlint.settings.config import Config

RULES = rules.load()
SERVICE = """\
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec:
  selector: {app: web}
  ports: [{port: 80}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  selector: {matchLabels: {app: webb}}
  template:
    metadata: {labels: {app: webb}}
    spec: {containers: [{name: web, image: "registry.example/web:1"}]}
"""
RULE = "service-selects-no-pods"


def severities(config):
    result = testing.check_texts({"service.yaml": SERVICE}, RULES, config)
    return [d.severity for d in result.diagnostics if d.rule == RULE]


@pytest.mark.parametrize(
    ("configured", "expected"),
    [((), [Severity.ERROR]), (((RULE, Severity.INFO),), [Severity.INFO]), (((RULE, None),), [])],
)
def test_the_configuration_has_the_last_word(configured, expected):
    assert severities(Config(severity=configured)) == expected


def test_only_what_is_selected_runs():
    assert severities(Config(select=("subset-*",))) == []
    assert severities(Config(select=("service-*",))) == [Severity.ERROR]
    assert severities(Config(ignore_rules=(RULE,))) == []


def test_an_assumption_lowers_by_one_step():
    lowered = {d.severity for found in examples_with_assumption() for d in found}
    assert Severity.ERROR not in lowered
    assert Severity.WARNING in lowered


def examples_with_assumption():
    """The diagnostics of page examples of error rules that rest on an assumption."""
    for found in RULES.values():
        if found.severity is not Severity.ERROR:
            continue
        for example in testing.examples(found):
            result = testing.check_texts(example.texts, RULES)
            yield [d for d in result.diagnostics if d.rule == found.name and d.finding.assumption]
