"""The line about a long run: only on a terminal, only when it takes long, and gone at the end."""

from __future__ import annotations

from io import StringIO

from upstreamlint.cli import waiting
from upstreamlint.cli.waiting import Line


def test_a_short_run_shows_nothing():
    stream = StringIO()
    line = Line(stream)
    line("reading", 1, 2)
    line.clear()
    assert stream.getvalue() == ""


def test_a_long_run_shows_how_far_it_is(monkeypatch):
    monkeypatch.setattr(waiting, "AFTER", -1.0)
    stream = StringIO()
    line = Line(stream)
    line("reading", 50, 200)
    assert "reading [######                  ] 50 of 200" in stream.getvalue()
    line.clear()
    assert stream.getvalue().endswith("\r\x1b[K")


def test_a_stage_without_a_total_is_named(monkeypatch):
    monkeypatch.setattr(waiting, "AFTER", -1.0)
    stream = StringIO()
    Line(stream)("linking")
    assert "linking …" in stream.getvalue()


def test_nothing_is_written_where_no_terminal_is(capsys):
    with waiting.waiting() as progress:
        progress("reading", 1, 2)
    assert capsys.readouterr().err == ""
