"""Things that look wrong and are not, found in public repositories: each beside what is wrong indeed."""

from __future__ import annotations

import pytest

from upstreamlint import rules, testing
from upstreamlint.files.discover import discover
from upstreamlint.finding import Severity
from upstreamlint.run.engine import check
from upstreamlint.settings.config import Config

RULES = rules.load()


def service(port=80, target=8080, name="web"):
    return (
        f"apiVersion: v1\nkind: Service\nmetadata: {{name: {name}}}\n"
        f"spec: {{selector: {{app: web}}, ports: [{{port: {port}, targetPort: {target}}}]}}\n"
    )


def deployment(container, pod="", spec=""):
    return (
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n"
        f"{spec}  selector: {{matchLabels: {{app: web}}}}\n  template:\n    metadata: {{labels: {{app: web}}}}\n"
        f"    spec:\n{pod}      containers: [{{name: web, {container}}}]\n"
    )


INGRESS = (
    "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: web}\n"
    "spec: {defaultBackend: {service: {name: web, port: {number: 80}}}}\n"
)


def ruled(texts):
    found = testing.check_texts(texts, RULES).diagnostics
    return [d.rule for d in found if d.severity is not Severity.INFO]


def probe(port, declared, name, host="", pod=""):
    probed = f"readinessProbe: {{httpGet: {{path: /, port: {port}{host}}}}}"
    return {"app.yaml": deployment(f"ports: [{{name: {name}, containerPort: {declared}}}], {probed}", pod)}


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (probe(1042, 1024, "http"), ["probe-port-not-served"]),
        (probe(1042, 1024, "stat"), []),
        (probe(8100, 8100, "http", ", host: 127.0.0.1"), ["probe-port-not-served"]),
        (probe(8100, 8100, "http", ", host: 127.0.0.1", "      hostNetwork: true\n"), []),
    ],
)
def test_probes(texts, expected):
    assert ruled(texts) == expected


MOUNTED = (
    "      volumes: [{name: c, configMap: {name: conf}}]\n",
    "ports: [{containerPort: 9090}], volumeMounts: [{name: c, mountPath: /etc/web}]",
)


@pytest.mark.parametrize(
    ("text", "expected"), [("listen: 8080", []), ("listen: 80800", ["target-port-not-served"])]
)
def test_a_number_in_a_mounted_config_map_is_served(text, expected):
    conf = f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: conf}}\ndata: {{web.conf: '{text}'}}\n"
    texts = {"app.yaml": deployment(MOUNTED[1], MOUNTED[0]), "svc.yaml": service(), "conf.yaml": conf}
    assert ruled(texts) == expected


@pytest.mark.parametrize("dockerfile", ["", "EXPOSE 3000\n"])
def test_published_ports_alone_do_not_close_what_an_image_built_here_serves(dockerfile):
    texts = {
        "compose.yaml": "services:\n  proxy: {image: 'nginx:1.27', depends_on: [app],"
        " volumes: ['./p.conf:/etc/nginx/conf.d/default.conf']}\n"
        "  app: {build: ., ports: ['3000:3000']}\n",
        "p.conf": "server { listen 80; location / { proxy_pass http://app:8080; } }\n",
        "Dockerfile": f"FROM registry.example/base:1\n{dockerfile}",
    }
    assert ruled(texts) == (["upstream-port-not-served"] if dockerfile else [])


@pytest.mark.parametrize(
    ("volume", "expected"),
    [
        ("", ["rollout-empties-service"]),
        ("      volumes: [{name: d, persistentVolumeClaim: {claimName: d}}]\n", []),
    ],
)
def test_a_volume_that_one_pod_may_write_demands_recreate(volume, expected):
    app = deployment("ports: [{containerPort: 8080}]", volume, "  strategy: {type: Recreate}\n")
    assert ruled({"app.yaml": app, "svc.yaml": service(), "in.yaml": INGRESS}) == expected


@pytest.mark.parametrize(
    ("image", "expected"), [("postgres:17", ["healthcheck-too-tight"]), ("valkey/valkey:8", [])]
)
def test_what_serves_within_a_second_needs_no_patience(image, expected):
    text = (
        f"services:\n  db:\n    image: {image}\n    healthcheck: {{test: [CMD, 'true'], interval: 1s, retries: 5}}\n"
        "  app: {image: 'registry.example/app:1', depends_on: {db: {condition: service_healthy}}}\n"
    )
    assert ruled({"compose.yaml": text}) == expected


