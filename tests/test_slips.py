"""Slips of the hand in quiet places: what each is told as, and what beside it stays silent."""

from __future__ import annotations

import textwrap

import pytest

from upstreamlint.finding import Severity
from upstreamlint.render import helm, kustomize
from upstreamlint.run.engine import check
from upstreamlint.settings.config import Config

needs_engine = pytest.mark.skipif(helm.command() is None, reason="no Helm engine is at hand")
needs_kustomize = pytest.mark.skipif(kustomize.command() is None, reason="no kustomize is at hand")

ERROR, WARNING = Severity.ERROR, Severity.WARNING


def told(tmp_path, monkeypatch, files):
    """The errors and warnings about some files: rule and severity."""
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return {
        (d.rule, d.severity)
        for d in check(["."], Config(cache=False)).diagnostics
        if d.severity is not Severity.INFO
    }


def deployment(name, labels, port=8080, kind="Deployment", api="apps/v1", probe=True):
    pairs = ", ".join(f"{k}: {v}" for k, v in labels.items())
    asks = f"readinessProbe: {{httpGet: {{path: /, port: {port}}}}}" if probe else ""
    return f"""\
---
apiVersion: {api}
kind: {kind}
metadata: {{name: {name}, namespace: shop}}
spec:
  replicas: 2
  selector: {{matchLabels: {{{pairs}}}}}
  template:
    metadata: {{labels: {{{pairs}}}}}
    spec:
      containers:
        - name: app
          image: registry.example/{name}:1
          ports: [{{containerPort: {port}}}]
          {asks}
"""


def service(name, port=80, target=8080):
    return f"""\
---
apiVersion: v1
kind: Service
metadata: {{name: {name}, namespace: shop}}
spec:
  selector: {{app: {name}}}
  ports: [{{port: {port}, targetPort: {target}}}]
"""


def budget(name, labels):
    pairs = ", ".join(f"{k}: {v}" for k, v in labels.items())
    return f"""\
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {{name: {name}, namespace: shop}}
spec: {{minAvailable: 1, selector: {{matchLabels: {{{pairs}}}}}}}
"""


@pytest.mark.parametrize(
    ("name", "labels", "expected"),
    [
        ("spare", {"app": "ordres"}, ERROR),
        ("spare", {"app": "orders", "tier": "bak"}, ERROR),
        ("orders-pdb", {"app": "quince"}, ERROR),
        ("orders", {"app": "new-orders"}, ERROR),
        ("spare", {"app": "new-orders"}, WARNING),
        ("spare", {"app": "quince"}, None),
        ("orders-pdb", {"team": "quince"}, None),
        ("orders-pdb", {"app": "orders"}, None),
    ],
)
def test_a_budget_that_is_for_no_pods(tmp_path, monkeypatch, name, labels, expected):
    files = {"app.yaml": deployment("orders", {"app": "orders", "tier": "back"}) + budget(name, labels)}
    found = dict(told(tmp_path, monkeypatch, files))
    assert found.get("disruption-budget-selects-nothing") == expected


def test_a_budget_beside_that_of_its_namesake_is_for_something_else(tmp_path, monkeypatch):
    text = deployment("orders", {"app": "orders"}) + budget("orders-pdb", {"app": "quince"})
    text += budget("orders", {"app": "orders"})
    found = dict(told(tmp_path, monkeypatch, {"app.yaml": text}))
    assert "disruption-budget-selects-nothing" not in found


POLICY = """\
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{name: {name}, namespace: shop}}
spec:
  podSelector: {{matchLabels: {{app: {own}}}}}
  ingress:
    - from: [{{podSelector: {{matchLabels: {{app: {peer}}}}}}}]
      ports: [{{port: {port}}}]
    - from: [{{namespaceSelector: {{}}}}]
      ports: [{{port: 8080}}]
  egress:
    - to: [{{podSelector: {{matchLabels: {{app: store}}}}}}]
      ports: [{{port: {sent}}}]
"""


