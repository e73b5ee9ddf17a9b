"""Worlds of nginx: pools, variables with a resolver, the choice of a server and a location, error pages, `envsubst`."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import NamedTuple

from worlds import DEAD, LIVE, Ask, World

IMAGE = "nginx:1.27"
FILE = "/etc/nginx/nginx.conf"
COMMAND = ()
TEMPLATE = "/etc/nginx/templates/default.conf.template"
SETTLES = 0.0
PROGRAM = os.environ.get("UPSTREAMLINT_NGINX") or shutil.which(
    "nginx", path=f"{os.environ['PATH']}:/usr/sbin"
)
_RESOLVER = "127.0.0.11"
_WORDS = ("", "", "", "off", "error", "timeout", "error timeout http_500", "http_502", "error non_idempotent")


class _Name(NamedTuple):
    """Names of a server, how a listener is written, and a host that comes to it while all of them are there."""

    names: str
    listener: str
    host: str


_SERVERS = (
    _Name("a.example", "a.example", "a.example"),
    _Name("*.example", "*.example", "z.example"),
    _Name("b.a.example", "b.a.example", "B.A.example"),
    _Name("*.a.example", "*.a.example", "x.y.a.example"),
    _Name("www.*", "www.*", "www.other.test"),
    _Name("www.shop.*", "www.shop.*", "www.shop.other"),
    _Name(".dot.test", ".dot.test", "dot.test"),
    _Name("one.test two.test", "one.test", "two.test"),
)
_NOBODYS = "nobody-has-it.invalid"


def version() -> str:
    """The version that is measured."""
    said = subprocess.run([PROGRAM or "nginx", "-v"], capture_output=True, text=True, check=True).stderr
    return "nginx " + said.strip().rpartition("/")[2]


def localized(world: World, listen: str, nobody: str) -> str:
    """The text that listens at an address, and asks the name server at another."""
    config = world.config
    if world.file == TEMPLATE:
        config = f"events {{}}\nhttp {{\n{_substituted(config, world.environment)}\n}}\n"
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    own = "".join(f"{kind}_temp_path tmp; " for kind in kinds) + "access_log off; "
    text = config.replace("listen 8080", f"listen {listen}").replace(_RESOLVER, f"{nobody} ipv6=off")
    return text.replace("http {", f"http {{ {own}", 1)


def _substituted(text: str, environment: Sequence[tuple[str, str]]) -> str:
    """What the entry point of the image does: only the variables that are set are replaced."""
    known = " ".join(f"${{{name}}}" for name, _ in environment)
    values = {"PATH": "/usr/bin:/bin", **dict(environment)}
    words = ["envsubst", known]
    return subprocess.run(words, input=text, env=values, capture_output=True, text=True, check=True).stdout


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
    """Some servers with some locations each; one of them takes the hosts that no other is named for."""
    chosen = random.sample(_SERVERS, random.randint(2, len(_SERVERS)))
    if random.random() < 0.3:
        chosen.insert(random.randrange(len(chosen) + 1), _Name("_", "*", _NOBODYS))
    default = random.choice((None, *range(len(chosen))))
    upstreams: list[str] = ["  map $host $mapped { default up1:8000; }"]
    servers, asks = [], []
    for number, name in enumerate(chosen):
        lines = []
        hosts = [name.host] if name.names != "_" else []
        hosts += [_NOBODYS] if number == (default or 0) else []
        for place in range(random.randint(2, 6)):
            modifier, path = random.choice((("", f"/{place}/"), ("= ", f"/{place}/x"), ("^~ ", f"/{place}/")))
            why, body = _location(random, f"u{number}{place}", upstreams)
            lines.append(f"    location {modifier}{path} {{ {body} }}")
            port = f"{name.listener}:8080"
            asks += [Ask(host, f"/{place}/x", port, f"{modifier}{path}", why) for host in hosts]
        lines.append(f"    location @page {{ proxy_pass http://{random.choice(LIVE)}; }}")
        lines.append(f"    location @gone {{ proxy_pass http://{random.choice(DEAD)}; }}")
        listen = "8080 default_server" if number == default else "8080"
        head = f"    listen {listen};\n    server_name {name.names};\n"
        servers.append("  server {\n" + head + "\n".join(lines) + "\n  }")
    inner = [f"  resolver {_RESOLVER};", *upstreams, *servers, ""]
    if random.random() < 0.03:
        inner[-2] = inner[-2].replace(f"http://{LIVE[0]};", "http://nobody:8000;", 1)
    if random.random() < 0.2:
        return _templated(random, "\n".join(inner), tuple(asks))
    return World("\n".join(["events {}", "http {", *inner[:-1], "}", ""]), tuple(asks))


def _templated(random: Random, text: str, asks: tuple[Ask, ...]) -> World:
    """The same, with some of the targets in variables of the container."""
    environment = []
    for number, target in enumerate(random.sample(LIVE + DEAD, 3)):
        host, _, port = target.partition(":")
        environment += [(f"HOST_{number}", host), (f"PORT_{number}", port)]
        text = text.replace(f"http://{target};", f"http://${{HOST_{number}}}:$PORT_{number};")
    return World(text, asks, file=TEMPLATE, environment=tuple(environment))


_KINDS = ("literal", "dead", "variable", "map", "nobody", "auth", *("pool",) * 6, *("page",) * 3)


def _location(random: Random, name: str, upstreams: list[str]) -> tuple[str, str]:
    """What a location is, and its directives; its upstream is added to the others."""
    match random.choice(_KINDS):
        case "literal":
            return "literal", f"proxy_pass http://{random.choice(LIVE)};"
        case "dead":
            return "literal, refused", f"proxy_pass http://{random.choice(DEAD)};"
        case "variable":
            target = random.choice(LIVE + DEAD)
            return f"variable, {_state(target)}", f"set $t {target}; proxy_pass http://$t;"
        case "map":
            return "map", "proxy_pass http://$mapped;"
        case "nobody":
            return "variable, no such name", "set $t nobody; proxy_pass http://$t:8000;"
        case "page":
            return _page(random, name, upstreams)
        case _:
            return _pool(random, name, upstreams)


def _page(random: Random, name: str, upstreams: list[str]) -> tuple[str, str]:
    why, lines = _pool(random, name, upstreams)
    codes = random.choice(("502", "502", "500 502 504", "504", "404"))
    status = random.choice(("", " =200", " =", " =503", " =204"))
    page = random.choice(("@page", "@page", "@gone", "http://elsewhere.example/"))
    return f"error_page {codes}{status} {page}, {why}", f"{lines} error_page {codes}{status} {page};"


def _state(target: str) -> str:
    return "up" if target in LIVE else "refused"


def _pool(random: Random, name: str, upstreams: list[str]) -> tuple[str, str]:
    targets = random.sample(LIVE + DEAD, random.randint(1, 4))
    marks = [
        random.choice(("", "", "", "", " backup", " down", " weight=3", " max_fails=0")) for _ in targets
    ]
    if all(mark == " backup" for mark in marks):
        marks[0] = ""
    servers = "".join(f" server {t}{m};" for t, m in zip(targets, marks, strict=True))
    # With a hash a request always goes to one, and which that is cannot be told.
    method = random.choice(("", "", "", " least_conn;", " random;")) if " backup" not in marks else ""
    upstreams.append(f"  upstream {name} {{{method}{servers} }}")
    words, tries = random.choice(_WORDS), random.choice(("", "", "", "1", "2", "3"))
    lines = f"proxy_pass http://{name};"
    lines += f" proxy_next_upstream {words};" if words else ""
    lines += f" proxy_next_upstream_tries {tries};" if tries else ""
    states = sorted(f"{_state(t)}{m}" for t, m in zip(targets, marks, strict=True))
    told = f", next {words}" if words else ""
    told += f", tries {tries}" if tries else ""
    return f"pool{method.rstrip(';')} of {' + '.join(states)}{told}", lines