def test_a_file_with_an_object_without_a_name_is_a_patch():
    patch = deployment("ports: [{containerPort: 5005}]").replace("metadata: {name: web}\n", "", 1)
    texts = {"app.yaml": deployment("ports: [{containerPort: 8080}]"), "svc.yaml": service()}
    assert ruled({**texts, "debug.yaml": f"{patch}---\n{service(5005, 5005)}"}) == []
    assert ruled({**texts, "debug.yaml": service(5005, 5005, "debug")}) == ["target-port-not-served"]
    told = deployment("args: ['--port=8080'], ports: [{containerPort: 8080}]")
    assert ruled({**texts, "app.yaml": told, "debug.yaml": f"{patch}---\n{service(5005, 5005)}"}) == []


def test_clients_that_a_policy_admits_come_from_other_releases():
    policy = (
        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: web}\nspec:\n"
        "  podSelector: {matchLabels: {app: OWN}}\n"
        "  ingress: [{from: [{podSelector: {matchLabels: {app: PEER}}}]}]\n"
    )
    texts = {
        "kustomization.yaml": "resources: [app.yaml, policy.yaml]\n",
        "app.yaml": deployment("ports: [{containerPort: 8080}]"),
    }
    assert ruled({**texts, "policy.yaml": policy.replace("OWN", "web").replace("PEER", "prometheus")}) == []


ENVOY = """\
static_resources:
  clusters:
    - name: stats
      type: STATIC
      load_assignment:
        cluster_name: stats
        endpoints:
          lb_endpoints:
            endpoint: {address: {socket_address: {address: 192.0.2.1, port_value: PORT}}}
  listeners:
    - name: web
      address: {socket_address: {address: 0.0.0.0, port_value: 80}}
      filter_chains:
        filters:
          name: envoy.filters.network.tcp_proxy
          typed_config:
            "@type": type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy
            stat_prefix: web
            cluster: CLUSTER
"""


@pytest.mark.parametrize(("cluster", "expected"), [("stats", []), ("stat", ["envoy-cluster-undefined"])])
def test_envoy_takes_a_message_for_a_list_of_one(cluster, expected):
    assert ruled({"envoy.yaml": ENVOY.replace("PORT", "9901").replace("CLUSTER", cluster)}) == expected


@pytest.mark.parametrize(
    "folder", ["tests/data", "e2e/data", "tests/unit/data", "src/test/resources", "testdata"]
)
def test_folders_of_test_data_are_left_out_unless_named(folder, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / folder).mkdir(parents=True)
    (tmp_path / folder / "a.yaml").write_text("a: 1\n")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "b.yaml").write_text("b: 1\n")
    assert [found.path for found in discover(["."]).files] == ["data/b.yaml"]
    assert [found.path for found in discover([folder]).files] == [f"{folder}/a.yaml"]


def test_an_object_without_api_version_is_an_excerpt():
    excerpt = "kind: Service\nmetadata: {name: mine}\nspec: {ports: [{number: 80}]}\n"
    assert ruled({"doc.yaml": excerpt}) == []
    assert ruled({"doc.yaml": f"apiVersion: v1\n{excerpt}"}) == ["object-refused"]


LDS = ENVOY + "dynamic_resources: {lds_config: {path_config_source: {path: /etc/envoy/lds.yaml}}}\n"
RUN = (
    "services: {envoy: {image: 'envoyproxy/envoy:v1.31', volumes: ['./envoy.yaml:/etc/envoy/envoy.yaml']}}\n"
)


@pytest.mark.parametrize(("text", "expected"), [(ENVOY, ["loopback-in-container"]), (LDS, [])])
def test_listeners_of_an_envoy_may_come_from_another_file(text, expected):
    text = text.replace("192.0.2.1", "127.0.0.1").replace("PORT", "10002").replace("CLUSTER", "stats")
    assert ruled({"compose.yaml": RUN, "envoy.yaml": text}) == expected


def compose(*services):
    return "services:\n" + "".join(f"  {s}\n" for s in services)


PROXY = "proxy: {image: 'registry.example/proxy:1', depends_on: [NAME]}"
APP = "app: {image: 'registry.example/app:1'}"


@pytest.mark.parametrize(
    ("name", "beside", "expected"),
    [
        ("apps", {}, ["depends-on-unknown"]),
        ("apps", {"compose.full.yaml": compose("apps: {image: 'registry.example/apps:1'}")}, []),
        (
            "apps",
            {"other/compose.yaml": compose("apps: {image: 'registry.example/apps:1'}")},
            ["depends-on-unknown"],
        ),
    ],
)
def test_a_file_that_names_what_a_file_beside_it_defines_is_meant_for_both(name, beside, expected):
    text = compose(PROXY.replace("NAME", name), APP)
    assert ruled({"compose.tests.yaml": text, **beside}) == expected