@pytest.mark.parametrize(
    ("change", "rule", "expected"),
    [
        ({"own": "ordres"}, "network-policy-selects-nothing", ERROR),
        ({"peer": "fornt"}, "network-policy-selects-nothing", ERROR),
        ({"peer": "new-front"}, "network-policy-selects-nothing", WARNING),
        ({"own": "quince"}, "network-policy-selects-nothing", WARNING),
        ({"own": "quince", "name": "spare"}, "network-policy-selects-nothing", None),
        ({"port": 880}, "network-policy-port-unserved", ERROR),
        ({"port": 9102}, "network-policy-port-unserved", None),
        ({"sent": 6739}, "network-policy-port-unserved", ERROR),
        ({"sent": 9121}, "network-policy-port-unserved", None),
        ({}, "network-policy-selects-nothing", None),
        ({}, "network-policy-port-unserved", None),
    ],
)
def test_a_policy_that_misses_by_little(tmp_path, monkeypatch, change, rule, expected):
    written = {"name": "orders-allow-front", "own": "orders", "peer": "front", "port": 8080, "sent": 6379}
    text = "".join(
        deployment(n, {"app": n}, p) + service(n, p, p)
        for n, p in (("orders", 8080), ("front", 3000), ("store", 6379))
    )
    found = dict(told(tmp_path, monkeypatch, {"app.yaml": text + POLICY.format(**{**written, **change})}))
    assert found.get(rule) == expected


def scaler(name, target):
    return f"""\
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {{name: {name}, namespace: shop}}
spec:
  scaleTargetRef: {{apiVersion: argoproj.io/v1alpha1, kind: Rollout, name: {target}}}
  maxReplicas: 3
"""


@pytest.mark.parametrize(
    ("target", "expected"), [("ordres", ERROR), ("orders-canary", None), ("orders", None)]
)
def test_a_scaler_of_a_kind_that_others_define(tmp_path, monkeypatch, target, expected):
    text = deployment("orders", {"app": "orders"}, kind="Rollout", api="argoproj.io/v1alpha1")
    found = dict(told(tmp_path, monkeypatch, {"app.yaml": text + scaler("orders", target)}))
    assert found.get("autoscaler-target-missing") == expected


@pytest.mark.parametrize(
    ("probe", "expected"), [(True, "target-port-not-on-pod"), (False, "target-port-not-served")]
)
def test_a_target_that_is_none_of_the_only_port_that_is_served(tmp_path, monkeypatch, probe, expected):
    text = deployment("orders", {"app": "orders"}, probe=probe) + service("orders", target=5909)
    found = dict(told(tmp_path, monkeypatch, {"app.yaml": text}))
    assert found == {expected: ERROR if probe else WARNING}


PROJECT = """\
services:
  api:
    image: registry.example/api:1
    environment:
      REDIS_URL: {cache}
      DB_HOST: {db}
      MAIL_URL: {mail}
    ports: ["{published}:8000"]
    env_file: [{{path: missing.env, required: false}}]
    healthcheck:
      test: [CMD, curl, -f, "http://localhost:{asked}/"]
  cache:
    image: redis:7-alpine
    command: ["redis-server", "--requirepass", "{words}"]
    ports: ["127.0.0.1:16379:6379"]
  db: {{image: "postgres:16"}}
  mail: {{image: registry.example/mail:1, expose: ["2525"]}}
"""


@pytest.mark.parametrize(
    ("change", "rule", "expected"),
    [
        ({}, "upstream-port-not-served", None),
        ({"cache": "redis://cache:9321/0"}, "upstream-port-not-served", ERROR),
        ({"cache": "redis://cache:9321/0", "words": "/etc/redis.conf"}, "upstream-port-not-served", WARNING),
        ({"db": "bd"}, "upstream-unknown", ERROR),
        ({"db": "quince"}, "upstream-unknown", ERROR),
        ({"mail": "http://quince:2525"}, "upstream-unknown", ERROR),
        ({"mail": "http://quince:8025"}, "upstream-unknown", WARNING),
        ({"asked": 800}, "healthcheck-port-mismatch", ERROR),
        ({"asked": 9001}, "healthcheck-port-mismatch", None),
    ],
)
def test_an_address_of_a_compose_project(tmp_path, monkeypatch, change, rule, expected):
    written = {
        "cache": "redis://cache:6379/0",
        "db": "db",
        "mail": "http://mail:2525",
        "published": 8000,
        "asked": 8000,
        "words": "secret",
    }
    found = dict(told(tmp_path, monkeypatch, {"compose.yaml": PROJECT.format(**{**written, **change})}))
    assert found.get(rule) == expected


def test_a_driver_behind_the_dialect_of_an_url_is_a_store(tmp_path, monkeypatch):
    text = """\
        services:
          api:
            image: registry.example/api:1
            environment: {DATABASE_URL: "postgresql+asyncpg://u:p@quince:5432/shop"}
          db: {image: "postgres:16"}
          pool: {image: registry.example/pool:1, expose: ["5432"]}
        """
    assert told(tmp_path, monkeypatch, {"compose.yaml": text}) == {("upstream-unknown", ERROR)}


