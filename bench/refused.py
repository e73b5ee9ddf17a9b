"""Measure what looking for refused objects adds to a run: python bench/refused.py [--rounds 5] [--count 10000] [FOLDER ...]

CPU seconds of whole processes, which take turns: a run, the same run in which nothing is ever refused, without
importing what would look for it, and L, which loads the same files with `yaml.CSafeLoader`. With `--instructions`, the
instructions of the processor that `valgrind --tool=callgrind` counts, one process each: they do not depend on the hour.
Nothing is rendered in the folders that are given.
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

import apps
from run import BASELINE, check, costs

NEVER = """
import sys, types
check = types.ModuleType("upstreamlint.refusal.check")
check.refusals = lambda meta, root, version="": ()
sys.modules[check.__name__] = check
from upstreamlint.__main__ import main
sys.exit(main())
"""
"""A program that looks for nothing that is refused."""


def commands(folder: Path, *more: str) -> dict[str, tuple[str, ...]]:
    """The three processes that are compared."""
    python, _, _, *words = check(folder, "--no-cache", *more)
    return {
        "L": (python, "-c", BASELINE, str(folder)),
        "looks": (python, "-m", "upstreamlint", *words),
        "does not": (python, "-c", NEVER, *words),
    }


def seconds(given: dict[str, tuple[str, ...]], rounds: int) -> dict[str, float]:
    """CPU seconds of processes: medians of rounds."""
    return {name: cost.seconds for name, cost in costs(given, rounds).items()}


def instructions(given: dict[str, tuple[str, ...]]) -> dict[str, float]:
    """Thousands of millions of instructions of processes."""
    found = {}
    for name, command in given.items():
        with tempfile.TemporaryDirectory() as kept:
            out = Path(kept) / "callgrind"
            tool = ("valgrind", "--tool=callgrind", f"--callgrind-out-file={out}", "--quiet")
            subprocess.run(
                (*tool, *command), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False
            )
            totals = next(line for line in out.read_text().splitlines() if line.startswith("summary:"))
        found[name] = int(totals.split()[1]) / 1e9
    return found


def tell(title: str, given: dict[str, tuple[str, ...]], measure: Callable[..., dict[str, float]]) -> None:
    """Print what the look costs."""
    found = measure(given)
    added, whole = found["looks"] - found["does not"], found["looks"]
    print(
        f"{title}: {added:.3f} of {whole:.2f}, {100 * added / whole:.1f} hundredths of the run, "
        f"{added / found['L']:.3f} L (L {found['L']:.2f})",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--instructions", action="store_true")
    parser.add_argument("folders", nargs="*", type=Path)
    asked = parser.parse_args()

    def measure(given: dict[str, tuple[str, ...]]) -> dict[str, float]:
        return instructions(given) if asked.instructions else seconds(given, asked.rounds)

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "apps"
        apps.write(asked.count, folder)
        tell(f"{asked.count} resources", commands(folder), measure)
    for folder in asked.folders:
        tell(f"{folder}, nothing rendered", commands(folder, "--no-render"), measure)


if __name__ == "__main__":
    main()
