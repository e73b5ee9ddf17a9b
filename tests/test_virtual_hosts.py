"""A Host, or a name of TLS, that the next server has nothing for: whoever sends it, and whoever takes it."""

from __future__ import annotations

import pytest

from upstreamlint import rules, testing

RULES = rules.load()

COMPOSE = """\
services:
  edge:
    image: {edge}
    volumes: ["./{edge_file}:{path}:ro"]
    {command}
    depends_on: [shop]
  shop:
    image: {shop}
    volumes: ["./{shop_file}:{shop_path}:ro"]
    {shop_command}
"""
NGINX = {"image": "nginx:1.27", "path": "/etc/nginx/conf.d/default.conf", "command": ""}
ENVOY = {
    "image": "envoyproxy/envoy:v1.33.0",
    "path": "/etc/envoy/envoy.yaml",
    "command": "command: envoy -c /etc/envoy/envoy.yaml",
}
CADDY = {"image": "caddy:2", "path": "/etc/caddy/Caddyfile", "command": ""}
CLOUDFLARED = {
    "image": "cloudflare/cloudflared:2025.2.0",
    "path": "/etc/cloudflared/config.yml",
    "command": "command: tunnel --config /etc/cloudflared/config.yml run",
}

REFUSES = """\
server {
    listen 80 default_server;
    server_name _;
    return 421;
}
server {
    listen 80;
    server_name shop.example *.shop.example;
    root /srv;
}
server {
    listen 443 ssl default_server;
    ssl_reject_handshake on;
}
server {
    listen 443 ssl;
    server_name shop.example;
    ssl_certificate /c.pem;
    ssl_certificate_key /k.pem;
    root /srv;
}
"""


def envoy(domains, route="cluster: shop", manager="", cluster="", port=80):
    return f"""static_resources:
  listeners:
    - address: {{socket_address: {{address: 0.0.0.0, port_value: 80}}}}
      filter_chains:
        - filters:
            - name: envoy.filters.network.http_connection_manager
              typed_config:
                "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                stat_prefix: web
                {manager}
                route_config:
                  virtual_hosts:
                    - {{name: all, domains: {domains}, routes: [{{match: {{prefix: /}}, route: {{{route}}}}}]}}
  clusters:
    - name: shop
      type: STRICT_DNS
      {cluster}
      load_assignment:
        cluster_name: shop
        endpoints:
          - lb_endpoints: [{{endpoint: {{address: {{socket_address: {{address: shop, port_value: {port}}}}}}}}}]
"""


def found(edge, text, shop, shop_text):
    names = [f"{name}.{'yaml' if one is ENVOY else 'conf'}" for name, one in (("edge", edge), ("shop", shop))]
    compose = COMPOSE.format(
        edge_file=names[0],
        shop_file=names[1],
        edge=edge["image"],
        path=edge["path"],
        command=edge["command"],
        shop=shop["image"],
        shop_path=shop["path"],
        shop_command=shop["command"],
    )
    result = testing.check_texts({"compose.yaml": compose, names[0]: text, names[1]: shop_text}, RULES)
    return [
        (d.severity.value, d.finding.symptom.status, d.finding.message.partition(" port")[0])
        for d in result.diagnostics
        if d.rule == "host-not-taken"
    ]


def location(*lines, name="edge.example"):
    body = "\n".join(f"        {line}" for line in lines)
    return (
        "upstream pool { server shop:80; }\n"
        f"server {{\n    listen 80;\n    server_name {name};\n    location / {{\n{body}\n    }}\n}}\n"
    )


@pytest.mark.parametrize(
    ("lines", "sent"),
    [
        (["proxy_pass http://shop;"], "shop"),
        (["proxy_pass http://shop:80/;"], "shop"),
        (["proxy_pass http://pool;"], "pool"),
        (["proxy_pass http://pool;", "proxy_set_header X-Real-IP $remote_addr;"], "pool"),
        (["proxy_pass http://pool;", "proxy_set_header Host $host;"], "edge.example"),
        (["proxy_pass http://pool;", "proxy_set_header Host shop.example;"], None),
        (["proxy_pass http://pool;", "proxy_set_header Host shop.example:8080;"], None),
        (["proxy_pass http://pool;", "proxy_set_header Host www.shop.example;"], None),
        (["proxy_pass http://pool;", "proxy_set_header Host other.example;"], "other.example"),
        (["proxy_pass http://pool;", "proxy_set_header Host $upstream_name;"], None),
    ],
)
def test_nginx_sends_the_name_of_the_target_unless_told(lines, sent):
    expected = [("error", 421, f"nginx in service `edge` sends Host `{sent}` to")] if sent else []
    assert found(NGINX, location(*lines), NGINX, REFUSES) == expected


