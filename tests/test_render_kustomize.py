from __future__ import annotations

import os
import textwrap
from pathlib import Path

import pytest

from upstreamlint.files import cache
from upstreamlint.files.readable import DiskFiles
from upstreamlint.render import kustomize
from upstreamlint.render.reach import outermost
from upstreamlint.run.engine import check
from upstreamlint.settings.config import Config
from upstreamlint.settings.config_file import load

needs_renderer = pytest.mark.skipif(kustomize.command() is None, reason="no kubectl or kustomize is at hand")

DEPLOYMENT = """
    apiVersion: apps/v1
    kind: Deployment
    metadata:
      name: web
    spec:
      selector:
        matchLabels: {app: web}
      template:
        metadata:
          labels: {app: web}
        spec:
          containers:
            - name: web
              image: nginx
              ports:
                - {name: http, containerPort: 80}
              readinessProbe:
                httpGet: {path: /, port: http}
    """
SERVICE = """
    apiVersion: v1
    kind: Service
    metadata:
      name: web
    spec:
      selector: {app: web}
      ports:
        - port: 80
          targetPort: http
    """
INGRESS = """
    apiVersion: networking.k8s.io/v1
    kind: Ingress
    metadata:
      name: web
    spec:
      rules:
        - host: a.example.com
          http:
            paths:
              - path: /
                pathType: Prefix
                backend:
                  service:
                    name: web
                    port:
                      number: 80
    """
BASE = {
    "base/kustomization.yaml": "resources: [deployment.yaml, service.yaml, ingress.yaml]\n",
    "base/deployment.yaml": DEPLOYMENT,
    "base/service.yaml": SERVICE,
    "base/ingress.yaml": INGRESS,
}
DEV = """
    resources: [../../base]
    namespace: dev
    namePrefix: dev-
    labels:
      - pairs: {env: dev}
        includeSelectors: true
    """
DEV = textwrap.dedent(DEV).lstrip("\n")
PROD = DEV.replace("dev", "prod")
OVERLAYS = {
    **BASE,
    "overlays/dev/kustomization.yaml": DEV,
    "overlays/prod/kustomization.yaml": PROD,
}


@pytest.fixture
def tree(tmp_path, monkeypatch):
    def write(texts):
        for path, text in texts.items():
            file = tmp_path / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(textwrap.dedent(text).lstrip("\n"))

    monkeypatch.setenv("XDG_CACHE_HOME", f"{tmp_path}-cache")
    monkeypatch.chdir(tmp_path)
    return write


def found(config=None):
    result = check(["."], config or Config())
    return [
        (d.rule, d.finding.primary.anchor.source.path, d.finding.primary.anchor.line)
        for d in result.diagnostics
        if d.severity != "info"
    ], result


@needs_renderer
def test_overlays_that_are_right_are_silent(tree):
    tree(OVERLAYS)
    assert found()[0] == []


@needs_renderer
def test_fault_of_the_base_is_found_once_for_all_overlays(tree):
    tree({**OVERLAYS, "base/ingress.yaml": INGRESS.replace("number: 80", "number: 81")})
    findings, result = found()
    assert findings == [("upstream-port-not-served", "base/ingress.yaml", 16)]
    (diagnostic,) = result.diagnostics
    assert "in 2 environments: overlays/dev, overlays/prod" in diagnostic.finding.note
    assert result.coverage.workloads == 2


@needs_renderer
@pytest.mark.parametrize("render", [True, False])
def test_object_that_is_indented_as_a_whole_is_read(tree, render):
    wrong = textwrap.indent(textwrap.dedent(SERVICE.replace("targetPort: http", "targetPort: htpp")), "  ")
    tree(BASE)
    Path("base/service.yaml").write_text("---\n# The front." + wrong)
    assert found(Config(render=render))[0] == [("target-port-not-on-pod", "base/service.yaml", 11)]


