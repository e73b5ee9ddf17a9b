"""`upstreamlint diff`: what a change does to the traffic."""

from __future__ import annotations

import json
import subprocess

import pytest

from upstreamlint.cli import run

COMPOSE = """\
services:
  web:
    image: nginx:1.27
    restart: always
    depends_on: [api]
    ports: ["8080:80"]
    volumes: ["./web.conf:/etc/nginx/conf.d/default.conf:ro"]
  api:
    image: registry.example/api:1
    expose: ["3000"]
"""
NGINX = """\
server {
    listen 80;
    server_name shop.example;
    location / { proxy_pass http://api:3000; }
}
"""
CANARY = """\
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {{name: pay, namespace: shop}}
spec:
  hosts: [pay.example.com]
  http:
    - route:
        - {{destination: {{host: pay, subset: v1}}, weight: {v1}}}
        - {{destination: {{host: pay, subset: v2}}, weight: {v2}}}
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {{name: pay, namespace: shop}}
spec:
  host: pay
  subsets:
    - {{name: v1, labels: {{version: v1}}}}
    - {{name: v2, labels: {{version: v2}}}}
---
apiVersion: v1
kind: Service
metadata: {{name: pay, namespace: shop}}
spec: {{selector: {{app: pay}}, ports: [{{name: http, port: 80}}]}}
"""
PODS = """\
---
apiVersion: apps/v1
kind: Deployment
metadata: {{name: pay-{version}, namespace: shop}}
spec:
  selector: {{matchLabels: {{app: pay, version: {label}}}}}
  template:
    metadata: {{labels: {{app: pay, version: {label}}}}}
    spec: {{containers: [{{name: pay, image: "registry.example/pay:1", ports: [{{containerPort: 80}}]}}]}}
"""


def git(*arguments):
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *identity, *arguments], check=True, capture_output=True)


def commit(tree, **files):
    for name, text in files.items():
        path = tree / name.replace("_", ".")
        path.write_text(text)
    git("add", "-A")
    git("commit", "-qm", "a change", "--allow-empty")


