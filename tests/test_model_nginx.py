from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from steps import steps

from upstreamlint.documents import Mapping, Scalar
from upstreamlint.files.readable import DiskFiles, MemoryFiles
from upstreamlint.programs.nginx.language.syntax import embedded
from upstreamlint.programs.nginx.model import Config, load, parse_address, possible, seconds, targets
from upstreamlint.readers import yaml
from upstreamlint.source import Anchor, Source

SHARED = Path(__file__).resolve().parents[2] / "shared"


def config(text: str, *, name: str = "nginx.conf", mounts=None, environment=None, **files: str) -> Config:
    texts = {name: text, **{k.replace("__", "/"): v for k, v in files.items()}}
    memory = MemoryFiles(texts)
    return load(memory.source(name), memory, mounts, environment=environment)


def tree_of(texts: dict[str, str], main: str = "nginx/nginx.conf", mounts=None) -> Config:
    memory = MemoryFiles(texts)
    return load(memory.source(main), memory, mounts)


def http(text: str, **files: str) -> Config:
    return config("events {}\nhttp {\n" + text + "\n}\n", **files)


def written(anchor: Anchor) -> str:
    return anchor.source.text[anchor.start : anchor.end]


def values(result: Config, index: int = -1) -> set[str] | None:
    target = result.routes[index].target
    found = possible(result, target, target.target.value)
    return None if found is None else {v.text for v in found}


# Addresses: the wording is nginx's


@pytest.mark.parametrize(
    ("text", "kind", "host", "port"),
    [
        ("app", "name", "app", None),
        ("App:8080", "name", "app", 8080),
        ("10.0.0.1:80", "ip", "10.0.0.1", 80),
        ("[::1]:18001", "ip", "::1", 18001),
        ("[::1]", "ip", "::1", None),
        ("unix:/run/a.sock", "unix", "/run/a.sock", None),
        ("${BACKEND_HOST}:8080", "variable", "${BACKEND_HOST}", 8080),
        ("app:$port", "variable", "app", None),
    ],
)
def test_an_address(text, kind, host, port):
    address = parse_address(text)
    assert (address.kind, address.host, address.port, address.fault) == (kind, host, port, None)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("http://127.0.0.1:18001", "invalid host"),
        ("127.0.0.1:18001/app", "invalid host"),
        ("127.0.0.1:99999", "invalid port"),
        ("127.0.0.1:0", "invalid port"),
        ("127.0.0.1:18001-18004", "invalid port"),
        ("::1:18001", "invalid port"),
        ("127.0.0.1:", "invalid port"),
        ("app:http", "invalid port"),
        (":8080", "no host"),
        ("", "no host"),
        ("[::1", "invalid host"),
        ("[zz]:1", "invalid IPv6 address"),
        ("unix:", "no path in the unix domain socket"),
    ],
)
def test_a_malformed_address(text, fault):
    address = parse_address(text)
    assert (address.kind, address.fault) == ("malformed", fault)


def test_loopback():
    assert [parse_address(a).is_loopback for a in ("localhost:1", "127.0.0.2", "[::1]:1", "app", "10.0.0.1")] == [
        True, True, True, False, False,
    ]  # fmt: skip


@given(st.text(), st.booleans())
@settings(max_examples=300, deadline=None)
def test_any_address_is_read(text, uri):
    address = parse_address(text, uri=uri)
    assert (address.kind == "malformed") == (address.fault is not None)
    assert 0 <= address.host_at[0] <= address.host_at[1] <= len(text)
    assert 0 <= address.port_at[0] <= address.port_at[1] <= len(text)
    assert address.is_loopback in (True, False)


@pytest.mark.parametrize(
    ("text", "value"), [("10", 10), ("1m30s", 90), ("500ms", 0.5), ("x", None), ("", None), ("1h", 3600)]
)
def test_times(text, value):
    assert seconds(text) == value


# Upstreams


