"""What is deployed is what is checked: charts and kustomizations with the values that somebody gives them."""

from __future__ import annotations

import textwrap

import pytest

from upstreamlint.finding import Severity
from upstreamlint.load import releases
from upstreamlint.render import helm, kustomize
from upstreamlint.run.engine import check
from upstreamlint.settings.config import Config

needs_engine = pytest.mark.skipif(helm.command() is None, reason="no Helm engine is at hand")
needs_kustomize = pytest.mark.skipif(kustomize.command() is None, reason="no kustomize is at hand")

CHART = {
    "charts/web/Chart.yaml": "apiVersion: v2\nname: web\nversion: 0.1.0\n",
    "charts/web/values.yaml": "target: http\nport: 8080\nservice: true\n",
    "charts/web/templates/deployment.yaml": """
        apiVersion: apps/v1
        kind: Deployment
        metadata:
          name: {{ .Release.Name }}
        spec:
          replicas: 2
          selector: {matchLabels: {app: "{{ .Release.Name }}"}}
          template:
            metadata: {labels: {app: "{{ .Release.Name }}"}}
            spec:
              containers:
                - name: web
                  image: example/web:1
                  ports:
                    - name: http
                      containerPort: {{ .Values.port }}
                  readinessProbe:
                    httpGet: {path: /, port: http}
        """,
    "charts/web/templates/service.yaml": """
        apiVersion: v1
        kind: Service
        metadata:
          name: {{ .Release.Name }}
        spec:
          selector: {app: "{{ .Release.Name }}"}
          ports:
            - port: 80
              targetPort: {{ .Values.target }}
        """,
}
WRONG = "target: htpp\n"
WHOLE = f"port: 8080\nservice: true\n{WRONG}"
FAULT = ("target-port-not-on-pod", "charts/web/templates/service.yaml", 9)

APPLICATION = """
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata: {name: shop, namespace: argocd}
    spec:
      destination: {namespace: store}
      source:
        repoURL: https://git.example.com/shop.git
        path: charts/web
        helm:
          HELM
    """
SET = """
    apiVersion: argoproj.io/v1alpha1
    kind: ApplicationSet
    metadata: {name: shops, namespace: argocd}
    spec:
      generators:
        - GENERATOR
      template:
        metadata: {name: "shop-{{env}}"}
        spec:
          destination: {namespace: "{{env}}"}
          source:
            repoURL: https://git.example.com/shop.git
            path: charts/web
            helm:
              valueFiles: ["/envs/{{env}}.yaml"]
    """
HELM_RELEASE = """
    apiVersion: helm.toolkit.fluxcd.io/v2
    kind: HelmRelease
    metadata: {name: shop, namespace: store}
    spec:
      chart:
        spec:
          chart: ./charts/web
          sourceRef: {kind: GitRepository, name: flux-system, namespace: flux-system}
      FIELDS
    """


@pytest.fixture
def tree(tmp_path, monkeypatch):
    def write(*each):
        for texts in each:
            for path, text in texts.items():
                file = tmp_path / path
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(textwrap.dedent(text).lstrip("\n"))

    monkeypatch.chdir(tmp_path)
    return write


def run(**options):
    return check(["."], Config(cache=False, **options))


def found(result):
    return [
        (d.rule, *d.finding.primary.anchor.span[:2])
        for d in result.diagnostics
        if d.severity is not Severity.INFO
    ]


def notes(result):
    return [d.finding.note for d in result.diagnostics if d.severity is not Severity.INFO]


def where_the_value_is(result):
    return [
        label.anchor.span[:2] for label in result.diagnostics[0].finding.related if ".Values." in label.text
    ]


@needs_engine
@pytest.mark.parametrize(
    "files",
    [
        {"charts/web/values-prod.yaml": WRONG},
        {"charts/web/values/prod.yaml": WRONG},
        {"charts/web/ci/values-odd.yaml": WRONG},
        {"charts/web/ci/default-values.yaml": WRONG},
        {"charts/values-prod.yaml": WRONG},
    ],
    ids=lambda files: next(iter(files)),
)
def test_values_file_beside_a_chart_is_a_release(tree, files):
    tree(CHART, files)
    result = run()
    assert found(result) == [FAULT]
    (path,) = files
    assert path.removeprefix("charts/web/") in notes(result)[0]
    assert where_the_value_is(result)[0] == (path, 1)