@needs_renderer
def test_fault_of_a_merge_patch_is_found_in_the_patch(tree):
    tree(
        {
            **OVERLAYS,
            "overlays/prod/kustomization.yaml": PROD + "patches: [{path: port.yaml}]\n",
            "overlays/prod/port.yaml": """
                apiVersion: v1
                kind: Service
                metadata: {name: web}
                spec:
                  ports:
                    - port: 80
                      targetPort: htpp
                """,
        }
    )
    assert found()[0] == [("target-port-not-on-pod", "overlays/prod/port.yaml", 7)]


@needs_renderer
def test_fault_of_an_inline_json_patch_is_found_in_it(tree):
    patch = """
    patches:
      - target: {kind: Ingress, name: web}
        patch: |-
          - op: replace
            path: /spec/rules/0/http/paths/0/backend/service/port/number
            value: 8081
    """
    tree({**OVERLAYS, "overlays/prod/kustomization.yaml": PROD + textwrap.dedent(patch).lstrip("\n")})
    assert found()[0] == [("upstream-port-not-served", "overlays/prod/kustomization.yaml", 12)]


@needs_renderer
def test_number_of_replicas_is_found_in_the_kustomization(tree):
    tree({**OVERLAYS, "overlays/dev/kustomization.yaml": DEV + "replicas: [{name: web, count: 0}]\n"})
    findings, _ = found()
    assert [f[1:] for f in findings] == [("overlays/dev/kustomization.yaml", 7)]


@needs_renderer
def test_field_that_a_replacement_fills_is_found_at_its_path(tree):
    replacement = """
    replacements:
      - source: {kind: Deployment, name: web, fieldPath: spec.template.spec.containers.0.image}
        targets:
          - select: {kind: Service, name: web}
            fieldPaths:
              - spec.ports.0.targetPort
    """
    tree({**OVERLAYS, "overlays/prod/kustomization.yaml": PROD + textwrap.dedent(replacement).lstrip("\n")})
    assert found()[0] == [("target-port-not-on-pod", "overlays/prod/kustomization.yaml", 12)]


@needs_renderer
def test_overlays_see_nothing_of_each_other(tree):
    missing = (
        "patches:\n  - patch: '{apiVersion: v1, kind: Service, metadata: {name: web}, $patch: delete}'\n"
    )
    tree({**OVERLAYS, "overlays/prod/kustomization.yaml": PROD + missing})
    assert found()[0] == [("upstream-unknown", "base/ingress.yaml", 14)]


@needs_renderer
def test_ignore_comment_in_a_base_is_heeded(tree):
    ignored = INGRESS.replace("number: 80", "number: 81  # upstreamlint: ignore[upstream-port-not-served]")
    tree({**OVERLAYS, "base/ingress.yaml": ignored})
    findings, result = found()
    assert findings == []
    assert len(result.ignored) == 1


@needs_renderer
def test_generated_config_map_stands_in_its_file(tree):
    mount = (
        DEPLOYMENT.rstrip()
        + """
              volumeMounts: [{name: conf, mountPath: /etc/nginx/conf.d}]
          volumes: [{name: conf, configMap: {name: conf}}]
    """
    )
    tree(
        {
            **OVERLAYS,
            "base/deployment.yaml": mount,
            "base/kustomization.yaml": """
                resources: [deployment.yaml, service.yaml, ingress.yaml]
                configMapGenerator:
                  - name: conf
                    files: [default.conf]
                """,
            "base/default.conf": """
                server {
                  listen 80;
                  location / {
                    proxy_pass http://dev-web:81;
                  }
                }
                """,
        }
    )
    findings, result = found()
    assert findings == [
        ("upstream-unknown", "base/default.conf", 4),
        ("upstream-port-not-served", "base/default.conf", 4),
    ]
    notes = [d.finding.note for d in result.diagnostics if d.severity != "info"]
    assert notes == ["in overlays/prod", "in overlays/dev"]
    assert result.coverage.routes == 4


@needs_renderer
def test_error_of_the_renderer_is_said_in_its_words(tree):
    tree({**OVERLAYS, "overlays/dev/kustomization.yaml": DEV + "bogus: true\n"})
    _, result = found()
    (skipped,) = [s for s in result.coverage.skipped if "does not build" in s.reason]
    assert skipped.path == "overlays/dev/kustomization.yaml"
    assert "bogus" in skipped.reason