def test_a_program_that_is_told_another_port_than_its_check_asks(tmp_path, monkeypatch):
    text = """\
        services:
          tasks:
            image: registry.example/tasks:1
            command: celery flower --port=9321
            ports: ["5555:5555"]
            healthcheck: {test: [CMD, wget, -q, "http://localhost:5555/"]}
        """
    assert told(tmp_path, monkeypatch, {"compose.yaml": text}) == {("healthcheck-port-mismatch", WARNING)}


CHART = {
    "web/Chart.yaml": "apiVersion: v2\nname: web\nversion: 0.1.0\n",
    "web/values.yaml": "image: nginx\nport: 5000\nbehind: {app: edge-gateway}\n",
    "web/templates/app.yaml": """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: "{{ .Release.Name }}"}
        spec:
          replicas: 2
          selector: {matchLabels: {app: "{{ .Release.Name }}"}}
          template:
            metadata: {labels: {app: "{{ .Release.Name }}"}}
            spec:
              containers:
                - name: web
                  image: "{{ .Values.image }}:1.27"
                  ports: [{name: http, containerPort: {{ .Values.port }}}]
                  readinessProbe: {httpGet: {path: /, port: http}}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: "{{ .Release.Name }}"}
        spec: {selector: {app: "{{ .Release.Name }}"}, ports: [{port: 80, targetPort: http}]}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: "{{ .Release.Name }}-edge"}
        spec:
          selector:
            app: {{ .Values.behind.app }}
          ports: [{port: 80, targetPort: 8080}]
        """,
}


@needs_engine
def test_what_the_values_of_a_chart_name_may_be_another_release(tmp_path, monkeypatch):
    assert told(tmp_path, monkeypatch, CHART) == {
        ("upstream-port-not-served", WARNING),
        ("service-selects-no-pods", WARNING),
    }


SHARED = """
    apiVersion: v2
    name: api
    version: 0.1.0
    dependencies: [{name: common, version: 2.x.x, repository: "https://charts.example"}]
"""
WITHOUT_LIBRARY = {
    "api/Chart.yaml": SHARED,
    "api/values.yaml": "port: 8080\n",
    "api/templates/NOTES.txt": "{{ .Values.nothing.here }}\n",
    "api/templates/app.yaml": """
        apiVersion: {{ include "common.capabilities.deployment.apiVersion" . }}
        kind: Deployment
        metadata:
          name: {{ include "common.names.fullname" . }}
        spec:
          replicas: 2
          selector:
            matchLabels: {{- include "common.labels.matchLabels" (dict "customLabels" .Values.podLabels "context" $) | nindent 6 }}
          template:
            metadata:
              labels: {{- include "common.labels.standard" . | nindent 8 }}
            spec:
              containers:
                - name: api
                  image: {{ include "common.images.image" (dict "imageRoot" .Values.image) }}
                  ports: [{name: http, containerPort: {{ .Values.port }}}]
                  readinessProbe: {httpGet: {path: /, port: http}}
        ---
        apiVersion: v1
        kind: Service
        metadata:
          name: {{ include "common.names.fullname" . }}
        spec:
          selector: {{- include "common.labels.matchLabels" . | nindent 4 }}
          ports: [{port: 80, targetPort: TARGET}]
        """,
}


@needs_engine
@pytest.mark.parametrize(
    ("target", "expected"),
    [("http", set()), ("htpp", {("target-port-not-on-pod", ERROR)})],
    ids=["right", "slip"],
)
def test_a_chart_whose_library_nobody_fetched(tmp_path, monkeypatch, target, expected):
    files = {name: text.replace("TARGET", target) for name, text in WITHOUT_LIBRARY.items()}
    assert told(tmp_path, monkeypatch, files) == expected


BASE = {
    "app/base/kustomization.yaml": "resources: [app.yaml]\n",
    "app/base/app.yaml": deployment("web", {"app": "web"}) + service("web").replace("app: web", "app: webb"),
}


