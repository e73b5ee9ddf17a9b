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


def heard(texts, name="api"):
    found = [Found(p, kind) for p in texts if (kind := kind_of_name(p.rpartition("/")[2])) is not None]
    loaded = load.load(Discovery(files=tuple(found), skipped=()), MemoryFiles(texts), Config())
    [container] = [r for r in loaded.resources if isinstance(r, Container) and r.name == name]
    return listening(container)


def listens(texts, name="api"):
    return [(n.address, n.port, n.protocol, n.evidence, n.implied) for n in heard(texts, name).listens]


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
        "{image: x/y, command: gunicorn shop.wsgi --bind unix:$$SOCKET}",
        "{image: x/y, command: ./server --listen /run/shop.sock}",
        "{image: x/y, command: uvicorn a:b --fd 3}",
    ],
)
def test_nothing_is_told(body):
    assert listens(service(body)) == []


@pytest.mark.parametrize(
    "body",
    [
        "{image: x/y, command: gunicorn shop.wsgi --bind unix:/run/shop.sock}",
        "{image: x/y, command: gunicorn shop.wsgi, environment: {GUNICORN_CMD_ARGS: -b unix:/run/shop.sock}}",
        "{image: x/y, command: uvicorn a:b --uds /run/shop.sock}",
        "{image: x/y, command: uwsgi --socket /run/shop.sock --module shop}",
    ],
)
def test_sockets(body):
    found = heard(service(body))
    assert [(n.socket, n.port) for n in found.listens] == [("/run/shop.sock", None)]
    assert found.on(8000) == ()


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


@pytest.mark.parametrize(
    ("script", "variables", "expected"),
    [
        ("const app = express()\napp.listen(3000)", "", [("::", 3000)]),
        ("app = express(); app.listen(process.env.PORT || 3000, () => log(1))", "", [("::", 3000)]),
        ("app = express(); app.listen(process.env.PORT || 3000)", "PORT: '80'", [("::", 80)]),
        ("const port = Number(process.env.PORT ?? '4000')\nexpress().listen(port, '127.0.0.1')", "", [("127.0.0.1", 4000)]),
        ("app.set('port', process.env.PORT || 5000)\nhttp.createServer(app).listen(app.get('port'))", "", [("::", 5000)]),
        ("fastify.listen({ port: 3000 })", "", [("localhost", 3000)]),
        ("const port = 3000\nfastify.listen({ port, host: '0.0.0.0' })", "", [("0.0.0.0", 3000)]),
        ("require('dotenv').config()\nexpress().listen(process.env.PORT || 3000)", "", [("::", None)]),
        ("express().listen(config.port)", "", [("::", None)]),
        ("express().listen(3000)\nexpress().listen(3001)", "", []),
        ("emitter.listen(3000)", "", []),
    ],
)  # fmt: skip
def test_scripts_of_node(script, variables, expected):
    body = f"{{build: ., environment: {{{variables}}}}}"
    texts = {"Dockerfile": 'FROM node:22\nCOPY . .\nCMD ["node", "server.js"]\n', "server.js": script}
    assert [(one[0], one[1]) for one in listens({**service(body), **texts})] == expected


@pytest.mark.parametrize(
    ("script", "variables", "expected"),
    [
        ("app = Flask(__name__)\napp.run(host='0.0.0.0', port=int(os.environ.get('PORT', 5000)))", "", [("0.0.0.0", 5000)]),
        ("app = Flask(__name__)\napp.run(host='0.0.0.0', port=int(os.getenv('PORT', '5000')))", "PORT: '80'", [("0.0.0.0", 80)]),
        ("PORT = int(os.environ['PORT'])\nuvicorn.run(app, host='0.0.0.0', port=PORT)", "PORT: '81'", [("0.0.0.0", 81)]),
        ("load_dotenv()\nuvicorn.run(app, host='0.0.0.0', port=os.getenv('PORT', 81))", "", [("0.0.0.0", None)]),
        ("from aiohttp import web\nweb.run_app(app, port=9000)", "", [("0.0.0.0", 9000)]),
        ("import waitress\nwaitress.serve(app, listen=x)", "", []),
    ],
)  # fmt: skip
def test_scripts_of_python(script, variables, expected):
    body = f"{{build: ., environment: {{{variables}}}}}"
    texts = {"Dockerfile": 'FROM python:3.12\nCOPY . .\nCMD ["python", "server.py"]\n', "server.py": script}
    assert [(one[0], one[1]) for one in listens({**service(body), **texts})] == expected