def test_a_default_server_that_answers_takes_every_host():
    serves = REFUSES.replace("return 421;", "root /srv;")
    assert found(NGINX, location("proxy_pass http://pool;"), NGINX, serves) == []
    redirects = REFUSES.replace("return 421;", "return 301 https://shop.example/;")
    assert found(NGINX, location("proxy_pass http://pool;"), NGINX, redirects) == []
    matches = REFUSES.replace("*.shop.example", "~^p")
    assert found(NGINX, location("proxy_pass http://pool;"), NGINX, matches) == []


def test_every_pass_to_a_place_has_to_send_a_wrong_host():
    both = (
        location("proxy_pass http://pool;")
        + location(
            "proxy_pass http://pool;", "proxy_set_header Host shop.example;", name="b.example"
        ).partition("\n")[2]
    )
    assert found(NGINX, both, NGINX, REFUSES) == []


@pytest.mark.parametrize(
    ("lines", "asked"),
    [
        (["proxy_pass https://shop;"], "asks"),
        (["proxy_pass https://shop;", "proxy_ssl_server_name on;"], "asks"),
        (
            ["proxy_pass https://shop;", "proxy_ssl_server_name on;", "proxy_ssl_name shop.example;"],
            None,
        ),
    ],
)
def test_nginx_asks_for_a_name_when_it_is_told_to(lines, asked):
    hits = found(NGINX, location(*lines, "proxy_set_header Host shop.example;"), NGINX, REFUSES)
    assert [(severity, status) for severity, status, _ in hits] == ([("error", 502)] if asked else [])


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("service: https://shop", [("error", 502)]),
        ("service: https://shop\n    originRequest: {originServerName: shop.example}", []),
        ("service: https://shop\n    originRequest: {matchSNItoHost: true}", []),
        ("service: http://shop", []),
        ("service: http://shop\n    originRequest: {httpHostHeader: other.example}", [("error", 421)]),
    ],
)
def test_cloudflared(rule, expected):
    text = f"tunnel: t\ningress:\n  - hostname: shop.example\n    {rule}\n  - service: http_status:404\n"
    assert [hit[:2] for hit in found(CLOUDFLARED, text, NGINX, REFUSES)] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("http://shop.example {\n\treverse_proxy shop:80\n}\n", []),
        ("http://other.example {\n\treverse_proxy shop:80\n}\n", [("error", 421)]),
        (":80 {\n\treverse_proxy shop:80\n}\n", []),
        (
            "http://shop.example {\n\treverse_proxy shop:80 {\n\t\theader_up Host {upstream_hostport}\n\t}\n}\n",
            [("error", 421)],
        ),
        ("http://shop.example {\n\treverse_proxy https://shop:443\n}\n", [("error", 502)]),
    ],
)
def test_caddy_hands_on_the_host_of_its_site(text, expected):
    assert [hit[:2] for hit in found(CADDY, text, NGINX, REFUSES)] == expected


@pytest.mark.parametrize(
    ("domains", "route", "expected"),
    [
        ('["*"]', "cluster: shop", []),
        ('["shop.example"]', "cluster: shop", []),
        ('["a.example", "shop.example"]', "cluster: shop", []),
        ('["a.example", "b.example"]', "cluster: shop", [("error", 421)]),
        ('["*"]', "cluster: shop, host_rewrite_literal: shop.local", [("error", 421)]),
        ('["*"]', "cluster: shop, auto_host_rewrite: true", [("error", 421)]),
        ('["a.example"]', "cluster: shop, host_rewrite_header: x", []),
    ],
)
def test_envoy_hands_on_the_host_unless_it_is_rewritten(domains, route, expected):
    assert [hit[:2] for hit in found(ENVOY, envoy(domains, route), NGINX, REFUSES)] == expected


