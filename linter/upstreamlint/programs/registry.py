"""Every program: the built-in ones, and those of other distributions."""

from __future__ import annotations

from functools import cache
from importlib import import_module

from upstreamlint.errors import UsageError
from upstreamlint.programs.built_in import BUILT_IN
from upstreamlint.programs.program import Program
from upstreamlint.run.distributions import brought, count

ENTRY_POINTS = "upstreamlint.programs"


@cache
def programs() -> tuple[Program, ...]:
    """Every installed program.

    Raises:
        UsageError: one of another distribution cannot be loaded.
    """
    return (*BUILT_IN, *_others())


def _others() -> tuple[Program, ...]:
    found = []
    for source in brought(ENTRY_POINTS) if count(ENTRY_POINTS) else ():
        module, _, name = source.value.partition(":")
        try:
            program = getattr(import_module(module), name or "PROGRAM")
        except Exception as error:
            raise UsageError(
                f"the program `{source.name}` of {source.origin} cannot be loaded: {error}"
            ) from error
        if not isinstance(program, Program):
            raise UsageError(f"`{source.value}` of {source.origin} is no program")
        found.append(program)
    return tuple(found)
