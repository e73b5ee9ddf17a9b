"""What a pool loses when one of its servers is dead: what the program that uses it does then, as measured."""

from __future__ import annotations

import json

import pytest

from upstreamlint import rules, testing
from upstreamlint.answers.routes import answers
from upstreamlint.run.engine import check_releases
from upstreamlint.settings.config import Config

RULES = rules.load()
FILES = {
    "nginx": ("nginx:1.27", "nginx.conf", "/etc/nginx/nginx.conf"),
    "haproxy": ("haproxy:3.0", "haproxy.cfg", "/usr/local/etc/haproxy/haproxy.cfg"),
    "caddy": ("caddy:2", "Caddyfile", "/etc/caddy/Caddyfile"),
    "httpd": ("httpd:2.4", "httpd.conf", "/usr/local/apache2/conf/httpd.conf"),
    "envoy": ("envoyproxy/envoy:v1.40.0", "envoy.yaml", "/etc/envoy/envoy.yaml"),
}
COMPOSE = """\
services:
  edge:
    image: {image}
    volumes: ["./{name}:{path}:ro"]
    depends_on: [a, b, c]
  a: {{image: "registry.example/a:1", command: "gunicorn a.wsgi --bind 0.0.0.0:8000"}}
  b: {{image: "registry.example/b:1", command: "gunicorn b.wsgi --bind 0.0.0.0:8000"}}
  c: {{image: "registry.example/c:1", command: "gunicorn c.wsgi --bind 0.0.0.0:8000"}}
"""
DEAD = "b:8001"


def told(tmp_path, proxy, text):
    """The outcome of the only route, the status, the part that fails, and how grave the dead server is."""
    image, name, path = FILES[proxy]
    (tmp_path / "compose.yaml").write_text(COMPOSE.format(image=image, name=name, path=path))
    (tmp_path / name).write_text(text)
    releases, _ = check_releases([str(tmp_path)], Config())
    (answer,) = [a for r in releases for a in answers(r.graph, r.diagnostics) if not a.match.startswith("@")]
    dead = {d.severity.value for r in releases for d in r.diagnostics if d.rule == "upstream-port-not-served"}
    status = answer.symptom.status if answer.symptom else None
    return answer.outcome.value, status, answer.share and round(answer.share, 2), "".join(sorted(dead))


NGINX = """\
events {{}}
http {{
    upstream pool {{ {servers} }}
    server {{
        listen 80;
        location / {{ proxy_pass http://pool; {options} }}
        location @page {{ proxy_pass http://c:8000; }}
        location = /sorry.html {{ root /srv/pages; }}
    }}
}}
"""


@pytest.mark.parametrize(
    ("servers", "options", "expected"),
    [
        (f"server a:8000; server {DEAD};", "", ("answered", None, 0.0, "warning")),
        (f"server a:8000; server {DEAD};", "proxy_next_upstream off;", ("partly", 502, None, "error")),
        (f"server a:8000; server {DEAD};", "proxy_next_upstream timeout;", ("partly", 502, None, "error")),
        (f"server a:8000; server {DEAD};", "proxy_next_upstream_tries 1;", ("partly", 502, None, "error")),
        (
            f"server a:8000; server {DEAD} max_fails=0;",
            "proxy_next_upstream off;",
            ("partly", 502, 0.5, "error"),
        ),
        (
            f"server a:8000; server {DEAD};",
            "proxy_next_upstream_tries 2;",
            ("answered", None, 0.0, "warning"),
        ),
        (f"server {DEAD};", "", ("fails", 502, 1.0, "error")),
        (f"server {DEAD}; server c:8001 weight=3;", "", ("fails", 502, 1.0, "error")),
        (f"server {DEAD}; server a:8000 down;", "", ("fails", 502, 1.0, "error")),
        (f"server {DEAD} down; server a:8000;", "", ("answered", None, 0.0, "warning")),
        (f"server {DEAD}; server a:8000 backup;", "", ("answered", None, 0.0, "warning")),
        (f"server a:8000; server {DEAD} backup;", "", ("answered", None, 0.0, "warning")),
        (f"server a:8000 down; server {DEAD} backup;", "", ("fails", 502, 1.0, "error")),
        (
            f"server {DEAD}; server c:8001 backup; server a:8000 backup;",
            "proxy_next_upstream_tries 2;",
            ("partly", 502, None, "errorwarning"),
        ),
        (f"server {DEAD}; server a:8000 backup;", "proxy_next_upstream off;", ("partly", 502, None, "error")),
    ],
)
def test_nginx_passes_on_what_a_server_refuses(tmp_path, servers, options, expected):
    assert told(tmp_path, "nginx", NGINX.format(servers=servers, options=options)) == expected


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("error_page 502 @page;", ("fails", 502, 1.0)),
        ("error_page 502 =200 @page;", ("answered", 200, 0.0)),
        ("error_page 502 = @page;", ("answered", 200, 0.0)),
        ("error_page 502 =503 @page;", ("fails", 503, 1.0)),
        ("error_page 504 =200 @page;", ("fails", 502, 1.0)),
        ("error_page 500 502 504 =200 @page;", ("answered", 200, 0.0)),
        ("error_page 502 https://status.example/;", ("answered", 302, 0.0)),
        ("error_page 502 /50x.html;", ("fails", 502, 1.0)),
        ("error_page 502 =200 /sorry.html;", ("unknown", None, None)),
        ("error_page 502 =200 /of-the-dead-server.html;", ("fails", 502, 1.0)),
    ],
)
def test_a_page_of_nginx_stands_in_with_the_status_that_is_written(tmp_path, options, expected):
    text = NGINX.format(servers=f"server {DEAD};", options=options)
    assert told(tmp_path, "nginx", text)[:3] == expected


