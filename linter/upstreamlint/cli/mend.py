"""`check --fix` and `check --diff`: the fixes that hold, written or shown."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from contextlib import suppress

import click

from upstreamlint.errors import UsageError
from upstreamlint.files import opener
from upstreamlint.formats.columns import clean
from upstreamlint.formats.summary import plural
from upstreamlint.mend.choose import Mended, choose
from upstreamlint.mend.text import difference, recoded, words
from upstreamlint.typed import TYPE_CHECKING
from upstreamlint.values import NamedTuple, StrEnum, replace

if TYPE_CHECKING:
    from upstreamlint.run.result import Result
    from upstreamlint.settings.config import Config


class Way(StrEnum):
    """What is done with the fixes that hold."""

    FIX = "fix"
    """They are written."""
    DIFF = "diff"
    """They are shown."""
    CARRY = "carry"
    """The report carries them."""


class Run(NamedTuple):
    """What was checked, and how."""

    targets: Sequence[str]
    config: Config
    stdin: str | None


def applied(result: Result, shown: Result, way: Way, run: Run) -> Result:
    """A result when the fixes of what is `shown` of it are dealt with: what is left of all, or what is shown."""
    from upstreamlint.run.engine import check_edited

    mended = choose(
        result,
        shown.diagnostics,
        lambda texts: check_edited(run.targets, texts, run.config, stdin=run.stdin),
    )
    if way is Way.CARRY:
        return _only_holding(shown, mended)
    _tell_left(mended)
    if way is Way.DIFF:
        click.echo(_diff(mended), nl=False)
        return shown
    _write(mended)
    # What another fix took the evidence from is broken as before.
    there = {d.fingerprint for d in mended.result.diagnostics}
    hidden = [left.diagnostic for left in mended.left if left.diagnostic.fingerprint not in there]
    every = sorted((*mended.result.diagnostics, *hidden), key=lambda d: d.sort_key)
    return replace(mended.result, diagnostics=tuple(every))


def _only_holding(shown: Result, mended: Mended) -> Result:
    """A result whose fixes all hold."""
    held = set(map(id, mended.diagnostics))
    return replace(
        shown,
        diagnostics=tuple(
            d if id(d) in held else replace(d, finding=replace(d.finding, fix=())) for d in shown.diagnostics
        ),
    )


def _tell_left(mended: Mended) -> None:
    """Say on standard error which fixes do not hold, and why."""
    for diagnostic, instead in mended.left:
        place = diagnostic.finding.primary.anchor
        why = f"then {instead[0].finding.message} [{instead[0].rule}]" if instead else "it meets another fix"
        text = f"not fixed: {place.source.path}:{place.line} [{diagnostic.rule}] {words(diagnostic.finding.fix)}: {why}"
        click.echo(clean(text), err=True)


def _diff(mended: Mended) -> str:
    """What the fixes would change, as a unified diff."""
    return "".join(
        difference(path, mended.sources[path].text, text) for path, text in sorted(mended.texts.items())
    )


def _write(mended: Mended) -> None:
    """Write the fixes, and say on standard error what was fixed.

    Raises:
        UsageError: a file has changed since it was read, holds bytes that are no text, or cannot be written. The
            files before it, in the order of their paths, are written.
    """
    for path, text in sorted(mended.texts.items()):
        try:
            data = opener.content(path)
            new = recoded(data, mended.sources[path].text, text)
            if new is None:
                raise UsageError(f"`{path}` is not fixed: it has changed, or is no UTF-8 or UTF-16")
            _replace(path, new)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise UsageError(f"`{path}` cannot be written: {reason}") from error
    for diagnostic in sorted(mended.diagnostics, key=lambda d: d.sort_key):
        place = diagnostic.finding.primary.anchor
        text = f"fixed: {place.source.path}:{place.line} [{diagnostic.rule}] {words(diagnostic.finding.fix)}"
        click.echo(clean(text), err=True)
    if mended.diagnostics:
        count, files = len(mended.diagnostics), len(mended.texts)
        click.echo(f"fixed {plural(count, 'finding')} in {plural(files, 'file')}", err=True)


def _replace(path: str, data: bytes) -> None:
    """Put bytes in a file's place at once, so that no half of one is ever there; its mode stays."""
    real = os.path.realpath(path)
    handle, new = tempfile.mkstemp(dir=os.path.dirname(real), prefix=".upstreamlint-")
    try:
        with open(handle, "wb") as stream:
            stream.write(data)
        os.chmod(new, os.stat(real).st_mode & 0o7777)
        os.replace(new, real)
    except OSError:
        with suppress(OSError):
            os.unlink(new)
        raise
