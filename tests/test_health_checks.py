"""What is asked for health, by whom, and what the backend answers to it."""

from __future__ import annotations

import pytest

from upstreamlint import rules, testing

RULES = rules.load()
ASKED = {
    "health-check-refused",
    "load-balancer-without-targets",
    "upstream-protocol-mismatch",
    "upstream-port-not-served",
}


def found(**texts):
    result = testing.check_texts(
        {name.replace("__", "/").replace("_", "."): t for name, t in texts.items()}, RULES
    )
    return [(d.rule, d.severity.value, d.finding.message) for d in result.diagnostics if d.rule in ASKED]


HAPROXY = """\
defaults
  mode http
  timeout connect 5s
  timeout client 50s
  timeout server 50s
frontend web
  bind *:8000
  default_backend site
backend site
  option httpchk {asked}
  server site site:80 check
"""
COMPOSE = """\
services:
  balancer:
    image: haproxy:3.0
    volumes: ["./haproxy.cfg:/usr/local/etc/haproxy/haproxy.cfg:ro"]
    depends_on: [site]
  site:
    image: nginx:1.27
    volumes: ["./site.conf:/etc/nginx/conf.d/default.conf:ro", "./html:/usr/share/nginx/html:ro"]
"""


@pytest.mark.parametrize(
    ("asked", "server", "status"),
    [
        ("OPTIONS /", "location / { root /usr/share/nginx/html; }", 405),
        ("GET /", "location / { root /usr/share/nginx/html; }", None),
        ("GET /healthz", "root /usr/share/nginx/html;", 404),
        ("HEAD /", "return 301 https://$host$request_uri;", None),
        ("GET /", "location / { return 403; }", 403),
        ("GET /", "location = / { return 204; } location / { return 500; }", None),
        ("GET /up", "location = / { return 204; } location / { return 500; }", 500),
        ("GET /a.js", "location ~ \\.js$ { return 404; } location / { return 200; }", 404),
        ("GET /a.js", "location ^~ /a { return 200; } location ~ \\.js$ { return 404; }", None),
        ("GET /a", "location ~ ^/(a|b)*$ { return 404; } location / { return 500; }", None),
        ("GET /", "auth_basic private; auth_basic_user_file /x; root /usr/share/nginx/html;", 401),
        ("GET /", "location / { auth_basic off; root /usr/share/nginx/html; }", None),
        ("GET /", "location / { deny all; }", 403),
        ("GET /", "location / { allow 10.0.0.0/8; deny all; }", None),
        ("GET /app", "root /usr/share/nginx/html; location / { try_files $uri $uri/ /index.html; }", None),
        ("GET /app", "root /usr/share/nginx/html; location / { try_files $uri $uri/ =404; }", 404),
        (
            "GET /app",
            "root /usr/share/nginx/html; location / { try_files $uri @app; } location @app { return 503; }",
            503,
        ),
        ("OPTIONS /", "location / { proxy_pass http://127.0.0.1:9000; }", None),
        ("OPTIONS /", "location / { content_by_lua_block { ngx.say(1) } }", None),
        ("OPTIONS /", "error_page 405 =200 /index.html; root /usr/share/nginx/html;", None),
        ("OPTIONS /", "if ($request_method = OPTIONS) { return 204; } root /usr/share/nginx/html;", None),
        ("GET /x", "location / { internal; }", 404),
    ],
)
def test_haproxy_gets_what_nginx_answers(asked, server, status):
    answered = found(
        haproxy_cfg=HAPROXY.format(asked=asked),
        compose_yaml=COMPOSE,
        site_conf=f"server {{ listen 80; {server} }}\n",
        html__index_html="<p>here</p>\n",
    )
    refused = [
        message
        for rule, severity, message in answered
        if rule == "health-check-refused" and severity == "error"
    ]
    assert [message.rpartition(" ")[2] for message in refused] == ([str(status)] if status else [])


def test_statuses_that_are_expected_count():
    config = HAPROXY.format(asked="GET /\n  http-check expect status 200-299,404")
    site = "server { listen 80; return 404; }\n"
    assert found(haproxy_cfg=config, compose_yaml=COMPOSE, site_conf=site, html__x_txt="") == []
    strict = HAPROXY.format(asked="GET /\n  http-check expect status 200")
    site = "server { listen 80; return 301 https://$host/; }\n"
    assert len(found(haproxy_cfg=strict, compose_yaml=COMPOSE, site_conf=site, html__x_txt="")) == 1