def test_an_upstream():
    result = http(
        """upstream Shop {
  zone shop 64k;
  server app:8080 weight=3 max_fails=0 fail_timeout=1m max_conns=5;
  ip_hash;
  server "old:80" down;
  server spare:80 backup resolve service=_http._tcp drain;
  keepalive 16;
}"""
    )
    (upstream,) = result.upstreams
    assert result.upstream("sHoP", "http") is upstream
    assert result.upstream("shop", "stream") is None
    assert (upstream.context, upstream.opaque, written(upstream.anchor)) == ("http", False, "upstream Shop")
    first, old, spare = upstream.servers
    assert (first.weight, first.max_fails, first.fail_timeout, first.max_conns) == (3, 0, 60, 5)
    assert (old.down, old.backup, old.weight, old.max_fails, old.fail_timeout) == (True, False, 1, 1, 10)
    assert (spare.backup, spare.resolve, spare.drain, spare.service) == (True, True, True, "_http._tcp")
    assert [m.name for m in upstream.methods] == ["ip_hash"]
    assert first.order < upstream.methods[0].order < old.order
    assert upstream.zone
    assert upstream.keepalive
    assert (first.anchor.span.line, first.anchor.span.column) == (5, 3)
    assert (written(first.host_anchor), written(first.port_anchor)) == ("app", "8080")
    assert (written(old.host_anchor), written(old.port_anchor)) == ("old", "80")
    assert written(first.parameter("max_fails").anchor) == "max_fails=0"


@pytest.mark.parametrize(
    "line",
    ["state /var/lib/x.state;", "include /somewhere/generated.conf;", "balancer_by_lua_block { return 1 }"],
)
def test_servers_from_elsewhere_make_an_upstream_opaque(line):
    assert http("upstream b {\n server 0.0.0.1;\n" + line + "\n}").upstreams[0].opaque


def test_a_resolver_of_an_upstream_or_of_http_counts_for_its_servers():
    result = http(
        "resolver 1.1.1.1;\nupstream a { resolver dns:53 valid=5s; server x resolve; }\nupstream b { server x; }"
    )
    a, b = result.upstreams
    assert [(t.value, r.port) for t, r in a.resolver.addresses] == [("dns:53", 53)]
    assert b.resolver is None
    assert written(b.resolver_outside.anchor) == "resolver 1.1.1.1"


# Servers and passes


def test_servers_locations_and_passes():
    result = http(
        """server {
  listen 80 default_server;
  listen [::]:443 ssl http2;
  listen 127.0.0.1;
  listen unix:/x;
  server_name a.example b.example;
  location /api/ {
    proxy_pass http://app:8080/v1/;
    location ~ x { proxy_pass https://up; }
    if ($a) { proxy_pass http://other; }
  }
  location @named { fastcgi_pass unix:/run/php.sock; }
  location = /x { grpc_pass grpcs://g; }
  location /m { memcached_pass cache; uwsgi_pass uwsgi://u:1; }
}"""
    )
    (server,) = result.servers
    assert [(x.host, x.port, x.default_server, x.parameters) for x in server.listens] == [
        ("", 80, True, ("default_server",)),
        ("", 443, False, ("ssl", "http2")),
        ("127.0.0.1", 80, False, ()),
        ("/x", None, False, ()),
    ]
    assert [n.value for n in server.names] == ["a.example", "b.example"]
    assert [
        (p.kind, p.scheme, p.address.host, p.port, p.uri, p.conditional, loc.path.value)
        for _, loc, p in result.routes
    ] == [
        ("proxy_pass", "http", "app", 8080, "/v1/", False, "/api/"),
        ("proxy_pass", "http", "other", 80, "", True, "/api/"),
        ("proxy_pass", "https", "up", 443, "", False, "x"),
        ("fastcgi_pass", "", "/run/php.sock", None, "", False, "@named"),
        ("grpc_pass", "grpcs", "g", 443, "", False, "/x"),
        ("memcached_pass", "", "cache", None, "", False, "/m"),
        ("uwsgi_pass", "uwsgi", "u", 1, "", False, "/m"),
    ]
    first = result.routes[0].target
    assert (written(first.host_anchor), written(first.port_anchor)) == ("app", "8080")
    assert [(loc.modifier, loc.named) for loc in server.all_locations()] == [
        ("", False), ("~", False), ("", True), ("=", False), ("", False),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("proxy_pass app:8080;", "invalid URL prefix"),
        ("proxy_pass tcp://app;", "invalid URL prefix"),
        ("proxy_pass http://:8080;", "no host"),
        ("proxy_pass http:///;", "no host"),
        ("proxy_pass http://app:99999/;", "invalid port"),
        ("fastcgi_pass http://app:9000;", "invalid host"),
        ("proxy_pass HTTP://app/;", None),
        ("proxy_pass http://unix:/run/a.sock:/x;", None),
    ],
)
def test_a_malformed_target(line, fault):
    assert http("server { location / { " + line + " } }").routes[0].target.fault == fault


