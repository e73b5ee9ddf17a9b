"""`upstreamlint graph`: the wiring as text, and as a page in a real browser."""

from __future__ import annotations

import json
import re

import browser
import pytest
from test_without import CLUSTER_TEXTS, PROJECT_TEXTS

from upstreamlint.cli import run

BROKEN = PROJECT_TEXTS["web.conf"].replace("http://leave:3000", "http://leav:3000")
MANY = 1000


def lay(folder, texts):
    for name, text in texts.items():
        (folder / name).write_text(text)


@pytest.fixture
def project(tmp_path, monkeypatch):
    lay(tmp_path, {**PROJECT_TEXTS, "web.conf": BROKEN, **CLUSTER_TEXTS})
    monkeypatch.chdir(tmp_path)
    return tmp_path


def drawn(capsys, *arguments):
    assert run(["graph", *arguments]) == 0
    return capsys.readouterr().out


def test_groups_hosts_and_states_as_data_the_broken_first(project, capsys):
    found = json.loads(drawn(capsys, "--format", "json"))
    assert found["groups"][0]["state"] == "broken"
    assert found["counts"] == {"broken": 4, "partly broken": 0, "at risk": 0, "unknown": 0, "healthy": 3}
    shop = next(g for g in found["groups"] if g["title"] == "shop")
    block = next(b for b in shop["blocks"] if b["host"] == "cart.example.com")
    titles = {n["id"]: n["title"] for n in block["nodes"]}
    edges = {(titles[e["from"]], titles[e["to"]]): e["text"] for e in block["edges"]}
    assert edges["/", "one"] == "80%"
    assert ("one", "Deployment/cart-1") in edges
    assert ("one", "Deployment/cart-2") not in edges


def test_a_route_brings_what_was_looked_at(project, capsys):
    found = json.loads(drawn(capsys, "--format", "json"))
    (routes,) = [b["routes"] for g in found["groups"] for b in g["blocks"] if b["host"] == "shop.example"]
    leave = next(r for r in routes if r["match"] == "= /leave")
    assert (leave["rule"], leave["place"], leave["help"]) == ("upstream-unknown", "web.conf:7", "use `leave`")
    assert ("name", "leav", True) in {(c["about"], c["wanted"], c["broken"]) for c in leave["checks"]}


def test_only_some_states(project, capsys):
    found = json.loads(drawn(capsys, "--format", "json", "--only", "healthy"))
    assert {b["state"] for g in found["groups"] for b in g["blocks"]} == {"healthy"}
    assert run(["graph", "--only", "at-risk"]) == 2


def test_mermaid_and_dot_tell_states_without_colour(project, capsys):
    text = drawn(capsys)
    assert text.startswith("flowchart LR\n")
    assert '"✗ shop.example"' in text
    assert re.search(r"-\.-> \w+n\d+", text)
    dot = drawn(capsys, "--format", "dot")
    assert 'label="✗ shop.example"' in dot
    assert dot.count("{") == dot.count("}")


