"""What a port speaks, as its probes, its image and the mesh in front of it tell."""

from __future__ import annotations

import pytest

from upstreamlint import rules, testing

RULES = rules.load()
PROTOCOL = "upstream-protocol-mismatch"

POD = """\
apiVersion: apps/v1
kind: Deployment
metadata: {{name: web, namespace: shop}}
spec:
  selector: {{matchLabels: {{app: web}}}}
  template:
    metadata: {{labels: {{app: web}}}}
    spec:
      containers:
        - name: web
          image: registry.example/web:1
          ports: [{{containerPort: 5601}}]
          readinessProbe: {{httpGet: {{path: /, port: 5601{probe}}}}}
---
apiVersion: v1
kind: Service
metadata: {{name: web, namespace: shop}}
spec:
  selector: {{app: web}}
  ports: [{{name: {name}, port: 5601}}]
---
"""
INGRESS_ROUTE = """\
apiVersion: traefik.io/v1alpha1
kind: IngressRoute
metadata: {{name: web, namespace: shop}}
spec:
  routes:
    - kind: Rule
      match: Host(`shop.example`)
      services: [{{name: web, port: 5601{scheme}}}]
"""
TLS_PROBE, HTTPS = ", scheme: HTTPS", ", scheme: https"


def found(files, rule=PROTOCOL):
    return [
        (str(d.severity), d.finding.message)
        for d in testing.check_texts(files, RULES).diagnostics
        if d.rule == rule
    ]


@pytest.mark.parametrize(
    ("probe", "name", "scheme", "says"),
    [
        (TLS_PROBE, "web", "", "plain text to port 5601"),
        (TLS_PROBE, "http", "", "plain text to port 5601"),
        (TLS_PROBE, "web", HTTPS, ""),
        # The name of a port is only a name where the kubelet speaks TLS to it.
        (TLS_PROBE, "http", HTTPS, ""),
        ("", "http", HTTPS, "TLS to port 5601"),
        # Some servers take both on one port, and are probed in plain text.
        ("", "web", HTTPS, ""),
        ("", "web", "", ""),
    ],
)
def test_probe_shows_what_a_port_speaks(probe, name, scheme, says):
    text = POD.format(probe=probe, name=name) + INGRESS_ROUTE.format(scheme=scheme)
    messages = [message for _, message in found({"app.yaml": text})]
    assert [says in message for message in messages] == ([True] if says else [])


MESH = """\
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: web, namespace: shop}
spec:
  hosts: [web]
  http:
    - route: [{destination: {host: web, port: {number: 5601}}}]
---
"""
RULE = """\
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {{name: web, namespace: shop}}
spec:
  host: web
  trafficPolicy: {policy}
"""


@pytest.mark.parametrize(
    ("policy", "severity"),
    [
        ("", "warning"),
        ("{loadBalancer: {simple: RANDOM}}", "warning"),
        ("{tls: {mode: SIMPLE}}", ""),
        ("{portLevelSettings: [{port: {number: 5601}, tls: {mode: MUTUAL}}]}", ""),
        # TLS between sidecars is taken off before the process.
        ("{tls: {mode: ISTIO_MUTUAL}}", "warning"),
    ],
)
def test_mesh_brings_plain_text_to_a_process_of_tls(policy, severity):
    text = POD.format(probe=TLS_PROBE, name="web") + MESH + (RULE.format(policy=policy) if policy else "")
    said = found({"app.yaml": text})
    assert [level for level, _ in said] == ([severity] if severity else [])
    assert all("VirtualService `shop/web` speaks plain text" in message for _, message in said)


NGINX = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: web, namespace: shop}
data:
  default.conf: |
    server {
      listen 5601 ssl;
      ssl_certificate /certs/tls.crt;
      ssl_certificate_key /certs/tls.key;
      location / { return 200; }
    }
