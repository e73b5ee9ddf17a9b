from __future__ import annotations

import sys
import textwrap
from pathlib import Path

import pytest

from upstreamlint.files import cache
from upstreamlint.finding import Severity
from upstreamlint.render import helm
from upstreamlint.render.align import aligned
from upstreamlint.run.engine import check
from upstreamlint.run.result import Skipped
from upstreamlint.settings.config import Config

needs_engine = pytest.mark.skipif(helm.command() is None, reason="no Helm engine is at hand")

CHART = {
    "shop/Chart.yaml": "apiVersion: v2\nname: shop\nversion: 0.1.0\n",
    "shop/values.yaml": """
        replicas: 2
        port: 80
        targetPort: http
        labels: {tier: web}
        hosts: [a.example.com, b.example.com]
        """,
    "shop/templates/_helpers.tpl": """
        {{- define "shop.labels" -}}
        app: {{ .Chart.Name }}
        release: {{ .Release.Name }}
        {{- end }}
        """,
    "shop/templates/deployment.yaml": """
        {{- $name := "web" }}
        apiVersion: apps/v1
        kind: Deployment
        metadata:
          name: {{ .Release.Name }}-web
        spec:
          replicas: {{ .Values.replicas }}
          selector:
            matchLabels:
              {{- include "shop.labels" . | nindent 6 }}
          template:
            metadata:
              labels:
                {{- include "shop.labels" . | nindent 8 }}
                {{- with .Values.labels }}
                {{- toYaml . | nindent 8 }}
                {{- end }}
            spec:
              containers:
                - name: {{ $name }}
                  image: nginx
                  ports:
                    - name: http
                      containerPort: 80
                  readinessProbe:
                    httpGet: {path: /, port: http}
        """,
    "shop/templates/service.yaml": """
        # The front door.
        {{- if .Values.port }}
        apiVersion: v1
        kind: Service
        metadata:
          name: {{ .Release.Name }}-web
        spec:
          selector:
            {{- include "shop.labels" . | nindent 4 }}
          ports:
            - port: {{ .Values.port }}
              targetPort: {{ .Values.targetPort }}
        {{- end }}
        """,
    "shop/templates/ingress.yaml": """
        apiVersion: networking.k8s.io/v1
        kind: Ingress
        metadata:
          name: web
        spec:
          rules:
            {{- range .Values.hosts }}
            - host: {{ . | quote }}
              http:
                paths:
                  - path: /
                    pathType: Prefix
                    backend:
                      service:
                        name: {{ $.Release.Name }}-web
                        port:
                          number: 80
            {{- end }}
        """,
    "shop/templates/tests/connection.yaml": """
        apiVersion: v1
        kind: Pod
        metadata:
          name: test
          annotations: {"helm.sh/hook": test}
        spec:
          containers: [{name: curl, image: curl, readinessProbe: {httpGet: {port: nothing}}}]
        """,
}


@pytest.fixture
def tree(tmp_path, monkeypatch):
    def write(texts):
        for path, text in texts.items():
            file = tmp_path / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(textwrap.dedent(text).lstrip("\n"))

    monkeypatch.chdir(tmp_path)
    return write


def found(config=None, stdin=None, paths=(".",)):
    result = check(list(paths), config or Config(), stdin=stdin)
    return [
        (d.rule, d.finding.primary.anchor.span[:3]) for d in result.diagnostics if d.severity != "info"
    ], result


@needs_engine
def test_chart_that_is_right_is_silent(tree):
    tree(CHART)
    findings, result = found()
    assert findings == []
    assert result.coverage.skipped == ()
    assert (result.coverage.workloads, result.coverage.routes) == (1, 2)


@needs_engine
def test_value_that_is_wrong_is_found_where_the_template_puts_it(tree):
    tree(
        {
            **CHART,
            "shop/values.yaml": CHART["shop/values.yaml"].replace("targetPort: http", "targetPort: htpp"),
        }
    )
    findings, result = found()
    assert findings == [("target-port-not-on-pod", ("shop/templates/service.yaml", 12, 19))]
    value = result.diagnostics[0].finding.related[-1]
    assert value.anchor.span[:3] == ("shop/values.yaml", 3, 13)
    assert value.text == "`.Values.targetPort` is `htpp`"


