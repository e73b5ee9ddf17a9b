"""Programs whose configuration says where they listen, against everything that leads to them."""

from textwrap import indent

import pytest

from upstreamlint import Severity, rules, testing

RULES = rules.load()

ENVOY = """static_resources:
  listeners:
    - name: web
      address: {socket_address: {address: 0.0.0.0, port_value: 8000}}
      filter_chains:
        - filters:
            - name: envoy.filters.network.http_connection_manager
              typed_config:
                "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                stat_prefix: web
                http_filters:
                  - name: envoy.filters.http.router
                    typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}
                route_config:
                  virtual_hosts:
                    - name: all
                      domains: ["*"]
                      routes:
                        - match: {prefix: /}
                          direct_response: {status: 200}
"""
APACHE = """Listen 8000
ServerRoot /usr/local/apache2
LoadModule mpm_event_module modules/mod_mpm_event.so
DocumentRoot /srv
"""
HAPROXY = """defaults
  mode http
  timeout client 5s
  timeout connect 5s
  timeout server 5s
frontend web
  bind :8000
  http-request return status 200
"""
PROGRAMS = {
    "nginx": ("nginx:1.27", "/etc/nginx/conf.d/default.conf", "server { listen 8000; return 200; }\n"),
    "Caddy": ("caddy:2", "/etc/caddy/Caddyfile", ":8000 {\n\trespond ok\n}\n"),
    "HAProxy": ("haproxy:2.8", "/usr/local/etc/haproxy/haproxy.cfg", HAPROXY),
    "Envoy": ("envoyproxy/envoy:v1.31-latest", "/etc/envoy/envoy.yaml", ENVOY),
    "Apache": ("httpd:2.4", "/usr/local/apache2/conf/httpd.conf", APACHE),
}


def in_compose(program, *, published=8000, dialled=8000):
    image, path, text = PROGRAMS[program]
    name = path.rpartition("/")[2]
    compose = f"""services:
  edge:
    image: {image}
    ports: ["80:{published}"]
    volumes: ["./{name}:{path}:ro"]
  front:
    image: registry.example/front:1
    environment: {{EDGE_URL: "http://edge:{dialled}/"}}
    depends_on: [edge]
"""
    return {"compose.yaml": compose, name: text}


def in_pod(program, *, target=8000, probe=8000):
    image, path, text = PROGRAMS[program]
    folder, name = path.rsplit("/", 1)
    return {
        "edge.yaml": f"""apiVersion: v1
kind: Service
metadata: {{name: edge}}
spec:
  selector: {{app: edge}}
  ports: [{{port: 80, targetPort: {target}}}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {{name: edge}}
spec:
  replicas: 2
  selector: {{matchLabels: {{app: edge}}}}
  template:
    metadata: {{labels: {{app: edge}}}}
    spec:
      containers:
        - name: edge
          image: {image}
          readinessProbe: {{tcpSocket: {{port: {probe}}}}}
          volumeMounts: [{{name: conf, mountPath: {folder}}}]
      volumes: [{{name: conf, configMap: {{name: edge}}}}]
---
apiVersion: v1
kind: ConfigMap
metadata: {{name: edge}}
data:
  {name}: |
{indent(text, "    ")}"""
    }


def found(files, least=Severity.ERROR):
    return [d.rule for d in testing.check_texts(files, RULES).diagnostics if d.severity.rank <= least.rank]


@pytest.mark.parametrize("program", PROGRAMS)
def test_nothing_is_said_of_the_port_that_is_listened_on(program):
    assert found(in_compose(program), Severity.WARNING) == []
    assert found(in_pod(program), Severity.WARNING) == []


@pytest.mark.parametrize("program", PROGRAMS)
def test_another_port_is_published(program):
    assert found(in_compose(program, published=8080)) == ["upstream-port-not-served"]


@pytest.mark.parametrize("program", PROGRAMS)
def test_another_port_is_dialled_in_compose(program):
    assert found(in_compose(program, dialled=8080), Severity.WARNING) == ["upstream-port-not-served"]


@pytest.mark.parametrize("program", PROGRAMS)
def test_another_port_of_a_service(program):
    assert found(in_pod(program, target=9090)) == ["upstream-port-not-served"]


@pytest.mark.parametrize("program", PROGRAMS)
def test_another_port_of_a_probe(program):
    assert found(in_pod(program, probe=9090)) == ["probe-port-not-served"]