@pytest.mark.parametrize(
    ("site", "lines", "refused"),
    [
        ("shop.example", ["proxy_pass https://shop;"], True),
        ("shop.example", ["proxy_pass https://shop;", "proxy_ssl_server_name on;"], True),
        ("shop", ["proxy_pass https://shop;", "proxy_ssl_server_name on;"], False),
        (
            "shop.example",
            ["proxy_pass https://shop;", "proxy_ssl_server_name on;", "proxy_ssl_name shop.example;"],
            False,
        ),
        (
            "*.example",
            ["proxy_pass https://shop;", "proxy_ssl_server_name on;", "proxy_ssl_name a.example;"],
            False,
        ),
        (":443", ["proxy_pass https://shop;"], False),
    ],
)
def test_caddy_has_certificates_for_the_addresses_of_its_sites(site, lines, refused):
    caddy = site + " {\n\trespond ok\n}\n"
    hits = found(NGINX, location(*lines, "proxy_set_header Host shop.example;"), CADDY, caddy)
    assert [hit[:2] for hit in hits] == ([("error", 502)] if refused else [])


@pytest.mark.parametrize("option", ["default_sni shop.example", "auto_https off"])
def test_caddy_that_is_told_about_other_names(option):
    caddy = f"{{\n\t{option}\n}}\nshop.example {{\n\trespond ok\n}}\n"
    assert found(NGINX, location("proxy_pass https://shop;"), CADDY, caddy) == []
    own = "shop.example {\n\ttls /c.pem /k.pem\n\trespond ok\n}\n"
    assert found(NGINX, location("proxy_pass https://shop;"), CADDY, own) == []


TLS = """transport_socket:
        name: tls
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext
          {sni}"""


def test_envoy_asks_for_no_name_unless_told():
    for sni, expected in (("", [("error", 503)]), ("sni: shop.example", [])):
        text = envoy('["shop.example"]', cluster=TLS.format(sni=sni), port=443)
        assert [hit[:2] for hit in found(ENVOY, text, NGINX, REFUSES)] == expected


@pytest.mark.parametrize(
    ("domains", "manager", "host", "expected"),
    [
        ('["shop"]', "", "shop:8080", [("error", 404)]),
        ('["shop"]', "strip_any_host_port: true", "shop:8080", []),
        ('["shop:*", "shop"]', "", "shop:8080", []),
        ('["*.example"]', "", "a.example", []),
        ('["a.*"]', "", "a.example", []),
        ('["*.example"]', "", "a.other", [("error", 404)]),
        ('["*"]', "", "anything", []),
    ],
)
def test_envoy_holds_the_whole_host_against_its_domains(domains, manager, host, expected):
    edge = location("proxy_pass http://pool;", f"proxy_set_header Host {host};")
    assert [hit[:2] for hit in found(NGINX, edge, ENVOY, envoy(domains, manager=manager))] == expected


def test_an_ingress_hands_on_its_host():
    pods = f"""apiVersion: v1
kind: ConfigMap
metadata: {{name: site}}
data:
  default.conf: |
{"".join(f"    {line}{chr(10)}" for line in REFUSES.splitlines())}---
apiVersion: apps/v1
kind: Deployment
metadata: {{name: site}}
spec:
  selector: {{matchLabels: {{app: site}}}}
  template:
    metadata: {{labels: {{app: site}}}}
    spec:
      containers:
        - name: nginx
          image: nginx:1.27
          ports: [{{containerPort: 80}}]
          volumeMounts: [{{name: site, mountPath: /etc/nginx/conf.d}}]
      volumes: [{{name: site, configMap: {{name: site}}}}]
---
apiVersion: v1
kind: Service
metadata: {{name: site}}
spec: {{selector: {{app: site}}, ports: [{{port: 80}}]}}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {{name: site}}
spec:
  ingressClassName: nginx
  rules:
    - host: HOST
      http: {{paths: [{{path: /, pathType: Prefix, backend: {{service: {{name: site, port: {{number: 80}}}}}}}}]}}
"""
    for host, count in (("shop.example", 0), ("www.shop.example", 0), ("other.example", 1)):
        result = testing.check_texts({"site.yaml": pods.replace("HOST", host)}, RULES)
        assert len([d for d in result.diagnostics if d.rule == "host-not-taken"]) == count