def test_a_name_that_several_services_ask_for_is_no_slip():
    text = compose(
        PROXY.replace("NAME", "apps"), PROXY.replace("NAME", "apps").replace("proxy:", "next:"), APP
    )
    assert ruled({"compose.agent.yaml": text}) == []


@pytest.mark.parametrize("where", ["$HOST/", "${HOST:-one}/", "one/"])
def test_an_include_with_a_variable_may_mean_any_file(where):
    included = "services: {db: {image: 'registry.example/db:1', secrets: [password]}}\n"
    main = f"include:\n  - apps/{where}db.yml\nsecrets: {{password: {{file: ./password}}}}\n"
    assert ruled({"compose.yaml": main, "apps/one/db.yml": included}) == []
    assert ruled({"compose.yaml": main, "apps/one/dbs.yml": included}) == ["project-does-not-load"]


NUMBERED = "services:\n  web: {image: 'registry.example/web:1', environment: {DB_URL: 'http://APP_db_1:80'}}\n  db: {image: 'registry.example/db:1'}\n"


def test_container_names_that_many_projects_use_are_what_their_runner_makes():
    apps = {f"{name}/compose.yml": NUMBERED.replace("APP", name) for name in ("one", "two", "three", "four")}
    assert ruled(apps) == []
    (path, text), *_ = apps.items()
    assert ruled({path: text}) == ["upstream-unknown"]


def test_a_selector_may_mean_pods_of_another_kustomization(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    base = {
        "apps/web.yaml": deployment("ports: [{containerPort: 8080}]"),
        "apps/kustomization.yaml": "resources: [web.yaml]\n",
    }
    other = deployment("ports: [{containerPort: 1}]").replace("web", "db")
    extra = {
        "extra/svc.yaml": service(),
        "extra/db.yaml": other,
        "extra/kustomization.yaml": "resources: [svc.yaml, db.yaml]\n",
    }
    for path, text in (base | extra).items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text)

    def errors():
        return [
            d.rule for d in check(["."], Config(cache=False)).diagnostics if d.severity is not Severity.INFO
        ]

    assert errors() == []
    (tmp_path / "apps/web.yaml").write_text(other)
    assert errors() == ["service-selects-no-pods"]


@pytest.mark.parametrize(("head", "expected"), [("clusterIP: None, ", []), ("", ["target-port-not-on-pod"])])
def test_a_port_of_a_headless_service_that_no_pod_has_stands_beside_one_that_is_asked_for(head, expected):
    text = service(9090, "metrics").replace(
        "ports: [", f"{head}ports: [{{name: rpc, port: 7000, targetPort: rpc}}, "
    )
    text = text.replace("{port: 9090", "{name: m, port: 9090")
    assert (
        ruled({"svc.yaml": text, "app.yaml": deployment("ports: [{name: metrics, containerPort: 9090}]")})
        == expected
    )


@pytest.mark.parametrize(
    ("service", "expected"),
    [
        (
            "image: 'minio/minio', command: [server, /data], environment: {MINIO_CONSOLE_ADDRESS: ':9011'}, ports: ['9000:9000']",
            0,
        ),
        ("image: 'gitea/gitea', environment: {SSH_LISTEN_PORT: '22'}, ports: ['3000:3000']", 0),
        ("image: 'registry.example/node:1', command: [noded, -listen=1], ports: ['8333:8333']", 0),
        ("image: 'registry.example/node:1', command: [noded, '--listen=:9000'], ports: ['8333:8333']", 1),
    ],
)
def test_a_port_that_is_told_stands_beside_those_that_an_image_serves(service, expected):
    found = ruled({"compose.yaml": f"services: {{web: {{{service}}}}}\n"})
    assert found == ["upstream-port-not-served"] * expected


def test_a_route_that_attaches_to_nothing_is_left_alone():
    route = (
        "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: web}\n"
        "spec: {hostnames: [shop.example.com], rules: [{backendRefs: [{name: web, port: 80}]}]}\n"
    )
    assert ruled({"route.yaml": route}) == []


def ingress(*names):
    paths = ", ".join(
        f"{{path: /{n}, pathType: Prefix, backend: {{service: {{name: {n}, port: {{number: 80}}}}}}}}"
        for n in names
    )
    return (
        "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: all}\n"
        f"spec: {{rules: [{{http: {{paths: [{paths}]}}}}]}}\n"
    )


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["web-grafana"], ["upstream-unknown"]),
        (["web-grafana", "jaeger-query"], []),
        (["webserver", "jaeger-query"], []),
    ],
)
def test_a_word_more_is_no_slip_where_other_names_live_elsewhere(names, expected):
    texts = {
        "in.yaml": ingress(*names),
        "svc.yaml": service(9090),
        "app.yaml": deployment("ports: [{containerPort: 8080}]"),
    }
    assert ruled(texts) == expected