def test_settings_and_resolvers_are_inherited():
    result = http(
        """resolver 10.0.0.1;
proxy_connect_timeout 5s;
server {
  proxy_connect_timeout 6s;
  location / { resolver 10.0.0.2; location /a { proxy_pass http://$x; } }
  location /b { proxy_pass http://$x; }
}"""
    )
    inner = next(r.target for r in result.routes if r.location.path.value == "/a")
    other = next(r.target for r in result.routes if r.location.path.value == "/b")
    assert (inner.resolver.addresses[0][0].value, other.resolver.addresses[0][0].value) == (
        "10.0.0.2",
        "10.0.0.1",
    )
    assert inner.setting("proxy_connect_timeout").args[0].value == "6s"
    assert inner.setting("proxy_read_timeout") is None
    assert len(result.resolvers) == 2


def test_stream():
    result = config(
        "stream {\n upstream db { server pg:5432; }\n server { listen 5432; proxy_pass db; }\n"
        " server { listen 1; proxy_pass $x; }\n}\nhttp { upstream db { server a; } }"
    )
    assert {(u.context, u.key) for u in result.upstreams} == {("stream", "db"), ("http", "db")}
    first = result.routes[0].target
    assert (first.context, first.address.host, first.default_port) == ("stream", "db", None)
    assert result.routes[1].target.address is None
    assert result.complete
    assert not result.fragment


# Fragments


def test_a_file_without_http_is_a_fragment():
    result = config("upstream b { server a; }\nserver { location / { proxy_pass http://b; } }")
    assert (result.fragment, result.complete) == (True, False)
    assert result.upstream("B", "http")
    assert result.routes[0].server.directive is not None


def test_a_fragment_of_stream_is_recognised():
    result = config("upstream db { server a:1; }\nserver { listen 1; proxy_pass db; }")
    assert result.upstreams[0].context == "stream"


def test_loose_locations_have_a_server_of_their_own():
    result = config("location /a { proxy_pass http://x:1; }\n")
    assert result.routes[0].server.directive is None
    assert result.routes[0].target.address.host == "x"
    assert config("proxy_pass http://x:1;").routes[0].location is None


def test_a_template_and_an_empty_file_hold_nothing():
    assert config("upstream {{ x }} { }").templated
    empty = config("")
    assert (empty.fragment, empty.complete, empty.upstreams) == (True, False, ())


# Includes


def test_includes_are_seen_from_the_main_files_folder():
    result = tree_of(
        {
            "nginx/nginx.conf": "http { include sub/a.conf; include /etc/nginx/conf.d/*.conf; }",
            "nginx/sub/a.conf": "include up.conf;\n",
            "nginx/up.conf": "upstream a { server x; }",
            "nginx/conf.d/1.conf": "upstream b { server y; include servers.inc; }",
            "nginx/servers.inc": "server z;",
            "nginx/conf.d/no.txt": "upstream c { }",
        }
    )
    assert [u.name.value for u in result.upstreams] == ["a", "b"]
    assert [s.address.host for s in result.upstreams[1].servers] == ["y", "z"]
    assert result.upstreams[0].anchor.span[:3] == ("nginx/up.conf", 1, 1)
    assert [i.status for i in result.includes] == ["read"] * 4
    assert [f.source.path for f in result.fragments] == [
        "nginx/nginx.conf", "nginx/sub/a.conf", "nginx/up.conf", "nginx/conf.d/1.conf", "nginx/servers.inc",
    ]  # fmt: skip
    assert result.complete