POD = """\
apiVersion: apps/v1
kind: Deployment
metadata: {{name: web}}
spec:
  selector: {{matchLabels: {{app: web}}}}
  template:
    metadata: {{labels: {{app: web}}}}
    spec:
      containers:
        - name: web
          image: registry.example/web:1
          ports: [{{name: http, containerPort: 8080}}, {{name: admin, containerPort: 9090}}]
          {probe}
---
apiVersion: v1
kind: Service
metadata: {{name: web, annotations: {{{on_service}}}}}
spec:
  selector: {{app: web}}
  ports: [{{name: http, port: 80, targetPort: http}}]
---
"""
INGRESS = """\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {{name: web, annotations: {{{annotations}}}}}
spec:
  ingressClassName: {name}
  rules:
    - host: shop.example
      http: {{paths: [{{path: /, pathType: Prefix, backend: {{service: {{name: web, port: {{number: 80}}}}}}}}]}}
"""
READY = "readinessProbe: {httpGet: {path: /ready, port: %s}}"
EXEC = "readinessProbe: {exec: {command: [check]}}"
IP = "alb.ingress.kubernetes.io/target-type: ip"


def ingress(name, probe="", annotations="", on_service="", more=""):
    text = POD.format(probe=probe, on_service=on_service) + INGRESS.format(name=name, annotations=annotations)
    return [(rule, severity) for rule, severity, _ in found(app_yaml=text + more)]


REFUSED = [("health-check-refused", "warning")]


@pytest.mark.parametrize(
    "probe", [READY % "admin", READY % "9090", EXEC, "readinessProbe: {tcpSocket: {port: http}}"]
)
def test_gke_ingress_takes_an_http_probe_of_the_serving_port_only(probe):
    assert ingress("gce", probe) == REFUSED


def test_gke_ingress_takes_the_path_of_a_probe_or_of_a_backend_config():
    assert ingress("gce", READY % "http") == ingress("gce", "") == []
    config = "---\napiVersion: cloud.google.com/v1\nkind: BackendConfig\nmetadata: {name: web}\nspec: {healthCheck: {requestPath: /up}}\n"
    named = 'cloud.google.com/backend-config: \'{"default": "web"}\''
    assert ingress("gce", EXEC, on_service=named, more=config) == []
    assert ingress("gce", EXEC, on_service=named) == []
    other = config.replace("healthCheck: {requestPath: /up}", "timeoutSec: 40")
    assert ingress("gce", EXEC, on_service=named, more=other) == REFUSED


ROUTE = """\
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {{name: edge}}
spec:
  gatewayClassName: {name}
  listeners: [{{name: http, protocol: HTTP, port: 80}}]
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {{name: web}}
spec:
  parentRefs: [{{name: edge}}]
  rules: [{{backendRefs: [{{name: web, port: 80}}]}}]
---
apiVersion: networking.gke.io/v1
kind: HealthCheckPolicy
metadata: {{name: web}}
spec:
  default: {{config: {{type: HTTP, httpHealthCheck: {{requestPath: /ready}}}}}}
  targetRef: {{group: "", kind: Service, name: {target}}}
"""


@pytest.mark.parametrize(
    ("name", "target", "expected"),
    [
        ("gke-l7-rilb", "other", REFUSED),
        ("gke-l7-global-external-managed", "web", []),
        ("istio", "other", []),
    ],
)
def test_gke_gateway_wants_a_policy(name, target, expected):
    text = POD.format(probe=READY % "http", on_service="") + ROUTE.format(name=name, target=target)
    assert [(rule, severity) for rule, severity, _ in found(app_yaml=text)] == expected