INGRESS = """
    {{- if SWITCH }}
    apiVersion: networking.k8s.io/v1
    kind: Ingress
    metadata:
      name: {{ .Release.Name }}
    spec:
      rules:
        {{- range .Values.ingress.hosts }}
        - host: {{ .host }}
          http:
            paths:
              {{- range .paths }}
              - path: {{ .path }}
                pathType: {{ .pathType }}
                backend:
                  service:
                    name: NAME
                    port:
                      number: 80
              {{- end }}
        {{- end }}
    {{- end }}
    """
OFF = "ingress:\n  enabled: false\n  hosts: []\n"
OWN = "{{ $.Release.Name }}"


@needs_engine
@pytest.mark.parametrize(
    ("switch", "values", "name", "expected"),
    [
        (".Values.ingress.enabled", OFF, "{{ $.Chart.Name }}-server", True),
        (".Values.ingress.enabled", "ingress: {}\n", "{{ $.Chart.Name }}-server", True),
        ("and .Values.service .Values.ingress.enabled", OFF, "{{ $.Chart.Name }}-server", True),
        (".Values.ingress.enabled", OFF, OWN, False),
        (
            ".Values.ingress.enabled",
            "ingress:\n  enabled: true\n  hosts: []\n",
            "{{ $.Chart.Name }}-server",
            False,
        ),
        ('eq .Values.kind "ingress"', OFF, "{{ $.Chart.Name }}-server", False),
        (
            'and (.Values.ingress.enabled) (eq .Values.ingress.version "v1")',
            f"{OFF}  version: v1\n",
            "{{ $.Chart.Name }}-server",
            True,
        ),
    ],
    ids=["off", "unset", "of two", "right", "on", "no switch", "beside a choice"],
)
def test_routes_that_a_value_switches_on_are_tried(tree, switch, values, name, expected):
    text = INGRESS.replace("SWITCH", switch).replace("NAME", name)
    own = {"charts/web/values.yaml": CHART["charts/web/values.yaml"] + values}
    tree(CHART, own, {"charts/web/templates/ingress.yaml": text})
    result = run()
    wrong = [d for d in result.diagnostics if d.severity is not Severity.INFO]
    assert [d.rule for d in wrong] == ["upstream-unknown"] * expected
    assert all(
        d.severity is Severity.WARNING and "`ingress.enabled=true`" in d.finding.assumption for d in wrong
    )
    assert result.coverage.routes == 0


COMPONENT = """
    {{- if .Values.cache.enableMirror }}
    apiVersion: v1
    kind: Service
    metadata: {name: "{{ .Release.Name }}-mirror"}
    spec: {selector: {app: mirror, role: SELECTED}, ports: [{port: 80}]}
    ---
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: "{{ .Release.Name }}-mirror"}
    spec:
      replicas: 2
      selector: {matchLabels: {app: mirror, role: mirror}}
      template:
        metadata: {labels: {app: mirror, role: mirror}}
        spec: {containers: [{name: mirror, image: "example/mirror:1", ports: [{containerPort: 80}]}]}
    {{- end }}
    """


@needs_engine
@pytest.mark.parametrize(("selected", "expected"), [("mirrro", ["service-selects-no-pods"]), ("mirror", [])])
def test_components_that_a_value_switches_on_are_tried(tree, selected, expected):
    values = {"charts/web/values.yaml": CHART["charts/web/values.yaml"] + "cache: {enableMirror: false}\n"}
    tree(CHART, values, {"charts/web/templates/mirror.yaml": COMPONENT.replace("SELECTED", selected)})
    wrong = [d for d in run().diagnostics if d.severity is not Severity.INFO]
    assert [d.rule for d in wrong] == expected
    assert all(d.severity is Severity.WARNING and "enableMirror" in d.finding.assumption for d in wrong)


SECRET = """
    apiVersion: v1
    kind: Secret
    metadata: {name: "{{ .Release.Name }}-store"}
    stringData:
      password: hunter2
      {{- if .Values.token }}
      token: {{ .Values.token }}
      {{- end }}
    """


@needs_engine
@pytest.mark.parametrize(
    ("name", "key", "expected"),
    [
        ("store", "password", []),
        ("store", "pasword", ["needed-key-missing"]),
        ("store", "token", []),
        ("stoer", "password", ["needed-key-missing"]),
    ],
)
def test_secrets_of_charts_are_known_by_their_keys(tree, name, key, expected):
    ask = f'env: [{{name: P, valueFrom: {{secretKeyRef: {{name: "{{{{ .Release.Name }}}}-{name}", key: {key}}}}}}}]'
    deployment = textwrap.dedent(CHART["charts/web/templates/deployment.yaml"]).replace(
        "ports:", f"{ask}\n          ports:"
    )
    tree(
        CHART,
        {"charts/web/templates/deployment.yaml": deployment, "charts/web/templates/secret.yaml": SECRET},
    )
    assert [rule for rule, *_ in found(run())] == expected


