"""Worlds of HAProxy: rules that choose a backend, weights, backups, checks, retries, names that nobody has."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from random import Random

from worlds import DEAD, LIVE, NOBODY, Ask, World

IMAGE = "haproxy:2.8"
FILE = "/usr/local/etc/haproxy/haproxy.cfg"
COMMAND = ()
SETTLES = 0.6
PROGRAM = os.environ.get("UPSTREAMLINT_HAPROXY") or shutil.which(
    "haproxy", path=f"{os.environ['PATH']}:/usr/sbin"
)
_HEAD = "defaults\n  mode http\n  timeout connect 50ms\n  timeout check 2s\n  timeout client 5s\n  timeout server 2s\n"
_RESOLVERS = "resolvers dns\n  nameserver own 127.0.0.11:53\n  timeout retry 50ms\n  hold nx 1s\n"


def version() -> str:
    """The version that is measured."""
    said = subprocess.run([PROGRAM or "haproxy", "-v"], capture_output=True, text=True, check=True).stdout
    return "HAProxy " + said.split()[2].partition("-")[0]


def localized(world: World, listen: str, nobody: str) -> str:
    """The text that listens at an address, and asks the name server at another."""
    return world.config.replace("bind :8080", f"bind {listen}").replace("127.0.0.11:53", nobody)


def start(folder: Path, text: str) -> subprocess.Popen[bytes]:
    """Start it in the foreground."""
    (folder / "haproxy.cfg").write_text(text)
    words = [PROGRAM or "haproxy", "-db", "-f", "haproxy.cfg"]
    return subprocess.Popen(words, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def world(random: Random) -> World:
    """A frontend with backends for hosts and paths, and one for the rest."""
    acls, rules, backs, asks = [], [], [], []
    count = random.randint(8, 80)
    for number in range(count):
        host, path = f"h{number}.example", f"/{number}/x"
        test = random.choice(
            (
                f"if {{ hdr(host) -i {host} }}",
                f"if {{ hdr(host) -i {host} }} {{ path_beg /{number}/ }}",
                f"if {{ hdr_dom(host) -i h{number} }} !{{ path_end .png }}",
                f"if of{number}",
                f"if of{number} {{ method GET }}",
                f"unless !of{number}",
            )
        )
        if f"of{number}" in test:
            acls.append(f"  acl of{number} hdr(host) -i {host} www.{host}")
        rules.append(f"  use_backend b{number} {test}")
        why, lines = _backend(random)
        backs.append(f"backend b{number}\n" + "".join(f"  {line}\n" for line in lines))
        asks.append(Ask(host, path, "web :8080", test, why))
    why, lines = _backend(random)
    backs.append("backend rest\n" + "".join(f"  {line}\n" for line in lines))
    asks.append(Ask("nobody-has-it.invalid", "/", "web :8080", "otherwise", why))
    rules.append("  default_backend rest")
    head = _HEAD + f"  retries {random.choice('0113')}\n"
    head += random.choice(("", "", "  option redispatch\n", "  option redispatch 1\n"))
    front = "frontend web\n  bind :8080\n" + "\n".join([*acls, *rules]) + "\n"
    return World(head + _RESOLVERS + front + "".join(backs), tuple(asks))


_MARKS = ("", "", "", "", " backup", " disabled", " weight 0", " weight 3")
_CHECK = " check inter 150ms fall 1 rise 1"


def _backend(random: Random) -> tuple[str, list[str]]:
    targets = random.sample((*LIVE, *DEAD, NOBODY), random.randint(1, 4))
    marks = [random.choice(_MARKS) for _ in targets]
    checked = random.choice(("no", "no", "all", "some"))
    options = [
        line
        for line, part in (
            ("option redispatch 1", 0.3),
            ("no option redispatch", 0.1),
            ("option allbackups", 0.15),
            ("option httpchk GET /", 0.2),
            (f"balance {random.choice(('roundrobin', 'static-rr', 'leastconn', 'first'))}", 0.3),
        )
        if random.random() < part
    ]
    lines, states = list(options), []
    for number, (target, mark) in enumerate(zip(targets, marks, strict=True)):
        asks = checked == "all" or (checked == "some" and random.random() < 0.5)
        name = " resolvers dns init-addr none" if target == NOBODY else ""
        lines.append(f"server s{number} {target}{mark}{_CHECK if asks else ''}{name}")
        state = "up" if target in LIVE else "refused" if target != NOBODY else "no such name"
        states.append(f"{state}{mark}{' check' if asks else ''}")
    return ", ".join([" + ".join(sorted(states)), *options]), lines
