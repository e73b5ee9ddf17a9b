"""Rows of the servers' table against the servers themselves, where they are installed: what they really bind."""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from upstreamlint.containers.data import known_servers

pytestmark = pytest.mark.skipif(
    not os.path.exists("/proc/net/tcp"), reason="sockets are read from Linux's /proc"
)

_SECONDS = 60
_FILES = {
    "app.py": "from flask import Flask\napp = Flask(__name__)\n",
    "plain.py": "def app(environ, start):\n    start('200 OK', [])\n    return [b'']\n",
    "asgi.py": "async def app(scope, receive, send):\n    pass\n",
    "main.py": "from fastapi import FastAPI\napp = FastAPI()\n",
    "page.py": "import streamlit as st\nst.write('a')\n",
    "manage.py": (
        "import sys\nfrom django.conf import settings\nfrom django.core.management import execute_from_command_line\n"
        "settings.configure(DEBUG=True, ROOT_URLCONF=(), ALLOWED_HOSTS=['*'])\nexecute_from_command_line(sys.argv)\n"
    ),
    "mkdocs.yml": "site_name: a\n",
    "docs/index.md": "# a\n",
    "index.html": "<p>a</p>\n",
    "db.json": '{"a": []}\n',
    "src/index.js": "console.log(1)\n",
    "package.json": '{"name": "a", "version": "1.0.0"}\n',
    "dist/index.html": "<p>a</p>\n",
}
_COMMANDS = [
    f"{sys.executable} -m http.server",
    "gunicorn plain:app",
    "uvicorn asgi:app",
    "hypercorn asgi:app",
    "daphne asgi:app",
    "waitress-serve plain:app",
    "flask run",
    "granian --interface asgi asgi:app",
    "fastapi run main.py",
    "fastapi dev main.py",
    "mkdocs serve",
    "streamlit run page.py --server.headless true",
    "jupyter server --allow-root --no-browser",
    "python manage.py runserver --noreload",
    "caddy file-server",
    "vite",
    "vite preview",
    "serve",
    "http-server",
    "live-server --no-browser",
    "json-server db.json",
    "parcel index.html",
    "webpack serve --mode development",
    "astro dev",
    "php -S 127.0.0.1:8000",
    "hugo server",
    "etcd",
    "redis-server",
    "memcached",
    "ollama serve",
]


@pytest.mark.parametrize("command", _COMMANDS, ids=lambda command: Path(command).name)
def test_a_server_binds_what_its_row_says(command, tmp_path):
    words = shlex.split(command)
    if shutil.which(words[0]) is None:
        pytest.skip(f"{words[0]} is not installed")
    matched = known_servers().match(tuple(words))
    assert matched is not None
    facts = matched[0]
    if facts.port is None or _taken(facts.port):
        pytest.skip("its port is taken, or it has none of its own")
    found = _bound(words, facts.port, tmp_path)
    if found is None:
        pytest.skip(f"{words[0]} does not start here")
    assert found in ({"127.0.0.1", "::1"} if facts.bind == "localhost" else {facts.bind})


def test_a_port_variable_moves_the_address_too(tmp_path):
    words = ["gunicorn", "plain:app"]
    if shutil.which(words[0]) is None or _taken(39871):
        pytest.skip("gunicorn is not installed, or the port is taken")
    matched = known_servers().match(tuple(words))
    assert matched is not None
    assert matched[0].port_variables == ("PORT",)
    assert _bound(words, 39871, tmp_path, PORT="39871") == matched[0].bind_by_variable


def _taken(port: int) -> bool:
    return any(number == port for _, _, number in _listening())


def _bound(words: list[str], port: int, folder: Path, **variables: str) -> str | None:
    """The address that a command's own process or its children listen on, on a port; None if they end first."""
    for name, text in _FILES.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    unset = ("PORT", "HOST", "HOSTNAME")
    environment = {k: v for k, v in os.environ.items() if k not in unset}
    environment |= {"CI": "1", "HOME": str(folder), **variables}
    with subprocess.Popen(
        words,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as process:
        try:
            return _wait(process, port)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, 9)


def _wait(process: subprocess.Popen[bytes], port: int) -> str | None:
    until = time.monotonic() + _SECONDS
    while process.poll() is None and time.monotonic() < until:
        mine = _inodes(process.pid)
        addresses = {address for inode, address, number in _listening() if number == port and inode in mine}
        if addresses:
            return "::" if "::" in addresses else min(addresses)
        time.sleep(0.1)
    return None


def _listening() -> Iterator[tuple[str, str, int]]:
    """The inode, address and port of every TCP socket that listens."""
    for path, family in (("/proc/net/tcp", socket.AF_INET), ("/proc/net/tcp6", socket.AF_INET6)):
        if not os.path.exists(path):
            continue
        for line in Path(path).read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A":
                host, _, port = fields[1].partition(":")
                raw = bytes.fromhex(host)
                packed = b"".join(raw[at : at + 4][::-1] for at in range(0, len(raw), 4))
                yield fields[9], socket.inet_ntop(family, packed), int(port, 16)


def _inodes(session: int) -> set[str]:
    """The sockets that the processes of a session hold."""
    found = set()
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            if os.getsid(int(pid)) != session:
                continue
            links = [os.readlink(f"/proc/{pid}/fd/{fd}") for fd in os.listdir(f"/proc/{pid}/fd")]
        except OSError:
            continue
        found |= {link[8:-1] for link in links if link.startswith("socket:[")}
    return found