@needs_engine
def test_a_route_that_a_values_file_switches_on_is_no_option(tree):
    text = INGRESS.replace("SWITCH", ".Values.ingress.enabled").replace("NAME", "other")
    own = {"charts/web/values.yaml": CHART["charts/web/values.yaml"] + OFF}
    hosts = "ingress:\n  enabled: true\n  hosts: [{host: a.example, paths: [{path: /, pathType: Prefix}]}]\n"
    tree(CHART, own, {"charts/web/templates/ingress.yaml": text, "charts/web/values-prod.yaml": hosts})
    [wrong] = [d for d in run().diagnostics if d.severity is Severity.ERROR]
    assert (wrong.rule, wrong.finding.assumption) == ("upstream-unknown", "")


@needs_engine
def test_values_that_are_shared_lie_under_the_others_and_are_no_release(tree):
    tree(CHART, {"charts/web/values/common.yaml": WRONG, "charts/web/values/prod.yaml": "target: http\n"})
    assert found(run()) == []


@needs_engine
def test_chart_that_needs_values_is_rendered_with_those_beside_it(tree):
    service = '{{ required "a name" .Values.named }}\n' + textwrap.dedent(
        CHART["charts/web/templates/service.yaml"]
    )
    tree(CHART, {"charts/web/templates/service.yaml": "# " + service})
    tree({"charts/web/values-prod.yaml": "named: x\n" + WRONG})
    result = run()
    assert [rule for rule, *_ in found(result)] == ["target-port-not-on-pod"]
    assert result.coverage.skipped == ()


@needs_engine
@pytest.mark.parametrize(
    "asks",
    [
        '{{ required "a: name" .Values.named }}',
        "{{ if not .Values.named }}{{ fail (printf `no {{name}} in %s` .Chart.Name) }}{{ end }}",
        "{{ .Values.store.service.port }}",
        "{{ .Values.store.address.host }} {{ .Values.store.key | b64enc }}",
    ],
)
def test_chart_that_asks_for_values_is_read_without_them(tree, asks):
    tree(CHART, {"charts/web/templates/asks.yaml": f"# {asks}\n", "charts/web/values.yaml": WHOLE})
    result = run()
    assert [rule for rule, *_ in found(result)] == ["target-port-not-on-pod"]
    (skipped,) = result.coverage.skipped
    assert skipped.reason.startswith("Helm chart rendered without values that it asks for: ")


@needs_engine
def test_chart_without_values_that_its_schema_demands_is_read(tree):
    tree(CHART, {"charts/web/values.schema.json": '{"required": ["named"]}', "charts/web/values.yaml": WHOLE})
    assert [rule for rule, *_ in found(run())] == ["target-port-not-on-pod"]


@needs_engine
def test_encrypted_and_example_values_are_no_release(tree):
    tree(CHART, {"charts/web/values-secret.yaml": WRONG, "charts/web/values-example.yaml": WRONG})
    assert found(run()) == []


@needs_engine
@pytest.mark.parametrize(
    "helm_fields",
    [
        "valueFiles: [values-prod.yaml]",
        "valueFiles: [/charts/web/values-prod.yaml]",
        "values: 'target: htpp'",
        "valuesObject: {target: htpp}",
        "parameters: [{name: target, value: htpp}]",
    ],
)
def test_application_of_argo_cd_is_a_release(tree, helm_fields):
    files = {"charts/web/values-prod.yaml": WRONG} if "values-prod" in helm_fields else {}
    tree(CHART, files, {"apps/a/shop.yaml": APPLICATION.replace("HELM", helm_fields)})
    result = run()
    assert found(result) == [FAULT]
    assert notes(result) == ["in Application shop"]
    assert result.diagnostics[0].subject == "store/Service/shop:80"


@needs_engine
def test_values_files_that_are_stated_are_no_releases_of_their_own(tree):
    both = APPLICATION.replace("HELM", "valueFiles: [values-a.yaml, values-b.yaml]")
    files = {"charts/web/values-a.yaml": WRONG, "charts/web/values-b.yaml": "target: http\n"}
    tree(CHART, files, {"apps/shop.yaml": both})
    assert found(run()) == []


