"""The answers of routes, held against what real proxies answer: recorded, and live where the program is installed.

`tools/truth/hold.py` makes the records, and compares more of them.
"""

from __future__ import annotations

import json
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
ROUTES = 80


def apart(verdicts):
    return [v.text for v in verdicts if v.apart]


@pytest.mark.parametrize("name", RECORDED)
def test_recorded_answers(name):
    proxy = hold.proxy_of(name)
    told = []
    for data in json.loads((TRUTH / name / "worlds.json").read_text())["worlds"]:
        world, got = worlds.recorded(data)
        told += worlds.compared(world, got, worlds.told(proxy, world))
    assert apart(told) == []
    assert sum(v.kind is worlds.Kind.HOLDS for v in told) > 0.95 * len(told)


@pytest.mark.parametrize("name", RECORDED)
def test_live_answers(name):
    proxy = hold.proxy_of(name)
    if proxy.PROGRAM is None:
        pytest.skip(f"no {name} is installed")
    if sys.platform != "linux":
        pytest.skip("only Linux has the whole of 127.0.0.0/8")
    assert apart(v for _, _, verdicts in hold.campaign(name, ROUTES, 7) for v in verdicts) == []