@pytest.mark.parametrize(("folder", "expected"), [("app/", ["service-selects-no-pods"]), ("chatbot/", [])])
def test_a_label_with_a_word_more_is_another_application_in_another_folder(folder, expected):
    chatbot = (
        deployment("ports: [{containerPort: 8080}]")
        .replace("app: web", "app: web-chatbot")
        .replace("name: web}", "name: chatbot}")
    )
    assert ruled({"app/svc.yaml": service(), f"{folder}app.yaml": chatbot}) == expected


@pytest.mark.parametrize(
    ("declared", "target", "expected"),
    [(8081, 8018, ["target-port-not-on-pod"]), (31042, 1042, []), (80, 8080, []), (32060, 6060, [])],
)
def test_declared_ports_that_a_number_was_not_meant_to_be(declared, target, expected):
    text = service(80, target).replace("{port: 80", "{name: http, port: 80")
    app = deployment(f"ports: [{{name: http, containerPort: {declared}}}]")
    found = ruled({"svc.yaml": text, "app.yaml": app})
    assert [rule for rule in found if rule != "target-port-not-served"] == expected


def test_a_file_with_actions_of_ytt_is_a_template():
    text = service().replace(
        "spec: {selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}\n",
        "spec:\n  ports: [{port: 80}]\n",
    )
    text += "  #@ if tls():\n  type: NodePort\n  #@ else:\n  type: ClusterIP\n  #@ end\n"
    assert ruled({"svc.yaml": text}) == []
    assert ruled({"svc.yaml": text.replace("#@", "#")}) == ["duplicate-key"]


@pytest.mark.parametrize(
    ("host", "expected"),
    [("./web.SHOP_NAMESPACE.svc.cluster.local", []), ("./web..local", ["object-refused"])],
)
def test_a_host_to_fill_in_is_not_refused(host, expected):
    sidecar = f"apiVersion: networking.istio.io/v1\nkind: Sidecar\nmetadata: {{name: web}}\nspec: {{egress: [{{hosts: [{host}]}}]}}\n"
    assert ruled({"sidecar.yaml": sidecar}) == expected


@pytest.mark.parametrize(
    "environment",
    ["{DB_BACKEND: postgresql}", "{SWAP: 's|https://collab\\.app\\.example|gone|'}"],
)
def test_a_kind_and_a_pattern_are_no_hosts(environment):
    text = f"services:\n  web:\n    image: registry.example/web:1\n    environment: {environment}\n  db: {{image: 'postgres:17'}}\n"
    assert "upstream-unknown" not in ruled({"compose.yaml": text})


UNMERGED = "<<<<<<< HEAD\n    app: web\n=======\n    app: shop\n>>>>>>> main\n"


LOST_SERVICE = "apiVersion: v1\nkind: Service\nmetadata:\n  name: web\nspec:\n  selector:\n"
LOST_POD = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\n  labels:\n"


@pytest.mark.parametrize(
    ("lost", "near", "asks"),
    [
        (LOST_SERVICE, service(name="webs"), INGRESS),
        (LOST_POD, deployment("ports: [{containerPort: 8080}]").replace("web", "webs"), service()),
    ],
)
def test_what_a_text_that_does_not_parse_may_define_is_not_missing(lost, near, asks):
    """Without the broken file, the near miss is an error."""
    assert ruled({"near.yaml": near, "app.yaml": asks}) != []
    assert ruled({"lost.yaml": lost + UNMERGED, "near.yaml": near, "app.yaml": asks}) == ["syntax-error"]


def test_lines_that_look_like_a_merge_are_data_where_the_text_parses():
    lines = "".join(f"    {line}\n" for line in UNMERGED.splitlines())
    text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: notes}\ndata:\n  help: |\n" + lines
    assert ruled({"notes.yaml": text}) == []