@needs_kustomize
@pytest.mark.parametrize(
    "fields",
    [
        "inventory: {type: ConfigMap}\n",
        "configMapGenerator: [{name: settings, behavior: merge, literals: [A=b]}]\n",
        "resources: [../base, ../..]\n",
        "resources: [../base, broken.yaml]\n",
    ],
    ids=["unknown field", "merges into nothing", "cycle", "no YAML"],
)
def test_what_a_renderer_refuses_of_a_kustomization_leaves_the_rest(tmp_path, monkeypatch, fields):
    text = fields if "resources" in fields else f"resources: [../base]\n{fields}"
    files = {**BASE, "app/top/kustomization.yaml": text, "kustomization.yaml": "resources: [app/top]\n"}
    if "broken" in fields:
        files["app/top/broken.yaml"] = "apiVersion: v1\nkind: ConfigMap\n  metadata: {}\n"
    found = told(tmp_path, monkeypatch, files)
    assert ("service-selects-no-pods", ERROR) in found
    assert ("syntax-error" in dict(found)) == ("broken" in fields)


GATEWAY = """\
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: main, namespace: edge}
spec:
  gatewayClassName: eg
  listeners: [{name: https-shop, protocol: HTTP, port: 80, allowedRoutes: {namespaces: {from: All}}}]
"""
ROUTE = """\
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {{name: web, namespace: shop}}
spec:
  parentRefs: [{{name: {name}, namespace: edge, sectionName: {section}}}]
  rules: [{{backendRefs: [{{name: web, port: 80}}]}}]
"""


@needs_kustomize
@pytest.mark.parametrize(
    ("name", "section", "expected"),
    [
        ("main", "https-shop", None),
        ("mian", "https-shop", ERROR),
        ("quince", "https-shop", ERROR),
        ("quince", "https", None),
        ("main", "https-shp", ERROR),
    ],
)
def test_a_gateway_that_is_deployed_for_itself(tmp_path, monkeypatch, name, section, expected):
    app = deployment("web", {"app": "web"}) + service("web") + ROUTE.format(name=name, section=section)
    files = {
        "edge/kustomization.yaml": "resources: [gateway.yaml]\n",
        "edge/gateway.yaml": GATEWAY,
        "shop/kustomization.yaml": "resources: [app.yaml]\n",
        "shop/app.yaml": app,
    }
    assert dict(told(tmp_path, monkeypatch, files)).get("route-parent-missing") == expected


CONFIG = """\
---
apiVersion: v1
kind: ConfigMap
metadata: {name: settings, namespace: shop}
data: {LEVEL: info}
"""


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("envFrom: [{configMapRef: {name: quince}}]", WARNING),
        ("env: [{name: LEVEL, valueFrom: {configMapKeyRef: {name: quince, key: LEVEL}}}]", WARNING),
        ("env: [{name: LEVEL, valueFrom: {configMapKeyRef: {name: quince, key: OTHER}}}]", None),
        ("envFrom: [{configMapRef: {name: settings}}]", None),
    ],
)
def test_what_the_others_share_is_meant_by_the_only_name_that_is_missing(
    tmp_path, monkeypatch, asked, expected
):
    whole = "envFrom: [{configMapRef: {name: settings}}]"
    asks = {"orders": whole, "cart": whole, "web": asked}
    apps = [deployment(n, {"app": n}).replace("image:", f"{a}\n          image:", 1) for n, a in asks.items()]
    found = dict(told(tmp_path, monkeypatch, {"app.yaml": CONFIG + "".join(apps)}))
    assert found.get("needed-key-missing") == expected


