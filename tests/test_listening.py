"""What listens in a container: commands, variables, files, images."""

from __future__ import annotations

import pytest

from upstreamlint import load
from upstreamlint.containers.container import Container
from upstreamlint.containers.listening import Evidence, listening
from upstreamlint.files.discover import Discovery, Found
from upstreamlint.files.kinds import kind_of_name
from upstreamlint.files.readable import MemoryFiles
from upstreamlint.settings.config import Config


def listens(texts, name="api"):
    found = [Found(p, kind) for p in texts if (kind := kind_of_name(p.rpartition("/")[2])) is not None]
    loaded = load.load(Discovery(files=tuple(found), skipped=()), MemoryFiles(texts), Config())
    [container] = [r for r in loaded.resources if isinstance(r, Container) and r.name == name]
    return [(n.address, n.port, n.protocol, n.evidence, n.implied) for n in listening(container).listens]


def service(body):
    return {"compose.yaml": f"services:\n  api:\n    {body}\n"}


TOLD, SERVER, IMAGE = Evidence.TOLD, Evidence.SERVER, Evidence.IMAGE


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("{image: x/y, command: gunicorn shop.wsgi --bind 127.0.0.1:8000}", ("127.0.0.1", 8000, "http", TOLD, False)),
        ("{image: x/y, command: gunicorn shop.wsgi -b :8000}", ("::", 8000, "http", TOLD, False)),
        ("{image: x/y, command: gunicorn shop.wsgi, environment: {PORT: '80'}}", ("0.0.0.0", 80, "http", TOLD, True)),
        ("{image: x/y, command: [uvicorn, 'a:b', --port, '9000']}", ("127.0.0.1", 9000, "http", TOLD, True)),
        ("{image: x/y, command: uvicorn a:b}", ("127.0.0.1", 8000, "http", SERVER, True)),
        ("{image: x/y, command: uvicorn a:b --host 0.0.0.0}", ("0.0.0.0", 8000, "http", TOLD, False)),
        ("{image: x/y, command: flask run, environment: {FLASK_RUN_HOST: 0.0.0.0}}", ("0.0.0.0", 5000, "http", TOLD, False)),
        ("{image: x/y, command: python manage.py runserver 0.0.0.0:8001}", ("0.0.0.0", 8001, "http", TOLD, False)),
        ("{image: x/y, command: npx vite --host}", ("::", 5173, "http", TOLD, False)),
        ("{image: x/y, command: sh -c 'npx vite'}", ("localhost", 5173, "http", SERVER, True)),
        ("{image: x/y, command: ./server --listen 127.0.0.1:7000}", ("127.0.0.1", 7000, "", TOLD, False)),
        ("{image: x/y, environment: {PORT: '5000'}}", ("", 5000, "", TOLD, True)),
        ("{image: x/y, environment: {HOST: localhost}}", ("localhost", None, "", TOLD, False)),
    ],
)  # fmt: skip
def test_commands_and_variables(body, expected):
    assert listens(service(body)) == [expected]


@pytest.mark.parametrize(
    "body",
    [
        "{image: x/y}",
        "{image: x/y, command: ./server}",
        "{image: x/y, command: npm install}",
        "{image: x/y, command: gunicorn shop.wsgi --bind unix:/run/shop.sock}",
        "{image: x/y, command: uvicorn a:b --uds /run/shop.sock}",
    ],
)
def test_nothing_is_told(body):
    assert listens(service(body)) == []


def test_a_script_of_package_json_is_followed():
    texts = {
        "compose.yaml": "services:\n  api: {image: 'node:20', command: npm run dev, working_dir: /app, volumes: ['./web:/app']}\n",
        "web/package.json": '{"scripts": {"dev": "vite --port 8080"}}',
    }
    assert listens(texts) == [("localhost", 8080, "http", TOLD, True)]


def test_a_file_that_speaks_of_an_address_leaves_it_open():
    texts = {
        "compose.yaml": "services:\n  api: {image: 'node:20', command: npx vite, working_dir: /app, volumes: ['./web:/app']}\n",
        "web/vite.config.js": "export default { server: { host: process.env.HOST } }",
    }
    assert listens(texts) == []


def test_an_image_serves_what_its_table_says():
    assert listens(service("{image: 'postgres:16'}")) == [("::", 5432, "postgres", IMAGE, True)]


def test_a_container_of_a_pod_is_read_alike():
    texts = {
        "pod.yaml": "apiVersion: v1\nkind: Pod\nmetadata: {name: api}\nspec:\n  containers:\n"
        "    - {name: api, image: x/y, command: [uvicorn, 'a:b'], args: [--host, 127.0.0.1, --port, '8000']}\n"
    }
    assert listens(texts) == [("127.0.0.1", 8000, "http", TOLD, False)]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("http-socket = 0.0.0.0:8000", ("0.0.0.0", 8000, "http", TOLD, False)),
        ("socket = :8000", ("::", 8000, "uwsgi", TOLD, False)),
        ("socket = :8000\nprotocol = http", ("::", 8000, "http", TOLD, False)),
        ("socket-protocol = fastcgi\nsocket = :8000", ("::", 8000, "fastcgi", TOLD, False)),
        ("http-socket = :8000\nprotocol = uwsgi", ("::", 8000, "http", TOLD, False)),
        ("socket = 127.0.0.1:8000", ("127.0.0.1", 8000, "uwsgi", TOLD, False)),
    ],
)
def test_settings_of_a_file_say_address_and_protocol(line, expected):
    texts = {
        "compose.yaml": "services:\n  api: {build: ., command: uwsgi --ini /app/uwsgi.ini}\n",
        "Dockerfile": "FROM python:3.12\nWORKDIR /app\nCOPY . .\n",
        "uwsgi.ini": f"[uwsgi]\n{line}\nmaster = true\n",
    }
    assert listens(texts) == [expected]