---
"""


@pytest.mark.parametrize(
    ("rule", "severity"), [("", "warning"), ("{loadBalancer: {simple: RANDOM}}", "error")]
)
def test_mesh_before_an_nginx_of_tls(rule, severity):
    pod = POD.format(probe=TLS_PROBE, name="web").replace("registry.example/web:1", "nginx:1.27")
    pod = pod.replace(
        "          ports:",
        "          volumeMounts: [{name: conf, mountPath: /etc/nginx/conf.d}]\n          ports:",
    ).replace("      containers:", "      volumes: [{name: conf, configMap: {name: web}}]\n      containers:")
    text = NGINX + pod + MESH + (RULE.format(policy=rule) if rule else "")
    assert [level for level, _ in found({"app.yaml": text})] == [severity]


COMPOSE = """\
services:
  nginx:
    image: nginx:1.27
    ports: ["80:80"]
    volumes: ["./default.conf:/etc/nginx/conf.d/default.conf:ro"]
  auth:
    image: {image}
    environment: {{{variables}}}
"""


@pytest.mark.parametrize(
    ("image", "variables", "target", "expected"),
    [
        (
            "quay.io/oauth2-proxy/oauth2-proxy:v7.6.0",
            "OAUTH2_PROXY_HTTP_ADDRESS: 0.0.0.0:4180",
            "auth:4180",
            ["error"],
        ),
        (
            "quay.io/oauth2-proxy/oauth2-proxy:v7.6.0",
            "OAUTH2_PROXY_HTTP_ADDRESS: 0.0.0.0:4180, OAUTH2_PROXY_TLS_CERT_FILE: /tls.crt",
            "auth:4180",
            [],
        ),
        ("ghcr.io/goauthentik/server:2024.10", "A: b", "auth:9000", ["warning"]),
        ("ghcr.io/goauthentik/server:2024.10", "A: b", "auth:9443", []),
        ("opensearchproject/opensearch:2.15.0", "A: b", "auth:9200", []),
        # One port alone may speak either, unless it is known what makes it speak TLS.
        ("ghcr.io/linkwarden/linkwarden:v2.9.3", "A: b", "auth:3000", []),
        ("grafana/grafana:11.0.0", "A: b", "auth:3000", ["warning"]),
        ("grafana/grafana:11.0.0", "GF_SERVER_PROTOCOL: https", "auth:3000", []),
    ],
)
def test_image_with_a_port_for_tls_speaks_plain_text_on_the_other(image, variables, target, expected):
    files = {
        "compose.yaml": COMPOSE.format(image=image, variables=variables),
        "default.conf": f"server {{ listen 80; location / {{ proxy_pass https://{target}; }} }}\n",
    }
    assert [level for level, _ in found(files)] == expected


def test_answer_of_its_own_is_no_host():
    variables = "OAUTH2_PROXY_HTTP_ADDRESS: 0.0.0.0:4180, OAUTH2_PROXY_UPSTREAMS: 'static://202'"
    files = {
        "compose.yaml": COMPOSE.format(image="quay.io/oauth2-proxy/oauth2-proxy:v7.6.0", variables=variables),
        "default.conf": "server { listen 80; location / { proxy_pass http://auth:4180; } }\n",
    }
    assert found(files, "upstream-unknown") == []


@pytest.mark.parametrize(("tag", "port"), [("2.1.1", 80), ("3.1.0", 8080)])
def test_port_of_an_image_by_its_tag(tag, port):
    files = {
        "compose.yaml": COMPOSE.format(image=f"lissy93/dashy:{tag}", variables="A: b"),
        "default.conf": f"server {{ listen 80; location / {{ proxy_pass http://auth:{port}; }} }}\n",
    }
    assert found(files, "upstream-port-not-served") == []


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ("A: b", ["warning"]),
        ("plugins.security.disabled: 'true'", []),
        ("DISABLE_SECURITY_PLUGIN: 'true'", []),
    ],
)
def test_what_may_turn_the_tls_of_an_image_off_leaves_it_open(variables, expected):
    files = {
        "compose.yaml": COMPOSE.format(image="opensearchproject/opensearch:2.15.0", variables=variables),
        "default.conf": "server { listen 80; location / { proxy_pass http://auth:9200; } }\n",
    }
    assert [level for level, _ in found(files)] == expected
