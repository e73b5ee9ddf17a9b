"""Measure second runs beside first ones and plain parsing, in one run: python bench/warm.py [RENDERED_TREE ...]

CPU seconds (user and system) of whole processes, medians, interleaved. Machines are noisy: read the ratios.
"""

from __future__ import annotations

import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import apps
from run import BASELINE

ROUNDS = 5
SETTLED = 2.5
"""Seconds after which the times of a file tell whether it has changed."""


def cpu(*command: str, cwd: Path, cache: Path) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        command, cwd=cwd, check=False, capture_output=True, env={**os.environ, "XDG_CACHE_HOME": str(cache)}
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def touch(tree: Path) -> None:
    """Every file as a checkout leaves it: the same bytes, other times."""
    for path in tree.rglob("*"):
        if path.is_file():
            os.utime(path)
    time.sleep(SETTLED)


def medians(rounds: int, *measures: Callable[[], float]) -> list[float]:
    each = [[measure() for measure in measures] for _ in range(rounds)]
    return [statistics.median(column) for column in zip(*each, strict=True)]


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        cache = root / "cache"

        def check(tree: Path, *arguments: str) -> float:
            return cpu(sys.executable, "-m", "upstreamlint", "check", *arguments, ".", cwd=tree, cache=cache)

        def fresh(tree: Path) -> float:
            touch(tree)
            return check(tree)

        def changed(tree: Path) -> float:
            (tree / "changed.yaml").write_text(
                f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: x{time.time_ns()}}}\n"
            )
            return check(tree)

        few = root / "few"
        apps.write(8, few)
        time.sleep(SETTLED)
        check(few)
        nothing, cold, warm = medians(
            3 * ROUNDS,
            lambda: cpu(sys.executable, "-c", "pass", cwd=few, cache=cache),
            lambda: check(few, "--no-cache"),
            lambda: check(few),
        )
        print(
            f"twelve small files: cold {cold / nothing:.1f}, warm {warm / nothing:.1f} x `python -c pass`",
            flush=True,
        )

        many = root / "many"
        apps.write(10_000, many)
        time.sleep(SETTLED)
        check(many)
        plain, cold, warm = medians(
            ROUNDS,
            lambda: cpu(sys.executable, "-c", BASELINE, ".", cwd=many, cache=cache),
            lambda: check(many, "--no-cache"),
            lambda: check(many),
        )
        content, one = medians(ROUNDS, lambda: fresh(many), lambda: changed(many))
        print(
            f"10,000 resources: cold {cold / plain:.2f}, warm {warm / plain:.3f}, "
            f"fresh checkout {content / plain:.3f}, one file changed {one / plain:.2f} x CSafeLoader ({plain:.2f} s)",
            flush=True,
        )
        for given in sys.argv[1:]:
            tree = Path(shutil.copytree(given, root / "rendered" / Path(given).name, symlinks=True))
            time.sleep(SETTLED)
            first, again = check(tree), check(tree)
            other = statistics.median(changed(tree) for _ in range(ROUNDS))
            print(
                f"{tree.name}: first run {first:.2f} s, second {again / first:.3f}, with another file {other / first:.2f} of it",
                flush=True,
            )


if __name__ == "__main__":
    main()