def test_a_page_that_fails_itself_gives_its_own_failure(tmp_path):
    text = NGINX.format(servers=f"server {DEAD};", options="error_page 502 =200 @page;")
    assert told(tmp_path, "nginx", text.replace("c:8000", "c:8001"))[:3] == ("fails", 502, 1.0)


HAPROXY = """\
{before}defaults
  mode http
frontend web
  bind :80
  default_backend pool
backend pool
{lines}
"""


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["server a a:8000", f"server b {DEAD}"], ("partly", 503, 0.5, "error")),
        (["server a a:8000 weight 3", f"server b {DEAD} weight 1"], ("partly", 503, 0.25, "error")),
        (["option redispatch", "server a a:8000", f"server b {DEAD}"], ("answered", None, 0.0, "warning")),
        (["option redispatch", "server a a:8000", f"server b {DEAD}", "server c c:8001"], ("partly", 503, None, "error")),
        (["option redispatch", "retries 0", "server a a:8000", f"server b {DEAD}"], ("partly", 503, 0.5, "error")),
        (["balance source", "option redispatch", "server a a:8000", f"server b {DEAD}"], ("partly", 503, 0.5, "error")),
        (["server a a:8000 check", f"server b {DEAD} check"], ("answered", None, 0.0, "warning")),
        ([f"server b {DEAD} check", "server a a:8000 check backup"], ("answered", None, 0.0, "warning")),
        ([f"server b {DEAD}", "server a a:8000 backup"], ("fails", 503, 1.0, "error")),
        (["server a a:8000", f"server b {DEAD} backup"], ("answered", None, 0.0, "warning")),
        (["server a a:8000 disabled", f"server b {DEAD} backup"], ("fails", 503, 1.0, "error")),
        ([f"server b {DEAD} disabled", "server a a:8000"], ("answered", None, 0.0, "warning")),
        (["balance first", f"server b {DEAD} check", "server c c:8001 check", "server a a:8000"], ("answered", None, 0.0, "warning")),
        (["balance first", f"server b {DEAD}", "server a a:8000"], ("fails", 503, 1.0, "error")),
        (["balance first", "option redispatch", f"server b {DEAD}", "server a a:8000"], ("answered", None, 0.0, "warning")),
        (["balance first", "option redispatch 1", f"server b {DEAD}", "server c c:8001", "server a a:8000"], ("fails", 503, 1.0, "error")),
        (["balance first", "option redispatch", "server c c:8001 check", f"server b {DEAD}", "server a a:8000"], ("answered", None, 0.0, "warning")),
        (["balance first", "option redispatch", f"server b {DEAD}", "server c c:8001 check", "server a a:8000 backup"], ("fails", 503, 1.0, "error")),
        (["server c c:8001 check", f"server b {DEAD} backup", "server a a:8000 backup"], ("fails", 503, 1.0, "error")),
        (["option allbackups", "server c c:8001 check", f"server b {DEAD} backup", "server a a:8000 backup"], ("partly", 503, None, "errorwarning")),
        (["server a a:8000 disabled", f"server b {DEAD} weight 0"], ("fails", 503, 1.0, "warning")),
    ],
)  # fmt: skip
def test_haproxy_loses_what_it_sends_to_a_dead_server(tmp_path, lines, expected):
    text = HAPROXY.format(before="", lines="\n".join(f"  {line}" for line in lines))
    assert told(tmp_path, "haproxy", text) == expected


