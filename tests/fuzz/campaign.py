"""The long form of the fuzz tests: readers in turn, until the time is over."""

from __future__ import annotations

import platform
import sys
import time
from collections import Counter

from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from test_fuzz import holds, mutations


def round_of(reader: str, number: int, count: int) -> int:
    """Run so many examples of a reader; return how many there were until one failed, if one did."""
    done = 0

    @seed(number)
    @settings(max_examples=count, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(data=st.data())
    def fuzz(data: st.DataObject) -> None:
        nonlocal done
        done += 1
        holds(data.draw(mutations.mutated(reader)))

    fuzz()
    return done


def main(minutes: float) -> int:
    """Print the counts; 1 when something was found."""
    end = time.monotonic() + 60 * minutes
    counts: Counter[str] = Counter()
    found = 0
    number = int(time.time())
    while time.monotonic() < end:
        for reader in sorted(mutations.SEEDS):
            number += 1
            try:
                counts[reader] += round_of(reader, number, 250)
            except Exception as error:  # noqa: BLE001 - what was found is told, and the campaign goes on
                found += 1
                print(f"{reader}, seed {number}: {type(error).__name__}: {error}", flush=True)
                for note in getattr(error, "__notes__", ()):
                    print(note, flush=True)
            if time.monotonic() > end:
                break
    for reader, count in sorted(counts.items()):
        print(f"{count:>8} {reader}")
    print(
        f"{counts.total():>8} in all, {found} failed; {minutes:g} minutes, Python {platform.python_version()}"
    )
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1])))