@needs_engine
def test_target_port_0_is_the_port_of_the_service(tree):
    zero = CHART["shop/values.yaml"].replace("targetPort: http", "targetPort: 0")
    tree({**CHART, "shop/values.yaml": zero})
    assert found()[0] == []


@needs_engine
def test_literal_is_found_on_its_own_line_and_column(tree):
    wrong = CHART["shop/templates/ingress.yaml"].replace("number: 80", "number: 8080")
    tree({**CHART, "shop/templates/ingress.yaml": wrong})
    findings, _ = found()
    assert set(findings) == {("upstream-port-not-served", ("shop/templates/ingress.yaml", 17, 27))}


@needs_engine
def test_a_chart_is_rendered_once_for_the_same_files_and_values(tree, monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", f"{tmp_path}-cache")
    rendered = []
    render = helm.render
    monkeypatch.setattr(helm, "render", lambda *a: rendered.append(len(a[1])) or render(*a))
    secret = "kind: Secret\napiVersion: v1\nmetadata: {name: s}\nstringData: {password: hunter2}\n"
    wrong = CHART["shop/values.yaml"].replace("targetPort: http", "targetPort: htpp")
    mixed = f"{textwrap.dedent(CHART['shop/templates/service.yaml'])}--- # and\n{secret}---\n{secret}"
    tree({**CHART, "shop/templates/service.yaml": mixed, "shop/values.yaml": wrong})
    first = found()[0]
    assert first == found()[0] == found(Config(cache=False))[0]
    assert first == [("target-port-not-on-pod", ("shop/templates/service.yaml", 12, 19))]
    assert rendered == [1, 0, 1]
    for change in (
        Config(namespace="other"),
        Config(helm_set=("replicas=3",)),
        {"shop/.helmignore": "x\n"},
        {"shop/templates/_helpers.tpl": CHART["shop/templates/_helpers.tpl"] + "\n"},
    ):
        tree(change if isinstance(change, dict) else {})
        found(change if isinstance(change, Config) else None)
        assert rendered.pop() == 1, change
    kept = [path.read_text() for path in Path(cache.folder("helm")).iterdir()]
    assert len(kept) == 5
    assert not any("hunter2" in text for text in kept)


@needs_engine
def test_an_error_of_helm_is_kept_and_one_of_the_machine_is_not(tree, monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", f"{tmp_path}-cache")
    tree({**CHART, "shop/templates/service.yaml": '{{ fail "no port" }}'})
    with monkeypatch.context() as patch:
        patch.setattr(helm, "TIMEOUT", 0.0001)
        assert "took longer" in found()[1].coverage.skipped[0].reason
    first = found()[1].coverage.skipped
    assert "no port" in first[0].reason
    monkeypatch.setattr(helm, "render", lambda *_: [])
    assert found()[1].coverage.skipped == first


@needs_engine
@pytest.mark.parametrize(
    "text", ["kind: List\napiVersion: v1\nitems: [{%s}]\n", '{"apiVersion": "v1", %s}\n']
)
def test_secrets_that_stand_among_other_things_are_not_kept(tree, monkeypatch, tmp_path, text):
    monkeypatch.setenv("XDG_CACHE_HOME", f"{tmp_path}-cache")
    inner = '"kind": "Secret", "metadata": {"name": "s"}, "stringData": {"password": "hunter2"}'
    tree({**CHART, "shop/templates/list.yaml": text % inner})
    assert found()[0] == found()[0] == []
    assert not list(Path(f"{tmp_path}-cache").rglob("*.json"))


@needs_engine
def test_values_of_the_command_line_are_heeded(tree):
    tree({**CHART, "mine.yaml": "targetPort: nope\n"})
    for config in (Config(helm_set=("targetPort=nope",)), Config(helm_values=("mine.yaml",))):
        assert [rule for rule, _ in found(config)[0]] == ["target-port-not-on-pod"]


@needs_engine
def test_sets_of_values_for_continuous_integration_are_rendered_too(tree):
    tree({**CHART, "shop/ci/broken-values.yaml": "targetPort: nope\n"})
    findings, result = found()
    assert findings == [("target-port-not-on-pod", ("shop/templates/service.yaml", 12, 19))]
    assert "in shop with ci/broken-values.yaml" in result.diagnostics[0].finding.note


@needs_engine
def test_missing_dependency_opens_the_scope_and_is_named(tree):
    chart = CHART["shop/Chart.yaml"] + textwrap.dedent(
        """
        dependencies:
          - {name: redis, version: 1.0.0, repository: "https://charts.example.com"}
          - {name: unused, version: 1.0.0, repository: "https://charts.example.com", condition: unused.enabled}
        """
    )
    values = textwrap.dedent(CHART["shop/values.yaml"]) + "unused: {enabled: false}\n"
    tree({**CHART, "shop/Chart.yaml": chart, "shop/values.yaml": values})
    findings, result = found()
    assert findings == []
    assert [s.reason for s in result.coverage.skipped] == [
        "Helm chart rendered without its dependencies: redis"
    ]


@needs_engine
def test_chart_that_does_not_render_is_named_with_the_words_of_helm(tree):
    tree({**CHART, "shop/templates/bad.yaml": '{{ fail "set a password" }}\n'})
    _, result = found()
    (skipped,) = result.coverage.skipped
    assert skipped.path == "shop"
    assert "set a password" in skipped.reason


@needs_engine
def test_library_chart_and_dependencies_are_not_rendered_alone(tree):
    tree(
        {
            **CHART,
            "shop/charts/sub/Chart.yaml": "apiVersion: v2\nname: sub\nversion: 0.1.0\n",
            "shop/charts/sub/templates/cm.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n",
            "lib/Chart.yaml": "apiVersion: v2\nname: lib\nversion: 0.1.0\ntype: library\n",
            "lib/templates/_x.tpl": "",
        }
    )
    assert found()[1].coverage.skipped == ()


def test_without_an_engine_charts_are_named(tree, monkeypatch):
    monkeypatch.setattr(helm, "command", lambda: None)
    tree(CHART)
    _, result = found()
    (skipped,) = result.coverage.skipped
    assert skipped.path == "shop"
    assert "pip install 'upstreamlint[render]'" in skipped.reason
    assert [(d.rule, d.severity) for d in result.diagnostics] == [("chart-not-rendered", Severity.WARNING)]
    assert result.diagnostics[0].finding.primary.anchor.source.path == "shop/Chart.yaml"
    assert result.fails(None, strict=True)
    assert not result.fails(Severity.ERROR)


def test_nothing_is_rendered_when_it_is_switched_off(tree, monkeypatch):
    monkeypatch.setattr(helm, "render", None)
    tree(CHART)
    assert found(Config(render=False))[1].coverage.skipped == (Skipped("shop", "Helm chart, not rendered"),)


STREAM = """\
---
# Source: shop/templates/service.yaml
apiVersion: v1
kind: Service
metadata:
  name: release-name-web
spec:
  selector:
    app: shop
    release: release-name
  ports:
    - port: 80
      targetPort: htpp
---
# Source: shop/templates/deployment.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: shop}}
  template:
    metadata: {labels: {app: shop, release: release-name}}
    spec:
      containers:
        - {name: web, image: nginx, ports: [{name: http, containerPort: 80}]}
"""


def test_program_is_used_where_there_is_no_engine(tree, tmp_path, monkeypatch):
    tree({**CHART, "mine.yaml": "a: 1\n"})
    program = tmp_path / "helm"
    program.write_text(
        f"#!{sys.executable}\nimport os, sys\nassert not os.environ['PATH']\n"
        f"open({str(tmp_path / 'arguments')!r}, 'w').write(' '.join(sys.argv[1:]))\nprint({STREAM!r})\n"
    )
    program.chmod(0o755)
    monkeypatch.setattr(helm, "command", lambda: [str(program)])
    findings, _ = found(Config(helm_values=("mine.yaml",), helm_set=("b=2",), namespace="shop"))
    assert findings == [("target-port-not-on-pod", ("shop/templates/service.yaml", 12, 19))]
    arguments = (tmp_path / "arguments").read_text()
    assert arguments.startswith(f"template release-name {tmp_path / 'shop'} --namespace shop --api-versions ")
    assert ",batch/v1/CronJob," in arguments
    assert arguments.endswith(" --set b=2")


def test_stream_of_helm_is_laid_on_the_templates_when_they_are_given(tree):
    tree(CHART)
    findings, _ = found(Config(render=False), STREAM)
    assert findings == [("target-port-not-on-pod", ("shop/templates/service.yaml", 12, 19))]


def test_stream_of_helm_names_the_templates_when_they_are_not_given(tree):
    tree({})
    findings, _ = found(Config(), STREAM, paths=())
    assert findings == [("target-port-not-on-pod", ("shop/templates/service.yaml", 12, 19))]


def test_loops_and_printed_blocks_are_aligned():
    template = textwrap.dedent(
        """\
        a: 1
        {{- range .Values.x }}
        - name: {{ . }}
          kind: x
        {{- end }}
        labels:
          {{- toYaml .Values.labels | nindent 2 }}
        end: true
        """
    )
    output = "a: 1\n- name: p\n  kind: x\n- name: q\n  kind: x\nlabels:\n  b: c\n  d: e\nend: true\n"
    assert aligned(template, output) == [1, 3, 4, 3, 4, 6, 7, 7, 8, 0]


GATEWAY = """\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: shop}
spec: {defaultBackend: {service: {name: "{{ .Release.Name }}-ruler", port: {number: 80}}}}
"""
RULER = """\
{{- if .Values.ruler }}
apiVersion: v1
kind: Service
metadata: {name: "{{ .Release.Name }}-ruler"}
spec: {selector: {app: ruler}, ports: [{port: 80}]}
{{- end }}
"""


@needs_engine
@pytest.mark.parametrize(("name", "expected"), [("ruler", []), ("other", ["upstream-unknown"])])
def test_what_a_chart_makes_with_other_values_is_switched_off(tree, name, expected):
    pods = (
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {selector: {matchLabels: {app: web}},"
        " template: {metadata: {labels: {app: web}}, spec: {containers: [{name: web}]}}}\n"
    )
    tree(
        {
            "shop/Chart.yaml": "apiVersion: v2\nname: shop\nversion: 0.1.0\n",
            "shop/values.yaml": "ruler: false\n",
            "shop/templates/ingress.yaml": GATEWAY,
            "shop/templates/app.yaml": pods,
            f"shop/templates/{name}/service-{name}.yaml": RULER,
        }
    )
    assert [d.rule for d in found()[1].diagnostics if d.severity is Severity.ERROR] == expected


def test_a_key_behind_the_mark_of_a_document_starts_a_document():
    """`{{- end -}}` may eat the end of the line; Helm cuts there all the same."""
    found = helm.by_template([("shop/templates/a.yaml", "kind: A\n---kind: B\n")])
    assert found == {"templates/a.yaml": "kind: A\n---\nkind: B\n"}


@needs_engine
@pytest.mark.parametrize(
    ("asked", "version"),
    [
        ("batch/v1/CronJob", "batch/v1"),
        ("monitoring.example/v1/Probe", "batch/v1beta1"),
    ],
)
def test_templates_that_ask_for_a_kind_are_answered_as_by_a_cluster(tree, asked, version):
    tree(
        {
            "shop/Chart.yaml": CHART["shop/Chart.yaml"],
            "shop/templates/job.yaml": f"""
                {{{{- if .Capabilities.APIVersions.Has "{asked}" }}}}
                apiVersion: batch/v1
                {{{{- else }}}}
                apiVersion: batch/v1beta1
                {{{{- end }}}}
                kind: CronJob
                """,
        }
    )
    request = helm.Request("shop")
    (chart,) = helm.render(helm.command(), [request])
    assert f"apiVersion: {version}\n" in chart.templates["templates/job.yaml"]