@pytest.mark.parametrize(
    ("socket", "outcome"),
    [
        ("", "fails"),
        ("  stats socket /run/haproxy.sock level admin\n", "in doubt"),
        ("  stats socket /run/haproxy.sock level operator\n", "fails"),
    ],
)
def test_servers_that_are_disabled_may_be_enabled_through_a_socket(tmp_path, socket, outcome):
    text = HAPROXY.format(before=f"global\n{socket}", lines="  server a a:8000 disabled")
    assert told(tmp_path, "haproxy", text)[0] == outcome


CADDY = """\
http://shop.example {{
	reverse_proxy {targets} {{
{options}
	}}
}}
"""


@pytest.mark.parametrize(
    ("targets", "options", "expected"),
    [
        (f"a:8000 {DEAD}", [], ("partly", 502, 0.5, "error")),
        (f"a:8000 {DEAD}", ["lb_policy first"], ("answered", None, 0.0, "warning")),
        (f"{DEAD} a:8000", ["lb_policy first"], ("fails", 502, 1.0, "error")),
        (f"{DEAD} a:8000", ["lb_policy first", "lb_retries 3"], ("fails", 502, 1.0, "error")),
        (f"{DEAD} a:8000", ["lb_policy first", "fail_duration 30s"], ("partly", 502, None, "error")),
        (f"{DEAD} a:8000", ["lb_policy first", "lb_retries 3", "fail_duration 30s"], ("answered", None, 0.0, "warning")),
        (f"{DEAD} a:8000", ["lb_policy round_robin", "lb_retries 3"], ("answered", None, 0.0, "warning")),
        (f"{DEAD} a:8000", ["lb_retries 3"], ("partly", 502, None, "error")),
        (f"{DEAD} a:8000", ["lb_policy weighted_round_robin 1 3"], ("partly", 502, 0.25, "error")),
        (f"{DEAD} a:8000", ["health_uri /"], ("answered", None, 0.0, "warning")),
        (f"{DEAD} c:8001", ["fail_duration 30s"], ("fails", 503, 1.0, "error")),
        (f"{DEAD} c:8001", [], ("fails", 502, 1.0, "error")),
    ],
)  # fmt: skip
def test_caddy_loses_what_it_sends_to_a_dead_upstream(tmp_path, targets, options, expected):
    text = CADDY.format(targets=targets, options="\n".join(f"\t\t{option}" for option in options))
    assert told(tmp_path, "caddy", text) == expected


def test_a_name_that_nobody_has_costs_its_part_of_a_pool(tmp_path):
    image, name, path = FILES["caddy"]
    compose = COMPOSE.format(image=image, name=name, path=path)
    texts = {"compose.yaml": compose, name: CADDY.format(targets="a:8000 nobody:8000", options="")}
    (found,) = [d for d in testing.check_texts(texts, RULES).diagnostics if d.rule == "upstream-unknown"]
    assert [hit.share for hit in found.affects] == [0.5]


def envoy(*clusters):
    """A bootstrap whose only route leads to the first cluster."""
    manager = {
        "@type": "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
        "stat_prefix": "web",
        "route_config": {
            "virtual_hosts": [
                {
                    "name": "v",
                    "domains": ["*"],
                    "routes": [{"match": {"prefix": "/"}, "route": {"cluster": "c0"}}],
                }
            ]
        },
    }
    name = "envoy.filters.network.http_connection_manager"
    listener = {
        "name": "web",
        "address": {"socket_address": {"address": "0.0.0.0", "port_value": 80}},
        "filter_chains": [{"filters": [{"name": name, "typed_config": manager}]}],
    }
    return json.dumps({"static_resources": {"listeners": [listener], "clusters": clusters}})


def cluster(name, *ends, **more):
    """A cluster of endpoints `host:port`, with their health and priority behind spaces."""
    levels = {}
    for end in ends:
        target, health, priority = (*end.split(), "", "")[:3]
        host, _, port = target.partition(":")
        found = {"endpoint": {"address": {"socket_address": {"address": host, "port_value": int(port)}}}}
        if health not in ("", "-"):
            found["health_status"] = health
        levels.setdefault(int(priority or 0), []).append(found)
    endpoints = [{"priority": level, "lb_endpoints": found} for level, found in levels.items()]
    return {
        "name": name,
        "type": "STRICT_DNS",
        "load_assignment": {"cluster_name": name, "endpoints": endpoints},
        **more,
    }


def aggregate(name, *members):
    kind = "type.googleapis.com/envoy.extensions.clusters.aggregate.v3.ClusterConfig"
    inner = {"name": "envoy.clusters.aggregate", "typed_config": {"@type": kind, "clusters": list(members)}}
    return {"name": name, "lb_policy": "CLUSTER_PROVIDED", "cluster_type": inner}


UNWELL = "UNHEALTHY"


