"""Inputs that would knock a reader over: each is read in seconds, never ends the run, and hides nothing beside it."""

from __future__ import annotations

import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from upstreamlint.cli import run

BROKEN = """\
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {selector: {app: web}, ports: [{port: 80}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec: {selector: {matchLabels: {app: webb}}, template: {metadata: {labels: {app: webb}}, spec: {containers: [{name: web, image: x}]}}}
"""
NGINX = "http { server { listen 80; location / { proxy_pass http://b; } } }\n"
CONTAINER = {"compose.yaml": "services: {a: {build: .}}", "nginx.conf": NGINX}
SECONDS = 20
"""Of the processor, whatever else it does: each needs a few. What has no bound would take hours."""


def doubling(line, count=60):
    return "".join(line.format(i=i, p=i - 1) for i in range(1, count))


def kubernetes(text):
    return {"a.yaml": "apiVersion: v1\nkind: Service\n" + text}


def dockerfile(text):
    return {**CONTAINER, "Dockerfile": "FROM nginx\nCOPY nginx.conf /etc/nginx/nginx.conf\n" + text}


REFUSED = {
    "a baseline": (
        {".upstreamlint-baseline.yaml": "- {rule: a, path: b, subject: c, fingerprint: [x]}\n"},
        "`.upstreamlint-baseline.yaml` is no baseline",
    ),
    "a configuration": (
        {"upstreamlint.yaml": "exclude: &a0 [x]\n" + doubling("a{i}: &a{i} [*a{p}, *a{p}]\n")},
        "aliases and merge keys make more than 200,000 values of this",
    ),
}

BOMBS = {
    "aliases": (
        kubernetes("x0: &x0 [a]\n" + doubling("x{i}: &x{i} [*x{p}, *x{p}]\n")),
        "a.yaml:20:6: error: aliases and merge keys make more than 200,000 values of this",
    ),
    "items of lists": (
        {"a.yaml": "apiVersion: v1\nkind: List\nx0: &x0 {kind: List, items: []}\n" + doubling("x{i}: &x{i} {{kind: List, items: [*x{p}, *x{p}]}}\n") + "items: [*x59]\n"},
        "error: aliases and merge keys make",
    ),
    "merge keys": (
        kubernetes("x0: &x0 {a: b}\n" + doubling("x{i}: &x{i} {{<<: [*x{p}, *x{p}]}}\n")),
        "error: aliases and merge keys make",
    ),
    "a chain of aliases": (
        kubernetes("x0: &x0 [a]\n" + doubling("x{i}: &x{i} [*x{p}]\n", 3000)),
        "error: nested deeper than 500 levels",
    ),
    "a chain of merges": (
        kubernetes("x0: &x0 {a: b}\n" + doubling("x{i}: &x{i} {{<<: *x{p}}}\n", 3000)),
        "error: nested deeper than 500 levels",
    ),
    "Compose aliases": (
        {"compose.yaml": "x0: &x0 [a]\n" + doubling("x{i}: &x{i} [*x{p}, *x{p}]\n") + "services: {a: {image: x}}\n"},
        "error: aliases and merge keys make",
    ),
    ".env": (
        {".env": "A0=xxxxxxxx\n" + doubling("A{i}=${{A{p}}}${{A{p}}}\n"), "compose.yaml": 'services: {a: {image: "x:${A59}"}}'},
        ".env:16:5: error: variables make more than 128 KiB of this value",
    ),
    "an env_file": (
        {"b.env": "A0=xxxxxxxx\n" + doubling("A{i}=${{A{p}}}${{A{p}}}\n"), "compose.yaml": "services: {a: {image: x, env_file: b.env}}"},
        "b.env:16:5: error: variables make more than 128 KiB of this value",
    ),
    "many long variables": (
        {".env": "A=" + "x" * 100_000 + "\n" + "B=$A\n" * 100_000, "compose.yaml": 'services: {a: {image: "x:${B}"}}'},
        ".env:22:3: error: variables make more than 2 MB of this file or project",
    ),
    "one value": (
        {".env": "A=" + "x" * 1000, "compose.yaml": 'services: {a: {image: "' + "$A" * 100_000 + '"}}'},
        "compose.yaml:1:23: error: variables make more than 128 KiB of this value",
    ),
    "ARG": (dockerfile("ARG A0=xxxxxxxx\n" + doubling("ARG A{i}=$A{p}$A{p}\n")), "Dockerfile:18:5: error: variables make more"),
    "ENV": (dockerfile("ENV A0=xxxxxxxx\n" + doubling("ENV A{i}=$A{p}$A{p}\n")), "error: variables make more than 128 KiB"),
    "EXPOSE": (dockerfile("EXPOSE 1-65000\n" * 5000), "Dockerfile:6:8: error: port ranges are more than 200,000 ports"),
    "ports": (
        {"compose.yaml": "services: {a: {image: x, ports: [" + "'1-2001:1-2001', " * 5000 + "], expose: [" + "1-60001, " * 5000 + "]}}"},
        "compose.yaml:1:1734: error: port ranges are more than 200,000 ports",
    ),
    "Compose includes": (
        {f"c{i}.yaml": f"include: [c{i + 1}.yaml, ./c{i + 1}.yaml]\nservices: {{s{i}: {{image: x}}}}\n" for i in range(40)}
        | {"c40.yaml": "services: {z: {image: x}}"},
        "error: more than 2,000 includes",
    ),
    "a chain of Compose includes": (
        {f"c{i}.yaml": f"include: [c{i + 1}.yaml]\nservices: {{s{i}: {{image: x}}}}\n" for i in range(150)}
        | {"c150.yaml": "services: {z: {image: x}}"},
        "error: more than 100 files or services deep",
    ),
    "a chain of extends": (
        {"compose.yaml": "services:\n" + "".join(f"  s{i}: {{extends: s{i + 1}}}\n" for i in range(3000)) + "  s3000: {image: x}\n"},
        "error: more than 100 files or services deep",
    ),
    "nginx includes": (
        {"nginx.conf": "http { include 0; }", **{f"{i}": f"include {i + 1};\ninclude {i + 1};\n" for i in range(40)}, "40": "set $a b;"},
        "error: more than 2,000 includes",
    ),
    "envsubst": (
        {
            "compose.yaml": "services: {a: {image: nginx, environment: {A: '" + "x" * 100_000 + "'}, volumes: ['./t.conf:/etc/nginx/templates/t.conf.template']}}",
            "t.conf": "# ${A}\n" * 2000 + "server { listen 80; }\n",
        },
        "t.conf:21:3: error: variables make more than 2 MB",
    ),
}  # fmt: skip

