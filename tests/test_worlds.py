"""The same fault, planted in every world that has it, gives the same rule."""

from __future__ import annotations

import pytest

from upstreamlint import rules, testing
from upstreamlint.finding import Severity

RULES = rules.load()
FAULTS = {
    "name": "upstream-unknown",
    "port": "upstream-port-not-served",
    "loopback": "upstream-binds-loopback",
    "protocol": "upstream-protocol-mismatch",
}
PLACES = {"apart": {"compose": "upstream-not-on-network", "pod": "network-policy-blocks-route"}}
COMMANDS = {
    "loopback": "gunicorn shop.wsgi --bind 127.0.0.1:3000",
    "protocol": "uwsgi --socket 0.0.0.0:3000",
}
STARTED = {
    "cloudflared": ("tunnel", "--config", "/etc/cloudflared/config.yml", "run"),
    "envoy": ("envoy", "-c", "/etc/envoy/envoy.yaml"),
    "caddy json": ("caddy", "run", "--config", "/etc/caddy/config.json"),
    "traefik file": ("--providers.file.filename=/etc/traefik/dynamic.yml", "--entrypoints.web.address=:80"),
}
FINE = "gunicorn shop.wsgi --bind 0.0.0.0:3000"


def host(fault):
    return "catlog" if fault == "name" else "catalog"


def port(fault, right=3000):
    return 3999 if fault == "port" else right


def dialler(program, name, number):
    """The configuration of a proxy that leads to a host and port: image, path, text."""
    return {
        "nginx": (
            "nginx:1.27",
            "/etc/nginx/conf.d/default.conf",
            f"server {{\n  listen 80;\n  location / {{ proxy_pass http://{name}:{number}; }}\n}}\n",
        ),
        "envoy": (
            "envoyproxy/envoy:v1.32.0",
            "/etc/envoy/envoy.yaml",
            f"""static_resources:
  listeners:
    - address: {{socket_address: {{address: 0.0.0.0, port_value: 80}}}}
      filter_chains:
        - filters:
            - name: envoy.filters.network.http_connection_manager
              typed_config:
                "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                stat_prefix: web
                route_config:
                  virtual_hosts:
                    - {{name: all, domains: ["*"], routes: [{{match: {{prefix: /}}, route: {{cluster: shop}}}}]}}
  clusters:
    - name: shop
      type: STRICT_DNS
      load_assignment:
        cluster_name: shop
        endpoints:
          - lb_endpoints: [{{endpoint: {{address: {{socket_address: {{address: {name}, port_value: {number}}}}}}}}}]
""",
        ),
        "haproxy": (
            "haproxy:3.0",
            "/usr/local/etc/haproxy/haproxy.cfg",
            f"defaults\n  mode http\nfrontend web\n  bind :80\n  default_backend shop\nbackend shop\n  server a {name}:{number}\n",
        ),
        "caddy": ("caddy:2", "/etc/caddy/Caddyfile", f":80 {{\n\treverse_proxy {name}:{number}\n}}\n"),
        "caddy json": (
            "caddy:2",
            "/etc/caddy/config.json",
            f"""{{"apps": {{"http": {{"servers": {{"web": {{"listen": [":80"], "routes": [{{"handle": [
  {{"handler": "reverse_proxy", "upstreams": [{{"dial": "{name}:{number}"}}]}}]}}]}}}}}}}}}}
""",
        ),
        "apache": (
            "httpd:2.4",
            "/usr/local/apache2/conf/httpd.conf",
            f"Listen 80\nLoadModule proxy_module m\nLoadModule proxy_http_module m\nProxyPass / http://{name}:{number}/\n",
        ),
        "traefik file": (
            "traefik:v3.2",
            "/etc/traefik/dynamic.yml",
            f"""http:
  routers:
    shop: {{rule: "PathPrefix(`/`)", service: shop}}
  services:
    shop: {{loadBalancer: {{servers: [{{url: "http://{name}:{number}"}}]}}}}
""",
        ),
        "cloudflared": (
            "cloudflare/cloudflared:2025.2.0",
            "/etc/cloudflared/config.yml",
            f"tunnel: shop\ningress:\n  - hostname: shop.example\n    service: http://{name}:{number}\n  - service: http_status:404\n",
        ),
    }[program]


def in_compose(program, fault):
    command = COMMANDS.get(fault, FINE)
    apart = "networks: [away]" if fault == "apart" else ""
    files = {}
    labels, environment = "", ""
    if program == "caddy label":
        proxy = "image: lucaslorentz/caddy-docker-proxy:2.9"
        labels = (
            f"labels: {{caddy: shop.example, caddy.reverse_proxy: '{{{{{{{{upstreams {port(fault)}}}}}}}}}'}}"
        )
    elif program == "traefik label":
        proxy = "image: traefik:v3.2\n    command: --providers.docker=true"
        labels = (
            "labels:\n      - traefik.http.routers.shop.rule=Host(`shop.example`)\n"
            f"      - traefik.http.services.shop.loadbalancer.server.port={port(fault)}"
        )
    elif program == "variable":
        proxy = f"image: registry.example/web:1\n    environment: {{API_URL: 'http://{host(fault)}:{port(fault)}'}}"
    else:
        image, path, text = dialler(program, host(fault), port(fault))
        files["proxy.conf" if program in ("nginx", "haproxy") else path.rpartition("/")[2]] = text
        proxy = f"image: {image}\n    volumes: ['./{next(iter(files))}:{path}:ro']"
        if program in STARTED:
            proxy += f"\n    command: {' '.join(STARTED[program])}"
    files["compose.yaml"] = f"""name: shop
services:
  web:
    {proxy}
    restart: always
    depends_on: [catalog]
  catalog:
    image: registry.example/catalog:1
    command: {command}
    expose: ["3000"]
    {apart}
    {labels}
    {environment}
networks:
  away: {{}}
"""
    return files