@pytest.mark.parametrize(
    ("annotations", "expected"),
    [
        (IP, REFUSED),
        (f"{IP}, alb.ingress.kubernetes.io/healthcheck-path: /ready", []),
        (
            f"{IP}, alb.ingress.kubernetes.io/healthcheck-path: /ready, alb.ingress.kubernetes.io/healthcheck-port: '9090'",
            [],
        ),
        (
            f"{IP}, alb.ingress.kubernetes.io/healthcheck-path: /ready, alb.ingress.kubernetes.io/healthcheck-port: '9191'",
            [("upstream-port-not-served", "warning")],
        ),
        (
            f"{IP}, alb.ingress.kubernetes.io/healthcheck-path: /ready, alb.ingress.kubernetes.io/healthcheck-protocol: HTTPS",
            [("upstream-protocol-mismatch", "warning")],
        ),
        (
            "alb.ingress.kubernetes.io/healthcheck-path: /ready",
            [("load-balancer-without-targets", "warning")],
        ),
    ],
)
def test_alb(annotations, expected):
    assert ingress("alb", READY % "http", annotations) == expected


def test_application_gateway_asks_the_serving_port():
    assert ingress("azure-application-gateway", READY % "admin") == REFUSED
    assert ingress("azure-application-gateway", READY % "http") == []
    assert (
        ingress(
            "azure-application-gateway", READY % "admin", "appgw.ingress.kubernetes.io/health-probe-path: /"
        )
        == []
    )


BALANCER = """\
apiVersion: v1
kind: Service
metadata: {{name: edge, annotations: {{{annotations}}}}}
spec:
  type: LoadBalancer
  selector: {{app: web}}
  ports: [{{name: web, port: 80, targetPort: 8080{protocol}}}]
"""


@pytest.mark.parametrize(
    ("annotations", "protocol", "expected"),
    [
        ("service.beta.kubernetes.io/azure-load-balancer-internal: 'true'", ", appProtocol: http", REFUSED),
        ("service.beta.kubernetes.io/azure-load-balancer-internal: 'true'", "", []),
        (
            "service.beta.kubernetes.io/azure-load-balancer-health-probe-request-path: /ready",
            ", appProtocol: http",
            [],
        ),
        ("service.beta.kubernetes.io/aws-load-balancer-type: external", ", appProtocol: http", []),
        (
            (
                "service.beta.kubernetes.io/aws-load-balancer-type: external,"
                " service.beta.kubernetes.io/aws-load-balancer-healthcheck-protocol: http"
            ),
            "",
            REFUSED,
        ),
    ],
)
def test_load_balancers_of_services(annotations, protocol, expected):
    text = POD.format(probe=READY % "http", on_service="") + BALANCER.format(
        annotations=annotations, protocol=protocol
    )
    assert [(rule, severity) for rule, severity, _ in found(app_yaml=text)] == expected


CADDY = """\
services:
  front:
    image: caddy:2
    volumes: ["./Caddyfile:/etc/caddy/Caddyfile:ro"]
    depends_on: [site]
  site:
    image: nginx:1.27
    volumes: ["./site.conf:/etc/nginx/conf.d/default.conf:ro"]
"""


@pytest.mark.parametrize(
    ("asked", "server", "expected"),
    [
        ("health_uri /up", "location = /up { return 204; } location / { return 404; }", []),
        ("health_uri /up", "location = /up { return 301 /; }", ["error"]),
        ("health_uri /up\n health_status 3xx", "location = /up { return 301 /; }", []),
        ("health_uri /up\n health_status 200", "location = /up { return 204; }", ["error"]),
        ("health_uri /up\n health_follow_redirects", "location = /up { return 301 /; }", []),
        ("lb_policy first", "return 404;", []),
    ],
)
def test_caddy(asked, server, expected):
    texts = {
        "compose.yaml": CADDY,
        "Caddyfile": f":80 {{\n reverse_proxy site:80 {{\n {asked}\n }}\n}}\n",
        "site.conf": f"server {{ listen 80; {server} }}\n",
    }
    result = testing.check_texts(texts, RULES)
    assert [d.severity.value for d in result.diagnostics if d.rule == "health-check-refused"] == expected


ENVOY = """\
static_resources:
  listeners:
    - name: web
      address: {socket_address: {address: 0.0.0.0, port_value: 80}}
      filter_chains:
        - filters:
            - name: envoy.filters.network.http_connection_manager
              typed_config:
                "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                stat_prefix: web
                route_config:
                  virtual_hosts: [{name: web, domains: ["*"], routes: [{match: {prefix: /}, route: {cluster: site}}]}]
  clusters:
    - name: site
      type: STRICT_DNS
      {panic}
      health_checks: [{timeout: 1s, interval: 5s, unhealthy_threshold: 2, healthy_threshold: 1,
                       http_health_check: {asked}}]
      load_assignment:
        cluster_name: site
        endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address: {address: site, port_value: 80}}}}]}]
"""
NO_PANIC = "common_lb_config: {healthy_panic_threshold: {value: 0}}"


