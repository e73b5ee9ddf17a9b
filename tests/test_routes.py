"""What every route answers: `upstreamlint routes`."""

from __future__ import annotations

import json

import pytest

from upstreamlint.cli import run

FILES = {
    "compose.yaml": """
name: shop
services:
  web:
    image: nginx:1.27
    restart: always
    ports: ["8080:80"]
    volumes: ["./web.conf:/etc/nginx/conf.d/default.conf:ro"]
    depends_on: [api, worker]
  api:
    image: registry.example/api:1
    expose: ["3000"]
    ports: ["9000:9000"]
  worker:
    image: registry.example/worker:1
    command: gunicorn work.wsgi --bind 127.0.0.1:8000
    ports: ["8001:8000", "9100:9100"]
""",
    "web.conf": """
server {
    listen 80;
    server_name shop.example;
    location / { proxy_pass http://api:3000; }
    location /work/ { proxy_pass http://worker:8000; }
    location /docs/ { proxy_pass https://docs.example.com; }
}
""",
}


@pytest.fixture
def tree(tmp_path, monkeypatch):
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def answers(capsys, *arguments):
    status = run(["routes", "--format", "json", *arguments])
    found = json.loads(capsys.readouterr().out)
    return status, {(r["listener"], r["route"]): r for r in found["routes"]}


def test_each_route_says_its_answer_its_end_and_why(tree, capsys):
    status, routes = answers(capsys)
    assert status == 1
    fine = routes["shop.example", "/"]
    assert (fine["outcome"], fine["ends"], fine["why"]) == ("answered", ["api"], None)
    broken = routes["shop.example", "/work/"]
    assert (broken["outcome"], broken["status"], broken["share"]) == ("fails", 502, 1.0)
    assert broken["why"]["rule"] == "upstream-binds-loopback"
    outside = routes["shop.example", "/docs/"]
    assert (outside["outcome"], outside["share"]) == ("unknown", None)
    assert outside["missing"] == "`docs.example.com` is not among the files"


def test_a_port_that_works_is_not_hit_by_the_one_beside_it(tree, capsys):
    _, routes = answers(capsys)
    assert routes["published port 8001", "*"]["outcome"] == "fails"
    assert routes["published port 9100", "*"]["outcome"] == "answered"


def test_a_proxy_that_does_not_start_takes_all_of_its_routes_along(tree, capsys):
    (tree / "web.conf").write_text(FILES["web.conf"].replace("http://worker:8000", "http://wroker:8000"))
    _, routes = answers(capsys)
    assert routes["shop.example", "/"]["outcome"] == "fails"
    assert routes["published port 8080", "*"]["share"] == 1.0


def test_the_table_counts_what_it_lists(tree, capsys):
    assert run(["routes"]) == 1
    text = capsys.readouterr().out
    assert "7 routes: 3 answered, 1 partly, 2 fails, 1 unknown" in text
    assert "upstream-binds-loopback compose.yaml:" in text


def test_a_location_fails_with_the_one_that_it_asks_for_leave(tree, capsys):
    guarded = FILES["web.conf"].replace("location / {", "location / { auth_request /leave;")
    asked = "location = /leave { internal; proxy_pass http://worker:8000; }\n    location /docs/"
    (tree / "web.conf").write_text(guarded.replace("location /docs/", asked))
    _, routes = answers(capsys)
    assert routes["shop.example", "= /leave"]["outcome"] == "fails"
    assert routes["shop.example", "/"]["outcome"] == "fails"


OLD = """\
apiVersion: extensions/v1beta1
kind: Deployment
metadata: {name: NAME, namespace: shop}
spec:
  selector: {matchLabels: {app: NAME}}
  template:
    metadata: {labels: {app: NAME}}
    spec: {containers: [{name: a, image: "registry.example/a:1", env: [{name: DB_URL, value: "http://db:80"}]}]}
---
apiVersion: v1
kind: Service
metadata: {name: NAME, namespace: shop}
spec: {type: TYPE, selector: {app: NAME}, ports: [{port: 80}]}
"""


def test_a_route_that_fails_is_not_saved_by_what_else_fails_for_some(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for name, kind in (("web", "LoadBalancer"), ("db", "ClusterIP")):
        (tmp_path / f"{name}.yaml").write_text(OLD.replace("NAME", name).replace("TYPE", kind))
    _, routes = answers(capsys)
    assert routes["load-balancer:80", ""]["outcome"] == "fails"


def test_what_is_not_among_the_files_is_named(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "ingress.yaml").write_text(
        "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: web, namespace: shop}\nspec:\n"
        "  defaultBackend: {service: {name: storefront, port: {number: 80}}}\n"
    )
    _, routes = answers(capsys)
    assert routes["*", "/"]["missing"] == "`storefront` is not among the files"


def test_an_address_in_a_variable_costs_some_requests(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "compose.yaml").write_text(
        "services:\n"
        "  web: {image: 'registry.example/web:1', ports: ['8080:8080'], environment: {STORE_URL: 'http://stoer:80'}}\n"
        "  store: {image: 'registry.example/store:1', expose: ['80']}\n"
    )
    status, routes = answers(capsys)
    found = routes["published port 8080", "*"]
    assert (status, found["outcome"], found["share"]) == (0, "partly", None)
    assert found["why"]["rule"] == "upstream-unknown"


@pytest.mark.parametrize(
    ("mark", "again", "outcome"),
    [
        (" down", "off", "answered"),
        ("", "off", "partly"),
        ("", "timeout", "partly"),
        ("", "error", "answered"),
        (" backup", "off", "answered"),
    ],
)
def test_a_server_fails_what_is_sent_there_and_not_passed_on(tree, capsys, mark, again, outcome):
    told = "image: registry.example/api:1\n    command: gunicorn shop.wsgi --bind 0.0.0.0:3000"
    compose = FILES["compose.yaml"].replace("image: registry.example/api:1", told)
    (tree / "compose.yaml").write_text(compose.replace('    ports: ["9000:9000"]\n', ""))
    pool = f"upstream pool {{ server api:3000 max_fails=0; server api:3001{mark}; }}\n"
    pool += f"proxy_next_upstream {again};\n"
    (tree / "web.conf").write_text(pool + FILES["web.conf"].replace("http://api:3000", "http://pool"))
    _, routes = answers(capsys)
    assert routes["shop.example", "/"]["outcome"] == outcome


def test_a_published_port_that_nobody_serves_leaves_the_other_ways_alone(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "compose.yaml").write_text("""services:
  nginx:
    image: nginx:1.27
    volumes: ["./default.conf:/etc/nginx/conf.d/default.conf:ro"]
    depends_on: [app]
  app:
    image: registry.example/app:1
    command: gunicorn -b 0.0.0.0:3000 shop:app
    ports: ["9000:9000"]
""")
    (tmp_path / "default.conf").write_text(
        "server { listen 80; server_name shop.example; location / { proxy_pass http://app:3000; } }"
    )
    _, routes = answers(capsys)
    assert routes["shop.example", "/"]["outcome"] == "answered"
    assert routes["published port 9000", "*"]["outcome"] == "fails"