LONG = {
    "blanks before a redirection": {"compose.yaml": "services: {a: {image: nginx, volumes: ['./t.conf:/etc/nginx/t.tmpl'], command: 'envsubst" + " " * 60_000 + "x'}}", "t.conf": NGINX},
    "lines of a RUN": dockerfile("RUN x\n" + "\n" * 60_000 + "RUN y"),
    "redirections of a RUN": dockerfile("RUN " + ">" * 60_000),
    "Lua blocks without a brace": {"nginx.conf": "http { server {\n" + "x_by_lua_block\n" * 20_000 + "} }"},
    "braces after a dollar": {"nginx.conf": "# upstreamlint: ignore[x]\nhttp { server { set $x $" + "{$" * 40_000 + "; } }"},
    "options of a package manager": dockerfile("RUN apk -apk" + " -apk" * 20_000),
    "stars of a .gitignore": {".gitignore": "*a" * 40 + "b\n" + "**/a/" * 20 + "b\n", "a" * 200 + ".yaml": BROKEN},
    "stars of the configuration": {"upstreamlint.yaml": "exclude: ['" + "*a" * 40 + "b']\n", "a" * 200 + ".yaml": BROKEN},
    "a selector of a patch": {
        "kustomization.yaml": "resources: [s.yaml]\npatches: [{patch: '[{op: add, path: /metadata/labels, value: {a: b}}]', target: {kind: Service, name: '(a+)+b'}}]\n",
        "s.yaml": "apiVersion: v1\nkind: Service\nmetadata: {name: " + "a" * 60 + "}\nspec: {selector: {a: b}}\n",
    },
    "ENV": dockerfile("".join(f"ENV A{i}=1\n" for i in range(20_000))),
    "EXPOSE": dockerfile("EXPOSE 1-1001\n" * 2000),
    "stages": dockerfile("".join(f"FROM nginx AS a{i}\nFROM a{i}\nEXPOSE 80\n" for i in range(5000))),
    "duplicate keys": kubernetes("metadata: {name: a}\nspec:\n" + "  a: b\n" * 10_000),
    "documents that do not parse": {"a.yaml": "---\nkind: Service\n\tx: y\n" * 5000},
    "templates that do not parse": {"a.yaml": "---\nkind: Service\n\tx: {{ y }}\n" * 5000},
    "ignores above a node": {"a.yaml": "# upstreamlint: ignore[x]\n" * 10_000 + BROKEN},
    "ignores in a node": kubernetes("data:\n" + "".join(f"  # upstreamlint: ignore[x]\n  k{i}: v\n" for i in range(10_000))),
    "ignores in nginx": {"nginx.conf": "http { server {\n" + "# upstreamlint: ignore[x]\nset $a b;\n" * 4000 + "} }"},
    "ignores above a block": {"nginx.conf": "# upstreamlint: ignore[x]\n" * 4000 + "http { server { listen 80; } }"},
    "deep lists": {"a.yaml": "{kind: List, items: [" * 400 + "]}" * 400},
}  # fmt: skip


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """A folder with one fault that must be found, and an end to waiting."""
    (tmp_path / "service.yaml").write_text(BROKEN)
    monkeypatch.chdir(tmp_path)
    signal.signal(signal.SIGVTALRM, _out_of_time)
    signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
    yield tmp_path
    signal.setitimer(signal.ITIMER_VIRTUAL, 0)


