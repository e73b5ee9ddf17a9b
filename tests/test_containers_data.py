"""The tables of images and servers, and their look-up."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

import upstreamlint.containers.data
from upstreamlint.containers.commands import Around, commands
from upstreamlint.containers.data import (
    Healthcheck,
    ImageReference,
    Images,
    Served,
    Servers,
    Tools,
    image_reference,
    known_images,
    known_servers,
)
from upstreamlint.documents import Scalar
from upstreamlint.source import Source

_FOLDER = Path(upstreamlint.containers.data.__file__).parent


def _rows(name: str) -> list[dict[str, Any]]:
    return json.loads((_FOLDER / f"{name}.json").read_text("utf-8"))


@pytest.mark.parametrize("name", ["base_paths", "calls", "dialled", "images", "servers"])
def test_rows_fit_their_schema(name):
    schema = json.loads((_FOLDER / f"{name}.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    faults = [
        f"{_rows(name)[error.absolute_path[0]]}: {error.message}"
        for error in jsonschema.Draft202012Validator(schema).iter_errors(_rows(name))
    ]
    assert faults == []


@pytest.mark.parametrize(("name", "key"), [("images", "image"), ("servers", "server")])
def test_rows_are_sorted_one_a_line(name, key):
    rows = _rows(name)
    assert [row[key] for row in rows] == sorted({row[key] for row in rows})
    lines = (_FOLDER / f"{name}.json").read_text("utf-8").splitlines()
    assert [json.loads(line.rstrip(",")) for line in lines[1:-1]] == rows


def test_every_name_leads_to_its_row():
    rows = _rows("images")
    named = {
        image_reference(n).name: row["source"] for row in rows for n in (row["image"], *row.get("also", ()))
    }
    found = {name: known_images().facts(name) for name in named}
    assert {name: facts and facts.source for name, facts in found.items()} == named


def test_no_name_stands_in_two_rows():
    names = [image_reference(n).name for row in _rows("images") for n in (row["image"], *row.get("also", ()))]
    assert sorted(names) == sorted(set(names))


def test_names_are_the_ones_that_references_come_down_to():
    names = [row["image"] for row in _rows("images")]
    assert [image_reference(n).name for n in names] == names


def test_no_two_servers_start_with_the_same_words():
    words = [tuple(pattern) for row in _rows("servers") for pattern in row.get("command", ())]
    assert sorted(words) == sorted(set(words))


def test_a_programs_port_stands_once_in_an_image():
    twice = [
        row["image"]
        for row in _rows("images")
        for serves in (row.get("serves", ()), *(t.get("serves") or () for t in row.get("tags", {}).values()))
        if len({(s["port"], s.get("protocol") == "udp") for s in serves}) != len(serves)
    ]
    assert twice == []


@pytest.mark.parametrize(
    ("text", "name", "tag"),
    [
        ("nginx", "nginx", "latest"),
        ("nginx:1.27-alpine", "nginx", "1.27-alpine"),
        ("docker.io/library/nginx:1.27@sha256:ab", "nginx", "1.27"),
        ("index.docker.io/grafana/grafana", "grafana/grafana", "latest"),
        ("public.ecr.aws/docker/library/redis:7", "redis", "7"),
        ("nginx@sha256:ab", "nginx", None),
        ("nginx:${TAG}", "nginx", None),
        ("nginx:${TAG:-1.27}", "nginx", None),
        ("${REGISTRY:-docker.io}/nginx:1.27", "${REGISTRY:-docker.io}/nginx", "1.27"),
        ("localhost:5000/team/app", "localhost:5000/team/app", "latest"),
        ("lscr.io/linuxserver/sonarr:4", "linuxserver/sonarr", "4"),
        ("bitnamilegacy/redis:7.2", "bitnami/redis", "7.2"),
        ("", "", "latest"),
        (":", "", None),
    ],
)
def test_references_come_apart(text, name, tag):
    found = image_reference(text)
    assert (found.name, found.tag) == (name, tag)


def test_a_digest_is_kept():
    assert image_reference("a/b:1@sha256:ab") == ImageReference("a/b", "1", "sha256:ab")


@pytest.mark.parametrize(
    ("reference", "ports", "bind"),
    [
        ("nginx", [80], "dual"),
        ("docker.io/library/postgres:16-alpine", [5432], "dual"),
        ("php:8.3-fpm-alpine", [9000], "dual"),
        ("php:8.3-apache", [80], "dual"),
        ("php:8.3", [], ""),
        ("wordpress:6-fpm", [9000], "dual"),
        ("mongo:7", [27017], "ipv4"),
        ("eclipse-mosquitto:2", [1883], "loopback"),
        ("eclipse-mosquitto:1.6", [1883], "dual"),
        ("python:3.13-slim", [], ""),
        ("docker.io/supabase/postgres-meta:v0.84.2", [8080, 8081], ""),
        ("bitnamilegacy/memcached:1.6", [11211], ""),
        ("ghcr.io/langfuse/langfuse-worker:3", [3030], ""),
        ("gogs/gogs", [3000, 22], None),
    ],
)
def test_images_serve(reference, ports, bind):
    facts = known_images().facts(reference)
    assert facts is not None
    assert facts.serves is not None
    assert [served.port for served in facts.serves] == ports
    assert bind is None or all(served.bind == bind for served in facts.serves)


@pytest.mark.parametrize(
    ("reference", "curl", "wget"),
    [
        ("nginx", True, False),
        ("nginx:alpine", True, True),
        ("nginx:1.27-alpine-slim", False, True),
        ("nginx:1.17", None, False),
        ("nginx:${TAG}", None, None),
        ("postgres:17", False, False),
        ("postgres:17-alpine", False, True),
        ("node:22", True, True),
        ("node:22-slim", False, False),
        ("node:22-alpine", False, True),
        ("gcr.io/distroless/static-debian12", False, False),
        ("gcr.io/distroless/base:debug", False, True),
        ("alpine:3.20", False, True),
    ],
)
def test_images_have_tools(reference, curl, wget):
    facts = known_images().facts(reference)
    assert facts is not None
    assert (facts.tools.curl, facts.tools.wget) == (curl, wget)


@pytest.mark.parametrize(
    ("reference", "bash"),
    [
        ("alpine:3.20", False),
        ("nginx:1.27-alpine", False),
        ("nginx:1.27", None),
        ("node:22-alpine3.20", False),
        ("node:${TAG}", None),
        ("postgres:17-alpine", True),
        ("traefik:v3.3", False),
    ],
)
def test_images_have_bash_or_not(reference, bash):
    facts = known_images().facts(reference)
    assert facts is not None
    assert facts.tools.bash is bash


def test_what_an_unknown_tag_decides_is_unknown():
    facts = known_images().facts("php@sha256:ab")
    assert facts is not None
    assert facts.serves is None
    assert facts.tools == Tools(curl=True, shell=True)
    assert facts.starts
    assert not facts.ends


def test_an_unknown_image_has_no_facts():
    assert known_images().facts("registry.example.com/team/app:1") is None
    assert known_images().facts("${IMAGE}") is None
    assert known_images().facts("") is None


def test_a_users_rows_win():
    rows = [
        {"image": "corp.example/base/*", "serves": [{"port": 9000}], "source": "ours"},
        {"image": "nginx", "serves": [{"port": 8080}], "healthcheck": {"command": "true"}, "source": "ours"},
    ]
    images = known_images().extended(rows)
    base, nginx = images.facts("corp.example/base/java:21"), images.facts("nginx:1")
    assert base is not None
    assert base.serves == (Served(9000),)
    assert nginx is not None
    assert nginx.serves == (Served(8080),)
    assert nginx.healthcheck == Healthcheck("true")
    assert images.facts("redis") == known_images().facts("redis")


def test_the_longer_pattern_of_a_tag_counts():
    row = {
        "image": "a",
        "source": "here",
        "user": "1",
        "tags": {"*x*": {"user": "2"}, "*xy*": {"user": "3"}},
    }
    users = [facts.user for tag in ("1", "x", "xy") if (facts := Images("[]", [row]).facts(f"a:{tag}"))]
    assert users == ["1", "2", "3"]


def started(words, servers=None):
    """The first server that words start, and what it is given."""
    source = Source("words", " ".join(words))
    scalars = tuple(Scalar(word, False, source, 0, 0) for word in words)
    around = Around(lambda _: None, lambda _: None, {}, "/")
    for command in commands(scalars, around):
        found = (servers or known_servers()).match(tuple(word.value for word in command.words))
        if found is not None:
            return found[0].server, [word.value for word in command.words[found[1] :]]
    return None


@pytest.mark.parametrize(
    ("command", "server", "arguments"),
    [
        ("gunicorn app:app -b 0.0.0.0:8000", "gunicorn", "app:app -b 0.0.0.0:8000"),
        ("/usr/local/bin/gunicorn app:app", "gunicorn", "app:app"),
        ("python3 -m gunicorn app:app", "gunicorn", "app:app"),
        ("python -u -m http.server 9000", "python http.server", "9000"),
        ("python manage.py runserver 0.0.0.0:8000", "manage.py runserver", "0.0.0.0:8000"),
        ("./manage.py runserver", "manage.py runserver", ""),
        ("flask --app hello run --host=0.0.0.0", "flask run", "--host=0.0.0.0"),
        ("poetry run uvicorn main:app", "uvicorn", "main:app"),
        ("uv run --no-sync -- uvicorn main:app", "uvicorn", "main:app"),
        ("bundle exec rails server -b 0.0.0.0", "rails server", "-b 0.0.0.0"),
        ("bundle exec puma -C config/puma.rb", "puma", "-C config/puma.rb"),
        ("celery -A proj flower --port=5555", "celery flower", "--port=5555"),
        ("npx vite --host", "vite", "--host"),
        ("vite preview --port 80", "vite preview", "--port 80"),
        ("exec env A=1 tini -- uvicorn main:app", "uvicorn", "main:app"),
        ("env DEBUG=1 flask run", "flask run", ""),
        ("gosu www-data gunicorn app", "gunicorn", "app"),
        ("./wait-for-it.sh db:5432 -t 30 -- uvicorn main:app", "uvicorn", "main:app"),
        ("/docker-entrypoint.sh php-fpm", "php-fpm", ""),
        ("php -S 0.0.0.0:80 -t public", "php -S", "0.0.0.0:80 -t public"),
        ("sh -c 'flask db upgrade && exec gunicorn -b :80 app'", "gunicorn", "-b :80 app"),
        ("bash -lc 'cd /app; uvicorn main:app --port ${PORT:-80} 2>&1'", "uvicorn", "main:app --port 80"),
        ("bash -o pipefail -c 'gunicorn -w $(nproc) -b :80 app | tee log'", "gunicorn", "-w $(nproc) -b :80 app"),
        ("sh -c 'until nc -z db 1; do sleep 1; done; flask run'", "flask run", ""),
    ],
)  # fmt: skip
def test_commands_start_servers(command, server, arguments):
    assert started(shlex.split(command)) == (server, arguments.split())


@pytest.mark.parametrize(
    "command",
    [
        "",
        "python app.py",
        "python manage.py migrate",
        "flask db upgrade",
        "rails db:migrate",
        "celery -A proj worker",
        "sh -c",
        "sh -c 'unbalanced \" quote'",
        "sh script.sh gunicorn",
        "echo gunicorn app",
        "npm run dev",
        "wait-for-it.sh db:5432",
        "./entrypoint.sh",
        "env",
    ],
)
def test_other_commands_start_none(command):
    try:
        words = shlex.split(command)
    except ValueError:
        words = command.split(" ", 2)
    assert started(words) is None


def test_a_server_has_a_name():
    facts = known_servers().named("gunicorn")
    assert facts is not None
    assert (facts.port, facts.bind) == (8000, "127.0.0.1")
    assert known_servers().named("no such server") is None


def test_a_users_servers_win():
    rows = [{"server": "serve-it", "command": [["gunicorn"]], "port": 1, "source": "ours"}]
    assert started(["gunicorn", "app"], known_servers().extended(rows)) == ("serve-it", ["app"])


_WORDS = st.sampled_from(
    ["sh", "-c", "a && gunicorn x", "env", "A=1", "exec", "--", "npx", "bundle", "vite", "poetry", "run", "", "'", "$("]
)  # fmt: skip


@given(st.lists(_WORDS | st.text(max_size=12), max_size=8), st.text(max_size=40))
def test_no_words_and_no_reference_crash(words, text):
    started(words)
    known_images().facts(text)
    assert started(words, Servers([])) is None
