"""Whether time grows with what is read, and not faster: python bench/many.py [KIND ...] [--sizes 2500,5000,10000]

Each kind is one text, or a few, with so many of one thing. CPU seconds of whole processes are printed for each size, and how
they grow from one size to the next: twice as many should take at most a little more than twice as long.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from itertools import pairwise
from pathlib import Path

SIZES = (2500, 5000, 10000)
TIMEOUT = 300.0
Texts = Mapping[str, str]


def lines(n: int) -> Texts:
    return {"a.yaml": _config_map("".join(f"  key{i}: value {i}\n" for i in range(n)))}


def _config_map(data: str) -> str:
    return f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a}}\ndata:\n{data}"


def faults(n: int) -> Texts:
    return {"a.yaml": _config_map("".join("  same: value\n" for _ in range(n)))}


def ignores(n: int) -> Texts:
    mark = "  # upstreamlint: ignore[service-selects-no-pods]\n"
    return {"a.yaml": _config_map("".join(f"  key{i}: value{mark}" for i in range(n)))}


def hosts(n: int) -> Texts:
    rules = "".join(
        f"    - host: h{i}.example\n      http: {{paths: [{{path: /, pathType: Prefix, backend: {{service: {{name: web, port: {{number: 80}}}}}}}}]}}\n"
        for i in range(n)
    )
    head = "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: web}\nspec:\n  rules:\n"
    return {"a.yaml": head + rules + "---\n" + _service("web")}


def _service(name: str) -> str:
    return (
        f"apiVersion: v1\nkind: Service\nmetadata: {{name: {name}}}\n"
        f"spec: {{selector: {{app: {name}}}, ports: [{{port: 80, targetPort: 8080}}]}}\n---\n"
        f"apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {name}}}\n"
        f"spec: {{selector: {{matchLabels: {{app: {name}}}}}, template: {{metadata: {{labels: {{app: {name}}}}}, "
        f"spec: {{containers: [{{name: a, image: 'registry.example/a:1', ports: [{{containerPort: 8080}}]}}]}}}}}}\n"
    )


def built_images(n: int) -> Texts:
    """Pods of images that Dockerfiles here make, each in a folder that is called like its image."""
    pods = [_service(f"s{i}").replace("registry.example/a:1", f"registry.example/s{i}:1") for i in range(n)]
    built = {f"s{i}/Dockerfile": "FROM python:3.12\nCMD [python, app.py]\n" for i in range(n)}
    return {"a.yaml": "---\n".join(pods), **built}


def services(n: int) -> Texts:
    return {"a.yaml": "---\n".join(_service(f"s{i}") for i in range(n))}


def policies(n: int) -> Texts:
    one = (
        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: p{0}}}\n"
        "spec: {{podSelector: {{matchLabels: {{app: s{0}}}}}, ingress: [{{from: [{{podSelector: {{matchLabels: {{app: s{0}}}}}}}], ports: [{{port: 8080}}]}}]}}\n"
    )
    most = max(1, n // 10)
    return {
        "a.yaml": "---\n".join(
            [*(one.format(i) for i in range(n)), *(_service(f"s{i}") for i in range(most))]
        )
    }


def policies_unserved(n: int) -> Texts:
    """Policies that each open another port than the pods serve, beside as many ConfigMaps."""
    each = (
        f"{_service(f's{i}')}---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: s{i}}}\n"
        f"spec: {{podSelector: {{matchLabels: {{app: s{i}}}}}, policyTypes: [Ingress], ingress: [{{ports: [{{port: 8008}}]}}]}}\n"
        f"---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: c{i}}}\ndata: {{text: number {i}}}\n"
        for i in range(n)
    )
    return {"a.yaml": "---\n".join(each)}


def virtual_services(n: int) -> Texts:
    one = (
        "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {{name: v{0}}}\n"
        "spec: {{hosts: [h{0}.example], http: [{{route: [{{destination: {{host: web, port: {{number: 80}}}}}}]}}]}}\n"
    )
    return {"a.yaml": "---\n".join([*(one.format(i) for i in range(n)), _service("web")])}


def destination_rules(n: int) -> Texts:
    one = (
        "apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {{name: d{0}}}\n"
        "spec: {{host: s{0}, subsets: [{{name: v1, labels: {{app: s{0}}}}}]}}\n"
    )
    return {"a.yaml": "---\n".join([*(one.format(i) for i in range(n)), _service("s1")])}


def http_routes(n: int) -> Texts:
    gateway = (
        "apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {name: g}\n"
        "spec: {gatewayClassName: c, listeners: [{name: web, port: 80, protocol: HTTP}]}\n"
    )
    one = (
        "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {{name: r{0}}}\n"
        "spec: {{parentRefs: [{{name: g}}], hostnames: [h{0}.example], rules: [{{backendRefs: [{{name: web, port: 80}}]}}]}}\n"
    )
    return {"a.yaml": "---\n".join([gateway, *(one.format(i) for i in range(n)), _service("web")])}


def compose(n: int) -> Texts:
    return {
        "compose.yaml": "services:\n"
        + "".join(
            f"  s{i}: {{image: 'registry.example/s:1', command: 'gunicorn a.b --bind 0.0.0.0:8000', "
            f"environment: {{NEXT: 'http://s{i - 1 if i else 0}:8000'}}}}\n"
            for i in range(n)
        )
    }


def compose_pieces(n: int) -> Texts:
    """Each in a folder of its own, with a service that all have."""
    text = "services:\n  db:\n    image: postgres:16\n  web:\n    environment: {A: b}\n"
    return {f"a{i}/b/compose.override.yaml": text for i in range(n)}


def compose_unknown(n: int) -> Texts:
    """Each service dials a name that nobody has."""
    return {
        "compose.yaml": "services:\n"
        + "".join(
            f"  s{i}: {{image: 'registry.example/s:1', environment: {{NEXT: 'http://nobody{i}:8000'}}}}\n"
            for i in range(n)
        )
    }


def compose_chain(n: int) -> Texts:
    """Each service waits for the one before it."""
    waits = "depends_on: {{s{0}: {{condition: service_started}}}}"
    return {
        "compose.yaml": "services:\n"
        + "".join(
            f"  s{i}: {{image: 'registry.example/s:1', {waits.format(i - 1) if i else ''}}}\n"
            for i in range(n)
        )
    }


def ingress_unknown(n: int) -> Texts:
    """Each host leads to a Service that is not there, beside as many that are."""
    one = (
        "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {{name: i{0}}}\nspec: {{rules: [{{host: h{0}.example, "
        "http: {{paths: [{{path: /, pathType: Prefix, backend: {{service: {{name: missing{0}, port: {{number: 80}}}}}}}}]}}}}]}}\n"
    )
    return {
        "a.yaml": "---\n".join([*(one.format(i) for i in range(n)), *(_service(f"s{i}") for i in range(n))])
    }


def published(n: int) -> Texts:
    return {
        "compose.yaml": "services:\n"
        + "".join(
            f"  s{i}: {{image: 'registry.example/s:1', ports: ['{10000 + i}:8000']}}\n" for i in range(n)
        )
    }


def published_alike(n: int) -> Texts:
    """Each service has the same port of an address of its own."""
    return {
        "compose.yaml": "services:\n"
        + "".join(
            f"  s{i}: {{image: 'registry.example/s:1', ports: ['127.0.{i // 250}.{i % 250 + 1}:80:80']}}\n"
            for i in range(n)
        )
    }


def _edge(image: str, name: str, path: str, text: str) -> Texts:
    backend = "  web: {image: 'registry.example/s:1', command: 'gunicorn a.b --bind 0.0.0.0:8000'}\n"
    edge = f"  edge: {{image: '{image}', volumes: ['./{name}:{path}:ro'], depends_on: [web]}}\n"
    return {"compose.yaml": f"services:\n{edge}{backend}", name: text}


def nginx_servers(n: int) -> Texts:
    text = "events {}\nhttp {\n" + "".join(
        f"server {{ listen 80; server_name h{i}.example; location / {{ proxy_pass http://web:8000; }} }}\n"
        for i in range(n)
    )
    return _edge("nginx:1.27", "nginx.conf", "/etc/nginx/nginx.conf", text + "}\n")


def nginx_upstreams(n: int) -> Texts:
    text = "events {}\nhttp {\n" + "".join(
        f"upstream u{i} {{ server web:8000; server web:8001; }}\n" for i in range(n)
    )
    text += "server { listen 80;\n" + "".join(
        f"location /{i}/ {{ proxy_pass http://u{i}; }}\n" for i in range(n)
    )
    return _edge("nginx:1.27", "nginx.conf", "/etc/nginx/nginx.conf", text + "}\n}\n")


def nginx_pool(n: int) -> Texts:
    servers = "".join(f"server web:{8000 + i};\n" for i in range(n))
    text = f"events {{}}\nhttp {{\nupstream u {{\n{servers}}}\n"
    text += "server { listen 80; location / { proxy_pass http://u; } }\n}\n"
    return _edge("nginx:1.27", "nginx.conf", "/etc/nginx/nginx.conf", text)


def caddy_sites(n: int) -> Texts:
    text = "".join(f"http://h{i}.example {{\n\treverse_proxy web:8000\n}}\n" for i in range(n))
    return _edge("caddy:2", "Caddyfile", "/etc/caddy/Caddyfile", text)


def haproxy_backends(n: int) -> Texts:
    text = "defaults\n  mode http\nfrontend web\n  bind :80\n"
    text += "".join(f"  use_backend b{i} if {{ hdr(host) h{i}.example }}\n" for i in range(n))
    text += "".join(f"backend b{i}\n  server a web:8000\n" for i in range(n))
    return _edge("haproxy:3.0", "haproxy.cfg", "/usr/local/etc/haproxy/haproxy.cfg", text)


def apache_hosts(n: int) -> Texts:
    modules = "mpm_event unixd authz_core proxy proxy_http"
    text = "".join(f"LoadModule {m}_module modules/mod_{m}.so\n" for m in modules.split()) + "Listen 80\n"
    text += "".join(
        f"<VirtualHost *:80>\n  ServerName h{i}.example\n  ProxyPass / http://web:8000/\n</VirtualHost>\n"
        for i in range(n)
    )
    return _edge("httpd:2.4", "httpd.conf", "/usr/local/apache2/conf/httpd.conf", text)


def envoy_clusters(n: int) -> Texts:
    hosts = "".join(
        f"        - {{name: v{i}, domains: [h{i}.example], routes: [{{match: {{prefix: /}}, route: {{cluster: c{i}}}}}]}}\n"
        for i in range(n)
    )
    clusters = "".join(
        f"  - {{name: c{i}, type: STRICT_DNS, load_assignment: {{cluster_name: c{i}, endpoints: [{{lb_endpoints: "
        f"[{{endpoint: {{address: {{socket_address: {{address: web, port_value: 8000}}}}}}}}]}}]}}}}\n"
        for i in range(n)
    )
    kind = "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager"
    text = (
        "static_resources:\n  listeners:\n  - name: web\n"
        "    address: {socket_address: {address: 0.0.0.0, port_value: 80}}\n"
        "    filter_chains:\n    - filters:\n      - name: envoy.filters.network.http_connection_manager\n"
        f"        typed_config:\n         '@type': {kind}\n         stat_prefix: web\n"
        f"         route_config:\n          virtual_hosts:\n{_indented(hosts)}  clusters:\n{clusters}"
    )
    return _edge("envoyproxy/envoy:v1.40.0", "envoy.yaml", "/etc/envoy/envoy.yaml", text)


def _indented(text: str) -> str:
    return "".join(f"  {line}\n" for line in text.splitlines())


def traefik_routers(n: int) -> Texts:
    labels = "".join(
        f"      traefik.http.routers.r{i}.rule: Host(`h{i}.example`)\n"
        f"      traefik.http.routers.r{i}.service: web\n"
        for i in range(n)
    )
    return {
        "compose.yaml": "services:\n  edge:\n    image: traefik:3.1\n    command: [--providers.docker]\n"
        "    volumes: ['/var/run/docker.sock:/var/run/docker.sock:ro']\n"
        "  web:\n    image: registry.example/s:1\n    labels:\n"
        "      traefik.http.services.web.loadbalancer.server.port: 8000\n" + labels
    }


def files(n: int) -> Texts:
    return {f"{i % 100}/s{i}.yaml": _service(f"s{i}") for i in range(n)}


_APP = """\
apiVersion: apps/v1
kind: Deployment
metadata: {{name: {app}, namespace: {space}}}
spec:
  selector: {{matchLabels: {{app: {app}}}}}
  template:
    metadata: {{labels: {{app: {app}, version: v1}}}}
    spec: {{containers: [{{name: web, image: "example.com/{app}:1", ports: [{{containerPort: 8080}}]}}]}}