def test_without_a_renderer_there_is_one_note(tree, monkeypatch):
    monkeypatch.setattr(kustomize, "command", lambda: None)
    tree(OVERLAYS)
    findings, result = found()
    assert findings == []
    (reason,) = {s.reason for s in result.coverage.skipped}
    assert "pip install 'upstreamlint[render]'" in reason


@needs_renderer
def test_build_is_kept_until_a_file_of_it_changes(tree, monkeypatch):
    built = []
    build = kustomize.build
    monkeypatch.setattr(kustomize, "build", lambda *a: built.append([r.folder for r in a[1]]) or build(*a))
    secret = "secretGenerator: [{name: s, literals: [password=hunter2]}]\n"
    tree({**OVERLAYS, "overlays/dev/kustomization.yaml": DEV + secret})
    assert found()[0] == []
    assert found()[0] == []
    tree({"overlays/prod/kustomization.yaml": PROD + "replicas: [{name: web, count: 0}]\n"})
    findings, _ = found()
    assert [f[1] for f in findings] == ["overlays/prod/kustomization.yaml"]
    assert built == [["overlays/dev", "overlays/prod"], [], ["overlays/prod"]]
    assert len(found(Config(cache=False))[0]) == 1
    assert built[-1] == ["overlays/dev", "overlays/prod"]
    kept = [
        (path.read_text(), path.stat().st_mode & 0o77) for path in Path(cache.folder("kustomize")).iterdir()
    ]
    assert len(kept) == 3
    assert not any("hunter2" in text or "aHVudGVyMg==" in text or mode for text, mode in kept)


@needs_renderer
def test_damaged_store_is_no_harm(tree):
    tree(OVERLAYS)
    found()
    for path in Path(cache.folder("kustomize")).iterdir():
        path.write_text("{")
    assert found()[0] == []


def test_nothing_is_built_when_it_is_switched_off(tree, monkeypatch):
    monkeypatch.setattr(kustomize, "build", None)
    tree(OVERLAYS)
    findings, result = found(Config(render=False))
    assert findings == []
    assert result.coverage.skipped == ()


def test_configuration_switches_it_off(tree):
    tree({"upstreamlint.yaml": "render: false\n"})
    assert not load("upstreamlint.yaml").render


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("resources: ['https://example.com/a.yaml']", "only the network"),
        ("resources: ['github.com/org/repo//base?ref=v1']", "only the network"),
        ("resources: ['git@example.com:org/repo']", "only the network"),
        ("resources: [../outside]", "out of the given paths"),
        ("resources: [/etc]", "out of the given paths"),
        ("resources: [link.yaml]", "out of the given paths"),
        ("resources: [linked]", "symbolic link"),
        ("resources: [gone.yaml]", "not there"),
        ("resources: [empty]", "holds no kustomization"),
        ("helmCharts: [{name: x, repo: 'https://example.com'}]", "inflates Helm charts"),
        ("transformers: [plugin.yaml]", "runs a plugin"),
        ("configMapGenerator: [{name: a, files: ['k=../../secret']}]", "out of the given paths"),
        ("patches: [{path: ../../secret}]", "out of the given paths"),
    ],
)
def test_what_is_never_read(tree, tmp_path, text, reason):
    tree(
        {
            "in/top/kustomization.yaml": text + "\n",
            "in/top/plugin.yaml": "apiVersion: someteam.example.com/v1\nkind: Shell\nmetadata: {name: x}\n",
            "in/top/empty/readme.txt": "",
            "in/top/deep/other/kustomization.yaml": "resources: []\n",
            "outside/kustomization.yaml": "resources: []\n",
            "secret": "s\n",
        }
    )
    os.symlink(tmp_path / "secret", tmp_path / "in/top/link.yaml")
    os.symlink("deep/other", tmp_path / "in/top/linked")
    os.chdir("in")
    (root,) = outermost(["top/kustomization.yaml"], DiskFiles(["top"]))
    (cut,) = root.cuts
    assert reason in cut.why
    assert root.files <= {"top/kustomization.yaml", "top/plugin.yaml"}


