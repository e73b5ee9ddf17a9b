"""Fixtures for rules: small repositories, annotated in place. For our own rules and every plugin's.

A comment `# error: [rule-name] "text"` expects a diagnostic of that severity and rule whose primary label
starts on its line, and whose message contains the text (which may be left out). On a line of its own it
speaks of the next line. `# todo error: [rule-name]` records a known miss: it fails once the rule works.
The whole rule set runs: a diagnostic that nothing expects fails too, but for advice of other rules.
"""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Iterator, Mapping

from upstreamlint import patterns
from upstreamlint.files.discover import CHART, Discovery, Found, discover
from upstreamlint.files.kinds import QUADLETS, Kind, is_quadlet, kind_of_name, kind_of_text
from upstreamlint.files.readable import DiskFiles, MemoryFiles
from upstreamlint.finding import Severity
from upstreamlint.rules import Rule
from upstreamlint.run import engine
from upstreamlint.run.result import Result
from upstreamlint.settings.config import Config
from upstreamlint.source import Source
from upstreamlint.values import NamedTuple, frozen

_EXPECTATION = patterns.compile(r"#\s*(todo )?(error|warning|info): \[([a-z0-9/-]+)\](?: \"([^\"]*)\")?")
_FENCE = patterns.compile(
    r"^```\w*[ \t]+title=\"([^\"]+)\"[ \t]*\n(.*?)^```[ \t]*$", re.MULTILINE | re.DOTALL
)
_SECTION = patterns.compile(r"^## (Fails|Passes)[^\n]*\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)


class Expectation(NamedTuple):
    """A diagnostic that an annotation asks for. `known_miss` says that it is not found yet."""

    path: str
    line: int
    severity: Severity
    rule: str
    text: str
    known_miss: bool


@frozen
class Example:
    """A folder as texts by path, from a rule's page. `fails` is the section that it stands in."""

    rule: str
    fails: bool
    texts: Mapping[str, str]


def expectations(texts: Mapping[str, str]) -> list[Expectation]:
    """The annotations in files, by path and line."""
    found = []
    for path, text in sorted(texts.items()):
        for number, line in enumerate(text.splitlines(), 1):
            for match in _EXPECTATION.finditer(line):
                todo, severity, rule, wanted = match.groups()
                alone = line[: match.start()].strip() == "" or line.strip().startswith("# ")
                at = number + 1 if alone else number
                found.append(Expectation(path, at, Severity(severity), rule, wanted or "", bool(todo)))
    return found


def mismatches(result: Result, expected: list[Expectation], about: str = "") -> list[str]:
    """How a result differs from what is expected, a sentence each; `about` is the rule that is tested."""
    left = list(expected)
    problems = []
    for diagnostic in result.diagnostics:
        span = diagnostic.finding.primary.anchor.span
        for wanted in left:
            if (
                (wanted.path, wanted.line) == (span.path, span.line)
                and (wanted.rule, wanted.severity) == (diagnostic.rule, diagnostic.severity)
                and wanted.text in diagnostic.finding.message
            ):
                left.remove(wanted)
                if wanted.known_miss:
                    problems.append(f"{span.path}:{span.line}: [{wanted.rule}] is found now: drop `todo`")
                break
        else:
            if diagnostic.severity is Severity.INFO and diagnostic.rule != about:
                continue
            problems.append(
                f"{span.path}:{span.line}: unexpected {diagnostic.severity}: "
                f"[{diagnostic.rule}] {diagnostic.finding.message}"
            )
    problems += [
        f'{w.path}:{w.line}: missing {w.severity}: [{w.rule}] "{w.text}"' for w in left if not w.known_miss
    ]
    return problems


def check_texts(texts: Mapping[str, str], rules: Mapping[str, Rule], config: Config | None = None) -> Result:
    """Lint files that are held in memory; an `upstreamlint.yaml` among them counts where no configuration is given."""
    found = []
    for path, text in sorted(texts.items()):
        kind = kind_of_name(posixpath.basename(path))
        if kind is None:
            kind = kind_of_text(text.encode())
        if kind is None and path.endswith(QUADLETS) and is_quadlet(text.encode()):
            kind = Kind.QUADLET
        if kind is not None:
            found.append(Found(path, kind))
    charts = tuple(
        posixpath.dirname(path) or "." for path in sorted(texts) if posixpath.basename(path) == CHART
    )
    discovery = Discovery(files=tuple(found), skipped=(), charts=charts)
    return engine.check_files(discovery, MemoryFiles(texts), config or _config_in(texts), rules)


def _config_in(texts: Mapping[str, str]) -> Config:
    from upstreamlint.settings.config import NAMES
    from upstreamlint.settings.config_file import parse

    return next((parse(Source(name, texts[name])) for name in NAMES if name in texts), Config())


def check_folder(folder: str, rules: Mapping[str, Rule], about: str = "") -> list[str]:
    """Lint a fixture folder as if the user stood in it; say how that differs from its annotations."""
    texts = dict(_texts(folder))
    before = os.getcwd()
    os.chdir(folder)
    try:
        config = _config()
        found = discover(["."], exclude=config.exclude)
        result = engine.check_files(found, DiskFiles(["."]), config, rules)
    finally:
        os.chdir(before)
    return mismatches(result, expectations(texts), about)


def _config() -> Config:
    from upstreamlint.settings.config import NAMES
    from upstreamlint.settings.config_file import load

    return next((load(name) for name in NAMES if os.path.isfile(name)), Config())


def _texts(folder: str) -> Iterator[tuple[str, str]]:
    for root, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(root, name)
            with open(path, encoding="utf-8", errors="replace", newline="") as stream:
                yield os.path.relpath(path, folder).replace(os.sep, "/"), stream.read()


def examples(rule: Rule) -> list[Example]:
    """The examples of a rule's page: the files of each `## Fails` and `## Passes` section."""
    return [
        Example(rule.name, title == "Fails", {m.group(1): m.group(2) for m in _FENCE.finditer(body)})
        for title, body in _SECTION.findall(rule.doc)
    ]