@pytest.mark.parametrize(
    ("asked", "panic", "expected"),
    [
        ("{path: /up}", NO_PANIC, ["error"]),
        ("{path: /up}", "", ["warning"]),
        ("{path: /up, expected_statuses: [{start: 404, end: 405}]}", NO_PANIC, []),
        ("{path: /, host: shop.example}", NO_PANIC, []),
        ("{path: /}", NO_PANIC, ["error"]),
    ],
)
def test_envoy(asked, panic, expected):
    compose = CADDY.replace("caddy:2", "envoyproxy/envoy:v1.31").replace(
        "Caddyfile:/etc/caddy/Caddyfile", "envoy.yaml:/etc/envoy/envoy.yaml"
    )
    site = (
        "server { listen 80 default_server; return 404; }\n"
        "server { listen 80; server_name shop.example; location = / { return 200; } location / { return 404; } }\n"
    )
    texts = {
        "compose.yaml": compose,
        "envoy.yaml": ENVOY.replace("{asked}", asked).replace("{panic}", panic),
        "site.conf": site,
    }
    result = testing.check_texts(texts, RULES)
    assert [d.severity.value for d in result.diagnostics if d.rule == "health-check-refused"] == expected


PROBED = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: web}
data:
  default.conf: |
    server {
      listen 8080;
      location = /up { return 200; }
      location = /moved { return 301 /up; }
      location / { return 404; }
    }
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      volumes: [{name: conf, configMap: {name: web}}]
      containers:
        - name: web
          image: nginx:1.27
          ports: [{containerPort: 8080}]
          volumeMounts: [{name: conf, mountPath: /etc/nginx/conf.d}]
          readinessProbe: {httpGet: {path: /up, port: 8080}}
"""


@pytest.mark.parametrize(("path", "expected"), [("/up", []), ("/missing", ["error"]), ("/moved", [])])
def test_the_kubelet_asks_an_nginx(path, expected):
    answered = found(app_yaml=PROBED.replace("path: /up", f"path: {path}"))
    assert [severity for rule, severity, _ in answered if rule == "health-check-refused"] == expected


STOCK = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: site}
spec:
  selector: {matchLabels: {app: site}}
  template:
    metadata: {labels: {app: site}}
    spec:
      containers:
        - name: site
          image: IMAGE
          readinessProbe: {httpGet: {path: PATH, port: 80}}
          MORE: {}
      volumes: [{name: html, emptyDir: {}}]
"""


@pytest.mark.parametrize(
    ("path", "more", "refused"),
    [
        ("/", "", False),
        ("/50x.html", "", False),
        ("/healthz", "", True),
        ("/healthz", "args: [nginx, -g, daemon off;]", True),
        ("/healthz", "command: [sh, -c, 'echo up > /usr/share/nginx/html/healthz; exec nginx']", False),
        (
            "/healthz",
            "lifecycle: {postStart: {exec: {command: [sh, -c, 'echo > /usr/share/nginx/html/healthz']}}}",
            False,
        ),
        ("/healthz", "volumeMounts: [{name: html, mountPath: /usr/share/nginx/html}]", False),
        ("/healthz", "volumeMounts: [{name: html, mountPath: /etc/nginx/conf.d}]", False),
    ],
)
def test_the_site_that_the_image_of_nginx_brings_holds_two_pages(path, more, refused):
    text = (
        STOCK.replace("IMAGE", "nginx:1.27").replace("PATH", path).replace("MORE: {}", more or "tty: false")
    )
    told = [rule for rule, _, _ in found(app_yaml=text)]
    assert told == (["health-check-refused"] if refused else [])


def test_other_images_of_nginx_bring_sites_of_their_own():
    assert not found(app_yaml=STOCK.replace("IMAGE", "cgr.dev/chainguard/nginx").replace("PATH", "/healthz"))