def _out_of_time(*_):
    raise AssertionError(f"not done after {SECONDS} seconds")


def check(capsys, *arguments, finds=True):
    status = run(["check", "--format", "concise", "--no-cache", *arguments])
    output, errors = capsys.readouterr()
    assert "bug" not in errors
    assert "failed" not in errors
    if finds:
        assert status == 1
        assert "Service `shop/web` selects no pods" in output
    return output + errors


def put(tree, files):
    for name, text in files.items():
        (tree / name).write_text(text)


@pytest.mark.parametrize("name", BOMBS)
def test_a_budget_that_is_hit_is_said_with_its_place(tree, capsys, name):
    files, says = BOMBS[name]
    put(tree, files)
    assert says in check(capsys, "--no-config")


@pytest.mark.parametrize("name", REFUSED)
def test_what_the_run_depends_on_is_refused_in_words(tree, capsys, name):
    files, says = REFUSED[name]
    put(tree, files)
    assert run(["check"]) == 2
    assert says in capsys.readouterr().err


def test_a_label_that_is_no_text_is_none(tree, capsys):
    policy = (
        BROKEN
        + "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p, namespace: shop}\n"
    )
    selectors = ("{app: [x]}", "{app: {a: b}}", "{app: [x], b: c}", "[app]", "3", "{}")
    texts = [
        f"{policy}spec: {{podSelector: {{matchLabels: {s}}}, policyTypes: [Egress], egress: []}}\n"
        for s in selectors
    ]
    put(tree, {f"{i}.yaml": text.partition("---\n")[2].partition("---\n")[2] for i, text in enumerate(texts)})
    check(capsys)


@pytest.mark.parametrize("name", LONG)
def test_what_is_long_is_read_in_linear_time(tree, capsys, name):
    put(tree, LONG[name])
    check(capsys)


INPUTS = Path(__file__).resolve().parents[2] / "shared" / "strength"


@pytest.mark.skipif(not INPUTS.is_dir(), reason="no folder `shared` beside the repository")
@pytest.mark.parametrize("name", [p.name for p in sorted(INPUTS.glob("*/"))])
def test_recorded_inputs_end_in_an_answer(name):
    def limits():
        resource.setrlimit(resource.RLIMIT_AS, (3_000_000_000, 3_000_000_000))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))

    ended = subprocess.run(  # noqa: PLW1510 - the status is what is tested
        [sys.executable, "-m", "upstreamlint", "check", "--no-cache", "."],
        cwd=INPUTS / name,
        capture_output=True,
        text=True,
        preexec_fn=limits,
    )
    assert "bug" not in ended.stderr
    assert "the rule" not in ended.stderr
    refused = name in {"baseline-unhashable", "bomb-config-aliases"}
    assert ended.returncode == 2 if refused else ended.returncode in (0, 1)