@pytest.mark.parametrize(
    ("clusters", "expected"),
    [
        ([cluster("c0", "a:8000", DEAD)], ("partly", 503, 0.5)),
        ([cluster("c0", f"a:8000 {UNWELL}", DEAD)], ("fails", 503, 1.0)),
        ([cluster("c0", "a:8000", f"{DEAD} {UNWELL}")], ("answered", None, 0.0)),
        ([cluster("c0", f"a:8000 {UNWELL}", f"c:8000 {UNWELL}", DEAD)], ("partly", 503, 0.33)),
        ([cluster("c0", "a:8000 DRAINING", "c:8000 DRAINING", DEAD)], ("fails", 503, 1.0)),
        ([cluster("c0", "a:8000", f"{DEAD} - 1")], ("answered", None, 0.0)),
        ([cluster("c0", DEAD, "a:8000 - 1")], ("fails", 503, 1.0)),
        ([cluster("c0", DEAD, "a:8000 - 1", health_checks=[{"tcp_health_check": {}}])], ("answered", None, 0.0)),
        ([cluster("c0", "a:8000", DEAD, health_checks=[{"tcp_health_check": {}}])], ("answered", None, 0.0)),
        ([cluster("c0", "a:8000", DEAD, "c:8001", health_checks=[{"tcp_health_check": {}}])], ("partly", 503, 0.67)),
        ([cluster("c0", "a:8000", DEAD, outlier_detection={})], ("partly", 503, None)),
        ([aggregate("c0", "c1", "c2"), cluster("c1", DEAD), cluster("c2", "a:8000")], ("fails", 503, 1.0)),
        ([aggregate("c0", "c1", "c2"), cluster("c1", "a:8000"), cluster("c2", DEAD)], ("answered", None, 0.0)),
    ],
)  # fmt: skip
def test_envoy_loses_what_it_sends_to_a_dead_endpoint(tmp_path, clusters, expected):
    assert told(tmp_path, "envoy", envoy(*clusters))[:3] == expected


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        (["a:8000", DEAD], ("answered", None, 0.0)),
        ([DEAD, "c:8001"], ("fails", 503, 1.0)),
        ([DEAD, "a:8000 status=+H"], ("answered", None, 0.0)),
        ([DEAD, "a:8000 status=+D"], ("fails", 503, 1.0)),
        (["a:8000 status=+D", "c:8000 status=+D"], ("fails", 503, 1.0)),
    ],
)
def test_httpd_passes_on_what_a_member_refuses(tmp_path, members, expected):
    modules = "mpm_event unixd authz_core proxy proxy_http proxy_balancer lbmethod_byrequests slotmem_shm"
    text = "".join(f"LoadModule {m}_module modules/mod_{m}.so\n" for m in modules.split()) + "Listen 80\n"
    inside = "".join(f"  BalancerMember http://{member}\n" for member in members)
    text += f"<Proxy balancer://pool>\n{inside}</Proxy>\nProxyPass / balancer://pool/\n"
    assert told(tmp_path, "httpd", text)[:3] == expected


@pytest.mark.parametrize(
    ("servers", "expected"), [("[]", ("fails", 503)), ("[{url: 'http://a:8000'}]", ("answered", None))]
)
def test_traefik_has_nobody_left_when_what_falls_in_has_no_servers(tmp_path, servers, expected):
    (tmp_path / "compose.yaml").write_text(
        "services:\n"
        "  edge:\n    image: traefik:v3.7\n    command: [--entrypoints.web.address=:8080, --providers.file.filename=/etc/traefik/d.yml]\n"
        "    volumes: ['./d.yml:/etc/traefik/d.yml']\n"
        "  a: {image: registry.example/a, command: gunicorn work.wsgi --bind 0.0.0.0:8000}\n"
        "  b: {image: registry.example/b, command: gunicorn work.wsgi --bind 127.0.0.1:8000}\n"
    )
    (tmp_path / "d.yml").write_text(
        "http:\n"
        "  routers: {shop: {rule: 'Host(`shop.example`)', service: shop}}\n"
        "  services:\n"
        "    shop: {failover: {service: main, fallback: spare, healthCheck: {}}}\n"
        "    main: {loadBalancer: {healthCheck: {path: /}, servers: [{url: 'http://b:8000'}]}}\n"
        f"    spare: {{loadBalancer: {{healthCheck: {{path: /}}, servers: {servers}}}}}\n"
    )
    releases, _ = check_releases([str(tmp_path)], Config())
    (answer,) = [a for r in releases for a in answers(r.graph, r.diagnostics)]
    assert (answer.outcome.value, answer.symptom and answer.symptom.status) == expected