---
apiVersion: v1
kind: Service
metadata: {{name: {app}, namespace: {space}}}
spec: {{selector: {{app: {app}}}, ports: [{{name: http, port: 80, targetPort: 8080}}]}}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {{name: {app}, namespace: {space}}}
spec:
  hosts: [{app}]
  http: [{{route: [{{destination: {{host: {app}, subset: v1}}}}]}}]
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {{name: {app}, namespace: {space}}}
spec: {{host: {app}, subsets: [{{name: v1, labels: {{version: v1}}}}]}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{name: {app}, namespace: {space}}}
spec: {{podSelector: {{matchLabels: {{app: {app}}}}}, ingress: [{{ports: [{{port: 8080}}]}}]}}
"""


def apps(n: int) -> Texts:
    return {f"app-{i}/app.yaml": _APP.format(app=f"app-{i}", space="shop") for i in range(n)}


def namespaces(n: int) -> Texts:
    return {f"app-{i}/app.yaml": _APP.format(app=f"app-{i}", space=f"space-{i}") for i in range(n)}


def kustomizations(n: int) -> Texts:
    return {**apps(n), **{f"app-{i}/kustomization.yaml": "resources: [app.yaml]\n" for i in range(n)}}


def projects(n: int) -> Texts:
    """Each in a folder that is a repository of its own."""
    return {**apps(n), **{f"app-{i}/LICENSE": "" for i in range(n)}}


def matches(n: int) -> Texts:
    rules = "".join(
        f"  - {{match: [{{uri: {{prefix: /p{i}/}}}}], route: [{{destination: {{host: web, port: {{number: 80}}}}}}]}}\n"
        for i in range(n)
    )
    head = "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: v}\nspec:\n  hosts: [web]\n  http:\n"
    return {"a.yaml": head + rules + "---\n" + _service("web")}


def listeners(n: int) -> Texts:
    """Ports that one nginx listens on, each published."""
    text = "events {}\nhttp {\n" + "".join(
        f"server {{ listen {10000 + i}; location / {{ proxy_pass http://web:8000; }} }}\n" for i in range(n)
    )
    texts = _edge("nginx:1.27", "nginx.conf", "/etc/nginx/nginx.conf", text + "}\n")
    ports = ", ".join(f"'{10000 + i}:{10000 + i}'" for i in range(n))
    edge = texts["compose.yaml"].replace("depends_on", f"ports: [{ports}], depends_on")
    return {**texts, "compose.yaml": edge}


def gateway_listeners(n: int) -> Texts:
    """Listeners of Gateways, of which one has 64 at most, with a route for each."""
    gateway = (
        "apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {{name: g{0}}}\n"
        "spec: {{gatewayClassName: c, listeners: [{1}]}}\n"
    )
    listener = "{{name: l{0}, port: 80, protocol: HTTP, hostname: h{0}.example}}"
    route = (
        "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {{name: r{0}}}\n"
        "spec: {{parentRefs: [{{name: g{1}, sectionName: l{0}}}], rules: [{{backendRefs: [{{name: web, port: 80}}]}}]}}\n"
    )
    gateways = (
        gateway.format(at // 64, ", ".join(listener.format(i) for i in range(at, min(at + 64, n))))
        for at in range(0, n, 64)
    )
    routes = (route.format(i, i // 64) for i in range(n))
    return {"a.yaml": "---\n".join([*gateways, *routes, _service("web")])}


def variables(n: int) -> Texts:
    """Variables of a `.env` file, each read by a service."""
    return {
        ".env": "".join(f"HOST_{i}=s{i}\n" for i in range(n)),
        "compose.yaml": "services:\n"
        + "".join(
            f"  s{i}: {{image: 'registry.example/s:${{TAG_{i}:-1}}', environment: {{NEXT: 'http://${{HOST_{i}}}:80'}}}}\n"
            for i in range(n)
        ),
    }


def arguments(n: int) -> Texts:
    """ARGs of a Dockerfile, each in the ENV behind it."""
    lines = "".join(f"ARG A{i}={i}\nENV E{i}=$A{i}\n" for i in range(n))
    return {"compose.yaml": "services: {a: {build: .}}\n", "Dockerfile": f"FROM nginx\n{lines}"}


def ignored(n: int) -> Texts:
    """Patterns of a `.gitignore`, and as many files."""
    return {".gitignore": "".join(f"/out-{i}/*.yaml\n" for i in range(n)), **files(n)}


def values(n: int) -> Texts:
    """Values of a chart that is not rendered."""
    return {
        "Chart.yaml": "apiVersion: v2\nname: a\nversion: 1.0.0\n",
        "values.yaml": "".join(f"a{i}: {{host: s{i}, port: 80}}\n" for i in range(n)),
        "templates/a.yaml": _config_map("".join(f"  k{i}: {{{{ .Values.a{i}.host }}}}\n" for i in range(n))),
    }


KINDS: dict[str, Callable[[int], Texts]] = {
    one.__name__: one
    for one in (
        lines, faults, ignores, hosts, services, policies, policies_unserved, virtual_services, destination_rules, http_routes, compose,
        compose_unknown, compose_pieces, compose_chain, ingress_unknown, published, published_alike, nginx_servers, nginx_upstreams, nginx_pool, caddy_sites, haproxy_backends, apache_hosts,
        envoy_clusters, traefik_routers, files, apps, namespaces, kustomizations, projects, matches, listeners,
        gateway_listeners, variables, arguments, ignored, values, built_images,
    )
}  # fmt: skip


def seconds(texts: Texts, command: str) -> float:
    """CPU seconds of one run; not a number where it takes too long."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in texts.items():
            path = Path(folder) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        words = [sys.executable, "-m", "upstreamlint", command, "--format", "json", "."]
        words += ["--no-cache", "--jobs", "1"] if command == "check" else []
        before = os.times()
        try:
            subprocess.run(words, cwd=folder, stdout=subprocess.DEVNULL, timeout=TIMEOUT, check=False)
        except subprocess.TimeoutExpired:
            return float("nan")
        after = os.times()
        return after.children_user + after.children_system - before.children_user - before.children_system


def main() -> None:
    """Print a line for each kind."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kind", nargs="*")
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)))
    parser.add_argument("--command", default="check")
    given = parser.parse_args()
    sizes = [int(size) for size in given.sizes.split(",")]
    for name in given.kind or KINDS:
        took = [seconds(KINDS[name](size), given.command) for size in sizes]
        growth = "  ".join(f"x{b / a:.1f}" for a, b in pairwise(took))
        print(f"{name:<18} {'  '.join(f'{t:6.2f}s' for t in took)}   {growth}", flush=True)


if __name__ == "__main__":
    main()
