"""Alibis: an object of a Service's name excuses what its controller creates, and nothing else."""

from __future__ import annotations

import pytest

from upstreamlint import rules, testing
from upstreamlint.finding import Severity
from upstreamlint.graph.kubernetes.controllers.idle_groups import IDLE
from upstreamlint.graph.kubernetes.controllers.makers_table import ROWS

RULES = rules.load()
SELECTOR = """\
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
BACKEND = """\
apiVersion: v1
kind: Service
metadata: {name: storefront, namespace: shop}
spec:
  ports: [{port: 80}]
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: shop, namespace: shop}
spec:
  defaultBackend: {service: {name: NAME, port: {number: 80}}}
"""


def found(text, rule, *objects):
    parts = [text, *objects]
    result = testing.check_texts({"all.yaml": "---\n".join(parts)}, RULES)
    return [d.severity for d in result.diagnostics if d.rule == rule]


def alibi(version, kind, name):
    return f"apiVersion: {version}\nkind: {kind}\nmetadata: {{name: {name}, namespace: shop}}\nspec: {{}}\n"


@pytest.mark.parametrize(
    ("version", "kind"),
    [
        ("external-secrets.io/v1", "ExternalSecret"),
        ("bitnami.com/v1alpha1", "SealedSecret"),
        ("autoscaling.k8s.io/v1", "VerticalPodAutoscaler"),
        ("traefik.io/v1alpha1", "IngressRoute"),
        ("traefik.io/v1alpha1", "Middleware"),
        ("route.openshift.io/v1", "Route"),
        ("projectcontour.io/v1", "HTTPProxy"),
        ("cis.f5.com/v1", "VirtualServer"),
        ("configuration.konghq.com/v1", "KongPlugin"),
        ("cert-manager.io/v1", "Certificate"),
        ("monitoring.coreos.com/v1", "ServiceMonitor"),
        ("kafka.strimzi.io/v1beta2", "KafkaTopic"),
        ("source.toolkit.fluxcd.io/v1", "GitRepository"),
        ("v1", "ServiceAccount"),
        ("rbac.authorization.k8s.io/v1", "Role"),
    ],
)
def test_what_creates_no_pods_excuses_no_selector(version, kind):
    assert found(SELECTOR, "service-selects-no-pods", alibi(version, kind, "web")) == [Severity.ERROR]


@pytest.mark.parametrize(
    ("version", "kind"),
    [
        ("serving.knative.dev/v1", "Service"),
        ("flagger.app/v1beta1", "Canary"),
        ("argoproj.io/v1alpha1", "Application"),
        ("helm.toolkit.fluxcd.io/v2", "HelmRelease"),
        ("postgresql.cnpg.io/v1", "Cluster"),
        ("monitoring.coreos.com/v1", "Prometheus"),
    ],
)
def test_what_creates_pods_does(version, kind):
    assert found(SELECTOR, "service-selects-no-pods", alibi(version, kind, "web")) == []


def test_a_kind_that_nobody_knows_is_a_doubt():
    assert found(SELECTOR, "service-selects-no-pods", alibi("shop.example/v1", "Shop", "web")) == [
        Severity.WARNING
    ]


@pytest.mark.parametrize(
    ("version", "kind", "name", "missing", "severity"),
    [
        ("kafka.strimzi.io/v1beta2", "Kafka", "storefronts", "storefronts-kafka-bootstrap", None),
        ("postgresql.cnpg.io/v1", "Cluster", "storefrontt", "storefrontt-rw", None),
        ("postgresql.cnpg.io/v1", "Cluster", "storefrontt", "storefrontt", Severity.ERROR),
        ("elasticsearch.k8s.elastic.co/v1", "Elasticsearch", "storefrontt", "storefrontt", Severity.ERROR),
        ("keda.sh/v1alpha1", "TriggerAuthentication", "storefrontt", "storefrontt", Severity.ERROR),
        ("serving.knative.dev/v1", "Service", "storefrontt", "storefrontt", None),
        ("shop.example/v1", "Shop", "storefrontt", "storefrontt", Severity.WARNING),
    ],
)
def test_a_backend_is_excused_by_the_names_that_its_controller_gives(version, kind, name, missing, severity):
    expected = [] if severity is None else [severity]
    text = BACKEND.replace("NAME", missing)
    assert found(text, "upstream-unknown", alibi(version, kind, name)) == expected


def test_the_table_names_each_kind_once_and_says_where_it_has_it_from():
    assert len({(row.group, row.kind) for row in ROWS}) == len(ROWS)
    assert all(row.source for row in ROWS)
    assert not {row.group for row in ROWS if row.kind == "*"} & IDLE


INSTALLED = """\
apiVersion: %s
kind: %s
metadata: {name: config, namespace: shop}
spec: {}
"""


@pytest.mark.parametrize(
    ("version", "kind", "expected"),
    [
        ("operators.coreos.com/v1alpha1", "Subscription", []),
        ("operator.tekton.dev/v1alpha1", "TektonConfig", []),
        ("helm.toolkit.fluxcd.io/v2", "HelmRelease", []),
        ("cert-manager.io/v1", "Certificate", ["service-selects-no-pods"]),
    ],
)
def test_pods_of_an_application_that_an_object_installs_may_be_selected(version, kind, expected):
    service = "apiVersion: v1\nkind: Service\nmetadata: {name: chains, namespace: shop}\nspec: {selector: {part-of: chains}, ports: [{port: 80}]}\n"
    workload = (
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: exporter, namespace: shop}\nspec:\n"
        "  selector: {matchLabels: {app: exporter}}\n  template: {metadata: {labels: {app: exporter}}, spec: {containers: [{name: a, image: a}]}}\n"
    )
    texts = {
        "kustomization.yaml": "kind: Kustomization\nresources: [all.yaml]\n",
        "all.yaml": "---\n".join((service, workload, INSTALLED % (version, kind))),
    }
    found = testing.check_texts(texts, rules.load()).diagnostics
    assert [d.rule for d in found if d.rule == "service-selects-no-pods"] == expected