@needs_engine
def test_application_of_another_repository_is_none_of_this_tree(tree):
    other = APPLICATION.replace("HELM", "valuesObject: {target: htpp}").replace(
        "path: charts/web", "path: charts/api"
    )
    elsewhere = "\n---\n".join(
        textwrap.dedent(other).replace("charts/api", f"charts/{name}").replace("shop,", f"{name},")
        for name in ("api", "db")
    )
    same = textwrap.dedent(APPLICATION.replace("HELM", "valuesObject: {target: htpp}"))
    tree(CHART, {"apps.yaml": f"{elsewhere}\n---\n{same}"})
    assert found(run()) == []


@needs_engine
@pytest.mark.parametrize(
    "generator",
    [
        "list: {elements: [{env: dev}, {env: prod}]}",
        "git: {repoURL: 'https://git.example.com/shop.git', files: [{path: 'clusters/**/c.json'}]}",
        "matrix: {generators: [{list: {elements: [{a: b}]}}, {list: {elements: [{env: dev}, {env: prod}]}}]}",
    ],
)
def test_application_set_makes_a_release_of_each_set_of_parameters(tree, generator):
    values = {"envs/dev.yaml": "target: http\n", "envs/prod.yaml": WRONG}
    clusters = {f"clusters/{e}/x/c.json": f'{{"env": "{e}"}}' for e in ("dev", "prod")}
    tree(CHART, values, clusters, {"apps/set.yaml": SET.replace("GENERATOR", generator)})
    result = run()
    assert found(result) == [FAULT]
    assert notes(result) == ["in Application shop-prod"]
    assert result.diagnostics[0].subject == "prod/Service/shop-prod:80"


@needs_engine
def test_application_set_for_each_folder(tree):
    text = SET.replace("GENERATOR", "git: {directories: [{path: 'charts/*'}]}").replace(
        "{{env}}", "{{path.basename}}"
    )
    text = text.replace("path: charts/web", "path: '{{path}}'").replace("/envs", "/values")
    tree(CHART, {"values/web.yaml": WRONG, "apps/set.yaml": text})
    assert notes(run()) == ["in Application shop-web"]


@needs_engine
def test_values_that_only_the_cluster_knows_are_said_once(tree):
    tree(CHART, {"apps/set.yaml": SET.replace("GENERATOR", "clusters: {}")})
    result = run()
    (skipped,) = result.coverage.skipped
    assert skipped.path == "apps/set.yaml"
    assert "is not rendered" in skipped.reason
    assert result.fails(None, strict=True)


@needs_engine
@pytest.mark.parametrize(
    "fields",
    [
        "values: {target: htpp}",
        "valuesFrom: [{kind: ConfigMap, name: shop-values}]",
    ],
)
def test_helm_release_of_flux_is_a_release(tree, fields):
    values = """
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: shop-values, namespace: store}
        data:
          values.yaml: |
            target: htpp
        """
    tree(CHART, {"clusters/a/shop.yaml": HELM_RELEASE.replace("FIELDS", fields), "clusters/a/v.yaml": values})
    result = run()
    assert found(result) == [FAULT]
    assert notes(result) == ["in HelmRelease store/shop"]
    assert where_the_value_is(result)[0][0].startswith("clusters/a/")


@needs_engine
def test_post_renderers_make_a_release_unknown(tree):
    fields = "values: {target: htpp}\n      postRenderers: [{kustomize: {patches: []}}]"
    tree(CHART, {"clusters/shop.yaml": HELM_RELEASE.replace("FIELDS", fields)})
    result = run()
    assert found(result) == []
    assert "post-renderers" in result.coverage.skipped[0].reason


HELMFILE = """
    environments:
      staging:
        values: [{target: http}]
      prod:
        values: [env.yaml]
    ---
    releases:
    {{- if true }}
      - name: shop-{{ .Environment.Name }}
        namespace: store
        chart: ./charts/web
        values:
          - values.yaml.gotmpl
    {{- end }}
      - name: redis
        chart: bitnami/redis
    """


@needs_engine
def test_helmfile_states_a_release_for_each_environment(tree):
    tree(
        CHART,
        {
            "helmfile.yaml": HELMFILE,
            "env.yaml": WRONG,
            "values.yaml.gotmpl": 'target: {{ .Values.target | default "x" | quote }}\n',
        },
    )
    result = run()
    assert found(result) == [FAULT]
    assert notes(result) == ["in Helmfile release shop-prod in prod"]
    assert result.coverage.skipped == ()


@needs_engine
@pytest.mark.parametrize("section", ["deploy", "manifests"])
def test_skaffold_states_releases(tree, section):
    skaffold = f"""
        apiVersion: skaffold/v4beta11
        kind: Config
        {section}:
          helm:
            releases:
              - name: shop
                chartPath: charts/web
                setValues: {{target: htpp}}
        """
    tree(CHART, {"skaffold.yaml": skaffold})
    result = run()
    assert found(result) == [FAULT]
    assert notes(result) == ["in Skaffold release shop"]


