"""Selectors, ports, names and shapes, as the control plane takes them."""

from __future__ import annotations

import pytest

from upstreamlint import rules, testing
from upstreamlint.graph.evidence import Ladder
from upstreamlint.graph.index import Index
from upstreamlint.load.manifests import resources
from upstreamlint.model.kubernetes import Workload
from upstreamlint.places.pods.dns import cluster_name, has_cluster_dns
from upstreamlint.source import Source

RULES = rules.load()
SERVICE = """
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec:
  selector: {app: web}
  ports: [{port: 80, targetPort: %s}]
---
"""


def workload(kind="apps/v1 Deployment", containers="[{name: a, ports: [{name: http, containerPort: 8080}]}]"):
    version, name = kind.split()
    # What says neither which pods it has nor what they run is a patch.
    selector = "{app: web}" if version in ("v1", "apps.openshift.io/v1") else "{matchLabels: {app: web}}"
    return f"""
apiVersion: {version}
kind: {name}
metadata: {{name: web, namespace: shop}}
spec:
  selector: {selector}
  template:
    metadata: {{labels: {{app: web}}}}
    spec: {{containers: {containers}}}
---
"""


def found(*texts):
    files = {f"{number}.yaml": text for number, text in enumerate(texts)}
    return {d.rule for d in testing.check_texts(files, RULES).diagnostics}


@pytest.mark.parametrize(
    "kind",
    [
        "apps/v1 StatefulSet",
        "v1 ReplicationController",
        "argoproj.io/v1alpha1 Rollout",
        "apps.openshift.io/v1 DeploymentConfig",
        "apps.kruise.io/v1alpha1 CloneSet",
    ],
)
def test_every_kind_with_a_template_is_a_workload(kind):
    assert found(SERVICE % "http", workload(kind)) == set()
    assert found(SERVICE % "web", workload(kind)) == {"target-port-not-on-pod"}


@pytest.mark.parametrize(
    ("target", "containers", "expected"),
    [
        ("http", "[{name: a}, {name: b, ports: [{name: http, containerPort: 1}]}]", set()),
        (
            "http",
            "[{name: a, ports: [{name: http, containerPort: 1, protocol: UDP}]}]",
            {"target-port-not-on-pod"},
        ),
        ('"8080"', "[{name: a, ports: [{containerPort: 8080}]}]", {"object-refused"}),
        ("8080", "[{name: a}]", set()),
        ("9090", "[{name: a, args: [--port=9090], ports: [{containerPort: 8080}]}]", set()),
    ],
)
def test_target_port(target, containers, expected):
    assert found(SERVICE % target, workload(containers=containers)) == expected


def test_native_sidecars_have_ports_and_other_init_containers_have_not():
    text = workload().replace(
        "containers:",
        "initContainers: [{name: s, restartPolicy: %s, ports: [{name: in, containerPort: 1}]}], containers:",
    )
    assert found(SERVICE % "in", text % "Always") == set()
    assert found(SERVICE % "in", text % "Never") == {"target-port-not-on-pod"}


PODS = """
apiVersion: v1
kind: Pod
metadata: {name: client, namespace: shop}
spec:
  %s
  containers: [{name: a}]
---
apiVersion: v1
kind: Namespace
metadata: {name: data}
---
"""


def client(spec="hostNetwork: false"):
    known = list(resources(Source("a.yaml", PODS % spec + SERVICE % "http")))
    return Index(known, Ladder()), next(r for r in known if isinstance(r, Workload))


@pytest.mark.parametrize(
    ("host", "service", "namespace", "pod"),
    [
        ("web", "web", "shop", ""),
        ("db.data", "db", "data", ""),
        ("db.data.svc", "db", "data", ""),
        ("DB.data.svc.cluster.local.", "db", "data", ""),
        ("web-0.web", "web", "shop", "web-0"),
        ("web-0.web.shop.svc.cluster.local", "web", "shop", "web-0"),
    ],
)
def test_names_of_the_cluster(host, service, namespace, pod):
    name = cluster_name(client()[0], client()[1].meta, host)
    assert (name.service, name.namespace, name.pod) == (service, namespace, pod)


@pytest.mark.parametrize("host", ["www.example.com", "10.0.0.1", "example.com", ""])
def test_names_of_elsewhere(host):
    assert cluster_name(client()[0], client()[1].meta, host) is None


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ("dnsPolicy: ClusterFirst", True),
        ("dnsPolicy: Default", False),
        ("dnsPolicy: None", False),
        ("hostNetwork: true", False),
        ("{hostNetwork: true, dnsPolicy: ClusterFirstWithHostNet}", True),
    ],
)
def test_cluster_dns(spec, expected):
    assert has_cluster_dns(client(spec.strip("{}").replace(", ", "\n  "))[1]) is expected


def test_typed_lists_open():
    items = (
        "kind: PodList\napiVersion: v1\nitems:\n- metadata: {name: a}\n  spec: {containers: [{name: a}]}\n"
    )
    assert [r.meta.id for r in resources(Source("a.yaml", items))] == ["Pod/a"]


@pytest.mark.parametrize(
    "line",
    [
        'port: "80"',
        "port: 70000",
        "port: 80\n      protocol: tcp",
        "port: 80\n      targetPort: a_web",
        "name: http",
    ],
)
def test_shape(line):
    assert "object-refused" in found(
        f"apiVersion: v1\nkind: Service\nmetadata: {{name: a}}\nspec:\n  ports:\n    - {line}\n"
    )


@pytest.mark.parametrize("line", ["port: $(PORT)", "port: {{ port }}", "port: 80\n      targetPort: http"])
def test_shape_to_be_filled_in(line):
    assert "object-refused" not in found(
        f"apiVersion: v1\nkind: Service\nmetadata: {{name: a}}\nspec:\n  ports:\n    - {line}\n"
    )


def test_a_program_told_one_of_its_ports_may_serve_the_others():
    service = "spec: {selector: {app: web}, ports: [{name: w, port: 80, targetPort: %s}]}"
    head = "apiVersion: v1\nkind: Service\nmetadata: {name: a, namespace: shop}\n"
    pods = workload(
        containers="[{name: a, image: registry.example/a:1, command: [/controller, --http-port=8080], "
        "ports: [{name: web, containerPort: 8080}, {name: tcp, containerPort: 9876}]}]",
    )
    assert "upstream-port-not-served" not in found(head + service % "web" + "\n", pods)
    assert "upstream-port-not-served" not in found(head + service % "tcp" + "\n", pods)
    undeclared = pods.replace("{name: web, containerPort: 8080}, ", "")
    assert "upstream-port-not-served" in found(head + service % "tcp" + "\n", undeclared)
