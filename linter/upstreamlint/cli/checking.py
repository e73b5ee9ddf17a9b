"""What `upstreamlint check` does."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from functools import partial

from upstreamlint.cli.options import STDIN
from upstreamlint.errors import UsageError
from upstreamlint.files import asked
from upstreamlint.formats import Format, render
from upstreamlint.formats.columns import clean
from upstreamlint.run.report import Report, say
from upstreamlint.typed import TYPE_CHECKING, Any
from upstreamlint.values import NamedTuple, replace

if TYPE_CHECKING:
    from upstreamlint.run.remembered import Memory
    from upstreamlint.run.result import Result
    from upstreamlint.settings.config import Config

STATUS_FINDINGS = 1
_WITH_FIXES = (Format.JSON, Format.SARIF)
"""The formats whose readers may make the fixes themselves."""


MOST_INPUT = 64_000_000
"""Bytes of standard input; renderers may print no more either."""


class Look(NamedTuple):
    """What a report looks like; `named` says that it goes to a file."""

    form: str
    colour: str
    named: bool


def run(
    memory: Memory | None,
    /,
    paths: tuple[str, ...],
    *,
    form: str | None,
    output: str | None,
    colour: str,
    baseline: str | None,
    write_baseline: bool,
    changed_since: str | None,
    fix: bool,
    show_diff: bool,
    list_files: bool,
    config_file: str | None,
    no_config: bool,
    **options: Any,
) -> int:
    """Check files and folders, and give the exit status; `memory` is what is known of earlier runs."""
    if memory is not None and memory.report is not None:
        return _deliver(memory.report, output)
    named = [path for path in paths if path != STDIN]
    file = config_file or (None if no_config else _find_config(named))
    config = _with_options(_configured(file), options)
    reads_stdin = STDIN in paths
    targets = named or ([] if reads_stdin else list(config.paths) or ["."])
    if list_files:
        _list_files(targets, config)
        return 0
    _check_names(file, config, options)
    stdin = _stdin() if reads_stdin else None

    from upstreamlint.cli.waiting import waiting
    from upstreamlint.run.engine import check

    with waiting() as progress:
        result = check(targets, config, stdin=stdin, progress=progress)
    if not result.coverage.files and not result.diagnostics:
        raise UsageError(f"nothing to check in {_listed(targets)}: no YAML or nginx file is there")
    if write_baseline:
        return _write_baseline(baseline, result)
    wanted = partial(_wanted, baseline=baseline, targets=targets, config=config, revision=changed_since)
    look = Look(_form(form, output), colour, named=output is not None)
    shown, notes = wanted(result)
    way = "diff" if show_diff else "fix" if fix else "carry" if look.form in _WITH_FIXES else ""
    if way and any(d.finding.fix for d in shown.diagnostics):
        from upstreamlint.cli import mend

        shown = mend.applied(result, shown, mend.Way(way), mend.Run(targets, config, stdin))
        if way == mend.Way.FIX:
            shown, notes = wanted(shown)
    status = STATUS_FINDINGS if shown.fails(config.fail_on, strict=config.strict) else 0
    if show_diff:
        return _deliver(Report("", notes, status, named=False), None)
    report = Report(_rendered(shown, look, config), notes, status, look.named)
    if memory is not None and config.cache and not (reads_stdin or changed_since or fix):
        memory.keep(report)
    return _deliver(report, output)


def _stdin() -> str:
    """What stands on standard input, whatever the locale says of its encoding."""
    from upstreamlint.files.readable import decode

    data = getattr(sys.stdin, "buffer", sys.stdin).read(MOST_INPUT + 1)
    if len(data) > MOST_INPUT:
        raise UsageError(f"standard input is longer than {MOST_INPUT // 1_000_000} MB")
    text = decode(data) if isinstance(data, bytes) else data
    if text is None:
        raise UsageError("standard input is binary")
    return text


def _find_config(paths: list[str]) -> str | None:
    from upstreamlint.settings.config import find

    return find(paths)


def _configured(file: str | None) -> Config:
    if file is None:
        from upstreamlint.settings.config import Config

        return Config()
    from upstreamlint.settings.config_file import load

    return load(file)


def _with_options(config: Config, options: dict[str, Any]) -> Config:
    """A configuration with the command line's wishes on top."""
    from upstreamlint.finding import Severity

    level = options["fail_on"] or ("warning" if options["strict"] else None)
    fail_on = config.fail_on
    if level is not None:
        fail_on = None if level == "never" else Severity(level)
    return replace(
        config,
        select=_names(options["select"]) or config.select,
        ignore_rules=_names(options["ignore"]),
        heed_ignores=not options["no_ignores"],
        fail_on=fail_on,
        strict=options["strict"],
        complete=options["complete"] or config.complete,
        show_external=options["show_external"] or config.show_external,
        namespace=options["namespace"] or config.namespace,
        stdin_name=options["stdin_name"] or config.stdin_name,
        helm_values=options["helm_values"],
        helm_set=options["helm_set"],
        render=not options["no_render"] and config.render,
        jobs=options["jobs"],
        cache=not options["no_cache"],
    )