OWN = """\
services:
  site:
    image: nginx:1.27
    volumes: ["./site.conf:/etc/nginx/conf.d/default.conf:ro", "./html:/usr/share/nginx/html:ro"]
    healthcheck:
      test: {check}
"""
SITE = """\
server {
    listen 80;
    listen 443 ssl;
    server_name shop.example;
    ssl_certificate /c.pem;
    ssl_certificate_key /k.pem;
    root /usr/share/nginx/html;
    location = /ok { return 204; }
    location = /moved { return 301 https://shop.example/; }
    location = /admin { auth_basic private; auth_basic_user_file /x; }
}
server {
    listen 80 default_server;
    server_name _;
    return 444;
}
"""


@pytest.mark.parametrize(
    ("check", "refused"),
    [
        ("curl -f -H 'Host: shop.example' http://localhost/ok", None),
        ("curl -f -H 'Host: shop.example' http://localhost/nothing", "404"),
        ("curl -fsS -o /dev/null -H 'Host: shop.example' http://localhost/nothing || exit 1", "404"),
        ("curl -H 'Host: shop.example' http://localhost/nothing", None),
        ("curl -f -H 'Host: shop.example' http://localhost/moved", None),
        ("curl -fL -H 'Host: shop.example' http://localhost/moved", None),
        ("curl -f -H 'Host: shop.example' http://localhost/admin", "401"),
        ("curl -f -u me:secret -H 'Host: shop.example' http://localhost/admin", None),
        ("curl -f -H 'Host: shop.example' http://localhost/nothing || true", None),
        ("curl -f -H 'Host: shop.example' http://localhost/nothing | grep up", None),
        ("curl -f http://localhost/ok", "444"),
        ("wget -q --spider --header 'Host: shop.example' http://127.0.0.1/nothing", "404"),
        ("wget -q --spider --header 'Host: shop.example' http://127.0.0.1/moved", None),
        ("wget -q --spider http://127.0.0.1/ok", "444"),
        ("curl -f http://localhost:443/", "TLS"),
        ("curl -k http://localhost:443/", None),
        ("curl -fk https://localhost:80/", "plain HTTP"),
        ('["CMD", "curl", "-f", "-H", "Host: shop.example", "http://localhost/nothing"]', "404"),
    ],
)
def test_a_container_asks_itself(check, refused):
    test = check if check.startswith("[") else f'"{check}"'
    answered = found(compose_yaml=OWN.format(check=test), site_conf=SITE, html__index_html="<p>here</p>\n")
    assert [message.rpartition(" ")[2] for _, _, message in answered] == (
        [refused.rpartition(" ")[2]] if refused else []
    ), answered


def test_an_exec_probe_asks_as_well():
    pod = POD.format(
        probe="readinessProbe: {exec: {command: [curl, -f, 'http://localhost:8081/']}}", on_service=""
    )
    pod = pod.replace("          ports:", "          env: [{name: PORT, value: '8080'}]\n          ports:")
    result = testing.check_texts({"app.yaml": pod}, RULES)
    asked = [d for d in result.diagnostics if d.rule == "healthcheck-port-mismatch"]
    assert [d.finding.message for d in asked] == [
        "the readinessProbe of `Deployment/web` asks port 8081, which nothing listens on in the container"
    ]
    assert asked[0].finding.symptom.status == 503


TRAEFIK = """\
services:
  traefik:
    image: traefik:v3.2
    command: --providers.docker=true
    ports: ["80:80"]
  site:
    image: nginx:1.27
    volumes: ["./site.conf:/etc/nginx/conf.d/default.conf:ro"]
    labels:
      traefik.http.routers.site.rule: Host(`shop.example`)
      traefik.http.services.site.loadbalancer.server.port: "{port}"
{labels}
"""
CHECK = "traefik.http.services.site.loadbalancer.healthcheck."


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"path": "/ok"}, None),
        ({"path": "/nothing"}, "answered with 404"),
        ({"path": "/moved"}, None),
        ({"path": "/moved", "followredirects": "false"}, None),
        ({"path": "/moved", "followredirects": "false", "status": "200"}, "answered with 301"),
        ({"path": "/ok", "status": "200"}, "answered with 204"),
        ({"path": "/ok", "method": "POST", "status": "204"}, None),
        ({"path": "/nothing", "headers.x": "y"}, None),
        ({"interval": "5s"}, None),
    ],
)
def test_traefik_asks_what_labels_say(settings, expected):
    labels = "\n".join(f'      {CHECK}{name}: "{value}"' for name, value in settings.items())
    site = (
        "server { listen 80; location = /ok { return 204; } "
        "location = /moved { return 301 https://shop.example/; } location / { return 404; } }\n"
    )
    answered = found(compose_yaml=TRAEFIK.format(port=80, labels=labels), site_conf=site)
    assert [m.partition("which is ")[2] for _, _, m in answered] == ([expected] if expected else [])