def test_mermaid_leaves_out_what_is_healthy_when_there_is_too_much(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    lay(tmp_path, many())
    text = drawn(capsys)
    assert "✗ /p0" in text
    assert re.search(r"and \d+ more routes", text)
    assert text.count("->") <= 500


def test_the_ending_chooses_the_format(project, capsys):
    drawn(capsys, "-o", "routes.html")
    page = (project / "routes.html").read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>")
    assert not re.findall(r"(?:src|href)\s*=\s*[\"']?https?:", page)
    assert "Permission is hereby granted" in page


def test_foreign_text_stays_text(project, capsys):
    text = BROKEN.replace("location /mine/", 'location "/</script><img src=x onerror=alert(1)>"')
    (project / "web.conf").write_text(text)
    drawn(capsys, "-o", "routes.html")
    page = (project / "routes.html").read_text(encoding="utf-8")
    assert "<img" not in page


def many():
    """A host with as many routes as services, of which every hundredth is broken."""
    services = "".join(
        f"---\napiVersion: v1\nkind: Service\nmetadata: {{name: s{n}, namespace: shop}}\n"
        f"spec: {{selector: {{app: s{n}}}, ports: [{{port: 80}}]}}\n"
        f"---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: s{n}, namespace: shop}}\n"
        f"spec:\n  selector: {{matchLabels: {{app: s{n}{'' if n % 100 else 'x'}}}}}\n"
        f"  template: {{metadata: {{labels: {{app: s{n}{'' if n % 100 else 'x'}}}}},"
        f' spec: {{containers: [{{name: a, image: "registry.example/a:1"}}]}}}}\n'
        for n in range(MANY)
    )
    paths = "".join(
        f"          - {{path: /p{n}, pathType: Prefix, backend: {{service: {{name: s{n}, port: {{number: 80}}}}}}}}\n"
        for n in range(MANY)
    )
    ingress = (
        "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: all, namespace: shop}\n"
        f"spec:\n  rules:\n    - host: shop.example.com\n      http:\n        paths:\n{paths}"
    )
    return {"shop.yaml": ingress + services}


needs_browser = pytest.mark.skipif(browser.found() is None, reason="no Chromium is installed")


@pytest.fixture
def page(tmp_path_factory):
    with browser.page() as found:
        yield found
        assert found.messages == []
        assert [url for url in found.asked if not url.startswith(("file:", "data:"))] == []


@needs_browser
def test_the_page_is_used_by_keyboard(project, page, capsys):
    drawn(capsys, "-o", "routes.html")
    page.open(project / "routes.html")
    focused = "document.activeElement.getAttribute('aria-label')"
    page.key("n", "n")
    assert page.run(focused).startswith("published port 8080 *: broken, ")
    page.key("Enter")
    assert "upstream-unknown" in page.wait("!card.hidden && card.textContent")
    page.key("ArrowDown")
    assert page.run(focused).startswith("shop.example ")
    assert "shop.example" in page.run("card.querySelector('h2').textContent")
    page.key("Escape")
    assert page.run("card.hidden") is True
    assert page.run(focused).startswith("shop.example ")
    page.key("/", "/")
    page.write("cart-2")
    assert page.wait("found.textContent") == "2 routes"
    page.key("Enter")
    assert page.run(focused).startswith("cart.example.com /: healthy")
    page.key("Escape")
    before = page.run("document.querySelector('svg').getAttribute('width')")
    page.key("+", "+")
    assert float(page.run("document.querySelector('svg').getAttribute('width')")) > float(before)


@needs_browser
def test_states_differ_by_sign_and_stroke_in_light_and_dark(project, page, capsys):
    drawn(capsys, "-o", "routes.html")
    page.open(project / "routes.html")
    page.wait("document.querySelectorAll('svg').length >= 4")
    stroke = "getComputedStyle(document.querySelector('g.route.%s rect')).%s"
    for scheme in ("light", "dark"):
        page.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        backs = page.run("getComputedStyle(document.body).backgroundColor")
        assert (backs == "rgb(255, 255, 255)") is (scheme == "light")
        assert page.run(stroke % ("broken", "strokeWidth")) != page.run(stroke % ("healthy", "strokeWidth"))
        assert page.run("document.querySelector('g.route.broken .mark').textContent") == "✗"
        assert page.run("document.querySelector('g.route.healthy .mark').textContent") == "✓"


@needs_browser
def test_a_thousand_services_are_laid_out_as_they_come_into_view(tmp_path, monkeypatch, page, capsys):
    monkeypatch.chdir(tmp_path)
    lay(tmp_path, many())
    drawn(capsys, "-o", "routes.html")
    page.open(tmp_path / "routes.html")
    page.wait("document.querySelectorAll('svg').length")
    assert page.run("document.querySelectorAll('svg g.route').length") < MANY / 4
    assert page.run("document.querySelector('svg g.route').classList.contains('broken')") is True
    page.run("picture.scrollTo(0, picture.scrollHeight)")
    page.wait("document.querySelector('.block:last-of-type svg')")
    page.key("/", "/")
    page.write("/p777")
    page.wait("found.textContent")
    page.key("Enter")
    assert page.run("document.activeElement.getAttribute('aria-label')").startswith(
        "shop.example.com /p777: healthy"
    )
    assert page.run("document.querySelectorAll('svg g.route').length") == 1