def test_pods_that_another_workload_s_port_is_for_are_the_selector_s_fault():
    """One finding that says so, not a second one that proposes the stranger's port."""
    pods = "metadata: {labels: {app: web, part: %s}}\n    spec: {containers: [%s]}\n"
    workload = (
        "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: %s}\n"
        "spec:\n  selector: {matchLabels: {app: web, part: %s}}\n  template:\n    "
    ) + pods
    web = workload % ("web", "web", "web", "{name: a, image: example/web, ports: [{containerPort: 8080}]}")
    store = workload % (
        "store",
        "store",
        "store",
        "{name: b, image: 'redis:7', ports: [{containerPort: 6379}]}",
    )
    assert ruled({"app.yaml": service() + web + store}) == ["service-selects-unrelated-pods"]
    apart = {"lb/service.yaml": service(), "pods/web.yaml": web[4:], "pods/store.yaml": store[4:]}
    assert ruled(apart) == ["service-selects-unrelated-pods"]


ASKS = "env: [{name: A, valueFrom: {secretKeyRef: {name: shop-db, key: TOKEN%s}}}]"
SECRET = "---\napiVersion: v1\nkind: Secret\nmetadata: {name: shop-db%s}\n%s\n"


@pytest.mark.parametrize(
    ("asks", "secret", "expected"),
    [
        (ASKS % "", SECRET % ("", "stringData: {KEY: a}"), ["needed-key-missing"]),
        (ASKS % "", SECRET % ("", "data: {TOKEN: YQ==}"), []),
        (ASKS % "", SECRET % ("", "data: {}"), []),
        (ASKS % "", SECRET % ("", "stringData: {'${NAME}': a}"), []),
        (ASKS % ", optional: true", SECRET % ("", "stringData: {KEY: a}"), []),
        (ASKS % "", SECRET % ("s", "stringData: {TOKEN: a}"), ["needed-key-missing"]),
        (ASKS % "", SECRET % ("s, namespace: other", "stringData: {TOKEN: a}"), ["needed-key-missing"]),
        (ASKS % "", "", []),
        (ASKS % "", SECRET % ("", "stringData: {KEY: a}") + SECRET % ("", "stringData: {TOKEN: a}"), []),
    ],
    ids=[
        "key",
        "found",
        "filled later",
        "placeholder",
        "optional",
        "slip",
        "any namespace",
        "outside",
        "variant",
    ],
)
def test_keys_that_pods_ask_for(asks, secret, expected):
    probed = "ports: [{containerPort: 8080}], readinessProbe: {httpGet: {path: /, port: 8080}}"
    text = deployment(f"image: example/web, {asks}, {probed}") + secret
    found = testing.check_texts({"app.yaml": text}, RULES).diagnostics
    assert [d.rule for d in found if d.severity is Severity.ERROR] == expected


def test_an_external_secret_makes_what_it_is_called():
    text = deployment(f"image: example/web, {ASKS % ''}") + SECRET % ("", "stringData: {KEY: a}")
    text += (
        "---\napiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: shop-db}\nspec: {}\n"
    )
    assert "needed-key-missing" not in ruled({"app.yaml": text})


CLIENT = (
    "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: web, namespace: shop}\n"
    "spec: {ingressClassName: nginx, defaultBackend: {service: {name: web, port: {number: 80}}}}\n"
)
POLICY = (
    "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: web, namespace: shop}\n"
    "spec: {podSelector: {}, ingress: [{from: [PEER]}]}\n"
)


@pytest.mark.parametrize(
    ("peer", "denied"),
    [
        ("{podSelector: {matchLabels: {app: ingress-nginx}}}", True),
        ("{podSelector: {}}", True),
        ("{namespaceSelector: {matchLabels: {name: ingress}}}", False),
        ("{ipBlock: {cidr: 10.0.0.0/8}}", False),
    ],
)
def test_an_ingress_controller_is_not_in_the_namespace_of_the_application(peer, denied):
    probed = (
        "image: example/web, ports: [{containerPort: 8080}], readinessProbe: {httpGet: {path: /, port: 8080}}"
    )
    objects = (service() + "---\n" + deployment(probed)).replace(
        "metadata: {name: web}", "metadata: {name: web, namespace: shop}"
    )
    found = testing.check_texts(
        {"app.yaml": objects + "---\n" + CLIENT + POLICY.replace("PEER", peer)}, RULES
    ).diagnostics
    [*said] = [d for d in found if d.rule == "network-policy-blocks-route"]
    assert [d.severity for d in said] == [Severity.WARNING] * denied
    assert all("the Ingress controller may not reach" in d.finding.message for d in said)


def test_a_port_is_judged_though_the_shell_says_the_host_name():
    text = (
        "services:\n  proxy: {image: nginxproxy/nginx-proxy, ports: ['80:80']}\n  web:\n    image: example/web\n"
        "    environment: {VIRTUAL_HOST: 'web.${DOMAIN}', VIRTUAL_PORT: 3339}\n    ports: ['3339:3000']\n"
    )
    assert "published-port-used" in ruled({"compose.yaml": text})


