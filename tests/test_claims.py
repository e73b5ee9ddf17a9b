"""A file is judged only by what reads it: its name or its intact part has to say so."""

from __future__ import annotations

import pytest

from upstreamlint import rules, testing
from upstreamlint.finding import Severity

RULES = rules.load()
APP = "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {ports: [{port: 80}]}\n"


def found(path, text, **others):
    result = testing.check_texts({"app.yaml": APP, path: text, **others}, RULES)
    return [(d.rule, d.severity) for d in result.diagnostics], [s.path for s in result.coverage.skipped]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("tsconfig.json", '{\n  // where it goes\n  "compilerOptions": {"outDir": "dist"},\n}\n'),
        ("events.json", '{"a": 1}\n{"a": 2}\n'),
        ("appsettings.json", '{"Kestrel": {/* none */}}'),
        ("en.json", '{"kind": "Kind",\t"a" "b"}'),
        ("catalog.yaml", "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: [\n"),
        ("pipeline.yml", "stages: [a\nservices:\n  - docker:dind\n"),
        ("services.yaml", "services:\n    _defaults: {autowire: true\n    App\\: {resource: '../src'}\n"),
        ("audit.json", '{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"Metadata"}\n' * 2),
        ("many.json", '{"kind":"Service","apiVersion":"v1","metadata":{"name":"x"}}\n' * 2),
    ],
)
def test_what_other_programs_read_is_no_fault(path, text):
    diagnostics, _ = found(path, text)
    assert diagnostics == []


def test_what_was_wanted_and_is_for_nobody_is_counted_as_skipped():
    _, skipped = found("catalog.yaml", "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: [\n")
    assert skipped == ["catalog.yaml"]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("web.yaml", "apiVersion: v1\nkind: Service\nmetadata: {name: web\n"),
        ("web.json", '{"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"\n'),
        ("web.yaml", 'apiVersion: apps/v1\nkind: "Deployment"\nspec: a: b\n'),
        ("envoy.yaml", "static_resources:\n  clusters: [\n"),
        ("docker-compose.test.yml", "services:\n  web:\n    ports: [80\n"),
        ("stack.yml", "services:\n  web:\n    image: registry.example/web:1\n   ports: [80]\n"),
    ],
)
def test_what_our_programs_read_must_parse(path, text):
    diagnostics, _ = found(path, text)
    assert diagnostics == [("syntax-error", Severity.ERROR)]


TWICE = "apiVersion: v1\nkind: Service\nmetadata: {name: api}\nspec:\n  ports: [{port: 80}]\n  ports: [{port: 81}]\n"


def test_kubectl_takes_the_last_of_two_equal_keys():
    diagnostics, _ = found("api.yaml", TWICE)
    assert diagnostics == [("duplicate-key", Severity.WARNING)]


def test_kustomize_refuses_two_equal_keys():
    diagnostics, _ = found("api.yaml", TWICE, **{"kustomization.yaml": "resources: [api.yaml, app.yaml]\n"})
    assert ("syntax-error", Severity.ERROR) in diagnostics


def test_compose_file_with_template_actions_is_unrendered():
    text = "services:\n  web:\n    image: registry.example/web:1\n{% if db %}\n  db: {image: registry.example/db:1}\n{% endif %}\n"
    diagnostics, _ = found("docker-compose.yml", text)
    assert diagnostics == [("template-not-rendered", Severity.INFO)]