@needs_engine
@pytest.mark.parametrize(
    ("text", "line", "expected"),
    [
        ("Makefile", "helm upgrade --install shop charts/web -f env/web.yaml --wait", [FAULT]),
        ("README.md", "helm upgrade -i shop ./charts/web \\\n  --values=env/web.yaml", [FAULT]),
        ("scripts/up.sh", 'helm install -n "$NS" shop charts/web --set target=htpp', [FAULT]),
        (".github/workflows/up.yml", "run: helm upgrade shop charts/web --set target=htpp,port=1", [FAULT]),
        ("Makefile", "helm install shop charts/web -f env/$(STAGE).yaml --set target=htpp", []),
        ("Makefile", "helm install shop charts/web --set target=$(TARGET)", []),
        ("Makefile", "helm install shop charts/web -f env/none.yaml", []),
        ("Makefile", "helm install shop somebody/web -f env/web.yaml", []),
    ],
)
def test_commands_state_releases(tree, text, line, expected):
    tree(CHART, {"env/web.yaml": WRONG, text: line + "\n"})
    result = run()
    assert found(result) == expected
    assert notes(result) == ["in `helm` release shop" for _ in expected]


@needs_engine
def test_one_fault_of_many_releases_is_one_finding(tree):
    generator = "list: {elements: [{env: dev}, {env: prod}]}"
    tree(
        CHART,
        {"charts/web/values.yaml": "target: htpp\nport: 8080\n"},
        {
            "apps/set.yaml": SET.replace("GENERATOR", generator),
            "envs/dev.yaml": "{}",
            "envs/prod.yaml": "a: 1",
        },
    )
    result = run()
    assert found(result) == [FAULT]
    assert notes(result) == ["in 3 environments: charts/web, Application shop-dev, Application shop-prod"]


@needs_engine
def test_charts_that_print_applications_state_releases(tree):
    root = {
        "root/Chart.yaml": "apiVersion: v2\nname: root\nversion: 0.1.0\n",
        "root/values.yaml": "target: htpp\n",
        "root/templates/apps.yaml": APPLICATION.replace(
            "HELM", "valuesObject: {target: '{{ .Values.target }}'}"
        ),
    }
    tree(CHART, root)
    assert notes(run()) == ["in Application shop"]


@needs_engine
def test_port_that_only_the_default_values_declare_is_not_served(tree):
    probe = CHART["charts/web/templates/deployment.yaml"].replace("port: http}", "port: 8080}")
    tree(
        CHART, {"charts/web/templates/deployment.yaml": probe, "charts/web/values-prod.yaml": "port: 9090\n"}
    )
    result = run()
    assert [rule for rule, *_ in found(result)] == ["probe-port-not-served"]
    assert "with other values" in result.diagnostics[0].finding.message


@needs_engine
def test_pods_that_a_release_switches_off_are_not_missing(tree):
    deployment = CHART["charts/web/templates/deployment.yaml"]
    off = "{{- if .Values.service }}\n" + textwrap.dedent(deployment) + "{{- end }}\n"
    tree(
        CHART, {"charts/web/templates/deployment.yaml": off, "charts/web/values-off.yaml": "service: false\n"}
    )
    assert found(run()) == []


@needs_engine
def test_there_is_an_end_to_the_releases_of_a_run(tree, monkeypatch):
    monkeypatch.setattr(releases, "MOST", 2)
    elements = ", ".join(f"{{env: e{n}}}" for n in range(5))
    files = {f"envs/e{n}.yaml": f"number: {n}\n" for n in range(5)}
    tree(CHART, files, {"apps/set.yaml": SET.replace("GENERATOR", f"list: {{elements: [{elements}]}}")})
    result = run()
    assert result.coverage.workloads == 3
    assert [s.reason for s in result.coverage.skipped] == [
        "Helm chart, not rendered with 3 more of its values"
    ]


@needs_engine
def test_release_that_does_not_render_is_named(tree):
    demanding = '{{ required "a name" .Values.named }}\n'
    tree(CHART, {"charts/web/templates/x.yaml": "{{ if .Values.ask }}" + demanding + "{{ end }}\n"})
    tree({"apps/shop.yaml": APPLICATION.replace("HELM", "valuesObject: {ask: true}")})
    (skipped,) = run().coverage.skipped
    assert (skipped.path, skipped.needed) == ("apps/shop.yaml", True)
    assert "Application shop does not render" in skipped.reason
    assert "a name" in skipped.reason


