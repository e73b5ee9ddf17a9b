"""What the same command last reported, for when it would report the same.

A report is kept with every question that its run asked the disk, the answers, and the stamp of each path: size, times and
the rest of what the system says of it. Nothing has changed where the stamps are as they were. Where one is not, as in a
fresh checkout, the question is asked again, and the answer has to be the same.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Sequence

from upstreamlint.files import asked, cache
from upstreamlint.files.asked import Answers
from upstreamlint.files.opener import MAX_BYTES
from upstreamlint.run.report import Report

_REPORTS = "reports"
_ANSWERS = "answers"
_FORMAT = 2
SURROUNDINGS = (
    *("NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "TERM", "COLUMNS"),  # the looks of a report
    "GITHUB_ACTIONS",  # its format
    "PATH",  # the renderers
)
"""What a run heeds of its environment."""

SLACK = 2_000_000_000
"""Nanoseconds: what changed no longer ago may change again without another time to tell."""


class Memory:
    """What is remembered of a command."""

    def __init__(self, arguments: Sequence[str], answers: Answers) -> None:
        self._began = time.time_ns()
        self._name = _name(arguments)
        self._answers = answers
        self.report = self._recall()
        """What it would report now; nothing when that is not known."""

    def keep(self, report: Report) -> None:
        """Remember a report, with all that was asked for it."""
        from upstreamlint.run.distributions import ask_for_code

        if "" in self._answers or not ask_for_code():
            return
        here = f"{os.getcwd()}/"
        asked_of: Answers = {}
        for path, answers in self._answers.items():
            asked_of.setdefault(path.removeprefix(here), {}).update(answers)
        questions = [_needed(answers) for answers in asked_of.values()]
        self._save(
            report, list(asked_of), list(map(_look, asked_of)), cache.save_content(_ANSWERS, questions)
        )

    def _recall(self) -> Report | None:
        """The report, if all that was asked for it would be answered the same now."""
        try:
            kept = cache.load(_REPORTS, self._name)
            if kept is None:
                return None
            text, notes, status, named = kept["said"]
            if not isinstance(status, int):
                return None
            report = Report(str(text), str(notes), status, bool(named))
            paths, before = kept["paths"], kept["stamps"]
            looks = list(map(_look, paths))
            changed = [n for n, look in enumerate(looks) if _stamp(look) != before[n]]
            if not changed:
                return report
            questions = cache.load(_ANSWERS, kept["answers"])
            for number in changed:
                if not _is_answered(paths[number], questions[number], looks[number]):
                    return None
            self._save(report, paths, looks, kept["answers"])
        except (OSError, ValueError, TypeError, LookupError, AttributeError, RecursionError):
            return None
        return report

    def _save(
        self, report: Report, paths: list[str], looks: list[os.stat_result | None], answers: str
    ) -> None:
        """Keep a report; a path that may have changed while it was looked at has a stamp that it never has again."""
        recent = self._began - SLACK
        stamps = [
            _NEVER if look and max(look.st_mtime_ns, look.st_ctime_ns) > recent else _stamp(look)
            for look in looks
        ]
        kept = {"said": report, "paths": paths, "stamps": stamps, "answers": answers}
        cache.save(_REPORTS, self._name, kept)


def _is_answered(path: str, answers: dict[str, str], look: os.stat_result | None) -> bool:
    """Whether the questions about a path would be answered the same."""
    for question, answer in answers.items():
        try:
            if asked.again(path, question, look) != answer:
                return False
        except OSError:
            if answer:
                return False
    return True


def _needed(answers: dict[str, str]) -> dict[str, str]:
    """Answers without those that follow from others: a file's content tells that it is not too long."""
    if any(question.endswith(_WHOLE) for question in answers):
        return {question: answer for question, answer in answers.items() if question != "large"}
    return answers


_WHOLE = f" {MAX_BYTES}"
_NEVER = -1
"""What no hash is."""


def _name(arguments: Sequence[str]) -> str:
    """What names a command: its words, where it is run, by which Python and in what surroundings."""
    terminal = os.get_terminal_size(sys.stdout.fileno()).columns if sys.stdout.isatty() else 0
    surroundings = [os.environ.get(name) for name in SURROUNDINGS]
    python = [sys.version, sys.path, sys.getfilesystemencoding()]
    told = [_FORMAT, list(arguments), os.getcwd(), terminal, surroundings, python]
    return asked.digest(json.dumps(told).encode())


def _look(path: str) -> os.stat_result | None:
    try:
        return os.stat(path)
    except (OSError, ValueError):
        return None


def _stamp(look: os.stat_result | None) -> int:
    """What is another when a path has changed; 0 when it is not there."""
    if look is None:
        return 0
    return hash((look.st_ino, look.st_size, look.st_mtime_ns, look.st_ctime_ns))