@pytest.mark.parametrize(
    ("command", "environment", "expected"),
    [
        ("uvicorn m:a --host 0.0.0.0 --port 8000", "", ["upstream-protocol-mismatch"]),
        ("uvicorn m:a --host 0.0.0.0 --port 8000 --ssl-keyfile /k --ssl-certfile /c", "", []),
        ("uvicorn m:a --host 0.0.0.0 --port 8000", "UVICORN_SSL_KEYFILE: /k", []),
        ("php -S 0.0.0.0:8000", "", ["upstream-protocol-mismatch"]),
        ("gunicorn -b 0.0.0.0:8000 m:a", "", []),
        ("node server.js --port 8000", "", []),
    ],
)
def test_servers_that_speak_plain_text_unless_told(command, environment, expected):
    texts = {
        "compose.yaml": "services:\n  web:\n    image: nginx:1.27\n    volumes: ['./n.conf:/etc/nginx/conf.d/default.conf']\n"
        f"    depends_on: [api]\n  api:\n    image: example/api\n    command: {command}\n    environment: {{{environment}}}\n"
        "    expose: ['8000']\n",
        "n.conf": "server { listen 80; location / { proxy_pass https://api:8000; } }\n",
    }
    assert ruled(texts) == expected


def test_http_is_not_spoken_to_a_port_of_udp():
    udp = service().replace("targetPort: 8080", "targetPort: 8080, protocol: UDP")
    both = (
        service()
        .replace("ports: [", "ports: [{name: h3, port: 80, protocol: UDP, targetPort: 8080}, {name: h, ")
        .replace("{name: h, {", "{name: h, ")
    )
    probed = (
        "image: example/web, ports: [{containerPort: 8080}], readinessProbe: {httpGet: {path: /, port: 8080}}"
    )
    rest = "---\n" + deployment(probed) + "---\n" + INGRESS
    assert ruled({"app.yaml": udp + rest}) == ["upstream-protocol-mismatch"]
    assert ruled({"app.yaml": both + rest}) == []


@pytest.mark.parametrize(
    ("mounts", "expected"),
    [
        ("", ["upstream-port-not-served", "probe-port-not-served"]),
        (", volumeMounts: [{name: c, mountPath: /etc/nginx/conf.d}]", []),
    ],
)
def test_a_probe_does_not_make_a_stock_image_serve_its_port(mounts, expected):
    volumes = "      volumes: [{name: c, emptyDir: {}}]\n"
    stock = f"image: 'nginxinc/nginx-unprivileged:1.27', ports: [{{containerPort: 80}}], readinessProbe: {{httpGet: {{path: /, port: 80}}}}{mounts}"
    assert (
        ruled(
            {
                "app.yaml": service(target=80)
                + "---\n"
                + deployment(stock, volumes * bool(mounts))
                + "---\n"
                + INGRESS
            }
        )
        == expected
    )


@pytest.mark.parametrize(
    ("annotation", "expected"),
    [
        ("consul.hashicorp.com/connect-inject: 'true'", []),
        ("consul.hashicorp.com/connect-inject: 'false'", ["loopback-in-container"]),
        ("dapr.io/enabled: 'true'", []),
        ("example.com/note: 'true'", ["loopback-in-container"]),
    ],
)
def test_a_container_that_a_webhook_puts_into_a_pod_serves_its_loopback(annotation, expected):
    pod = (
        f"apiVersion: v1\nkind: Pod\nmetadata: {{name: edge, annotations: {{{annotation}}}}}\nspec:\n"
        "  containers:\n    - {name: nginx, image: 'nginx:1.27', volumeMounts: [{name: c, mountPath: /etc/nginx/conf.d}]}\n"
        "  volumes: [{name: c, configMap: {name: edge}}]\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: edge}\n"
        "data:\n  default.conf: |\n    server { listen 80; location / { proxy_pass http://127.0.0.1:3000; } }\n"
    )
    assert ruled({"edge.yaml": pod}) == expected


@pytest.mark.parametrize(("name", "near"), [("bar-service", "cartservice"), ("bar-service", "car-services")])
def test_what_all_services_are_called_makes_no_name_long_enough_for_two_slips(name, near):
    ingress = INGRESS.replace("{name: web, port", f"{{name: {name}, port")
    found = testing.check_texts(
        {"a/ingress.yaml": ingress, "b/shop.yaml": service(name=near)}, RULES
    ).diagnostics
    assert [d.rule for d in found if d.severity is Severity.ERROR] == []