POLICY = """---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: closed, namespace: shop}
spec: {podSelector: {matchLabels: {app: catalog}}, policyTypes: [Ingress], ingress: []}
"""


def in_pods(program, fault):
    command = COMMANDS.get(fault, FINE).split()
    service = f"""apiVersion: v1
kind: Service
metadata: {{name: catalog, namespace: shop}}
spec: {{selector: {{app: catalog}}, ports: [{{port: 80, targetPort: 3000}}]}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {{name: catalog, namespace: shop}}
spec:
  selector: {{matchLabels: {{app: catalog}}}}
  template:
    metadata: {{labels: {{app: catalog}}}}
    spec:
      containers:
        - {{name: app, image: registry.example/catalog:1, command: {command}, ports: [{{containerPort: 3000}}]}}
"""
    name, number = host(fault), port(fault, 80)
    if program == "Ingress":
        route = f"""apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {{name: shop, namespace: shop}}
spec:
  ingressClassName: nginx
  rules:
    - host: shop.example
      http: {{paths: [{{path: /, pathType: Prefix, backend: {{service: {{name: {name}, port: {{number: {number}}}}}}}}}]}}
"""
    elif program == "HTTPRoute":
        route = f"""apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {{name: shop, namespace: shop}}
spec:
  parentRefs: [{{name: edge}}]
  rules: [{{backendRefs: [{{name: {name}, port: {number}}}]}}]
"""
    elif program == "VirtualService":
        route = f"""apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {{name: shop, namespace: shop}}
spec:
  hosts: [shop.example]
  gateways: [edge]
  http: [{{route: [{{destination: {{host: {name}.shop.svc.cluster.local, port: {{number: {number}}}}}}}]}}]
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {{name: edge, namespace: shop}}
spec: {{selector: {{istio: ingressgateway}}, servers: [{{port: {{number: 80, name: http, protocol: HTTP}}, hosts: [shop.example]}}]}}
"""
    elif program == "variable":
        route = f"""apiVersion: apps/v1
kind: Deployment
metadata: {{name: web, namespace: shop}}
spec:
  selector: {{matchLabels: {{app: web}}}}
  template:
    metadata: {{labels: {{app: web}}}}
    spec:
      containers:
        - {{name: app, image: registry.example/web:1, env: [{{name: API_URL, value: 'http://{name}:{number}'}}]}}
"""
    else:
        image, path, text = dialler(program, name, number)
        folder, _, key = path.rpartition("/")
        body = "".join(f"    {line}\n" for line in text.splitlines())
        arguments = f"args: [{', '.join(STARTED[program])}], " if program in STARTED else ""
        route = f"""apiVersion: v1
kind: ConfigMap
metadata: {{name: edge, namespace: shop}}
data:
  {key}: |
{body}---
apiVersion: apps/v1
kind: Deployment
metadata: {{name: edge, namespace: shop}}
spec:
  selector: {{matchLabels: {{app: edge}}}}
  template:
    metadata: {{labels: {{app: edge}}}}
    spec:
      volumes: [{{name: conf, configMap: {{name: edge}}}}]
      containers:
        - {{name: proxy, image: '{image}', {arguments}volumeMounts: [{{name: conf, mountPath: {folder}}}]}}
"""
    return {"shop.yaml": f"{service}---\n{route}{POLICY if fault == 'apart' else ''}"}


PROGRAMS = ("nginx", "envoy", "haproxy", "apache", "caddy", "caddy json", "traefik file", "cloudflared")
WORLDS = [
    *(("compose", p) for p in (*PROGRAMS, "traefik label", "caddy label", "variable")),
    *(("pod", p) for p in (*PROGRAMS, "Ingress", "HTTPRoute", "VirtualService", "variable")),
]  # fmt: skip
CANNOT_BE = {
    ("compose", "traefik label", "name"): "a label names no host: the container that carries it is dialled",
    ("compose", "caddy label", "name"): "as for Traefik",
    ("compose", "variable", "protocol"): "what the program speaks to the address is not known",
    ("pod", "variable", "protocol"): "as in Compose",
    ("pod", "variable", "apart"): "a variable is no route, whose pods a policy would keep out",
    ("pod", "HTTPRoute", "apart"): "the pods of the gateway are made by its controller",
}


def cells():
    for place, program in WORLDS:
        for fault in (*FAULTS, *PLACES):
            if (place, program, fault) not in CANNOT_BE:
                yield pytest.param(place, program, fault, id=f"{place}-{program}-{fault}")


def found(place, program, fault):
    texts = in_compose(program, fault) if place == "compose" else in_pods(program, fault)
    result = testing.check_texts(texts, RULES)
    return [d.rule for d in result.diagnostics if d.severity is not Severity.INFO]


@pytest.mark.parametrize(("place", "program"), WORLDS)
def test_without_a_fault_nothing_is_said(place, program):
    assert found(place, program, "") == []


@pytest.mark.parametrize(("place", "program", "fault"), list(cells()))
def test_one_fault_is_one_rule(place, program, fault):
    expected = FAULTS.get(fault) or PLACES[fault][place]
    assert found(place, program, fault) == [expected]
