"""Worlds of Traefik: routers of the file provider, services of services, health, tries, pages and authorization."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path
from random import Random
from urllib.request import urlopen

from worlds import DEAD, LIVE, NOBODY, Ask, World

IMAGE = "traefik:v3.7"
FILE = "/etc/traefik/dynamic.yml"
COMMAND = ("--entrypoints.web.address=:8080", f"--providers.file.filename={FILE}")
SETTLES = 2.5
_PATIENCE = 60.0
PROGRAM = os.environ.get("UPSTREAMLINT_TRAEFIK") or shutil.which("traefik")
_QUIET = (
    "--global.checknewversion=false",
    "--global.sendanonymoususage=false",
    "--log.level=FATAL",
    "--ping.manualrouting=true",
    "--providers.providersthrottleduration=20ms",
)


def version() -> str:
    """The version that is measured."""
    said = subprocess.run([PROGRAM or "traefik", "version"], capture_output=True, text=True, check=True)
    return "Traefik " + said.stdout.split()[1]


def localized(world: World, listen: str, _nobody: str) -> str:
    """The text after a line with the address that it listens at."""
    return f"#{listen}\n{world.config}"


def start(folder: Path, text: str) -> subprocess.Popen[bytes]:
    """Start it with the file alone, and wait until it knows what that says: it listens before."""
    listen, _, config = text.partition("\n")
    ready = "http:\n  routers:\n    ready: {rule: Path(`/ready`), service: ping@internal}\n"
    (folder / "dynamic.yml").write_text(config.replace("http:\n  routers:\n", ready, 1))
    words = [PROGRAM or "traefik", *_QUIET]
    words += [f"--entrypoints.web.address={listen[1:]}", "--providers.file.filename=dynamic.yml"]
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(words, cwd=folder, stdout=quiet, stderr=quiet, env={"HOME": str(folder)})
    end = time.monotonic() + _PATIENCE
    while process.poll() is None and time.monotonic() < end and not _is_ready(listen[1:]):
        time.sleep(0.05)
    return process


def _is_ready(listen: str) -> bool:
    try:
        with urlopen(f"http://{listen}/ready", timeout=1):
            return True
    except OSError:
        return False


class _Tables:
    """What is defined so far, by its section; each name comes once."""

    def __init__(self) -> None:
        self.routers: list[str] = []
        self.services: list[str] = []
        self.middlewares: list[str] = []

    def text(self) -> str:
        """As the provider reads it."""
        parts = [("routers", self.routers), ("services", self.services), ("middlewares", self.middlewares)]
        return "http:\n" + "".join(
            f"  {name}:\n" + "".join(f"    {line}\n" for line in lines) for name, lines in parts if lines
        )


def world(random: Random) -> World:
    """Some hosts with a router for each of some paths, and for what no other router takes."""
    told, asks = _Tables(), []
    for number in range(random.randint(2, 8)):
        host = f"h{number}.example"
        for place in range(random.randint(3, 15)):
            name, path = f"r{number}{place}", f"/{place}/"
            rule, shown = random.choice(
                (
                    (f"Host(`{host}`) && PathPrefix(`{path}`)", path),
                    (f"PathPrefix(`{path}`) && Host(`{host}`)", path),
                    (f"Host(`{host}`) && Path(`{path}x`)", f"{path}x"),
                    (f"Host(`{host}`) && PathRegexp(`^{path}`)", f"^{path}"),
                    (f"Host(`{host}`) && (PathPrefix(`{path}`) && Method(`GET`))", path),
                )
            )
            why = _router(random, told, name, rule)
            asks.append(Ask(host, f"{path}x", host, shown, why))
    # Nothing takes what a router that is not made would have taken.
    rest = "HostRegexp(`^.+[.]test$`)"
    asks.append(Ask("nobody-has-it.test", "/", "^.+[.]test$", "/", _router(random, told, "rest", rest)))
    return World(told.text(), tuple(asks))


def _router(random: Random, told: _Tables, name: str, rule: str) -> str:
    why, service = _service(random, told, f"s{name}", 2)
    chosen, more = _middleware(random, told, name)
    used = f", middlewares: [{chosen}]" if chosen else ""
    told.routers.append(f"{name}: {{rule: '{rule}', service: {service}{used}}}")
    return why + more


def _middleware(random: Random, told: _Tables, name: str) -> tuple[str, str]:
    """The middleware of a router, and a word about it; mostly none."""
    match random.choice(("none",) * 8 + ("retry", "retry", "strip", "auth", "pages", "chain")):
        case "retry":
            attempts = random.choice((2, 3, 5))
            told.middlewares.append(f"m{name}: {{retry: {{attempts: {attempts}}}}}")
            return f"m{name}", f", {attempts} attempts"
        case "strip":
            told.middlewares.append(f"m{name}: {{stripPrefix: {{prefixes: [/0, /1]}}}}")
            return f"m{name}", ", stripped"
        case "auth":
            target = random.choice((*LIVE, *DEAD, NOBODY))
            told.middlewares.append(f"m{name}: {{forwardAuth: {{address: 'http://{target}/'}}}}")
            return f"m{name}@file", f", asks one that is {_state(target)}"
        case "pages":
            why, service = _balancer(random, told, f"p{name}")
            told.middlewares.append(
                f"m{name}: {{errors: {{status: ['500-599'], service: {service}, query: /x}}}}"
            )
            return f"m{name}", f", pages of {why}"
        case "chain":
            told.middlewares.append(f"i{name}: {{retry: {{attempts: 3}}}}")
            told.middlewares.append(f"m{name}: {{chain: {{middlewares: [i{name}@file]}}}}")
            return f"m{name}", ", a chain with 3 attempts"
        case _:
            return "", ""


def _service(random: Random, told: _Tables, name: str, depth: int) -> tuple[str, str]:
    """What a service is, and its name as a router writes it."""
    kind = random.choice(("one",) * 6 + ("weighted", "failover", "mirroring") if depth else ("one",))
    if kind == "one":
        return _balancer(random, told, name)
    if kind == "weighted":
        parts = [_service(random, told, f"{name}{part}", depth - 1) for part in "ab"]
        weights = [random.choice((1, 1, 3, 0)) for _ in parts]
        if not any(weights):
            weights[0] = 1
        listed = ", ".join(
            f"{{name: {part[1]}, weight: {w}}}" for part, w in zip(parts, weights, strict=True)
        )
        health = _health(random)
        told.services.append(f"{name}: {{weighted: {{services: [{listed}]{health}}}}}")
        return f"weights{health} " + " and ".join(
            f"{w} of ({p[0]})" for w, p in zip(weights, parts, strict=True)
        ), name
    (first, a), (second, b) = (_service(random, told, f"{name}{part}", depth - 1) for part in "ab")
    if kind == "failover":
        health = _health(random)
        told.services.append(f"{name}: {{failover: {{service: {a}, fallback: {b}{health}}}}}")
        return f"({first}) or else{health} ({second})", name
    health = _health(random)
    mirrors = f"[{{name: {b}, percent: 100}}]"
    told.services.append(f"{name}: {{mirroring: {{service: {a}, mirrors: {mirrors}{health}}}}}")
    return f"({first}) mirrored{health} to ({second})", name


def _health(random: Random) -> str:
    return ", healthCheck: {}" if random.random() < 0.25 else ""


_OPTIONS = (
    ("strategy: p2c", 0.08),
    ("sticky: {cookie: {name: c}}", 0.08),
    ("passHostHeader: false", 0.1),
    ("healthCheck: {path: /, interval: 1s, timeout: 900ms}", 0.35),
    ("passiveHealthCheck: {failureWindow: 30s, maxFailedAttempts: 1}", 0.1),
)


def _balancer(random: Random, told: _Tables, name: str) -> tuple[str, str]:
    count = random.choice((0, 1, 1, 1, 2, 2, 3, 4)) if random.random() < 0.3 else random.randint(1, 4)
    targets = random.sample((*LIVE, *DEAD, NOBODY), count)
    options = [option for option, part in _OPTIONS if random.random() < part]
    weights = ["", "", "", "", ", weight: 3", ", weight: 0"]
    if any("healthCheck" in option for option in options):
        # When only servers of the weight 0 are well, it looks for another without end.
        weights.pop()
    servers, states = [], []
    for target in targets:
        weight = random.choice(weights)
        servers.append(f"{{url: 'http://{target}'{weight}}}")
        states.append(_state(target) + weight)
    more = [f", {option.partition(':')[0]}" + (" p2c" if "p2c" in option else "") for option in options]
    listed = ", ".join([f"servers: [{', '.join(servers)}]", *options])
    told.services.append(f"{name}: {{loadBalancer: {{{listed}}}}}")
    suffix = random.choice(("", "", "@file"))
    return (" + ".join(sorted(states)) or "no servers") + "".join(more), name + suffix


def _state(target: str) -> str:
    return "up" if target in LIVE else "refused" if target != NOBODY else "no such name"
