"""`check --fix` and `check --diff`: the fixes that hold, written or shown."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from upstreamlint.errors import UsageError
from upstreamlint.files import opener
from upstreamlint.formats.columns import clean
from upstreamlint.formats.summary import plural
from upstreamlint.mend.choose import Mended, choose
from upstreamlint.mend.text import difference, recoded

if TYPE_CHECKING:
    from upstreamlint.run.result import Result
    from upstreamlint.settings.config import Config


def holding(
    result: Result, shown: Result, targets: Sequence[str], config: Config, stdin: str | None
) -> Mended:
    """The fixes of what is shown of a result that hold together."""
    from upstreamlint.run.engine import check_edited

    return choose(result, shown.diagnostics, lambda texts: check_edited(targets, texts, config, stdin=stdin))


def only_holding(shown: Result, mended: Mended) -> Result:
    """A result whose fixes all hold."""
    held = set(map(id, mended.diagnostics))
    return replace(
        shown,
        diagnostics=tuple(
            d if id(d) in held else replace(d, finding=replace(d.finding, fix=())) for d in shown.diagnostics
        ),
    )


def diff(mended: Mended) -> str:
    """What the fixes would change, as a unified diff."""
    return "".join(
        difference(path, mended.sources[path].text, text) for path, text in sorted(mended.texts.items())
    )


def write(mended: Mended) -> None:
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
        text = f"fixed: {place.source.path}:{place.line} [{diagnostic.rule}] {diagnostic.finding.help}"
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
