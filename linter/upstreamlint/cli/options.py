"""The options of `check`: one table, of which its command is made, and by which a usual command line is read.

The library that reads every command line, and knows what to say of a wrong one, takes longer to import than a few files
take to be checked. `read` takes what needs none of that, and leaves the rest to it.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

from upstreamlint.formats import Format
from upstreamlint.numerals import decimal
from upstreamlint.typed import Any
from upstreamlint.values import NamedTuple, StrEnum

STDIN = "-"
LEVELS = ("error", "warning", "info", "never")


class Kind(StrEnum):
    """What follows an option."""

    NOTHING = "nothing"
    TEXT = "text"
    FILE = "file"
    RULES = "rules"
    NUMBER = "number"


class Option(NamedTuple):
    """What `check` knows an option as, its names, what it takes and what its help says.

    One whose default is a tuple may be repeated.
    """

    key: str
    names: str
    kind: Kind
    help: str
    metavar: str | None = None
    choices: Sequence[str] = ()
    default: Any = None


def _flag(key: str, name: str, said: str) -> Option:
    return Option(key, name, Kind.NOTHING, said, default=False)


CHECK = (
    Option(
        "form",
        "-f --format",
        Kind.TEXT,
        "What to write. Default: text; github when GITHUB_ACTIONS=true and no --output is given.",
        choices=[form.value for form in Format],
    ),
    Option("output", "-o --output", Kind.FILE, "Write the report to this file."),
    Option("select", "--select", Kind.RULES, "Run these rules only; `*` matches any characters.", default=()),
    Option("ignore", "--ignore", Kind.RULES, "Do not run these rules.", default=()),
    Option(
        "fail_on",
        "--fail-on",
        Kind.TEXT,
        "The lowest severity that makes the exit status 1. Default: error.",
        choices=LEVELS,
    ),
    _flag(
        "strict",
        "--strict",
        "Exit with 1 on warnings too, and when anything that carries traffic was not read.",
    ),
    _flag(
        "complete",
        "--complete",
        "These files are the whole system: what they do not define does not exist.",
    ),
    _flag("show_external", "--show-external", "List the references that leave these files."),
    _flag(
        "no_ignores",
        "--no-ignores",
        "Report what ignore comments and the configuration's `ignore` silence.",
    ),
    _flag("fix", "--fix", "Write the fixes that are certain and make nothing worse; report what is left."),
    _flag("show_diff", "--diff", "Print what --fix would change, and change nothing."),
    Option(
        "baseline",
        "--baseline",
        Kind.FILE,
        "Known findings. Default: .upstreamlint-baseline.yaml, if it is there.",
    ),
    _flag(
        "write_baseline",
        "--write-baseline",
        "Accept everything that is found now: write it to the baseline.",
    ),
    Option(
        "config_file",
        "--config",
        Kind.FILE,
        "Default: upstreamlint.yaml or .upstreamlint.yaml, up to the root of the repository.",
    ),
    _flag("no_config", "--no-config", "Read no configuration file."),
    Option(
        "namespace", "--namespace", Kind.TEXT, "The namespace of Kubernetes objects that name none.", "NAME"
    ),
    Option("helm_values", "--values", Kind.FILE, "A values file for Helm charts.", default=()),
    Option("helm_set", "--set", Kind.TEXT, "A value for Helm charts.", "KEY=VALUE", default=()),
    Option(
        "changed_since",
        "--changed-since",
        Kind.TEXT,
        "Report only what a change since this git revision made or touches; all files are still read.",
        "REV",
    ),
    _flag("no_render", "--no-render", "Do not build kustomizations, and do not render Helm charts."),
    Option("stdin_name", "--stdin-name", Kind.TEXT, "What to call standard input in the report.", "NAME"),
    _flag(
        "list_files",
        "--list-files",
        "List the files that would be read, each with its reader, and stop.",
    ),
    Option("jobs", "--jobs", Kind.NUMBER, "Render with this many processes; 0 chooses.", "N", default=0),
    _flag(
        "no_cache",
        "--no-cache",
        "Do not use what earlier runs have found and rendered, and keep nothing.",
    ),
    Option(
        "colour",
        "--color",
        Kind.TEXT,
        "Whether to colour the report.",
        choices=("auto", "always", "never"),
        default="auto",
    ),
)
"""In the order of the help."""


def read(words: Sequence[str]) -> dict[str, Any] | None:
    """What a command line asks of `check`, by key; nothing when there is more to it than to look words up."""
    known = {name: option for option in CHECK for name in option.names.split()}
    found: dict[str, Any] = {option.key: option.default for option in CHECK}
    paths = []
    rest = iter(words)
    for word in rest:
        if not word.startswith("-") or word == STDIN:
            paths.append(word)
            continue
        name, written, text = word.partition("=")
        option = known.get(name)
        if option is None or (written and (option.kind is Kind.NOTHING or not name.startswith("--"))):
            return None
        if option.kind is Kind.NOTHING:
            found[option.key] = True
            continue
        given = text if written else next(rest, "")
        if not _is_usual(option, given):
            return None
        value = decimal(given) if option.kind is Kind.NUMBER else given
        found[option.key] = (*found[option.key], value) if option.default == () else value
    return {"paths": tuple(paths), **found}


def _is_usual(option: Option, given: str) -> bool:
    """Whether nothing is to be said of what an option is given."""
    if not given or given.startswith("-") or (option.choices and given not in option.choices):
        return False
    if option.kind is Kind.FILE:
        return not os.path.exists(given) or (os.path.isfile(given) and os.access(given, os.R_OK))
    return option.kind is not Kind.NUMBER or decimal(given) is not None
