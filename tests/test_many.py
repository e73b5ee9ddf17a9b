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
    import apps
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
        "built_images",
    ],
)
def test_work_grows_no_faster_than_what_is_read(kind):
    few = FEWER if kind in WHOLE else FEW
    texts = [dict(many.KINDS[kind](few * times)) for times in (1, 2, 4)]
    work = [steps(partial(testing.check_texts, one, RULES)) for one in texts[:1] + texts]
    once, twice, four = work[1:]
    assert four - twice < 2.4 * (twice - once)


@pytest.mark.parametrize(("count", "most"), [(1, 66_000), (30, 1_296_000)])
def test_work_has_a_limit(count, most):
    """Applications of seven objects each, looked at a second time: a twentieth above the steps that this took last."""
    bundles = [apps.bundle(number) for number in range(1, count + 1)]
    texts = {f"{number}/{name}": text for number, one in enumerate(bundles) for name, text in one.items()}
    look = partial(testing.check_texts, texts, RULES)
    look()
    work = steps(look)
    assert work < most
