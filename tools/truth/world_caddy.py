"""Worlds of Caddy: sites by host, handlers and matchers by path, policies, retries and health."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from random import Random

from worlds import DEAD, LIVE, NOBODY, Ask, World

IMAGE = "caddy:2.11"
FILE = "/etc/caddy/Caddyfile"
COMMAND = ()
SETTLES = 1.5
PROGRAM = os.environ.get("UPSTREAMLINT_CADDY") or shutil.which("caddy")


def version() -> str:
    """The version that is measured."""
    said = subprocess.run([PROGRAM or "caddy", "version"], capture_output=True, text=True, check=True).stdout
    return "Caddy " + said.split()[0]


def localized(world: World, listen: str, _nobody: str) -> str:
    """The text that listens at an address."""
    address, _, port = listen.rpartition(":")
    return world.config.replace(":8080 {", f":{port} {{").replace(
        "admin off", f"admin off\n\tdefault_bind {address}"
    )


def start(folder: Path, text: str) -> subprocess.Popen[bytes]:
    """Start it with a home of its own."""
    (folder / "Caddyfile").write_text(text)
    words = [PROGRAM or "caddy", "run", "--config", "Caddyfile", "--adapter", "caddyfile"]
    environment = {"HOME": str(folder), "PATH": "/usr/bin:/bin", "XDG_DATA_HOME": str(folder)}
    quiet = subprocess.DEVNULL
    return subprocess.Popen(words, cwd=folder, stdout=quiet, stderr=quiet, env=environment)


def world(random: Random) -> World:
    """Some sites with some paths each."""
    sites, asks = [], []
    for number in range(random.randint(2, 8)):
        host, lines = f"h{number}.example", []
        for place in range(random.randint(3, 15)):
            why, body = _proxy(random)
            kind, match, text = _handler(random, place, body)
            lines.append(text)
            asks.append(Ask(host, f"/{place}/x", f"http://{host}:8080", match, f"{kind}, {why}"))
        sites.append(f"http://{host}:8080 {{\n{''.join(lines)}}}\n")
    return World("{\n\tadmin off\n\tauto_https off\n}\n" + "".join(sites), tuple(asks))


def _handler(random: Random, place: int, body: str) -> tuple[str, str, str]:
    """What leads to a proxy, how a route says so, and its lines."""
    path = f"/{place}/*"
    targets = body.removeprefix("reverse_proxy ")
    match random.choice(("handle", "handle_path", "route", "matcher", "named", "named handle")):
        case "matcher":
            return "matcher", path, f"\treverse_proxy {path} {targets}\n"
        case "named":
            return "named", path, f"\t@m{place} path {path}\n\treverse_proxy @m{place} {targets}\n"
        case "named handle":
            return "named handle", path, f"\t@m{place} path {path}\n\thandle @m{place} {{\n\t\t{body}\n\t}}\n"
        case kind:
            return kind, path, f"\t{kind} {path} {{\n\t\t{body}\n\t}}\n"


_OPTIONS = (
    "lb_policy first",
    "lb_policy round_robin",
    "lb_policy least_conn",
    "lb_policy weighted_round_robin",
)


def _proxy(random: Random) -> tuple[str, str]:
    targets = random.sample((*LIVE, *DEAD, NOBODY), random.randint(1, 4))
    options = [random.choice(_OPTIONS)] if random.random() < 0.6 else []
    if options == ["lb_policy weighted_round_robin"]:
        options = [" ".join([*options, *(random.choice("123") for _ in targets)])]
    options += [
        option
        for option, part in (
            (f"lb_retries {random.choice('13')}", 0.3),
            ("lb_try_duration 1500ms", 0.1),
            ("lb_try_interval 20ms", 1.0),
            ("fail_duration 30s", 0.25),
            ("health_uri /\n\t\t\thealth_interval 2s", 0.15),
        )
        if random.random() < part
    ]
    states = sorted(
        "up" if target in LIVE else "refused" if target != NOBODY else "no such name" for target in targets
    )
    block = " {\n\t\t\t" + "\n\t\t\t".join(options) + "\n\t\t}"
    told = [o.replace("\n\t\t\t", " ") for o in options if not o.startswith("lb_try_interval")]
    return ", ".join([" + ".join(states), *told]), f"reverse_proxy {' '.join(targets)}{block}"