@pytest.mark.parametrize(("host", "expected"), [("ml-notebooks", None), ("notebok", ERROR)])
def test_names_that_a_kustomization_gives_which_is_not_built(tmp_path, monkeypatch, host, expected):
    rule = f"""\
    apiVersion: networking.istio.io/v1
    kind: DestinationRule
    metadata: {{name: notebook, namespace: shop}}
    spec: {{host: {host}}}
    """
    files = {
        "app/kustomization.yaml": "namePrefix: ml-\nnameSuffix: s\nresources: [app.yaml, rule.yaml]\n",
        "app/app.yaml": deployment("notebook", {"app": "notebook"}) + service("notebook"),
        "app/rule.yaml": rule,
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(textwrap.dedent(text), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    result = check(["."], Config(cache=False, render=False))
    found = {d.rule: d.severity for d in result.diagnostics if d.severity is not Severity.INFO}
    assert found.get("destination-rule-host-unknown") == expected


@pytest.mark.parametrize(
    ("labels", "expected"),
    [("app: web, turn: leader", None), ("app: web, turn: early", ERROR)],
    ids=["elected", "not"],
)
def test_a_label_that_pods_give_each_other(tmp_path, monkeypatch, labels, expected):
    text = deployment("web", {"app": "web"}) + service("web").replace("app: web", labels)
    found = dict(told(tmp_path, monkeypatch, {"app.yaml": text}))
    assert found.get("service-selects-no-pods") == expected


CHOICE = {
    "web/Chart.yaml": CHART["web/Chart.yaml"],
    "web/values.yaml": "kind: Deployment\nopenshift: false\n",
    "web/templates/app.yaml": """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: "{{ .Release.Name }}"}
        spec:
          replicas: 2
          selector: {matchLabels: {app: "{{ .Release.Name }}"}}
          template:
            metadata: {labels: {app: "{{ .Release.Name }}"}}
            spec:
              containers:
                - name: web
                  image: registry.example/web:1
                  ports: [{name: http, containerPort: 8080}]
                  readinessProbe: {httpGet: {path: /, port: http}}
        """,
    "web/templates/more.yaml": """
        {{- if CONDITION }}
        apiVersion: v1
        kind: Service
        metadata: {name: "{{ .Release.Name }}"}
        spec: {selector: {app: "{{ .Release.Name }}"}, ports: [{port: 80, targetPort: htpp}]}
        {{- end }}
        """,
}


@needs_engine
@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (".Values.openshift", {("target-port-not-on-pod", WARNING)}),
        ('eq .Values.kind "Other"', {("target-port-not-on-pod", WARNING)}),
        ('eq .Values.unset "Other"', set()),
        ('ne .Values.kind "Deployment"', set()),
    ],
)
def test_what_a_chart_makes_with_another_choice(tmp_path, monkeypatch, condition, expected):
    files = {name: text.replace("CONDITION", condition) for name, text in CHOICE.items()}
    assert told(tmp_path, monkeypatch, files) == expected


@needs_engine
def test_a_template_that_does_not_render_leaves_the_rest(tmp_path, monkeypatch):
    own = {
        "web/templates/broken.yaml": 'kind: CronJob\nname: {{ include "web.nothing" . }}\n',
        "web/templates/more.yaml": CHOICE["web/templates/more.yaml"].replace("CONDITION", "true"),
    }
    assert told(tmp_path, monkeypatch, {**CHOICE, **own}) == {("target-port-not-on-pod", ERROR)}


@pytest.mark.parametrize(
    ("names", "expected"), [(("a-web", "b-web", "c-web"), None), (("a-web", "own"), ERROR)]
)
def test_a_proxy_in_front_of_other_projects(tmp_path, monkeypatch, names, expected):
    services = "".join(f"    {n}: {{loadBalancer: {{servers: [{{url: 'http://{n}:80'}}]}}}}\n" for n in names)
    routers = "".join(
        f"    {n}: {{rule: 'Host(`{n}.example`)', service: {n}, entryPoints: [web]}}\n" for n in names
    )
    files = {
        "compose.yaml": """
            services:
              edge:
                image: traefik:v3.3
                ports: ["80:80"]
                volumes: ["./traefik.yml:/etc/traefik/traefik.yml:ro", "./dynamic.yml:/dynamic.yml:ro"]
              own: {image: registry.example/own:1, expose: ["80"]}
            """,
        "traefik.yml": "entryPoints: {web: {address: ':80'}}\nproviders: {file: {filename: /dynamic.yml}}\n",
        "dynamic.yml": f"http:\n  routers:\n{routers}  services:\n{services}",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(textwrap.dedent(text), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    found = {d.rule: d.severity for d in check(["."], Config(cache=False)).diagnostics}
    assert found.get("upstream-unknown") == expected


@pytest.mark.parametrize(
    ("hosts", "expected"),
    [
        ("local:cache:6379", set()),
        ("local:cahce:6379", {("upstream-unknown", ERROR)}),
        ("local:cache:9321", {("upstream-port-not-served", ERROR)}),
        ("local:cache:6379:0,other:cache:6379:1", set()),
    ],
)
def test_servers_that_are_listed_with_labels(tmp_path, monkeypatch, hosts, expected):
    text = f"""\
        services:
          shown:
            image: rediscommander/redis-commander:latest
            environment: {{REDIS_HOSTS: "{hosts}"}}
            depends_on: [cache]
          cache: {{image: "redis:7-alpine"}}
        """
    assert told(tmp_path, monkeypatch, {"compose.yaml": text}) == expected