@needs_engine
def test_values_of_the_command_line_are_the_only_release(tree):
    tree(CHART, {"charts/web/values-prod.yaml": WRONG})
    tree({"apps/shop.yaml": APPLICATION.replace("HELM", "valuesObject: {target: htpp}")})
    assert found(run(helm_set=("target=http",))) == []


@needs_engine
def test_nothing_outside_the_paths_is_a_release(tree, tmp_path, monkeypatch):
    tree(CHART, {"charts/web/values-prod.yaml": WRONG})
    tree({"in/shop.yaml": APPLICATION.replace("HELM", "valueFiles: [values-prod.yaml]")})
    monkeypatch.chdir(tmp_path / "in")
    result = check(["."], Config(cache=False))
    assert (found(result), result.coverage.workloads) == ([], 0)


@needs_engine
def test_classes_of_one_release_are_seen_by_the_others(tree):
    platform = {
        "platform/Chart.yaml": "apiVersion: v2\nname: platform\nversion: 0.1.0\n",
        "platform/templates/class.yaml": """
            apiVersion: networking.k8s.io/v1
            kind: IngressClass
            metadata: {name: storefront}
            spec: {controller: k8s.io/ingress-nginx}
            """,
    }
    ingress = {
        "charts/web/templates/ingress.yaml": """
            apiVersion: networking.k8s.io/v1
            kind: Ingress
            metadata: {name: web}
            spec:
              ingressClassName: storefornt
              defaultBackend: {service: {name: "{{ .Release.Name }}", port: {number: 80}}}
            """
    }
    tree(CHART, ingress, platform)
    assert [rule for rule, *_ in found(run())] == ["ingress-class-unknown"]
    tree({"second/Chart.yaml": platform["platform/Chart.yaml"].replace("platform", "second")})
    tree({"second/templates/class.yaml": platform["platform/templates/class.yaml"]})
    assert found(run()) == []


@needs_engine
def test_generators_that_ask_somebody_else_make_no_release_of_unknown_values(tree):
    tree(CHART, {"apps/set.yaml": SET.replace("GENERATOR", "pullRequest: {github: {owner: o, repo: r}}")})
    (skipped,) = run().coverage.skipped
    assert "ApplicationSet shops" in skipped.reason


BASE = {
    "base/kustomization.yaml": "resources: [web.yaml]\n",
    "base/web.yaml": """
        apiVersion: v1
        kind: Service
        metadata: {name: web}
        spec:
          selector: {app: web}
          ports: [{port: 80, targetPort: http}]
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web}
        spec:
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec:
              containers:
                - {name: web, image: example/web:1, ports: [{name: http, containerPort: 8080}]}
        ---
        apiVersion: networking.k8s.io/v1
        kind: Ingress
        metadata: {name: web}
        spec:
          rules:
            - host: ${HOST}
              http:
                paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}]
        """,
}
KUSTOMIZATION = """
    apiVersion: kustomize.toolkit.fluxcd.io/v1
    kind: Kustomization
    metadata: {name: web, namespace: flux-system}
    spec:
      path: ./base
      sourceRef: {kind: GitRepository, name: flux-system}
      targetNamespace: store
      namePrefix: eu-
      postBuild: {substitute: {HOST: shop.example.com}}
      FIELDS
    """


@needs_kustomize
def test_kustomization_of_flux_renames_moves_and_fills_in(tree):
    patch = """patches:
        - patch: |
            apiVersion: v1
            kind: Service
            metadata: {name: web}
            spec: {ports: [{port: 80, targetPort: htpp}]}
    """
    tree(BASE, {"clusters/web.yaml": KUSTOMIZATION.replace("FIELDS", patch)})
    result = run()
    assert [(rule, path) for rule, path, _ in found(result)] == [("target-port-not-on-pod", "base/web.yaml")]
    (diagnostic,) = [d for d in result.diagnostics if d.rule == "target-port-not-on-pod"]
    assert diagnostic.subject == "store/Service/eu-web:80"
    assert diagnostic.affects[0].listener == "shop.example.com"
    assert diagnostic.finding.note == "in Kustomization flux-system/web"


@needs_kustomize
def test_patch_of_flux_says_by_a_target_what_it_is_for(tree):
    patch = """patches:
        - target: {kind: Service, name: web}
          patch: |
            - {op: replace, path: /spec/ports/0/targetPort, value: htpp}
    """
    tree(BASE, {"clusters/web.yaml": KUSTOMIZATION.replace("FIELDS", patch)})
    assert [(rule, path) for rule, path, _ in found(run())] == [("target-port-not-on-pod", "base/web.yaml")]


