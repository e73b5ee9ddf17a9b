"""Several files of a folder, or several folders, define one object: when any of them fits, the rest is unknown."""

from __future__ import annotations

import pytest

from upstreamlint import rules, testing
from upstreamlint.finding import Severity

RULES = rules.load()


def service(port, target):
    return (
        "apiVersion: v1\nkind: Service\nmetadata: {name: l5d}\n"
        f"spec: {{selector: {{app: l5d}}, ports: [{{name: p{port}, port: {port}, targetPort: {target}}}]}}\n"
    )


def workload(name, number, app="l5d"):
    return (
        f"apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {app}}}\nspec:\n"
        f"  selector: {{matchLabels: {{app: {app}}}}}\n  template:\n    metadata: {{labels: {{app: {app}}}}}\n"
        f"    spec: {{containers: [{{name: {app}, ports: [{{name: {name}, containerPort: {number}}}]}}]}}\n"
    )


ASKERS = {
    "variable": workload("web", 80, "web").replace(
        "name: web, ports", "name: web, env: [{name: BACK, value: 'http://l5d:4141/'}], ports"
    ),
    "ingress": "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: web}\n"
    "spec: {defaultBackend: {service: {name: l5d, port: {number: 4141}}}}\n",
    "route": "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: web}\n"
    "spec: {parentRefs: [{name: public}], rules: [{backendRefs: [{name: l5d, port: 4141}]}]}\n",
    "mesh": "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: web}\n"
    "spec: {hosts: [l5d], http: [{route: [{destination: {host: l5d, port: {number: 4141}}}]}]}\n",
    "nginx": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: conf}\ndata:\n  default.conf: |\n"
    "    server { listen 80; location / { proxy_pass http://l5d:4141; } }\n---\n"
    "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: proxy}\nspec:\n"
    "  selector: {matchLabels: {app: proxy}}\n  template:\n    metadata: {labels: {app: proxy}}\n    spec:\n"
    "      containers: [{name: nginx, image: 'nginx:1.27', volumeMounts: [{name: c, mountPath: /etc/nginx/conf.d}]}]\n"
    "      volumes: [{name: c, configMap: {name: conf}}]\n",
}


def grave(texts):
    found = testing.check_texts(texts, RULES).diagnostics
    return [(d.severity, d.rule) for d in found if d.severity is not Severity.INFO]


@pytest.mark.parametrize("asker", ASKERS)
@pytest.mark.parametrize("folders", [("k8s/", "k8s/"), ("one/", "two/")])
def test_a_port_that_a_variant_of_the_service_has_is_not_missing(asker, folders):
    one, two = folders
    texts = {
        f"{one}linkerd.yaml": service(4140, 4140),
        f"{two}linkerd-ingress.yaml": service(4141, 4141),
        f"{'k8s/' if one == two else ''}asker.yaml": ASKERS[asker],
    }
    assert grave(texts) == []


@pytest.mark.parametrize("asker", ASKERS)
def test_a_port_that_no_variant_has_is_missing(asker):
    texts = {
        "a.yaml": service(4140, 4140),
        "b.yaml": service(4142, 4142),
        "asker.yaml": ASKERS[asker],
    }
    assert grave(texts) != []


def test_a_target_port_that_a_variant_of_the_workload_has_is_not_missing():
    texts = {
        "svc.yaml": service(4140, "admin"),
        "a.yaml": workload("http", 4140),
        "b.yaml": workload("admin", 9990),
    }
    assert grave(texts) == []
    assert [rule for _, rule in grave({**texts, "b.yaml": workload("web", 9990)})] == [
        "target-port-not-on-pod"
    ]


def test_a_variant_of_the_service_that_fits_leaves_the_other_unknown():
    texts = {
        "a.yaml": service(4140, "admin"),
        "b.yaml": service(4140, "http"),
        "app.yaml": workload("http", 4140),
    }
    assert grave(texts) == []
    assert grave({k: t for k, t in texts.items() if k != "b.yaml"}) != []


def test_a_selector_that_finds_pods_in_a_variant_excuses_another_one():
    texts = {
        "a.yaml": service(4140, 4140).replace("app: l5d", "app: linkerd"),
        "b.yaml": service(4140, 4140),
        "app.yaml": workload("http", 4140),
    }
    assert grave(texts) == []
    assert grave({k: t for k, t in texts.items() if k != "b.yaml"}) != []


@pytest.mark.parametrize("slip", ["linkred", "linkrd", "linkerdd"])
def test_a_selector_of_which_a_variant_is_the_right_spelling_is_misspelt(slip):
    def spelt(text):
        return text.replace("l5d", "linkerd")

    texts = {
        "a.yaml": spelt(service(4140, 4140)).replace("app: linkerd", f"app: {slip}"),
        "b.yaml": spelt(service(4140, 4140)),
        "app.yaml": workload("http", 4140, "linkerd"),
    }
    assert grave(texts) == [(Severity.ERROR, "service-selects-no-pods")]


@pytest.mark.parametrize(("value", "expected"), [("quokka", 1), ("l5d-canary", 0), ("l6d", 0)])
def test_a_selector_that_all_variants_write_in_another_way_is_doubted(value, expected):
    texts = {
        "a.yaml": service(4140, 4140).replace("app: l5d", f"app: {value}"),
        "b.yaml": service(4140, 4140),
        "c.yaml": service(4140, 4140),
        "app.yaml": workload("http", 4140),
    }
    assert grave(texts) == [(Severity.WARNING, "service-selects-no-pods")] * expected


def test_the_workload_of_its_own_file_is_meant_whatever_variants_select():
    texts = {
        "a.yaml": service(4140, 4140).replace("app: l5d", "app: l5d-server")
        + "---\n"
        + workload("http", 4140),
        "b.yaml": service(4140, 4140) + "---\n" + workload("http", 4140),
    }
    assert grave(texts) == [(Severity.ERROR, "service-selects-no-pods")]


@pytest.mark.parametrize(("right", "slip"), [("http-web", "htpt-web"), (4140, 4410)])
def test_a_target_port_of_which_a_variant_is_the_right_spelling_is_misspelt(right, slip):
    texts = {
        "a.yaml": service(80, slip),
        "b.yaml": service(80, right),
        "app.yaml": workload("http-web", 4140),
    }
    assert grave(texts) == [(Severity.ERROR, "target-port-not-on-pod")]


def test_pods_in_several_other_folders_may_not_be_those_that_are_meant():
    texts = {"e2e/snippet/svc.yaml": service(443, "https"), "e2e/a/app.yaml": workload("http", 80)}
    assert grave(texts) != []
    assert grave({**texts, "e2e/b/app.yaml": workload("http", 80)}) == []


def test_a_job_that_carries_the_labels_serves_nothing():
    job = workload("hook", 80).replace("apps/v1", "batch/v1").replace("Deployment", "Job").split("  selector")
    pod = job[1].partition("\n")[2]
    texts = {
        "svc.yaml": service(443, "https"),
        "app.yaml": workload("https", 443),
        "job.yaml": job[0].replace("name: l5d", "name: hook") + pod,
    }
    assert ("error", "target-port-not-on-pod") not in [(s.value, r) for s, r in grave(texts)]


def test_a_gateway_of_the_platform_is_not_missing_from_a_closed_kustomization():
    texts = {
        "kustomization.yaml": "resources: [app.yaml, svc.yaml, route.yaml]\n",
        "app.yaml": workload("http", 4141),
        "svc.yaml": service(4141, "http"),
        "route.yaml": ASKERS["route"],
    }
    assert grave(texts) == []