def test_bases_components_and_foreign_files_are_no_roots(tree):
    tree(
        {
            **OVERLAYS,
            "part/kustomization.yaml": "kind: Component\napiVersion: kustomize.config.k8s.io/v1alpha1\n",
        }
    )
    files = DiskFiles(["."])
    paths = [f"{f}/kustomization.yaml" for f in ("base", "overlays/dev", "overlays/prod", "part")]
    assert [r.folder for r in outermost(paths, files)] == ["overlays/dev", "overlays/prod"]
    assert outermost(paths, files)[0].files >= {"base/deployment.yaml", "base/kustomization.yaml"}


REMOTE = "https://example.com/more?ref=v1"
LONG = {
    "base/deployment.yaml": DEPLOYMENT.replace("app: web", "app: website"),
    "base/service.yaml": SERVICE.replace("app: web", "app: webiste").replace("name: web", "name: front"),
    "base/kustomization.yaml": "resources: [deployment.yaml, service.yaml]\n",
}


def graded(texts, tree):
    tree(texts)
    _, result = found()
    said = [(d.rule, str(d.severity)) for d in result.diagnostics if d.severity != "info"]
    return said, [s.reason for s in result.coverage.skipped]


@needs_renderer
@pytest.mark.parametrize(
    ("fields", "reason", "more"),
    [
        (f"resources: [../base, '{REMOTE}']", "only the network", []),
        ("resources: [../base, gone.yaml]", "not there", [("part-missing", "warning")]),
        (
            "resources: [../base]\nhelmCharts: [{name: x, repo: 'https://example.com'}]",
            "inflates Helm charts",
            [],
        ),
        ("resources: [../base]\ngenerators: [ksops.yaml]", "not there", []),
        ("resources: [../base]\nsecretGenerator: [{name: s, envs: [.env]}]", "not there", []),
        ("resources: [../base]\nconfigurations: [gone.yaml]", "not there", []),
    ],
)
def test_what_is_here_is_judged_beside_what_is_not(tree, fields, reason, more):
    said, reasons = graded({**LONG, "top/kustomization.yaml": f"{fields}\nnamePrefix: a-\n"}, tree)
    assert sorted(said) == [*more, ("service-selects-no-pods", "error")]
    assert [reason in text for text in reasons] == [True]
    assert reasons[0].startswith("kustomization not built in full: ")


@needs_renderer
@pytest.mark.parametrize(
    "fields",
    [
        f"components: ['{REMOTE}']",
        "patches: [{path: gone.yaml}]",
        "patches: [{path: gone.yaml, target: {kind: Deployment, name: web}}]",
        "transformers: [gone.yaml]",
    ],
)
def test_what_an_unread_part_may_change_is_a_doubt_about_slips_and_unknown_beyond(tree, fields):
    texts = {**LONG, "top/kustomization.yaml": f"resources: [../base]\n{fields}\n"}
    assert graded(texts, tree)[0] == [("service-selects-no-pods", "warning")]
    port = {"base/service.yaml": SERVICE.replace("app: web", "app: website").replace(": http", ": htpp")}
    assert graded({**texts, **port}, tree)[0] == [("target-port-not-on-pod", "warning")]
    other = {"base/service.yaml": port["base/service.yaml"].replace(": htpp", ": quince")}
    assert graded({**texts, **other}, tree)[0] == []


@needs_renderer
def test_a_patch_of_something_else_that_is_not_here_is_no_doubt(tree):
    patch = "patches: [{path: gone.yaml, target: {kind: Deployment, name: other}}]"
    texts = {**LONG, "top/kustomization.yaml": f"resources: [../base]\n{patch}\n"}
    assert graded(texts, tree)[0] == [("service-selects-no-pods", "error")]


@needs_renderer
def test_what_is_missing_may_be_in_the_part_that_is_not_here(tree):
    alone = {"base/kustomization.yaml": "resources: [deployment.yaml, ingress.yaml]\n"}
    whole = {**BASE, **alone, "top/kustomization.yaml": "resources: [../base]\n"}
    del whole["base/service.yaml"]
    assert graded(whole, tree)[0] == [("upstream-unknown", "error")]
    part = {"top/kustomization.yaml": f"resources: [../base, '{REMOTE}']\n"}
    assert graded({**whole, **part}, tree)[0] == []