@needs_kustomize
def test_kustomization_that_is_deployed_by_flux_is_not_deployed_bare_too(tree):
    tree(BASE, {"clusters/web.yaml": KUSTOMIZATION.replace("FIELDS", "")})
    assert run().coverage.workloads == 1


def test_folder_of_manifests_gets_the_namespace_of_its_application(tree):
    application = APPLICATION.replace("helm:\n          HELM", "directory: {recurse: true}").replace(
        "charts/web", "web"
    )
    service = BASE["base/web.yaml"].replace("targetPort: http", "targetPort: htpp")
    tree({"web/a/web.yaml": service, "apps/shop.yaml": application})
    assert {d.subject for d in run().diagnostics if d.severity is Severity.ERROR} == {"store/Service/web:80"}


STREAM = """
---
# Source: web/templates/service.yaml
apiVersion: v1
kind: Service
metadata: {name: shop}
spec: {selector: {app: shop}, ports: [{port: 80, targetPort: http}]}
---
# Source: web/templates/ingress.yaml
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: shop}
spec:
  rules:
    - http:
        paths:
          - {path: /, pathType: Prefix, backend: {service: {name: shop, port: {number: 80}}}}
          - {path: /rules, pathType: Prefix, backend: {service: {name: ruler, port: {number: 80}}}}
---
# Source: web/templates/deployment.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec:
  selector: {matchLabels: {app: shop}}
  template:
    metadata: {labels: {app: shop}}
    spec: {containers: [{name: web, image: example/web:1, ports: [{name: http, containerPort: 80}]}]}
"""


def test_stream_of_helm_is_a_release_of_which_everything_is_known(tree):
    tree({})
    streamed = check([], Config(), stdin=STREAM)
    errors = [d for d in streamed.diagnostics if d.severity is Severity.ERROR]
    assert [(d.rule, d.finding.primary.anchor.source.path) for d in errors] == [
        ("upstream-unknown", "web/templates/ingress.yaml")
    ]
    plain = check([], Config(), stdin=STREAM.replace("# Source", "# source"))
    assert [d.rule for d in plain.diagnostics if d.severity is Severity.ERROR] == []


PRINTED = """\
apiVersion: v1
kind: Service
metadata:
  name: shop
spec:
  ports:
  - port: 80
    targetPort: http
  selector:
    app: shop
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop
spec:
  selector:
    matchLabels:
      app: shop
  template:
    metadata:
      labels:
        app: shop
    spec:
      containers:
      - image: example/web:1
        name: web
        ports:
        - containerPort: 80
          name: http
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: shop
spec:
  rules:
  - http:
      paths:
      - backend:
          service:
            name: ruler
            port:
              number: 80
        path: /rules
        pathType: Prefix
      - backend:
          service:
            name: shop
            port:
              number: 80
        path: /
        pathType: Prefix
"""


@pytest.mark.parametrize(
    ("change", "errors"),
    [
        (("", ""), ["upstream-unknown"]),
        (("- image: example/web:1\n        name: web\n", "- name: web\n        image: example/web:1\n"), []),
        (
            (
                "metadata:\n  name: shop\nspec:\n  rules",
                "metadata:\n  name: shop\n  uid: 1-2\nspec:\n  rules",
            ),
            [],
        ),
    ],
    ids=["printed", "written by hand", "asked of a cluster"],
)
def test_stream_that_a_renderer_printed_is_a_release(tree, change, errors):
    tree({})
    result = check([], Config(), stdin=PRINTED.replace(*change))
    assert [d.rule for d in result.diagnostics if d.severity is Severity.ERROR] == errors


ROUTE = {
    "conf/auth/kustomization.yaml": "namespace: auth\nresources: [app.yaml]\n",
    "conf/auth/app.yaml": """
        apiVersion: v1
        kind: Service
        metadata: {name: whoami, namespace: auth}
        spec: {selector: {app: whoami}, ports: [{port: 80}]}
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: whoami, namespace: auth}
        spec:
          selector: {matchLabels: {app: whoami}}
          template:
            metadata: {labels: {app: whoami}}
            spec: {containers: [{name: web, image: example/web, ports: [{containerPort: 80}]}]}
        ---
        apiVersion: networking.k8s.io/v1
        kind: Ingress
        metadata: {name: auth, namespace: auth}
        spec:
          defaultBackend: {service: {name: whoami, port: {number: 80}}}
          rules:
            - host: auth.example.com
              http:
                paths: [{path: /, pathType: Prefix, backend: {service: {name: auth-server, port: {number: 80}}}}]
        """,
}
PATH_SOURCE = "{repoURL: https://git.example.com/cluster.git, path: conf/auth}"
CHART_SOURCE = "{repoURL: https://charts.example.com, chart: auth, targetRevision: 1.2.3}"