@pytest.mark.parametrize(
    ("pattern", "status", "complete"),
    [
        ("nosuch.conf", "missing", False),
        ("conf.d/*.none", "empty", True),
        ("nosuch.d/*.conf", "unknown", False),
        ("nosuch.d/a.conf", "unknown", False),
        ("/opt/elsewhere/x.conf", "unknown", False),
        ("../../../outside.conf", "unknown", False),
        ("${X}/a.conf", "unknown", False),
        ("/etc/nginx/mime.types", "stock", True),
        ("fastcgi_params", "stock", True),
        ("/usr/local/openresty/nginx/conf/conf.d/a.conf", "read", True),
    ],
)
def test_what_becomes_of_an_include(pattern, status, complete):
    result = tree_of(
        {"nginx/nginx.conf": f"http {{ include {pattern}; }}", "nginx/conf.d/a.conf": "# none\n"}
    )
    assert [(i.status, i.path.value) for i in result.includes] == [(status, pattern)]
    assert result.complete is complete


def test_a_site_looks_beside_its_folder():
    result = tree_of(
        {
            "nginx/conf.d/site.conf": "include /etc/nginx/snippets/up.conf;",
            "nginx/snippets/up.conf": "upstream a { server x; }",
        },
        main="nginx/conf.d/site.conf",
    )
    assert result.upstreams


def test_what_a_fragment_does_not_find_is_unknown():
    result = config("include nosuch.conf;\nserver { listen 80; }")
    assert [i.status for i in result.includes] == ["unknown"]


def test_a_cycle_is_a_fault():
    result = tree_of(
        {
            "nginx/nginx.conf": "http { include a.conf; }",
            "nginx/a.conf": "include b.conf;\nupstream a { server x; }",
            "nginx/b.conf": "include a.conf;\nupstream b { server x; }",
        }
    )
    (fault,) = result.faults
    assert fault.message == "this file includes itself"
    assert fault.anchor.span[:3] == ("nginx/b.conf", 1, 9)
    assert [a.span.path for a, _ in fault.related] == ["nginx/nginx.conf", "nginx/a.conf"]
    assert {u.key for u in result.upstreams} == {"a", "b"}
    assert not result.complete


def test_a_file_included_twice_is_no_cycle():
    result = tree_of(
        {"nginx/nginx.conf": "http { server { include p; } server { include p; } }", "nginx/p": "set $a b;"}
    )
    assert result.complete
    assert len(result.fragments) == 2


def test_doubling_includes_end():
    texts = {f"n/{i}": f"include {i + 1};\ninclude {i + 1};" for i in range(30)}
    result = tree_of({**texts, "n/30": "a;", "n/nginx.conf": "http { include 0; }"}, main="n/nginx.conf")
    assert not result.complete
    assert len(result.fragments) < 10_000


def test_mounts_answer_for_paths_in_the_container():
    asked = []

    def mounts(path):
        asked.append(path)
        known = {
            "/etc/nginx/conf.d/*.conf": [Source("x.conf", "upstream a { server x; }")],
            "/etc/nginx/none/*": [],
        }
        return known.get(path)

    result = config(
        "http { include conf.d/*.conf; include /etc/nginx/none/*; include /opt/x; }", mounts=mounts
    )
    assert asked == ["/etc/nginx/conf.d/*.conf", "/etc/nginx/none/*", "/opt/x"]
    assert [i.status for i in result.includes] == ["read", "empty", "unknown"]
    assert result.upstreams[0].anchor.span.path == "x.conf"


def test_the_machines_own_files_are_never_read(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "nginx.conf").write_text("http { include /etc/passwd; include /etc/*; }")
    files = DiskFiles(["."])
    result = load(files.source("nginx.conf"), files)
    assert [i.status for i in result.includes] == ["unknown", "unknown"]


