"""Worlds of Caddy: sites by host, matchers by path, policies and retries."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from random import Random

from worlds import DEAD, LIVE, Ask, World

IMAGE = "caddy:2.11"
FILE = "/etc/caddy/Caddyfile"
PROGRAM = os.environ.get("UPSTREAMLINT_CADDY") or shutil.which("caddy")


def version() -> str:
    """The version that is measured."""
    said = subprocess.run([PROGRAM or "caddy", "version"], capture_output=True, text=True, check=True).stdout
    return "Caddy " + said.split()[0]


def localized(config: str, listen: str, _nobody: str) -> str:
    """The text that listens at an address."""
    address, _, port = listen.rpartition(":")
    return config.replace(":8080 {", f":{port} {{").replace(
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
    for number in range(random.randint(1, 3)):
        host, lines = f"h{number}.example", []
        for place in range(random.randint(1, 4)):
            why, body = _proxy(random)
            lines.append(f"\thandle /{place}/* {{\n\t\t{body}\n\t}}\n")
            asks.append(Ask(host, f"/{place}/x", f"http://{host}:8080", f"/{place}/*", why))
        sites.append(f"http://{host}:8080 {{\n{''.join(lines)}}}\n")
    return World("{\n\tadmin off\n\tauto_https off\n}\n" + "".join(sites), tuple(asks))


def _proxy(random: Random) -> tuple[str, str]:
    targets = random.sample(LIVE + DEAD, random.randint(1, 3))
    options = [
        option
        for option in ("lb_policy first", "lb_policy round_robin", "lb_retries 3", "fail_duration 30s")
        if random.random() < 0.3
    ]
    if options[:2] == ["lb_policy first", "lb_policy round_robin"]:
        del options[0]
    states = sorted({"up" if target in LIVE else "refused" for target in targets})
    block = f" {{\n\t\t\t{'; '.join(options)}\n\t\t}}".replace("; ", "\n\t\t\t") if options else ""
    return ", ".join([" + ".join(states), *options]), f"reverse_proxy {' '.join(targets)}{block}"
