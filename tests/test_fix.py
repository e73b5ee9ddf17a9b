"""Fixes that are certain: what is edited, byte by byte, and what is left alone."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from upstreamlint import cli, rules, testing
from upstreamlint.finding import Severity
from upstreamlint.mend.choose import choose
from upstreamlint.render import helm, kustomize
from upstreamlint.run import engine
from upstreamlint.settings.config import Config

RULES = rules.load()
CASES = Path(__file__).resolve().parents[2] / "shared" / "reproductions"


def mended(texts):
    """The texts with all fixes that hold, and the rules of the errors and warnings that are left."""
    result = testing.check_texts(texts, RULES)
    found = choose(result, result.diagnostics, lambda new: testing.check_texts({**texts, **new}, RULES))
    left = [d.rule for d in found.result.diagnostics if d.severity is not Severity.INFO]
    return {**texts, **found.texts}, left


def deployment(name="web", labels="app: web", port="{name: http, containerPort: 8080}", more=""):
    return (
        f"apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {name}, namespace: shop}}\nspec:\n"
        f"  selector: {{matchLabels: {{{labels}}}}}\n  template:\n    metadata: {{labels: {{{labels}}}}}\n"
        f"    spec:\n      containers:\n        - name: app\n          ports: [{port}]\n{more}---\n"
    )


def service(name="web", selector="app: web", ports="{port: 80, targetPort: 8080}"):
    return (
        f"apiVersion: v1\nkind: Service\nmetadata: {{name: {name}, namespace: shop}}\n"
        f"spec:\n  selector:\n    {selector}\n  ports: [{ports}]\n---\n"
    )


def ingress(name="web", port="number: 80"):
    return (
        "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: shop, namespace: shop}\n"
        "spec:\n  defaultBackend:\n    service:\n"
        f"      name: {name}\n      port: {{{port}}}\n---\n"
    )


def istio(kind, name, spec):
    return (
        f"apiVersion: networking.istio.io/v1\nkind: {kind}\nmetadata: {{name: {name}, namespace: shop}}\n"
        f"spec: {spec}\n---\n"
    )


def compose(proxy, app="expose: ['3000']", name="catalog", top=""):
    return (
        f"{top}services:\n  proxy:\n    image: nginx:1.27\n    ports: ['80:80']\n{proxy}"
        f"  {name}:\n    image: example/app\n    {app}\n"
    )


NGINX = "    depends_on: [catalog]\n    volumes: ['./nginx.conf:/etc/nginx/conf.d/default.conf:ro']\n"
WEB = deployment() + service()
FRONT = deployment(labels="app: storefront") + service(selector="app: storefront")
PROBE = "          readinessProbe: {{httpGet: {{path: /, port: {}}}}}\n"

KINDS = {
    "selector": ({"a.yaml": deployment() + service(selector="app: wbe")}, "app: wbe", "app: web"),
    "quoted selector": (
        {"a.yaml": deployment(labels="app: storefront") + service(selector='"app" : "store-front"  # ours')},
        '"app" : "store-front"  # ours',
        '"app" : "storefront"  # ours',
    ),
    "workload selector": (
        {
            "a.yaml": deployment(labels="app: storefront").replace(
                "matchLabels: {app: storef", "matchLabels: {app: store-f"
            )
        },
        "{app: store-front}",
        "{app: storefront}",
    ),
    "named target port": (
        {"a.yaml": deployment() + service(ports="{port: 80, targetPort: htpp}")},
        "targetPort: htpp",
        "targetPort: http",
    ),
    "target port with digits swapped": (
        {"a.yaml": deployment() + service(ports="{port: 80, targetPort: 8008}")},
        "targetPort: 8008",
        "targetPort: 8080",
    ),
    "probe's port by name": (
        {"a.yaml": deployment(more=PROBE.format("htttp")) + service()},
        "port: htttp",
        "port: http",
    ),
    "probe's port with digits swapped": (
        {"a.yaml": deployment(more=PROBE.format("8008")) + service()},
        "path: /, port: 8008",
        "path: /, port: 8080",
    ),
    "backend's name": (
        {"a.yaml": deployment(labels="app: web") + service("storefront") + ingress("store-front")},
        "name: store-front",
        "name: storefront",
    ),
    "backend's port": ({"a.yaml": WEB + ingress(port="number: 8080")}, "number: 8080", "number: 80"),
    "destination's host": (
        {
            "a.yaml": WEB
            + istio(
                "VirtualService", "web", "{hosts: [web], http: [{route: [{destination: {host: web.shop}}]}]}"
            )
        },
        "host: web.shop}",
        "host: web.shop.svc.cluster.local}",
    ),
    "destination's port": (
        {
            "a.yaml": WEB
            + istio(
                "VirtualService",
                "web",
                "{hosts: [web], http: [{route: [{destination: {host: web, port: {number: 8080}}}]}]}",
            )
        },
        "number: 8080",
        "number: 80",
    ),
    "subset": (
        {
            "a.yaml": deployment(labels="app: web, track: stable")
            + service()
            + istio(
                "DestinationRule", "web", "{host: web, subsets: [{name: stable, labels: {track: stable}}]}"
            )
            + istio(
                "VirtualService",
                "web",
                "{hosts: [web], http: [{route: [{destination: {host: web, subset: 'stabel'}}]}]}",
            )
        },
        "subset: 'stabel'",
        "subset: 'stable'",
    ),
    "subset that another is like in all but the slip": (
        {
            "a.yaml": deployment(labels="app: web, version: v1")
            + deployment(name="web-2", labels="app: web, version: v2")
            + service()
            + istio(
                "DestinationRule",
                "web",
                "{host: web, subsets: [{name: version-v1, labels: {version: v1}}, "
                "{name: version-v2, labels: {version: v2}}]}",
            )
            + istio(
                "VirtualService",
                "web",
                "{hosts: [web], http: [{route: [{destination: {host: web, subset: verison-v1}}]}]}",
            )
        },
        "verison-v1",
        "version-v1",
    ),
    "subset's label": (
        {
            "a.yaml": deployment(labels="app: web, track: stable")
            + service()
            + istio("DestinationRule", "web", "{host: web, subsets: [{name: s, labels: {track: stabel}}]}")
            + istio(
                "VirtualService",
                "web",
                "{hosts: [web], http: [{route: [{destination: {host: web, subset: s}}]}]}",
            )
        },
        "track: stabel",
        "track: stable",
    ),
    "route's parent": (
        {
            "a.yaml": WEB + "apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\n"
            "metadata: {name: public, namespace: shop}\n"
            "spec: {gatewayClassName: istio, listeners: [{name: web, port: 80, protocol: HTTP}]}\n---\n"
            "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: web, namespace: shop}\n"
            "spec: {parentRefs: [{name: pubic}], rules: [{backendRefs: [{name: web, port: 80}]}]}\n"
        },
        "name: pubic",
        "name: public",
    ),
    "governing Service": (
        {
            "a.yaml": deployment()
            .replace("kind: Deployment", "kind: StatefulSet")
            .replace("spec:\n  selector", "spec:\n  serviceName: webb-peers\n  selector")
            + service("web-peers").replace("spec:\n", "spec:\n  clusterIP: None\n")
        },
        "serviceName: webb-peers",
        "serviceName: web-peers",
    ),
    "nginx's host": (
        {
            "compose.yaml": compose(NGINX),
            "nginx.conf": "server {\n\tlocation / { proxy_pass http://catalgo:3000; } # here\n}",
        },
        "http://catalgo:3000; } # here",
        "http://catalog:3000; } # here",
    ),
    "nginx's published port": (
        {
            "compose.yaml": compose(NGINX, "ports: ['8081:3000']"),
            "nginx.conf": "server { location / { proxy_pass http://catalog:8081; } }",
        },
        "catalog:8081",
        "catalog:3000",
    ),
    "nginx's upstream": (
        {
            "compose.yaml": compose(NGINX),
            "nginx.conf": "upstream goods { server catalog:3000; }\n"
            "server { location / { proxy_pass http://good; } }",
        },
        "http://good;",
        "http://goods;",
    ),
    "variable's host": (
        {
            "compose.yaml": compose(
                '    environment:\n      API_URL: "http://catalgo:3000/v1"  # the API\n', name="catalog"
            )
        },
        '"http://catalgo:3000/v1"  # the API',
        '"http://catalog:3000/v1"  # the API',
    ),
    "label's service": (
        {
            "compose.yaml": "services:\n  edge:\n    image: traefik:v3\n    ports: ['80:80']\n"
            "    volumes: ['/var/run/docker.sock:/var/run/docker.sock']\n  app:\n    image: example/app\n"
            "    labels:\n      - traefik.http.routers.app.rule=Host(`a.example`)\n"
            "      - traefik.http.routers.app.service=ap\n"
            "      - traefik.http.services.app.loadbalancer.server.port=3000\n    expose: ['3000']\n"
        },
        "routers.app.service=ap\n",
        "routers.app.service=app\n",
    ),
    "label's network": (
        {
            "compose.yaml": "name: shop\nservices:\n  edge:\n    image: traefik:v3\n    ports: ['80:80']\n"
            "    networks: [front]\n    volumes: ['/var/run/docker.sock:/var/run/docker.sock']\n  app:\n"
            "    image: example/app\n    networks: [front, back]\n    expose: ['3000']\n"
            "    labels:\n      traefik.http.routers.app.rule: Host(`a.example`)\n"
            '      traefik.docker.network: "front"\nnetworks: {front: {}, back: {}}\n'
        },
        'network: "front"',
        'network: "shop_front"',
    ),
    "loopback": (
        {
            "compose.yaml": compose(NGINX),
            "nginx.conf": "server { location / { proxy_pass http://127.0.0.1:3000; } }",
        },
        "127.0.0.1",
        "catalog",
    ),
    "name of a container": (
        {
            "compose.yaml": compose(NGINX, "container_name: shop-catalog\n    expose: ['3000']"),
            "nginx.conf": "server { location / { proxy_pass http://shop-catalgo:3000; } }",
        },
        "shop-catalgo",
        "shop-catalog",
    ),
    "alias": (
        {
            "compose.yaml": compose(
                NGINX, "expose: ['3000']\n    networks: {default: {aliases: [warehouse]}}"
            ),
            "nginx.conf": "server { location / { proxy_pass http://warehuose:3000; } }",
        },
        "warehuose",
        "warehouse",
    ),
    "network of a service": (
        {
            "compose.yaml": compose("    networks: [bakcend]\n", "networks: [backend]")
            + "networks: {backend: {}}\n"
        },
        "[bakcend]",
        "[backend]",
    ),
    "health check's port": (
        {
            "compose.yaml": compose(
                "",
                "ports: ['8081:3000']\n    healthcheck: {test: [CMD, curl, -f, 'http://localhost:8081/']}",
            )
        },
        "localhost:8081",
        "localhost:3000",
    ),
    "Envoy's cluster": (
        {
            "envoy.yaml": "static_resources:\n  listeners:\n  - name: l\n"
            "    address: {socket_address: {address: 0.0.0.0, port_value: 80}}\n    filter_chains:\n"
            "    - filters:\n      - name: envoy.filters.network.tcp_proxy\n        typed_config:\n"
            '          "@type": type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy\n'
            "          stat_prefix: x\n          cluster: catalgo\n  clusters:\n  - name: catalog\n"
            "    type: STRICT_DNS\n    load_assignment: {cluster_name: catalog, endpoints: [{lb_endpoints:"
            " [{endpoint: {address: {socket_address: {address: catalog.example, port_value: 80}}}}]}]}\n"
        },
        "cluster: catalgo",
        "cluster: catalog",
    ),
    "field": (
        {"a.yaml": deployment() + service().replace("selector:", "selectors:")},
        "selectors:",
        "selector:",
    ),
}


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_meant_is_written_and_nothing_else(kind):
    texts, before, after = KINDS[kind]
    fixed, left = mended(texts)
    changed = [path for path in texts if texts[path] != fixed[path]]
    assert len(changed) == 1
    path = changed[0]
    assert texts[path].count(before) == 1
    assert fixed[path] == texts[path].replace(before, after)
    assert left == []


def test_every_place_of_one_fault_is_edited():
    text = "server {\n  location /a { proxy_pass http://catalgo:3000; }\n  location /b { proxy_pass http://catalgo:3000; }\n}\n"
    fixed, left = mended({"compose.yaml": compose(NGINX), "nginx.conf": text})
    assert fixed["nginx.conf"] == text.replace("catalgo", "catalog")
    assert left == []


LEFT = {
    "two names come as near": {
        "compose.yaml": compose(NGINX) + "  catalok:\n    image: example/app\n    expose: ['3000']\n",
        "nginx.conf": "server { location / { proxy_pass http://catalof:3000; } }",
    },
    "the Service has several ports": {
        "a.yaml": deployment()
        + service(ports="{name: a, port: 80, targetPort: 8080}, {name: b, port: 81, targetPort: 8080}")
        + ingress(port="number: 8090")
    },
    "another port is only the likely one": {
        "compose.yaml": compose(NGINX),
        "nginx.conf": "server { location / { proxy_pass http://catalog:5555; } }",
    },
    "a fix that leads to another error": {
        "compose.yaml": compose(NGINX, "ports: ['8081:3000']"),
        "nginx.conf": "server { location / { proxy_pass http://catalgo:8081; } }",
    },
    "a name that a variable made": {
        "compose.yaml": compose("    environment:\n      API_URL: http://${NAME:-catalgo}:3000/\n")
    },
    "a template": {"a.yaml": deployment() + service(selector="app: wbe") + "# {{ .Values.more }}\n"},
    "a word would become another type": {
        "a.yaml": deployment(labels='app: "true"') + service(selector="app: tru")
    },
}


@pytest.mark.parametrize("why", LEFT)
def test_what_is_not_certain_is_left(why):
    fixed, left = mended(LEFT[why])
    assert fixed == LEFT[why]
    assert left


@pytest.fixture
def command(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)

    def run(*arguments):
        status = cli.run(["check", *arguments])
        out, err = capsys.readouterr()
        return status, out, err

    return run


BROKEN = (
    deployment(labels="app: café-web").replace("café", "cafe")
    + "# ünïcödé 日本\n"
    + service(selector="app: cafe-wbe # →")
)
ENCODINGS = {
    "line feeds": lambda text: text.encode(),
    "carriage returns": lambda text: text.replace("\n", "\r\n").encode(),
    "byte order mark": lambda text: b"\xef\xbb\xbf" + text.encode(),
    "UTF-16": lambda text: text.encode("utf-16"),
    "no last line feed": lambda text: text.rstrip("-\n").encode(),
}


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_only_the_bytes_of_the_word_change(command, tmp_path, encoding):
    encode = ENCODINGS[encoding]
    (tmp_path / "web.yaml").write_bytes(encode(BROKEN))
    (tmp_path / "web.yaml").chmod(0o640)
    status, out, err = command("--fix")
    assert (tmp_path / "web.yaml").read_bytes() == encode(BROKEN.replace("cafe-wbe", "cafe-web"))
    assert os.name == "nt" or (tmp_path / "web.yaml").stat().st_mode & 0o777 == 0o640
    assert status == 0
    assert "0 errors" not in out
    assert "fixed 1 finding in 1 file" in err
    assert command("--fix", "--strict")[0] == 0


def test_bytes_that_are_no_text_are_not_rewritten(command, tmp_path):
    data = BROKEN.encode() + b"# \xff\n"
    (tmp_path / "web.yaml").write_bytes(data)
    status, _, err = command("--fix")
    assert (status, "web.yaml` is not fixed" in err) == (2, True)
    assert (tmp_path / "web.yaml").read_bytes() == data


def test_the_diff_applies_and_changes_nothing_by_itself(command, tmp_path):
    for name in ("one.yaml", "two.yaml"):
        (tmp_path / name).write_text(
            BROKEN.replace("web", name[:3]).replace("wbe", f"{name[1]}{name[0]}{name[2]}").rstrip("-\n"),
            newline="",
        )
    before = {p.name: p.read_bytes() for p in tmp_path.iterdir()}
    status, out, _ = command("--diff")
    assert status == 1
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == before
    subprocess.run(["git", "apply", "-p1", "-"], input=out, text=True, check=True, cwd=tmp_path)
    applied = {p.name: p.read_bytes() for p in tmp_path.iterdir()}
    for name, data in before.items():
        (tmp_path / name).write_bytes(data)
    assert command("--fix")[0] == 0
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == applied


def test_reports_for_machines_carry_the_edits(command, tmp_path):
    (tmp_path / "web.yaml").write_text(BROKEN)
    line = BROKEN[: BROKEN.index("app: cafe-wbe")].count("\n") + 1
    _, out, _ = command("--format", "json")
    (edit,) = [e for d in json.loads(out)["diagnostics"] if d["fix"] for e in d["fix"]["edits"]]
    assert edit == {
        "path": "web.yaml",
        "line": line,
        "column": 10,
        "end_line": line,
        "end_column": 18,
        "text": "cafe-web",
    }
    _, out, _ = command("--format", "sarif")
    (fix,) = [f for r in json.loads(out)["runs"][0]["results"] for f in r.get("fixes", ())]
    (change,) = fix["artifactChanges"]
    assert change["artifactLocation"] == {"uri": "web.yaml"}
    assert change["replacements"] == [
        {
            "deletedRegion": {"startLine": line, "startColumn": 10, "endLine": line, "endColumn": 18},
            "insertedContent": {"text": "cafe-web"},
        }
    ]


def test_a_warning_behind_an_error_does_not_keep_it_from_being_fixed():
    texts = {
        "compose.yaml": compose(NGINX.replace("    depends_on: [catalog]\n", "")),
        "nginx.conf": "server { location / { proxy_pass http://catalgo:3000; } }",
    }
    fixed, left = mended(texts)
    assert fixed["nginx.conf"] == texts["nginx.conf"].replace("catalgo", "catalog")
    assert left == ["depends-on-missing"]


def test_a_fix_that_does_not_hold_is_told(command, tmp_path):
    for path, text in LEFT["a fix that leads to another error"].items():
        (tmp_path / path).write_text(text)
    for option in ("--fix", "--diff"):
        status, _, err = command(option)
        assert (status, "fixed 1" in err) == (1, False)
        assert "not fixed: nginx.conf:1 [upstream-unknown] write `catalog` for `catalgo`: then " in err
        assert "[published-port-used]" in err


def test_a_fix_that_leads_to_another_error_is_in_no_report(command, tmp_path):
    for path, text in LEFT["a fix that leads to another error"].items():
        (tmp_path / path).write_text(text)
    _, out, _ = command("--format", "json")
    assert [d["fix"] for d in json.loads(out)["diagnostics"]] == [None] * len(json.loads(out)["diagnostics"])


def test_what_is_silenced_is_not_fixed(command, tmp_path):
    text = BROKEN.replace("cafe-wbe # →", "cafe-wbe # upstreamlint: ignore[service-selects-no-pods]")
    (tmp_path / "web.yaml").write_text(text)
    assert command("--fix")[0] == 0
    assert (tmp_path / "web.yaml").read_text() == text


@pytest.mark.skipif(kustomize.command() is None, reason="nothing builds kustomizations here")
def test_a_kustomization_is_fixed_where_the_word_is_written(command, tmp_path):
    base, overlay = tmp_path / "base", tmp_path / "prod"
    base.mkdir()
    overlay.mkdir()
    (base / "web.yaml").write_text(FRONT)
    (base / "kustomization.yaml").write_text("resources: [web.yaml]\n")
    patch = "apiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: shop}\nspec:\n  selector: {app: store-front}  # prod\n"
    (overlay / "patch.yaml").write_text(patch)
    (overlay / "kustomization.yaml").write_text("resources: [../base]\npatches: [{path: patch.yaml}]\n")
    assert command("--fix", "--no-cache")[0] == 0
    assert (overlay / "patch.yaml").read_text() == patch.replace("store-front", "storefront")
    assert (base / "web.yaml").read_text() == FRONT


@pytest.mark.skipif(kustomize.command() is None, reason="nothing builds kustomizations here")
def test_what_a_prefix_made_is_left(command, tmp_path):
    (tmp_path / "web.yaml").write_text(WEB + ingress("webb-svc") + service("web-svc"))
    (tmp_path / "kustomization.yaml").write_text("namePrefix: dev-\nresources: [web.yaml]\n")
    assert command("--fix", "--no-cache")[0] == 1
    assert (tmp_path / "web.yaml").read_text() == WEB + ingress("webb-svc") + service("web-svc")


@pytest.mark.skipif(helm.command() is None, reason="nothing renders charts here")
def test_a_template_of_a_chart_is_left_and_other_files_are_checked_with_it(command, tmp_path):
    chart = tmp_path / "chart"
    (chart / "templates").mkdir(parents=True)
    (chart / "Chart.yaml").write_text("apiVersion: v2\nname: web\nversion: 1.0.0\n")
    (chart / "templates" / "web.yaml").write_text(deployment() + service(selector="app: wbe"))
    (tmp_path / "plain.yaml").write_text(BROKEN)
    assert command("--fix")[0] == 1
    assert "app: wbe" in (chart / "templates" / "web.yaml").read_text()
    assert "cafe-wbe" not in (tmp_path / "plain.yaml").read_text()


@pytest.mark.skipif(not CASES.is_dir(), reason="no folder `shared` beside the repository")
def test_fixes_of_real_faults_hold(monkeypatch):
    """Every fix that is offered for a reproduction mends it: the run over the fixed files is without the finding."""
    offered, held = [], []
    for case in sorted(CASES.iterdir()):
        monkeypatch.chdir(case)
        names = sorted(n for n in os.listdir(".") if n not in ("fixed", "expect.json"))
        result = engine.check(names, Config())
        with_fix = [d for d in result.diagnostics if d.finding.fix]
        if not with_fix:
            continue
        found = choose(result, with_fix, lambda new, n=names: engine.check_edited(n, new, Config()))
        offered += [f"{case.name}: {d.rule}" for d in with_fix]
        held += [f"{case.name}: {d.rule}" for d in found.diagnostics]
    print(
        f"\nreproductions, fixes that hold of those offered: {len(held)} of {len(offered)}", file=sys.stderr
    )
    assert len(offered) >= 15
    assert set(offered) - set(held) == set()
