"""Measure the program beside plain parsing of the same files, and beside other tools:

    python bench/run.py [--rounds 5] [--largest 50000] [FOLDER ...]

CPU seconds of whole processes, user and system, medians of rounds in which every command runs once: a busy machine
disturbs all of them alike. Read the ratios. L is a process that loads the same files with `yaml.CSafeLoader`.
Peers are compared by the time on the clock, too; those that are not installed are passed over with a word, and so is
kubeconform where it cannot reach the schemas that it loads.
Nothing is rendered in the folders that are given. Where `upstreamlint-fast` is installed, plain YAML is read in C.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import NamedTuple

import apps

BASELINE = """
import pathlib, sys, yaml
for path in pathlib.Path(sys.argv[1]).rglob("*"):
    if path.suffix in (".yaml", ".yml") and path.is_file():
        try:
            list(yaml.load_all(path.read_bytes(), yaml.CSafeLoader))
        except Exception:
            pass
"""
TIMED_OUT = 124
SCHEMAS = os.environ.get("KUBECONFORM_SCHEMAS", "default")
"""Where kubeconform finds schemas; its own are on the network."""
PEERS = {
    "kube-score": ("kube-score", "score", "--output-format", "ci", "{files}"),
    "kubeconform": (
        "timeout",
        "120",
        "kubeconform",
        "-summary",
        "-ignore-missing-schemas",
        "-schema-location",
        SCHEMAS,
        "{folder}",
    ),
    "checkov": (
        "timeout",
        "300",
        "checkov",
        "-d",
        "{folder}",
        "--framework",
        "kubernetes",
        "--compact",
        "--quiet",
        "--skip-download",
    ),
    "istioctl": ("istioctl", "analyze", "--use-kube=false", "--recursive", "{folder}"),
    "yamllint": ("yamllint", "-d", "relaxed", "{folder}"),
    "gixy": ("gixy", "{folder}/nginx.conf"),
}
"""How each peer is asked about a folder, or about its files."""

SITE = """\
upstream app{number} {{
    server 10.0.{number}.1:8080 max_fails=3;
    server app{number}.example:8080 backup;
    keepalive 32;
}}
server {{
    listen 80;
    server_name app{number}.example.com;
    location / {{
        proxy_pass http://app{number};
        proxy_set_header Host $host;
        proxy_read_timeout 30s;
    }}
    location ~ ^/api/v1/(.*)$ {{
        proxy_pass http://app{number}/x/$1;
        if ($request_method = OPTIONS) {{ return 204; }}
    }}
}}
"""
MAIN = "events {}\nhttp {\n    include conf.d/*.conf;\n}\n"


class Cost(NamedTuple):
    """The CPU seconds of a process, those on the clock, and its largest size in MB."""

    seconds: float
    clock: float
    size: float


def cost(command: tuple[str, ...]) -> Cost | None:
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    began = time.perf_counter()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode == TIMED_OUT:
        return None
    return Cost(used.ru_utime + used.ru_stime, time.perf_counter() - began, used.ru_maxrss / 1024)


def costs(commands: dict[str, tuple[str, ...]], rounds: int) -> dict[str, Cost]:
    """The median costs of commands that take turns."""
    found: dict[str, list[Cost]] = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            if (one := cost(command)) is not None:
                found[name].append(one)
    return {
        name: Cost(median(c.seconds for c in each), median(c.clock for c in each), max(c.size for c in each))
        for name, each in found.items()
        if each
    }


def check(folder: Path, *more: str) -> tuple[str, ...]:
    return (
        sys.executable,
        "-m",
        "upstreamlint",
        "check",
        str(folder),
        "--format",
        "concise",
        "--no-config",
        *more,
    )


def peers(folder: Path, names: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """The commands of the peers that are installed."""
    files = tuple(str(p) for p in folder.rglob("*") if p.suffix in (".yaml", ".yml"))
    found = {}
    for name in names:
        if shutil.which(name) is None:
            continue
        parts = ((part,) if part != "{files}" else files for part in PEERS[name])
        found[name] = tuple(word.replace("{folder}", str(folder)) for part in parts for word in part)
    return found


def table(title: str, folder: Path, names: tuple[str, ...], rounds: int, *more: str) -> Cost:
    """Print what a folder costs everybody."""
    commands = {
        "L": (sys.executable, "-c", BASELINE, str(folder)),
        "upstreamlint": check(folder, "--no-cache", *more),
    }
    found = costs({**commands, **peers(folder, names)}, rounds)
    ours, plain = found["upstreamlint"], found["L"]
    print(
        f"{title}: {ours.seconds:.2f} s, {ours.seconds / plain.seconds:.2f} L (L {plain.seconds:.2f} s), {ours.size:.0f} MB"
    )
    for name in names:
        said = "not installed, or did not end"
        if name in found:
            peer = found[name]
            said = f"{peer.seconds / ours.seconds:.2f} of our CPU seconds, {peer.clock / ours.clock:.2f} on the clock"
        print(f"    {name}: {said}", flush=True)
    return ours


def site(folder: Path, count: int) -> None:
    (folder / "conf.d").mkdir(parents=True)
    (folder / "nginx.conf").write_text(MAIN, encoding="utf-8")
    for number in range(count - 1):
        (folder / "conf.d" / f"app{number}.conf").write_text(SITE.format(number=number), encoding="utf-8")


def started(folder: Path, rounds: int) -> None:
    """What ten small files cost, in units of a Python that does nothing."""
    nothing = (sys.executable, "-c", "pass")
    found = costs({"pass": nothing, "few": check(folder, "--no-cache"), "again": check(folder)}, rounds)
    unit = found["pass"].seconds
    few, again = found["few"].seconds / unit, found["again"].seconds / unit
    print(f"twelve small files: {few:.1f} x `python -c pass`, with what earlier runs kept {again:.1f} x")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--largest", type=int, default=50_000)
    parser.add_argument("folders", nargs="*", type=Path)
    given = parser.parse_args()
    print(f"plain YAML is read in {'C' if find_spec('upstreamlint_fast') else 'Python'}")
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        each: dict[int, Cost] = {}
        apps.write(8, root / "few")
        started(root / "few", 3 * given.rounds)
        for count in sorted({1_000, 3_000, 10_000, given.largest}):
            folder = root / str(count)
            apps.write(count, folder)
            compared = (
                ("kube-score", "kubeconform", "istioctl", "yamllint", "checkov")
                if count in (3_000, 10_000)
                else ()
            )
            each[count] = table(f"{count} resources", folder, compared, given.rounds)
        low, high = each[1_000], each[given.largest]
        times = given.largest / 1_000
        print(
            f"growth: a resource of {given.largest} costs {high.seconds / low.seconds / times:.2f} of one of 1,000"
        )
        print(f"memory: {(high.size - low.size) / (times - 1):.1f} MB for 1,000 resources more")
        site(root / "nginx", 300)
        table("300 nginx files", root / "nginx", ("gixy",), given.rounds)
    for folder in given.folders:
        table(f"{folder}, nothing rendered", folder, (), given.rounds, "--no-render")


if __name__ == "__main__":
    main()