@pytest.fixture
def tree(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    git("init", "-q", "-b", "main")
    commit(tmp_path, compose_yaml=COMPOSE, web_conf=NGINX)
    return tmp_path


def changes(capsys, *arguments):
    status = run(["diff", "--format", "json", *arguments])
    found = json.loads(capsys.readouterr().out)
    return status, {(c["listener"], c["route"]): c for c in found["changes"]}


def test_a_route_that_breaks_fails_and_says_why(tree, capsys):
    (tree / "web.conf").write_text(NGINX.replace("api:3000", "apj:3000"))
    assert run(["diff", "HEAD"]) == 1
    text = capsys.readouterr().out
    assert "breaks  2 routes: answered → nginx does not start" in text
    assert "\n          shop.example/\n" in text
    assert text.count("web.conf:4: upstream-unknown") == 1
    assert "HEAD to working tree: 2 routes before, 2 after: 2 breaks" in text


def test_the_same_change_backwards_mends(tree, capsys):
    commit(tree, web_conf=NGINX.replace("api:3000", "apj:3000"))
    status, found = changes(capsys, "HEAD", "HEAD~1")
    assert status == 0
    assert found["shop.example", "/"]["change"] == "mended"


def test_no_change_of_the_wiring_changes_no_route(tree, capsys):
    commit(tree, web_conf="# a comment\n" + NGINX.replace("    location", "\n    location"))
    assert changes(capsys, "HEAD~1", "HEAD") == (0, {})


def test_new_gone_and_elsewhere(tree, capsys):
    after = NGINX.replace("location /", "location /docs/ { proxy_pass http://docs:80; }\n    location /")
    services = (
        COMPOSE.replace("[api]", "[api, docs, shop]")
        + "  docs:\n    image: nginx:1.27\n  shop:\n    image: nginx:1.27\n"
    )
    commit(tree, compose_yaml=services, web_conf=after)
    _, found = changes(capsys, "HEAD~1", "HEAD")
    assert {key: c["change"] for key, c in found.items()} == {("shop.example", "/docs/"): "new"}
    commit(tree, web_conf=NGINX.replace("api:3000", "shop:80"))
    status, found = changes(capsys, "HEAD~1", "HEAD")
    assert status == 0
    assert {key: c["change"] for key, c in found.items()} == {
        ("shop.example", "/docs/"): "gone",
        ("shop.example", "/"): "leads elsewhere",
    }
    assert run(["diff", "HEAD~1", "HEAD", "--strict"]) == 1


def test_a_moved_share_and_a_subset_that_loses_its_pods(tree, capsys):
    pods = [PODS.format(version=v, label=v) for v in ("v1", "v2")]
    commit(tree, mesh_yaml=CANARY.format(v1=90, v2=10) + "".join(pods))
    commit(tree, mesh_yaml=CANARY.format(v1=50, v2=50) + "".join(pods))
    status, found = changes(capsys, "HEAD~1", "HEAD")
    moved = found["pay.example.com", "/"]
    assert (status, moved["change"]) == (0, "share moved")
    assert moved["after"]["ends"] == ["Deployment/pay-v1", "Deployment/pay-v2"]
    assert (moved["before"]["shares"], moved["after"]["shares"]) == ([0.9, 0.1], [0.5, 0.5])
    twice = CANARY.format(v1=50, v2=50) + "".join(pods)
    commit(tree, more_yaml=twice.partition("---")[2])
    assert "share moved" not in {c["change"] for c in changes(capsys, "HEAD~1", "HEAD")[1].values()}
    git("rm", "-q", "more.yaml")
    commit(tree, mesh_yaml=CANARY.format(v1=50, v2=50) + pods[0] + PODS.format(version="v2", label="v3"))
    status, found = changes(capsys, "HEAD~1", "HEAD")
    broken = found["pay.example.com", "/"]
    assert (status, broken["change"], broken["after"]["share"]) == (1, "breaks", 0.5)
    assert broken["after"]["flag"] == "UH"


def test_what_leaves_the_files_is_unknown_and_no_failure(tree, capsys):
    service = CANARY.partition("---\n")[0].replace(", subset: v1", "").replace(", subset: v2", "")
    backend = CANARY.rpartition("---\n")[2] + PODS
    both = (service + "---\n" + backend).format(v1=50, v2=50, version="v1", label="v1")
    commit(tree, mesh_yaml=both)
    assert changes(capsys, "HEAD~1", "HEAD")[1]["pay.example.com", "/"]["after"]["outcome"] == "answered"
    commit(tree, mesh_yaml=service.format(v1=50, v2=50))
    status, found = changes(capsys, "HEAD~1", "HEAD")
    assert (status, found["pay.example.com", "/"]["change"]) == (0, "unknown now")


def test_what_is_unknown_on_both_sides_leads_elsewhere_when_it_is_named_otherwise(tree, capsys):
    for name, host in (("one", "docs.example.com"), ("two", "help.example.com")):
        commit(tree, web_conf=NGINX.replace("http://api:3000", f"http://{host}"))
        git("tag", name)
    _, found = changes(capsys, "one", "two")
    assert found["shop.example", "/"]["change"] == "leads elsewhere"
    upstream = "upstream help { server help.example.com; }\n" + NGINX.replace(
        "http://api:3000", "http://help"
    )
    commit(tree, web_conf=upstream)
    assert changes(capsys, "two", "HEAD") == (0, {})


def test_two_dots_and_three(tree, capsys):
    git("checkout", "-qb", "side")
    commit(tree, web_conf=NGINX.replace("location /", "location /side/"))
    git("checkout", "-q", "main")
    commit(tree, web_conf=NGINX.replace("location /", "location /main/"))
    _, both = changes(capsys, "main..side")
    assert set(both) == {("shop.example", "/main/"), ("shop.example", "/side/")}
    _, own = changes(capsys, "main...side")
    assert {key: c["change"] for key, c in own.items()} == {
        ("shop.example", "/"): "gone",
        ("shop.example", "/side/"): "new",
    }


def test_a_path_narrows_and_a_folder_is_seen_from_inside(tree, capsys, monkeypatch):
    commit(tree, web_conf=NGINX.replace("api:3000", "apj:3000"))
    (tree / "other").mkdir()
    commit(tree, **{"other/compose_yaml": COMPOSE.replace("8080", "8090")})
    assert changes(capsys, "HEAD~2", "HEAD", "other")[0] == 0
    monkeypatch.chdir(tree / "other")
    _, found = changes(capsys, "HEAD~2", "HEAD")
    assert [c["change"] for c in found.values()] == ["new"]
    assert run(["diff", "HEAD", "nowhere/"]) == 2


def test_a_file_or_a_folder_that_moves_changes_nothing(tree, capsys):
    (tree / "deploy").mkdir()
    for name in ("compose.yaml", "web.conf"):
        (tree / name).rename(tree / "deploy" / name)
    commit(tree)
    assert changes(capsys, "HEAD~1", "HEAD") == (0, {})


def test_of_many_variants_each_is_held_against_itself(tree, capsys):
    for name, port in (("a", 3000), ("b", 3001), ("c", 3002)):
        (tree / name).mkdir()
        text = COMPOSE.replace("3000", str(port))
        commit(
            tree,
            **{f"{name}/compose_yaml": text, f"{name}/web_conf": NGINX.replace("3000", str(port))},
        )
    (tree / "a").rename(tree / "d")
    broken = NGINX.replace("api:3000", "apj:3002")
    commit(tree, **{"c/web_conf": broken})
    status = run(["diff", "HEAD~1", "HEAD", "--format", "json"])
    found = json.loads(capsys.readouterr().out)["changes"]
    assert status == 1
    assert {(c["change"], c["after"]["owner"].partition("/")[0]) for c in found} == {("breaks", "c")}


def test_a_word_that_is_a_revision_and_a_path_is_asked_about(tree, capsys):
    git("branch", "other")
    (tree / "other").mkdir()
    assert run(["diff", "HEAD", "other"]) == 2
    assert "`other` is a revision and a path" in capsys.readouterr().err
    assert run(["diff", "HEAD", "./compose.yaml"]) == 0


def test_neither_the_tree_nor_the_index_is_touched_and_nothing_is_left_out(tree, capsys):
    commit(tree, _gitattributes="web.conf export-ignore\n")
    (tree / "web.conf").write_text(NGINX.replace("api:3000", "apj:3000"))
    git("add", "web.conf")
    index = (tree / ".git" / "index").read_bytes()
    (tree / "web.conf").write_text(NGINX)
    assert changes(capsys, "HEAD") == (0, {})
    assert (tree / ".git" / "index").read_bytes() == index
    assert (tree / "web.conf").read_text() == NGINX


def test_what_git_ignores_makes_no_difference(tree, capsys):
    commit(tree, _gitignore=".env\n", compose_yaml=COMPOSE.replace("8080:80", "${PORT:-8080}:80"))
    (tree / ".env").write_text("PORT=9999\n")
    assert changes(capsys, "HEAD") == (0, {})


def test_a_comment_has_a_marker_and_a_table(tree, capsys):
    (tree / "web.conf").write_text(NGINX.replace("location /", "location ~ ^/(a|b)").replace("3000", "3001"))
    run(["diff", "HEAD", "--format", "markdown"])
    text = capsys.readouterr().out
    assert text.startswith("<!-- upstreamlint diff -->\n\n### upstreamlint: ")
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert len(rows) > 2
    assert {row.replace("\\|", "").count("|") for row in rows} == {5}
    commit(tree)
    run(["diff", "HEAD", "--format", "markdown"])
    assert capsys.readouterr().out.startswith(
        "<!-- upstreamlint diff -->\n\n### upstreamlint: no route changes"
    )


def test_names_that_git_does_not_know(tree, capsys):
    assert run(["diff", "nowhere"]) == 2
    assert "no commit is named `nowhere`" in capsys.readouterr().err
    assert run(["diff", "--", "--output=x"]) == 2
    assert not (tree / "x").exists()


def test_contents_that_the_clone_lacks_are_not_gone_routes(tree, capsys):
    commit(tree, web_conf=NGINX + "# more\n")
    name = subprocess.run(
        ["git", "rev-parse", "HEAD~1:compose.yaml"], capture_output=True, text=True, check=True
    )
    blob = name.stdout.strip()
    (tree / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    (tree / "compose.yaml").unlink()
    assert run(["diff", "HEAD"]) == 2
    assert "git lacks contents" in capsys.readouterr().err
