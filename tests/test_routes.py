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