def test_embedded_text_knows_its_lines_and_has_no_folder():
    text = "data:\n  nginx.conf: |\n    http {\n      upstream b { server a:1; }\n      include conf.d/*.conf;\n    }\n"
    memory = MemoryFiles({"cm.yaml": text, "conf.d/a.conf": "upstream wrong { }"})
    root = yaml.read(memory.source("cm.yaml")).documents[0].root
    assert isinstance(root, Mapping)
    value = root.at("data", "nginx.conf")
    assert isinstance(value, Scalar)
    result = load(embedded(value), memory)
    assert [u.anchor.span for u in result.upstreams] == [("cm.yaml", 4, 7, 4, 17)]
    assert [i.status for i in result.includes] == ["unknown"]


def test_an_environment_fills_a_template():
    text = "upstream b { server ${HOST}:80; server ${OTHER}:80; }"
    first, second = config(text, environment={"HOST": "app"}).upstreams[0].servers
    assert (first.address.host, first.address.kind, written(first.anchor)) == (
        "app",
        "name",
        "server ${HOST}:80",
    )
    assert second.address.kind == "variable"


# Variables


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("server { set $b app; location / { proxy_pass http://$b; } }", {"http://app"}),
        ("server { set $b a; location / { set $b b; proxy_pass http://$b; } }", {"http://b"}),
        ("server { set $b a; if ($x) { set $b b; } location / { proxy_pass http://$b; } }", {"http://a", "http://b"}),
        ("server { location / { if ($x) { set $b b; } proxy_pass http://$b; } }", {"http://", "http://b"}),
        ("server { location / { set $b a; if ($x) { set $b b; proxy_pass http://$b; } } }", {"http://b"}),
        ("server { location /o { set $b o; location /o/i { proxy_pass http://$b; } } }", None),
        ("server { set $b o; } server { location / { proxy_pass http://$b; } }", None),
        ("map $x $b { default a; y b; z $c; } map $y $c { default q; } server { location / { proxy_pass $b; } }", {"a", "b", "q"}),
        ("map $x $b { y b; } server { location / { proxy_pass http://${b}:80; } }", {"http://b:80", "http://:80"}),
        ("map $x $b { include /gone; default a; } server { location / { proxy_pass $b; } }", None),
        ("split_clients $ip $b { 50% a; * b; } server { location / { proxy_pass $b; } }", {"a", "b"}),
        ("geo $b { default a; ranges; 10.0.0.0-10.0.0.1 b; } server { location / { proxy_pass $b; } }", {"a", "b"}),
        ("server { location ~ ^/(?<b>x) { set $b a; proxy_pass http://$b; } }", None),
        ("server { set $b a; location / { access_by_lua_block { x() } proxy_pass http://$b; } }", None),
        ("server { location / { proxy_pass http://$http_x; } }", None),
        ("server { set $b $b; location / { proxy_pass http://$b; } }", None),
        ("server { set_by_lua_block $b { return 1 } location / { proxy_pass http://$b; } }", None),
        ("server { location / { proxy_pass http://a$request_uri; } }", {"http://a/"}),
    ],
)  # fmt: skip
def test_what_a_variable_can_hold(text, expected):
    assert values(http(text)) == expected


def test_targets_of_a_variable_know_where_they_are_written():
    result = http(
        "map $x $pool {\n y app:8080;\n default b;\n}\nserver { location / { proxy_pass http://$pool; } }"
    )
    found = targets(result, result.routes[0].target)
    assert [(t.address.host, t.port, t.fault, written(t.value.origin.anchor)) for t in found] == [
        ("app", 8080, None, "app:8080"),
        ("b", 80, None, "b"),
    ]


def test_an_empty_variable_is_a_target_with_a_fault():
    result = http("map $x $u { y http://b; } server { location / { proxy_pass $u; } }")
    found = targets(result, result.routes[0].target)
    assert [t.fault for t in found] == [None, "invalid URL prefix"]