def test_traefik_asks_another_port():
    labels = f'      {CHECK}path: "/ok"\n      {CHECK}port: "8081"'
    site = "server { listen 80; return 200; }\n"
    answered = found(compose_yaml=TRAEFIK.format(port=80, labels=labels), site_conf=site)
    assert [(rule, "8081" in message) for rule, _, message in answered] == [
        ("upstream-port-not-served", True)
    ]
    both = site + "server { listen 8081; location = /ok { return 200; } }\n"
    assert found(compose_yaml=TRAEFIK.format(port=80, labels=labels), site_conf=both) == []


PLUS = """\
services:
  edge:
    image: private-registry.nginx.com/nginx-plus/base:r34
    volumes: ["./edge.conf:/etc/nginx/conf.d/default.conf:ro"]
    depends_on: [site]
  site:
    image: nginx:1.27
    volumes: ["./site.conf:/etc/nginx/conf.d/default.conf:ro"]
"""


@pytest.mark.parametrize(
    ("asked", "match", "expected"),
    [
        ("", "", "answered with 503"),
        ("uri=/ok", "", None),
        ("uri=/nothing", "", "answered with 404"),
        ("uri=/nothing match=m", "status 404;", None),
        ("uri=/ok match=m", "status 200;", "answered with 204"),
        ("uri=/ok match=m", "status 200-299;", None),
        ("uri=/ok match=m", "status ! 500;", None),
        ("uri=/nothing match=m", "status ! 404;", "answered with 404"),
        ("uri=/nothing match=m", "status 200; body ~ up;", None),
        ("uri=/nothing match=other", "status 200;", None),
        ("uri=/ok port=8081", "", "8081"),
    ],
)
def test_nginx_plus(asked, match, expected):
    edge = (
        f"upstream pool {{ zone pool 64k; server site:80; }}\nmatch m {{ {match} }}\n"
        f"server {{ listen 80; location / {{ proxy_pass http://pool; health_check {asked}; }} }}\n"
    )
    site = (
        "server { listen 80; location = /ok { return 204; } location = / { return 503; } "
        "location / { return 404; } }\n"
    )
    answered = found(compose_yaml=PLUS, edge_conf=edge, site_conf=site)
    assert bool(answered) is bool(expected)
    assert all(expected in message for _, _, message in answered)


BEHIND = """\
services:
  balancer:
    image: haproxy:3.0
    volumes: ["./haproxy.cfg:/usr/local/etc/haproxy/haproxy.cfg:ro"]
    depends_on: [site]
  site:
    image: {image}
    volumes: ["./{file}:{path}:ro"]
"""


def asked_of(image, file, path, text, asked):
    compose = BEHIND.format(image=image, file=file, path=path)
    texts = {"compose.yaml": compose, file: text, "haproxy.cfg": HAPROXY.format(asked=asked)}
    result = testing.check_texts(texts, RULES)
    refused = [d.finding.message for d in result.diagnostics if d.rule == "health-check-refused"]
    return [int(message.rpartition(" ")[2]) for message in refused]


@pytest.mark.parametrize(
    ("site", "asked", "status"),
    [
        (":80 {\n\trespond 503\n}\n", "GET /", [503]),
        (":80 {\n\trespond /up 200\n\trespond 404\n}\n", "GET /up", []),
        (":80 {\n\trespond /up 200\n\trespond 404\n}\n", "GET /down", [404]),
        (":80 {\n\trespond /up* 200\n\trespond /up/too* 500\n}\n", "GET /up/too/x", [500]),
        (":80 {\n\trespond 404\n\treverse_proxy /api* 127.0.0.1:9000\n}\n", "GET /api", [404]),
        (":80 {\n\terror 404\n\thandle_errors {\n\t\trespond 200\n\t}\n}\n", "GET /", []),
        (":80 {\n\tbasic_auth {\n\t\ta b\n\t}\n\trespond 404\n}\n", "GET /", []),
        (":80 {\n\thandle /api* {\n\t\trespond 500\n\t}\n\thandle {\n\t\trespond 404\n\t}\n}\n", "GET /", []),
        (":80 {\n\t@get method GET\n\trespond @get 404\n}\n", "GET /", [404]),
        (":80 {\n\t@get method GET\n\trespond @get 404\n}\n", "OPTIONS /", []),
        (":80 {\n\t@x header X y\n\trespond @x 404\n}\n", "GET /", []),
        ("http://shop.example {\n\trespond 404\n}\n", "GET /", []),
        (":80 {\n\tfile_server\n}\n", "GET /", []),
    ],
)
def test_caddy_answers(site, asked, status):
    assert asked_of("caddy:2", "Caddyfile", "/etc/caddy/Caddyfile", site, asked) == status


