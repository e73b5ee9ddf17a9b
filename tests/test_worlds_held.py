"""The answers of routes, held against what real proxies answer: recorded, and live where the program is installed.

`tools/truth/hold.py` makes the records, and compares more of them.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path

import pytest

TOOLS = Path(__file__).parents[1] / "tools" / "truth"
TRUTH = Path(__file__).parent / "truth"
pytestmark = pytest.mark.skipif(not TOOLS.is_dir(), reason="the generators are not here")
if TOOLS.is_dir():
    sys.path.insert(0, str(TOOLS))
    import hold
    import worlds

RECORDED = sorted(path.parent.name for path in TRUTH.glob("*/worlds.json"))
ROUTES = 40


IN_POOLS = (worlds.Kind.OVERSTATED, worlds.Kind.UNDERSTATED) if TOOLS.is_dir() else ()
"""How an answer may be apart for what `docs/limits.md` says of pools whose servers are not alike, and of pages."""
UNLIKE = ("backup", "down", "disabled", "weight", "error_page", "UNHEALTHY")


def unexplained(verdicts):
    return [
        v.text
        for v in verdicts
        if v.apart and not (v.kind in IN_POOLS and any(word in v.why for word in UNLIKE))
    ]


@pytest.mark.parametrize("name", RECORDED)
def test_recorded_answers(name):
    proxy = hold.proxy_of(name)
    told = []
    for data in json.loads((TRUTH / name / "worlds.json").read_text())["worlds"]:
        told += worlds.compared(proxy, *worlds.recorded(data))
    assert unexplained(told) == []
    assert sum(v.kind is worlds.Kind.HOLDS for v in told) > 0.6 * len(told)


@pytest.mark.parametrize("name", RECORDED)
def test_live_answers(name):
    program = os.environ.get(f"UPSTREAMLINT_{name.upper()}") or shutil.which(
        name, path=f"{os.environ['PATH']}:/usr/sbin"
    )
    if program is None:
        pytest.skip(f"no {name} is installed")
    if sys.platform != "linux":
        pytest.skip("only Linux has the whole of 127.0.0.0/8")
    assert unexplained(v for _, _, verdicts in hold.campaign(name, ROUTES, 7) for v in verdicts) == []
