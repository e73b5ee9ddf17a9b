"""Worlds of HAProxy: hosts and paths that choose a backend, backups, weights, redispatch."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from random import Random

from worlds import DEAD, LIVE, Ask, World

IMAGE = "haproxy:2.8"
FILE = "/usr/local/etc/haproxy/haproxy.cfg"
PROGRAM = os.environ.get("UPSTREAMLINT_HAPROXY") or shutil.which(
    "haproxy", path=f"{os.environ['PATH']}:/usr/sbin"
)
_HEAD = (
    "defaults\n  mode http\n  timeout connect 50ms\n  timeout client 5s\n  timeout server 2s\n  retries 1\n"
)


def version() -> str:
    """The version that is measured."""
    said = subprocess.run([PROGRAM or "haproxy", "-v"], capture_output=True, text=True, check=True).stdout
    return "HAProxy " + said.split()[2].partition("-")[0]


def localized(config: str, listen: str, _nobody: str) -> str:
    """The text that listens at an address."""
    return config.replace("bind :8080", f"bind {listen}")


def start(folder: Path, text: str) -> subprocess.Popen[bytes]:
    """Start it in the foreground."""
    (folder / "haproxy.cfg").write_text(text)
    words = [PROGRAM or "haproxy", "-db", "-f", "haproxy.cfg"]
    return subprocess.Popen(words, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def world(random: Random) -> World:
    """A front end with a backend for each host."""
    rules, backs, asks = [], [], []
    for number in range(random.randint(2, 8)):
        host, path = f"h{number}.example", random.choice(("", "/api"))
        test = f"if {{ hdr(host) -i {host} }}" + (f" {{ path_beg {path} }}" if path else "")
        rules.append(f"  use_backend b{number} {test}")
        why, lines = _backend(random)
        backs.append(f"backend b{number}\n" + "".join(f"  {line}\n" for line in lines))
        asks.append(Ask(host, f"{path}/x", "web :8080", test, why))
    text = _HEAD + "frontend web\n  bind :8080\n" + "\n".join(rules) + "\n" + "".join(backs)
    return World(text, tuple(asks))


def _backend(random: Random) -> tuple[str, list[str]]:
    targets = random.sample(LIVE + DEAD, random.randint(1, 3))
    marks = [random.choice(("", "", "", " backup", " disabled", " weight 0")) for _ in targets]
    lines = [f"server s{i} {t}{m}" for i, (t, m) in enumerate(zip(targets, marks, strict=True))]
    if random.random() < 0.3:
        lines.insert(0, "option redispatch 1")
    states = {f"{'up' if t in LIVE else 'refused'}{m}" for t, m in zip(targets, marks, strict=True)}
    return " + ".join(sorted(states)) + (", redispatch" if lines[0].startswith("option") else ""), lines