def test_a_store_does_not_dial_what_its_clients_are_told():
    text = (
        "services:\n  app:\n    image: example/app\n    environment: {MARIADB_HOST: paper}\n"
        "  db:\n    image: mariadb:11\n    environment: {MARIADB_HOST: paper}\n"
    )
    found = [
        d
        for d in testing.check_texts({"compose.yaml": text}, RULES).diagnostics
        if d.rule == "upstream-unknown"
    ]
    assert {d.finding.primary.anchor.span.line for d in found} <= {4}


def test_what_a_test_expects_is_no_manifest(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in (
        "00-assert.yaml",
        "01-errors.yaml",
        "02-web-assert.yaml",
        "assert-web.yaml",
        "00-install.yaml",
    ):
        (tmp_path / name).write_text(INGRESS)
    found = discover(["."])
    assert [file.path for file in found.files] == ["00-install.yaml"]
    assert [skipped.reason for skipped in found.skipped] == ["what a test of kuttl or Chainsaw expects"] * 4


@pytest.mark.parametrize(
    ("folder", "expected"),
    [("ch6/", []), ("ch11/web/", ["sidecar-hides-destination"]), ("", ["sidecar-hides-destination"])],
)
def test_a_sidecar_of_another_chapter_hides_nothing(folder, expected):
    sidecar = (
        "apiVersion: networking.istio.io/v1\nkind: Sidecar\nmetadata: {name: default, namespace: istio-system}\n"
        "spec: {egress: [{hosts: ['istio-system/*']}], outboundTrafficPolicy: {mode: REGISTRY_ONLY}}\n"
    )
    pod = (
        "apiVersion: v1\nkind: Pod\nmetadata: {name: a, labels: {app: a, sidecar.istio.io/inject: 'true'}}\n"
        "spec: {containers: [{name: a, image: example/a, env: [{name: URL, value: 'http://web:80'}]}]}\n---\n"
    )
    texts = {"ch11/sidecar.yaml": sidecar, f"{folder}app.yaml": pod + service()}
    assert [r for r in ruled(texts) if r.startswith("sidecar")] == expected


TOLD = "image: example/web, args: [uvicorn, 'm:a', --host, 0.0.0.0, --port, '%s'], ports: [{containerPort: 8080}]"


@pytest.mark.parametrize(
    ("container", "ingress", "expected"),
    [
        (TOLD % 8080 + ", readinessProbe: {httpGet: {path: /, port: 8080}}", "", []),
        (
            TOLD % 8000 + ", readinessProbe: {httpGet: {path: /, port: 8080}}",
            "",
            ["upstream-port-not-served"],
        ),
        (
            TOLD % 8080 + ", readinessProbe: {httpGet: {path: /, port: 8080, scheme: HTTPS}}",
            "",
            ["upstream-protocol-mismatch"],
        ),
        (TOLD % 8080, "backend-protocol: HTTPS", ["upstream-protocol-mismatch"]),
        (TOLD % 8080, "backend-protocol: HTTP", []),
        (TOLD % 8080, "ssl-redirect: 'true'", []),
    ],
    ids=["right", "other port", "probe over TLS", "Ingress over TLS", "Ingress plain", "redirect"],
)
def test_what_a_server_is_told_is_held_against_who_asks_it(container, ingress, expected):
    annotated = (
        INGRESS.replace(
            "{name: web}", f"{{name: web, annotations: {{nginx.ingress.kubernetes.io/{ingress}}}}}"
        )
        if ingress
        else INGRESS
    )
    assert ruled({"app.yaml": service() + "---\n" + deployment(container) + "---\n" + annotated}) == expected


@pytest.mark.parametrize("value", ["n", "y", "no", "auto"])
def test_a_switch_that_is_called_after_a_host_name_names_none(value):
    text = f"services:\n  app:\n    image: example/app\n    environment: {{ONLY_OWN_HOSTNAME: '{value}'}}\n  db:\n    image: mariadb:11\n"
    assert ruled({"compose.yaml": text}) == []


@pytest.mark.parametrize(("folder", "expected"), [("flux/", []), ("shop/", ["network-policy-blocks-route"])])
def test_a_policy_of_a_namespace_isolates_no_pods_without_one_in_other_folders(folder, expected):
    policy = POLICY.replace("PEER", "{podSelector: {matchLabels: {app: nobody}}}").removeprefix("---\n")
    client = (
        "---\napiVersion: v1\nkind: Pod\nmetadata: {name: client, labels: {app: client}}\n"
        "spec: {containers: [{name: c, image: example/c, env: [{name: WEB, value: 'http://web:80'}]}]}\n"
    )
    probed = (
        "image: example/web, ports: [{containerPort: 8080}], readinessProbe: {httpGet: {path: /, port: 8080}}"
    )
    app = service() + "---\n" + deployment(probed) + client
    found = testing.check_texts({f"{folder}policy.yaml": policy, "shop/app.yaml": app}, RULES).diagnostics
    assert [d.rule for d in found if d.rule == "network-policy-blocks-route"] == expected


def test_vault_labels_its_own_pods():
    text = service(8200, 8200).replace("selector: {app: web}", "selector: {app: web, vault-active: 'true'}")
    vault = "image: 'hashicorp/vault:1.17', ports: [{containerPort: 8200}], readinessProbe: {exec: {command: [vault, status]}}"
    assert ruled({"vault.yaml": text + "---\n" + deployment(vault)}) == []


def test_what_a_command_says_of_one_port_of_an_image_leaves_its_others():
    text = (
        service(53, "dns-tcp")
        + "---\n"
        + deployment(
            "image: 'hashicorp/consul:1.20', command: [consul, agent, '-client=0.0.0.0'], "
            "ports: [{name: http, containerPort: 8500}, {name: dns-tcp, containerPort: 8600}]"
        )
    )
    assert ruled({"consul.yaml": text}) == []


HTTPBIN = "image: mccutchen/go-httpbin, ports: [{containerPort: 8080}]"
UVICORN = "image: example/web, command: [uvicorn, 'a:b', --host, 0.0.0.0, --port, '8080'], ports: [{containerPort: 8080}]"
STOCK = "image: nginx:1.27, ports: [{containerPort: 80}]"


@pytest.mark.parametrize(
    ("target", "container", "expected"),
    [
        # `80` stands in `8080`, which names another port.
        (80, UVICORN, ["upstream-port-not-served"]),
        (80, f"{UVICORN}, env: [{{name: ADMIN, value: ':80'}}]", []),
        (80, HTTPBIN, ["upstream-port-not-served"]),
        (80, f"{HTTPBIN}, args: [-port, '8080']", ["upstream-port-not-served"]),
        (9090, f"{HTTPBIN}, args: [-port=9090]", []),
        # One fault of which what listens is known is told once.
        (8080, STOCK, ["upstream-port-not-served"]),
    ],
)
def test_what_a_command_or_an_image_is_told_against_the_port_of_a_service(target, container, expected):
    assert sorted(ruled({"app.yaml": service(target=target) + "---\n" + deployment(container)})) == expected


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("[sleep, infinity]", ["upstream-port-not-served"]),
        ("[/bin/sh, -c, --], args: ['while true; do sleep 30; done;']", ["upstream-port-not-served"]),
        ("[sh, -c, 'sleep 5; serve']", ["target-port-not-served"]),
    ],
)
def test_a_container_that_only_waits_serves_nothing(command, expected):
    beside = f"{UVICORN}}}, {{name: tools, image: example/tools, command: {command}"
    assert ruled({"app.yaml": service(target=80) + "---\n" + deployment(beside)}) == expected


