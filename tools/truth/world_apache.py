"""Worlds of Apache httpd: virtual hosts, passes in their order, balancers whose members are out or stand by."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from random import Random

from apache import HTTPD, version
from apache import start as start_with_modules
from worlds import DEAD, LIVE, NOBODY, Ask, World

IMAGE = "httpd:2.4"
FILE = "/usr/local/apache2/conf/httpd.conf"
COMMAND = ()
SETTLES = 0.0
PROGRAM = HTTPD if os.path.exists(f"/usr/sbin/{HTTPD}") or os.path.exists(HTTPD) else None
__all__ = ["version"]
_MODULES = "mpm_event unixd authz_core proxy proxy_http proxy_balancer lbmethod_byrequests slotmem_shm"
_HEAD = "".join(f"LoadModule {n}_module modules/mod_{n}.so\n" for n in _MODULES.split()) + "Listen 8080\n"


def localized(world: World, listen: str, _nobody: str) -> str:
    """The text that listens at an address; the modules and the address are in what it is started with."""
    return f"#{listen}\n" + world.config.removeprefix(_HEAD).replace("*:8080>", f"{listen}>")


def start(folder: Path, text: str) -> subprocess.Popen[bytes]:
    """Start it in the foreground."""
    port = text.partition("\n")[0].rpartition(":")[2]
    return start_with_modules(text, folder, int(port))[0]


def world(random: Random) -> World:
    """Some virtual hosts, the first of which takes what no other is named for."""
    balancers: list[str] = []
    hosts, asks = [], []
    for number in range(random.randint(2, 5)):
        name, lines = f"h{number}.example", []
        asked = [name, *(["nobody-has-it.test"] if number == 0 else [])]
        for place in range(random.randint(3, 7)):
            why, target = _target(random, f"b{number}{place}", balancers)
            path = f"/{place}/"
            lines.append(f"  ProxyPass {path} {target}")
            asks += [Ask(host, f"{path}x", name, path, why) for host in asked]
        random.shuffle(lines)
        if random.random() < 0.3:
            # The first pass that fits is taken.
            lines.append(f"  ProxyPass / http://{random.choice(LIVE)}/")
        head = f"  ServerName {name}\n"
        hosts.append(f"<VirtualHost *:8080>\n{head}" + "\n".join(lines) + "\n</VirtualHost>\n")
    return World(_HEAD + "".join(balancers) + "".join(hosts), tuple(asks))


def _target(random: Random, name: str, balancers: list[str]) -> tuple[str, str]:
    if random.random() < 0.3:
        target = random.choice((*LIVE, *DEAD, NOBODY))
        return f"literal, {_state(target)}", f"http://{target}/"
    targets = random.sample((*LIVE, *DEAD), random.randint(1, 4))
    marks = [random.choice(("", "", "", " status=+H", " status=+D", " loadfactor=3")) for _ in targets]
    lines = "".join(f"  BalancerMember http://{t}{m}\n" for t, m in zip(targets, marks, strict=True))
    balancers.append(f"<Proxy balancer://{name}>\n{lines}</Proxy>\n")
    states = sorted(f"{_state(t)}{m}" for t, m in zip(targets, marks, strict=True))
    return f"balancer of {' + '.join(states)}", f"balancer://{name}/"


def _state(target: str) -> str:
    return "up" if target in LIVE else "refused" if target != NOBODY else "no such name"
