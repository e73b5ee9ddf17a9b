"""Measure the program against plain parsing of the same files, in one run: python bench/run.py [CORPUS]

Machines are noisy: read the ratios, not the seconds.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

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
ROUNDS = 3


def seconds(*command: str) -> float:
    """The best of some runs of a command."""
    best = float("inf")
    for _ in range(ROUNDS):
        start = time.perf_counter()
        subprocess.run(command, check=False, capture_output=True)
        best = min(best, time.perf_counter() - start)
    return best


def check(folder: Path) -> float:
    return seconds(
        sys.executable,
        "-m",
        "upstreamlint",
        "check",
        str(folder),
        "--format",
        "json",
        "--no-config",
        "--no-cache",
    )


def baseline(folder: Path) -> float:
    return seconds(sys.executable, "-c", BASELINE, str(folder))


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        per_resource = []
        for count in (1_000, 10_000, 50_000):
            folder = root / str(count)
            apps.write(count, folder)
            ours = check(folder)
            per_resource.append(ours / count)
            line = f"check of {count:>6} resources: {ours:6.2f} s, {1e6 * ours / count:5.0f} us a resource"
            if count == 10_000:
                plain = baseline(folder)
                line += f", {ours / plain:.2f} x CSafeLoader ({plain:.2f} s)"
            print(line, flush=True)
        print(
            f"growth: 10k {per_resource[1] / per_resource[0]:.2f} x of 1k, 50k {per_resource[2] / per_resource[1]:.2f} x of 10k"
        )
        few = root / "few"
        apps.write(8, few)
        nothing = seconds(sys.executable, "-c", "pass")
        ten = check(few)
        version = seconds(sys.executable, "-m", "upstreamlint", "--version")
        print(
            f"twelve small files: {ten / nothing:.1f} x `python -c pass` ({1e3 * ten:.0f} ms); --version {version / nothing:.1f} x"
        )
    if len(sys.argv) > 1:
        corpus = Path(sys.argv[1])
        ours, plain = check(corpus), baseline(corpus)
        print(f"corpus: {ours:.2f} s, {ours / plain:.2f} x CSafeLoader ({plain:.2f} s)")


if __name__ == "__main__":
    main()
