"""Twice as much of a thing takes twice the work, and not four times: counted, not timed."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

import pytest
from steps import steps

from upstreamlint import rules, testing

BENCH = Path(__file__).parents[1] / "bench"
pytestmark = pytest.mark.skipif(not BENCH.is_dir(), reason="the generators are not here")
if BENCH.is_dir():
    sys.path.insert(0, str(BENCH))
    import many

RULES = rules.load()
FEW = 60
"""So many of a thing that what grows with their square is a good part of the work, were there any."""
FEWER = 20
"""So many of what is several objects itself."""
WHOLE = ("apps", "namespaces", "kustomizations", "projects", "gateway_listeners")


@pytest.mark.parametrize(
    "kind",
    [
        *WHOLE,
        "compose",
        "compose_pieces",
        "policies_unserved",
        "published_alike",
        "nginx_servers",
        "nginx_upstreams",
        "nginx_pool",
        "envoy_clusters",
        "matches",
        "listeners",
        "variables",
        "arguments",
        "values",
    ],
)
def test_work_grows_no_faster_than_what_is_read(kind):
    few = FEWER if kind in WHOLE else FEW
    texts = [dict(many.KINDS[kind](few * times)) for times in (1, 2, 4)]
    work = [steps(partial(testing.check_texts, one, RULES)) for one in texts[:1] + texts]
    once, twice, four = work[1:]
    assert four - twice < 2.4 * (twice - once)