def test_a_workload_of_another_file_is_not_what_a_service_is_for_that_stands_beside_its_own():
    own = service(target=1027) + "---\n" + deployment("image: example/echo")
    other = deployment(UVICORN).replace("name: web}\nspec", "name: other}\nspec")
    assert ruled({"a.yaml": own, "b.yaml": other}) == []


def test_a_kind_of_network_before_a_port_is_no_host():
    proxy = "image: example/proxy, command: [/cloud_sql_proxy, '-instances=${INSTANCE}=tcp:3306']"
    database = deployment("image: mysql:8").replace("web", "mysql")
    pods = "---\n".join(
        (deployment(proxy), service(), database, service(3306, 3306, "mysql").replace("web", "mysql"))
    )
    compose = "services:\n  proxy:\n    image: example/proxy\n    command: -instances=p:r:i=tcp:3306\n  tcp1: {image: 'mysql:8'}\n"
    assert ruled({"app.yaml": pods, "compose.yaml": compose}) == []


def test_copies_of_a_file_are_told_once():
    text = "events {}\nhttp { server {\n location / { return 204; }\n location / { return 200; }\n} }\n"
    found = testing.check_texts({f"{folder}/nginx.conf": text for folder in "abc"}, RULES).diagnostics
    refused = [d for d in found if d.rule == "directive-refused"]
    assert [d.finding.primary.anchor.source.path for d in refused] == ["a/nginx.conf"]
    assert "2 copies of this file" in refused[0].finding.note