def installs(name, *sources):
    return f"""
        apiVersion: argoproj.io/v1alpha1
        kind: Application
        metadata: {{name: {name}, namespace: argocd}}
        spec:
          destination: {{namespace: auth}}
          sources: [{", ".join(sources)}]
        """


RELEASED = """
        apiVersion: helm.toolkit.fluxcd.io/v2
        kind: HelmRelease
        metadata: {name: auth, namespace: flux-system}
        spec: {targetNamespace: auth, interval: 1h, chart: {spec: {chart: auth, sourceRef: {kind: HelmRepository, name: a}}}}
        """


@needs_kustomize
@pytest.mark.parametrize(
    ("others", "expected"),
    [
        ({"apps/auth.yaml": installs("auth", PATH_SOURCE)}, ["upstream-unknown"]),
        ({"apps/auth.yaml": installs("auth", PATH_SOURCE, CHART_SOURCE)}, []),
        ({"apps/auth.yaml": installs("login", PATH_SOURCE, CHART_SOURCE)}, []),
        ({"apps/conf.yaml": installs("conf", PATH_SOURCE), "apps/auth.yaml": installs("auth", CHART_SOURCE)}, []),
        (
            {"apps/conf.yaml": installs("conf", PATH_SOURCE), "apps/mail.yaml": installs("mail", CHART_SOURCE)},
            ["upstream-unknown"],
        ),
        ({"apps/auth.yaml": RELEASED}, []),
        (
            {
                "conf/auth/login.yaml": RELEASED.replace("name: auth,", "name: login,"),
                "conf/auth/kustomization.yaml": "resources: [app.yaml, login.yaml]\n",
            },
            [],
        ),
    ],
    ids=["alone", "two-sources", "other-name", "two-applications", "another-application", "helm-release", "beside-it"],
)  # fmt: skip
def test_what_is_installed_from_elsewhere_may_bring_what_is_missing(tree, others, expected):
    tree(ROUTE, others)
    assert [rule for rule, *_ in found(run())] == expected


@needs_kustomize
@pytest.mark.parametrize(("folder", "expected"), [("local", []), ("conf", ["route-parent-missing"])])
def test_gateway_of_another_tree_is_not_the_one_that_a_release_has_too(tree, folder, expected):
    """A route that no kustomization lists, a Gateway without its listener, and another of that name in a kustomization."""
    gateway = """
        apiVersion: gateway.networking.k8s.io/v1
        kind: Gateway
        metadata: {name: front, namespace: edge}
        spec: {gatewayClassName: eg, listeners: [{name: LISTENER, port: 80, protocol: HTTP}]}
        """
    route = """
        apiVersion: gateway.networking.k8s.io/v1
        kind: HTTPRoute
        metadata: {name: web, namespace: edge}
        spec:
          parentRefs: [{name: front, sectionName: web}]
          rules: [{backendRefs: [{name: web, port: 80}]}]
        """
    tree(
        {
            "conf/gateway/kustomization.yaml": "resources: [gateway.yaml]\n",
            "conf/gateway/gateway.yaml": gateway.replace("LISTENER", "web"),
            "conf/routes/web.yaml": route,
            f"{folder}/gateway.yaml": gateway.replace("LISTENER", "http"),
        }
    )
    assert [rule for rule, *_ in found(run()) if rule.startswith("route-parent")] == expected


@needs_engine
@pytest.mark.parametrize(
    ("volume", "severity"),
    [("{{ .Release.Name }}-config", Severity.WARNING), ("settings", Severity.ERROR)],
)
def test_volume_named_after_the_release_is_missing_only_in_others(tree, volume, severity):
    """A mount names `web-config`, which is there when the release is called `web`."""
    pod = (
        CHART["charts/web/templates/deployment.yaml"].rstrip()
        + f"""
                  volumeMounts: [{{name: web-config, mountPath: /etc/web}}]
              volumes: [{{name: "{volume}", emptyDir: {{}}}}]
        """
    )
    tree(CHART, {"charts/web/templates/deployment.yaml": pod})
    found = [d for d in run().diagnostics if d.rule == "object-refused"]
    assert [d.severity for d in found] == [severity]
