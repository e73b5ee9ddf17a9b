"""No file that is almost right ends the run, or keeps it. `tools/fuzz MINUTES` goes on for longer."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import signal
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from upstreamlint.errors import UsageError
from upstreamlint.files.discover import discover
from upstreamlint.files.gitignore import Patterns
from upstreamlint.formats import Format, render
from upstreamlint.rules import load
from upstreamlint.settings import config_file
from upstreamlint.suppression import baseline
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

    def checked():
        result = check_texts(texts, RULES)
        for form in Format:
            render(result, form)

    try:
        within(checked)
    except UsageError as error:
        if not str(error).startswith("nothing to check"):
            raise


def within(function):
    """Call a function that must not hang."""
    signal.signal(signal.SIGVTALRM, _hang)
    signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
    try:
        function()
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)


def _configuration(text):
    path = Path(tempfile.gettempdir()) / f"upstreamlint-fuzz-{os.getpid()}.yaml"
    path.write_text(text, encoding="utf-8", errors="surrogateescape")
    try:
        config = config_file.load(str(path))
        config.ignores("a/b.yaml", "service-selects-no-pods")
        discover([str(path)], config.exclude, config.base)
    finally:
        path.unlink()


OWN = {
    ".gitignore": lambda text: [Patterns(text.split("\n")).ignores(path) for path in ("a/b.yaml", "x/" * 40)],
    "baseline": lambda text: baseline.read("baseline", text),
    "configuration": _configuration,
}


@pytest.mark.parametrize("reader", sorted(OWN))
def test_what_the_program_is_told_is_taken_or_refused(reader):
    @settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(data=st.data())
    def fuzz(data):
        text = data.draw(mutations.mutated(reader))[reader]
        with contextlib.suppress(UsageError):
            within(lambda: OWN[reader](text))

    fuzz()


@pytest.mark.parametrize("reader", sorted(set(mutations.SEEDS) - set(OWN)))
def test_what_is_almost_right_is_read(reader):
    @settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(data=st.data())
    def fuzz(data):
        holds(data.draw(mutations.mutated(reader)))

    fuzz()


def test_the_large_readers_have_seeds():
    named = {"Kubernetes", "Istio", "Gateway API", "Envoy", "Compose", "nginx", "Dockerfile", "env file"}
    assert named | {*mutations.MOUNTED, *OWN} <= set(mutations.SEEDS)