INNER = """\
defaults
  mode http
  timeout connect 5s
  timeout client 50s
  timeout server 50s
frontend web
  bind *:80
"""


@pytest.mark.parametrize(
    ("lines", "asked", "status"),
    [
        ("  monitor-uri /up\n  http-request deny\n", "GET /up", []),
        ("  monitor-uri /up\n  http-request deny\n", "GET /", [403]),
        ("  http-request return status 404\n", "GET /", [404]),
        ("  http-request return status 200\n", "GET /", []),
        ("  http-request deny if { path /x }\n  http-request return status 404\n", "GET /", []),
        ("  redirect scheme https code 301\n", "GET /", []),
        ("", "GET /", [503]),
        ("  default_backend shop\nbackend shop\n  server a 10.0.0.1:80\n", "GET /", []),
    ],
)
def test_haproxy_answers(lines, asked, status):
    found = asked_of("haproxy:3.0", "inner.cfg", "/usr/local/etc/haproxy/haproxy.cfg", INNER + lines, asked)
    assert found == status


@pytest.mark.parametrize(
    ("routes", "asked", "status"),
    [
        ("[{match: {path: /up}, direct_response: {status: 200}}]", "GET /up", []),
        ("[{match: {path: /up}, direct_response: {status: 200}}]", "GET /", [404]),
        ("[{match: {prefix: /}, redirect: {https_redirect: true}}]", "GET /", []),
        ("[{match: {prefix: /}, direct_response: {status: 503}}]", "GET /", [503]),
        ("[{match: {prefix: /, headers: [{name: x}]}, direct_response: {status: 503}}]", "GET /", []),
    ],
)
def test_envoy_answers(routes, asked, status):
    text = f"""static_resources:
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
                    - {{name: all, domains: ["*"], routes: {routes}}}
"""
    assert asked_of("envoyproxy/envoy:v1.33.0", "envoy.yaml", "/etc/envoy/envoy.yaml", text, asked) == status


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ("{path: /ok}", []),
        ("{path: /nothing}", ["answered with 404"]),
        ("{path: /nothing, status: 404}", []),
        ("{path: /nothing, headers: {X-A: b}}", []),
        ("{path: /nothing, scheme: https}", []),
        ("{path: /ok, port: 8081}", ["8081"]),
    ],
)
def test_traefik_asks_what_files_say(settings, expected):
    dynamic = (
        "http:\n  routers:\n    site: {rule: Host(`shop.example`), service: site}\n  services:\n    site:\n"
        f"      loadBalancer:\n        healthCheck: {settings}\n        servers: [{{url: 'http://site:80'}}]\n"
    )
    compose = (
        "services:\n  traefik:\n    image: traefik:v3.2\n    command: --providers.file.filename=/etc/traefik/dynamic.yml\n"
        "    volumes: ['./dynamic.yml:/etc/traefik/dynamic.yml:ro']\n    depends_on: [site]\n"
        "  site:\n    image: nginx:1.27\n    volumes: ['./site.conf:/etc/nginx/conf.d/default.conf:ro']\n"
    )
    site = "server { listen 80; location = /ok { return 204; } location / { return 404; } }\n"
    texts = {"compose.yaml": compose, "dynamic.yml": dynamic, "site.conf": site}
    result = testing.check_texts(texts, RULES)
    said = [d.finding.message for d in result.diagnostics if d.rule in ASKED]
    assert len(said) == len(expected)
    assert all(word in message for word, message in zip(expected, said, strict=True))
