"""Worlds of nginx: pools, variables with a resolver, the choice of a server, error pages."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from random import Random

from worlds import DEAD, LIVE, Ask, World

IMAGE = "nginx:1.27"
FILE = "/etc/nginx/nginx.conf"
PROGRAM = os.environ.get("UPSTREAMLINT_NGINX") or shutil.which(
    "nginx", path=f"{os.environ['PATH']}:/usr/sbin"
)
_RESOLVER = "127.0.0.11"
_SERVERS = (
    ("a.example", "a.example", "a.example"),
    ("*.example", "*.example", "z.example"),
    ("b.a.example", "b.a.example", "b.a.example"),
    ("*.a.example", "*.a.example", "x.a.example"),
)
"""Names, how a listener is written, and a host that comes to it while all of them are there."""


def version() -> str:
    """The version that is measured."""
    return (
        "nginx "
        + subprocess.run([PROGRAM or "nginx", "-v"], capture_output=True, text=True, check=True)
        .stderr.strip()
        .rpartition("/")[2]
    )


def localized(config: str, listen: str, nobody: str) -> str:
    """The text that listens at an address, and asks the name server at another."""
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    own = "".join(f"{kind}_temp_path tmp; " for kind in kinds) + "access_log off; "
    text = config.replace("listen 8080", f"listen {listen}").replace(_RESOLVER, f"{nobody} ipv6=off")
    return text.replace("http {", f"http {{ {own}", 1)


def start(folder: Path, text: str) -> subprocess.Popen[bytes]:
    """Start it as one process."""
    (folder / "nginx.conf").write_text(text)
    rest = "daemon off; master_process off; pid nginx.pid; error_log stderr;"
    return subprocess.Popen(
        [PROGRAM or "nginx", "-p", f"{folder}/", "-e", "stderr", "-c", "nginx.conf", "-g", rest],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def world(random: Random) -> World:
    """One to four servers with some locations each."""
    chosen = random.sample(_SERVERS, random.randint(1, 4))
    upstreams: list[str] = []
    servers, asks = [], []
    for number, (names, listener, host) in enumerate(chosen):
        lines = []
        for place in range(random.randint(1, 5)):
            path = f"/{place}/"
            why, body = _location(random, f"u{number}{place}", upstreams)
            lines.append(f"    location {path} {{ {body} }}")
            asks.append(Ask(host, f"{path}x", f"{listener}:8080", path, why))
        lines.append(f"    location @page {{ proxy_pass http://{random.choice(LIVE)}; }}")
        servers.append(
            f"  server {{\n    listen 8080;\n    server_name {names};\n" + "\n".join(lines) + "\n  }"
        )
    text = "\n".join(["events {}", "http {", f"  resolver {_RESOLVER};", *upstreams, *servers, "}", ""])
    if random.random() < 0.03:
        text = text.replace(f"http://{LIVE[0]};", "http://nobody:8000;", 1)
    return World(text, tuple(asks))


def _location(random: Random, name: str, upstreams: list[str]) -> tuple[str, str]:
    """What a location is, and its directives; its upstream is added to the others."""
    match random.choice(("literal", "dead", "variable", "nobody", "pool", "pool", "pool", "page")):
        case "literal":
            return "literal", f"proxy_pass http://{random.choice(LIVE)};"
        case "dead":
            return "literal, refused", f"proxy_pass http://{random.choice(DEAD)};"
        case "variable":
            target = random.choice(LIVE + DEAD)
            return f"variable, {_state(target)}", f"set $t {target}; proxy_pass http://$t;"
        case "nobody":
            return "variable, no such name", "set $t nobody; proxy_pass http://$t:8000;"
        case "page":
            why, lines = _pool(random, name, upstreams)
            return f"error_page, {why}", f"{lines} error_page 502 =200 @page;"
        case _:
            return _pool(random, name, upstreams)


def _state(target: str) -> str:
    return "up" if target in LIVE else "refused"


def _pool(random: Random, name: str, upstreams: list[str]) -> tuple[str, str]:
    targets = random.sample(LIVE + DEAD, random.randint(1, 3))
    marks = [random.choice(("", "", "", " backup", " down", " weight=3")) for _ in targets]
    if all(mark == " backup" for mark in marks):
        marks[0] = ""
    servers = "".join(f" server {t}{m};" for t, m in zip(targets, marks, strict=True))
    upstreams.append(f"  upstream {name} {{{servers} }}")
    off = random.random() < 0.2
    states = sorted(
        {f"{_state(t)}{m}" for t, m in zip(targets, marks, strict=True) if "weight" not in m}
        | {_state(t) for t, m in zip(targets, marks, strict=True) if "weight" in m}
    )
    why = f"pool of {' + '.join(states)}{', no next' if off else ''}"
    return why, f"proxy_pass http://{name};" + (" proxy_next_upstream off;" if off else "")