def _check_names(file: str | None, config: Config, options: dict[str, Any]) -> None:
    """Make sure that every rule that is named exists; nothing is loaded when none is."""
    from upstreamlint.settings.config import check_rules

    asked = _names((*options["select"], *options["ignore"]))
    configured = file and (config.severity or config.select or config.ignore)
    if not asked and not configured:
        return
    from upstreamlint.rules import load

    rules = load()
    check_rules(asked, rules)
    if file and configured:
        from upstreamlint.settings.config_file import check_rule_names

        check_rule_names(file, rules)


def _list_files(targets: list[str], config: Config) -> None:
    import click

    from upstreamlint.files.discover import discover

    found = discover(targets, config.exclude, config.base)
    widest = max((len(file.kind) for file in found.files), default=0)
    for file in found.files:
        click.echo(f"{file.kind:<{widest}}  {clean(file.path)}")
    for path, reason, _ in found.skipped:
        click.echo(clean(f"not read: {path} ({reason})"), err=True)


def _names(values: Iterable[str]) -> tuple[str, ...]:
    """The names in options that may be repeated and may hold commas."""
    return tuple(name.strip() for value in values for name in value.split(",") if name.strip())


def _listed(targets: list[str]) -> str:
    return ", ".join(f"`{target}`" for target in targets) or "standard input"


def _write_baseline(path: str | None, result: Result) -> int:
    import click

    from upstreamlint.cli.terminal import save
    from upstreamlint.suppression import baseline

    target = path or baseline.DEFAULT
    save(target, baseline.write(result.diagnostics))
    count = len({d.fingerprint for d in result.diagnostics})
    click.echo(f"wrote {count} {'finding' if count == 1 else 'findings'} to {clean(target)}", err=True)
    return 0


def _wanted(
    found: Result, *, baseline: str | None, targets: list[str], config: Config, revision: str | None
) -> tuple[Result, str]:
    """What is reported of all that was found, and what is said beside."""
    new, notes = _without_known(found, baseline)
    if not revision:
        return new, notes
    from upstreamlint.run.changes import only_changed

    return only_changed(new, targets, config, revision), notes


def _without_known(result: Result, path: str | None) -> tuple[Result, str]:
    """The result without what the baseline holds, and lines about entries that are not needed any more."""
    from upstreamlint.suppression import baseline

    if path is None and not asked.is_file(baseline.DEFAULT):
        return result, ""
    file = path or baseline.DEFAULT
    applied = baseline.apply(result.diagnostics, baseline.load(file))
    # A rule that did not run could not find its fault again.
    stale = [entry for entry in applied.stale if not result.rules or entry.rule in result.rules]
    lines = (clean(f"{file}: no longer found: {e.rule} in {e.path} ({e.subject})") for e in stale)
    known = replace(result, diagnostics=applied.kept, baselined=applied.baselined)
    return known, "".join(f"{line}\n" for line in lines)


def _form(wanted: str | None, output: str | None) -> str:
    """The format that was asked for; without one, the surroundings choose."""
    in_action = os.environ.get("GITHUB_ACTIONS") == "true" and output is None
    return wanted or ("github" if in_action else "text")


def _rendered(result: Result, look: Look, config: Config) -> str:
    from upstreamlint.cli.terminal import layout
    from upstreamlint.formats.paint import PLAIN

    shown = layout(look.colour, sys.stdout, show_external=config.show_external)
    if look.named and look.colour != "always":
        shown = shown._replace(painter=PLAIN)
    return render(result, Format(look.form), shown)


def _deliver(report: Report, output: str | None) -> int:
    """Write a report to where it goes; gives the exit status."""
    if output is not None:
        from upstreamlint.cli.terminal import save

        save(output, report.text)
    say(report)
    return report.status