@needs_renderer
def test_what_is_for_the_missing_part_goes_with_it(tree):
    texts = {
        **LONG,
        "top/kustomization.yaml": """
            resources: [../base, ../remote]
            patches:
              - path: patch.yaml
              - patch: |
                  apiVersion: apps/v1
                  kind: Deployment
                  metadata: {name: web}
                  spec: {replicas: 2}
            replicas: [{name: afar, count: 3}]
            configMapGenerator: [{name: afar, behavior: merge, literals: [a=b]}]
            """,
        "top/patch.yaml": """
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: afar}
            spec: {replicas: 2}
            """,
        "remote/kustomization.yaml": f"resources: ['{REMOTE}']\n",
    }
    said, reasons = graded(texts, tree)
    assert said == [("service-selects-no-pods", "error")]
    assert len(reasons) == 1


@needs_renderer
def test_a_build_without_a_part_is_kept_as_others_are(tree, monkeypatch):
    texts = {**LONG, "top/kustomization.yaml": f"resources: [../base, '{REMOTE}']\n"}
    first = graded(texts, tree)
    monkeypatch.setattr(
        kustomize, "build", lambda _, roots, *__: [] if not roots else pytest.fail("built again")
    )
    assert graded(texts, tree) == first


MESH_ROUTE = (
    "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: web, namespace: shop}\n"
    "spec:\n  hosts: [shop.example]\n  http: [{route: [{destination: {host: %s}}]}]\n"
)
STOREFRONT = (
    "apiVersion: v1\nkind: Service\nmetadata: {name: storefront}\n"
    "spec: {selector: {app: web}, ports: [{port: 80, name: http}]}\n"
)


@needs_renderer
@pytest.mark.parametrize(
    ("host", "namespace", "expected"),
    [
        ("storefront", "", []),
        ("storefrnot", "", ["upstream-unknown"]),
        ("storefrnot.shop.svc.cluster.local", "", ["upstream-unknown"]),
        ("storefrnot.other.svc.cluster.local", "shop", []),
        ("storefront-api", "", []),
        ("payments", "", []),
    ],
)
def test_slip_in_the_name_of_another_kustomizations_service_is_found(tree, host, namespace, expected):
    """A part with the routes alone is put onto the base that another kustomization takes."""
    tree(
        {
            "base/kustomization.yaml": "resources: [service.yaml]\n",
            "base/service.yaml": STOREFRONT,
            "options/istio/kustomization.yaml": "resources: [route.yaml, absent.yaml]\n",
            "options/istio/route.yaml": MESH_ROUTE % host,
            "overlays/db/kustomization.yaml": "resources: [../../base]\n"
            + (f"namespace: {namespace}\n" if namespace else ""),
        }
    )
    rules = [f[0] for f in found()[0]]
    assert [r for r in rules if r == "upstream-unknown"] == expected


@needs_renderer
@pytest.mark.parametrize(("port", "expected"), [(80, []), (8000, ["upstream-port-not-served"])])
def test_port_that_the_service_of_another_kustomization_lacks_is_found(tree, port, expected):
    tree(
        {
            "base/kustomization.yaml": "resources: [service.yaml]\n",
            "base/service.yaml": STOREFRONT,
            "options/istio/kustomization.yaml": "resources: [route.yaml, absent.yaml]\n",
            "options/istio/route.yaml": MESH_ROUTE % f"storefront, port: {{number: {port}}}",
            "overlays/db/kustomization.yaml": "resources: [../../base]\n",
            "overlays/pg/kustomization.yaml": "resources: [../../base]\n",
        }
    )
    assert [r for r, *_ in found()[0] if r.startswith("upstream-")] == expected
    tree({"overlays/pg/kustomization.yaml": "resources: [../../base]\npatches: [{path: more.yaml}]\n"})
    more = STOREFRONT.replace("{port: 80, name: http}", "{port: 8000, name: more}, {port: 80, name: http}")
    tree({"overlays/pg/more.yaml": more})
    assert [r for r, *_ in found()[0] if r.startswith("upstream-")] == []