@pytest.mark.parametrize("tail", ["$request_uri", "/x/$1", "/$uri$is_args$args", "?a=$arg_b"])
def test_a_variable_in_the_path_leaves_the_host_literal(tail):
    target = http("server { location / { proxy_pass http://app:8080" + tail + "; } }").routes[0].target
    assert (target.address.host, target.port) == ("app", 8080)
    assert target.variables
    assert written(target.host_anchor) == "app"


@pytest.mark.parametrize("text", ["http://app$port/", "http://$h/", "$scheme://app", "http://app:80$x"])
def test_a_variable_in_the_address_hides_it(text):
    target = http("server { location / { proxy_pass " + text + "; } }").routes[0].target
    assert (target.address, target.fault) == (None, None)


def test_a_literal_pass_is_an_implicit_upstream_for_variable_ones():
    result = http(
        "server { location / { proxy_pass http://App:18001; } location /v { proxy_pass http://app:18001$uri; } }"
    )
    assert result.implicit("app", 18001, "http") is result.routes[0].target
    assert result.implicit("app", 80, "http") is None
    assert result.implicit("app", 18001, "stream") is None


def test_maps_of_maps_end():
    maps = "".join(
        f"map $x $v{i} {{ {' '.join(f'k{k} $v{i + 1};' for k in range(50))} default $v{i + 1}; }}\n"
        for i in range(200)
    )
    tree = http(maps + "server { location / { proxy_pass $v0; } }")
    assert steps(lambda: values(tree)) < 1_000_000
    assert values(tree) is None


# Any input

_PARTS = st.sampled_from(
    ["http {", "server {", "upstream b {", "location / {", "}", "}", "server a:80;", "server a down;", "listen 80;",
     "proxy_pass http://$b;", "proxy_pass http://b;", "set $b c;", "map $x $b { default y; }", "include a;",
     "if ($x) {", "resolver 1.1.1.1;", "stream {", ";", "proxy_pass;", "server;", "upstream;", "location {",
     "listen;", "set $b;", "geo $b {", "resolver;", "{", "proxy_pass [;", "listen [::]:x;"]
)  # fmt: skip


@given(st.lists(_PARTS, max_size=25), st.lists(_PARTS, max_size=10))
@settings(max_examples=400, deadline=None)
def test_any_configuration_is_loaded(main, included):
    memory = MemoryFiles({"nginx.conf": " ".join(main), "a": " ".join(included)})
    result = load(memory.source("nginx.conf"), memory)
    for route in result.routes:
        targets(result, route.target)
        assert route.target.host_anchor.span.line
        assert route.target.port_anchor.span.line


@pytest.mark.skipif(not (SHARED / "corpus").is_dir(), reason="no corpus beside the repository")
def test_real_files_are_loaded(capsys):
    files = DiskFiles([str(SHARED / "corpus")])
    counts = {
        "files": 0,
        "fragments": 0,
        "complete": 0,
        "upstreams": 0,
        "passes": 0,
        "hosts": 0,
        "followed": 0,
    }
    statuses: dict[str, int] = {}
    for name in (SHARED / "corpus" / "all_nginx_list.txt").read_text().split():
        source = files.source(str(SHARED / "corpus" / name))
        if source is None:
            continue
        result = load(source, files)
        counts["files"] += 1
        counts["fragments"] += result.fragment
        counts["complete"] += result.complete
        counts["upstreams"] += len(result.upstreams)
        for include in result.includes:
            statuses[include.status] = statuses.get(include.status, 0) + 1
        for route in result.routes:
            counts["passes"] += 1
            counts["hosts"] += route.target.address is not None
            counts["followed"] += route.target.address is None and targets(result, route.target) is not None
            if route.target.address and route.target.address.kind in ("name", "ip"):
                assert written(route.target.host_anchor).strip("[]").lower() == route.target.address.host
        for upstream in result.upstreams:
            for server in upstream.servers:
                if server.address.kind in ("name", "ip"):
                    assert written(server.host_anchor).strip("[]").lower() == server.address.host
    with capsys.disabled():
        sys.stdout.write(f"\nnginx corpus: {counts}, includes {statuses}\n")
    assert counts["passes"] > 200
