"""What nginx reads in a container that fills in its configuration before it starts."""

from __future__ import annotations

import json
import shutil
import subprocess

import pytest

from upstreamlint import rules, testing
from upstreamlint.finding import Severity
from upstreamlint.programs.nginx.instance import NginxInstance
from upstreamlint.run.engine import check_with_graph
from upstreamlint.settings.config import Config

RULES = rules.load()
TEXT = """server {
    listen 80;
    location / {
        proxy_set_header X-Name "$host";
        proxy_pass http://${API_HOST}:${API_PORT};
    }
}
"""
COMPOSE = """services:
  edge:
    image: nginx:1.27
    environment: {environment}
    command: {command}
    volumes: ["./site.conf:/etc/nginx/site.template", "./start.sh:/start.sh", "./start.sh:{entry}"]
    depends_on: [api]
  api:
    image: registry.example/api:1
    expose: ["80"]
"""
CALL = "envsubst {list}< /etc/nginx/site.template > /etc/nginx/conf.d/default.conf"
BOTH = "{API_HOST: api, API_PORT: 80}"


def tree(call, *, environment=BOTH, through="command", script=""):
    """The files of an nginx that makes its configuration by a call in its command, a script, or the image's folder of scripts."""
    command = {
        "command": json.dumps(["sh", "-c", f"{call}; exec nginx -g 'daemon off;'"]),
        "script": "/start.sh",
        "folder": "[nginx, -g, daemon off;]",
    }
    entry = "/docker-entrypoint.d/50-fill.sh" if through == "folder" else "/opt/unused"
    text = COMPOSE.replace("{environment}", environment).replace(
        "{command}", command[through].replace("$", "$$")
    )
    return {
        "compose.yaml": text.replace("{entry}", entry),
        "site.conf": TEXT,
        "start.sh": f"#!/bin/sh\n# envsubst > nothing\n{script or call}\nexec nginx -g 'daemon off;'\n",
    }


def errors(texts):
    found = testing.check_texts(texts, RULES).diagnostics
    return [(d.rule, d.finding.message) for d in found if d.severity is Severity.ERROR]


UNKNOWN_PORT = [("directive-refused", "unknown `API_PORT` variable")]
NO_PORT = "invalid port in `http://api:`, where location `/` passes requests"


@pytest.mark.parametrize("through", ["command", "script", "folder"])
@pytest.mark.parametrize(
    ("listed", "environment", "expected"),
    [
        ("'$API_HOST $API_PORT' ", BOTH, []),
        ("'${API_HOST}' ", BOTH, UNKNOWN_PORT),
        ("'$API_HOST,$API_PORT' ", "{API_HOST: api}", [("malformed-target", NO_PORT)]),
        ('"$(env | cut -d= -f1)" ', BOTH, []),
        ('"$(env | cut -d= -f1)" ', "{API_HOST: api}", UNKNOWN_PORT),
        (r'"\$API_HOST \$API_PORT" ', BOTH, []),
        ("'$API_HOST $API_PORT' ", "[API_HOST=api, API_PORT]", []),
    ],
    ids=["all", "one", "undefined", "defined", "not defined", "escaped", "of the shell"],
)
def test_names_that_envsubst_is_told(through, listed, environment, expected):
    found = errors(tree(CALL.format(list=listed), environment=environment, through=through))
    assert found == expected


def test_envsubst_without_a_list_empties_nginx_s_own_variables():
    [(rule, message)] = errors(tree(CALL.format(list="")))
    assert rule == "own-variable-emptied"
    assert "`$host`" in message


def test_a_list_that_the_shell_expands_names_nothing():
    """In double quotes the shell puts `api` in place of `$API_HOST`, and nothing is replaced."""
    assert ("directive-refused", "unknown `API_HOST` variable") in errors(
        tree(CALL.format(list='"$API_HOST" '))
    )


def test_of_two_branches_nobody_knows_which_runs():
    first, second = CALL.format(list="'$API_HOST $API_PORT' "), CALL.format(list="'$API_PORT' ")
    assert errors(tree("", through="script", script=f"if [ $X ]; then\n{first}\nelse\n{second}\nfi")) == []


def test_what_else_writes_may_fill_in_the_rest():
    script = CALL.format(list="'$API_HOST' ") + "\nsed -i s/a/b/ /etc/nginx/conf.d/default.conf"
    assert errors(tree("", through="script", script=script)) == []


def test_an_include_that_git_ignores_is_made_later():
    main = "events {}\nhttp {\n    include parts/made.conf;\n    include parts/kept.conf;\n}\n"
    texts = {
        "web/nginx.conf": main,
        "web/parts/other.conf": "gzip on;\n",
        "web/.gitignore": "parts/made.conf\n",
    }
    assert errors(texts) == [("include-missing", "no file `parts/kept.conf` to include")]


@pytest.mark.skipif(shutil.which("envsubst") is None, reason="no envsubst is installed")
@pytest.mark.parametrize(
    "listed",
    [None, "$API_HOST", "${API_HOST}", "$API_HOST,$API_PORT", "no names", "$host$OTHER", "$$API_HOST"],
)
@pytest.mark.parametrize(
    "text",
    [
        "a $host b",
        "http://${API_HOST}:$API_PORT/",
        "$1 $$API_HOST ${API_HOST",
        "${API_HOST:-x} $API_HOST_2",
        "$ $- ${}",
    ],
)
def test_texts_are_those_of_the_real_program(tmp_path, monkeypatch, listed, text):
    environment = {"API_HOST": "api", "API_PORT": "80"}
    command = ["envsubst", *([listed] if listed is not None else [])]
    done = subprocess.run(
        command,
        input=text,
        capture_output=True,
        text=True,
        env={"PATH": "/usr/bin:/bin", **environment},
        check=True,
    )
    call = CALL.format(list=f"'{listed}' " if listed is not None else "")
    monkeypatch.chdir(tmp_path)
    for name, content in (tree(call, through="script") | {"site.conf": f"# {text}\nevents {{}}\n"}).items():
        (tmp_path / name).write_text(content)
    graph, _ = check_with_graph(["."], Config())
    [instance] = graph.nodes(NginxInstance)
    [made] = [f.text for f in instance.config.fragments if f.source.path == "site.conf"]
    assert made.splitlines()[0] == f"# {done.stdout}"
