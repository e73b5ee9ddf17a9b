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


@pytest.mark.parametrize(("name", "expected"), [("kafka-1", "warning"), ("kafak-2", "error")])
def test_the_name_of_a_sibling_is_no_slip(name, expected):
    text = (
        "apiVersion: v1\nkind: Service\nmetadata: {name: kafka-2}\n"
        "spec: {clusterIP: None, selector: {app: kafka}, ports: [{port: 9092}]}\n"
        "---\napiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: kafka-2}\nspec:\n"
        f"  serviceName: {name}\n  selector: {{matchLabels: {{app: kafka}}}}\n"
        "  template:\n    metadata: {labels: {app: kafka}}\n"
        "    spec: {containers: [{name: a, image: example/kafka, ports: [{containerPort: 9092}]}]}\n"
    )
    scaled = (
        "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: kafka}\n"
        f"spec: {{scaleTargetRef: {{apiVersion: apps/v1, kind: StatefulSet, name: {name}}}, maxReplicas: 3}}\n"
    )
    found = testing.check_texts({"app.yaml": text, "hpa.yaml": scaled}, RULES).diagnostics
    told = {
        d.rule: d.severity.value for d in found if d.rule.endswith("-missing") and d.severity.value != "info"
    }
    assert told == {"governing-service-missing": expected, "autoscaler-target-missing": expected}
