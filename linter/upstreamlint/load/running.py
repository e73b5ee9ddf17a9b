"""What runs: containers, and the programs in them with their configurations."""

from __future__ import annotations

from upstreamlint.containers.find import containers
from upstreamlint.programs.reading import Found, Loader, Run, read
from upstreamlint.programs.registry import programs


def _containers(run: Run) -> Found:
    return Found(resources=tuple(containers(run.resources, run.files)))


def _programs(run: Run) -> Found:
    return read(run, (program.load for program in programs() if program.reads(run)))


RUNNING: tuple[Loader, ...] = (_containers, _programs)
"""The loaders of what runs, which see the objects and projects of a run."""
