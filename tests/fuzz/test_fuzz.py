"""No file that is almost right ends the run, or keeps it. `tools/fuzz MINUTES` goes on for longer."""

from __future__ import annotations

import importlib.util
import signal
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from upstreamlint.errors import UsageError
from upstreamlint.formats import Format, render
from upstreamlint.rules import load
from upstreamlint.testing import check_texts


def _mutations():
    path = Path(__file__).with_name("mutations.py")
    spec = importlib.util.spec_from_file_location("mutations", path)
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    sys.modules["mutations"] = made
    spec.loader.exec_module(made)
    return made


mutations = _mutations()
RULES = load()
EXAMPLES = 200
SECONDS = 10
"""Of the processor, for one example: it needs a hundredth of one."""


class HangError(Exception):
    """An example took too long."""


def _hang(*_):
    raise HangError


def holds(texts):
    """Raise what goes wrong with these files: a failed rule, a crash, a hang, a report that cannot be written."""
    signal.signal(signal.SIGVTALRM, _hang)
    signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
    try:
        result = check_texts(texts, RULES)
        for form in Format:
            render(result, form)
    except UsageError as error:
        if not str(error).startswith("nothing to check"):
            raise
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)


@pytest.mark.parametrize("reader", sorted(mutations.SEEDS))
def test_what_is_almost_right_is_read(reader):
    @settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(data=st.data())
    def fuzz(data):
        holds(data.draw(mutations.mutated(reader)))

    fuzz()


def test_the_large_readers_have_seeds():
    assert {"Kubernetes", "Istio", "Gateway API", "Envoy", "Compose", "nginx", "Dockerfile"} <= set(
        mutations.SEEDS
    )
