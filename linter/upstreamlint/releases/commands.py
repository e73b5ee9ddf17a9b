"""Releases that the commands of a repository install: `helm upgrade --install web ./chart -f values-prod.yaml`.

Read are the texts in which people keep their commands, beside charts and in the folders above them. A command whose
chart or values are not in this tree, or are not known before it runs, is passed over, and so is one that gives no
values: the chart by itself is judged anyway.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from upstreamlint import patterns
from upstreamlint.files.discover import CHART
from upstreamlint.files.readable import Files, join, parent
from upstreamlint.releases.located import above
from upstreamlint.releases.release import Stated, ValuesFile
from upstreamlint.source import Anchor, Source
from upstreamlint.values import frozen

MOST = 6
"""So many commands for one chart are told apart."""

_TEXTS = patterns.compile(
    r"(?:readme|install|makefile|gnumakefile|justfile|taskfile|package\.json|\.gitlab-ci)|\.(?:md|sh|mk|just)\Z"
)
_BELOW = ("scripts", "hack", ".github/workflows")
_WORKFLOW = patterns.compile(r"\.(?:sh|ya?ml)\Z")
_COMMAND = patterns.compile(r"\bhelm[ \t]+(?:upgrade|install|template)\b((?:\\\r?\n|[^\n;&|`#])*)")
_WORD = patterns.compile(r"(?:\"[^\"\n]*\"|'[^'\n]*'|\\.|[^\s\"'\\])+")
_QUOTED = patterns.compile(r"\"([^\"\n]*)\"|'([^'\n]*)'")
_UNKNOWN = patterns.compile(r"[${}<>]")
_NAME = patterns.compile(r"[a-z0-9](?:[a-z0-9.-]{0,51}[a-z0-9])?\Z")
"""What Helm takes for the name of a release: `[NAME]` is one to fill in."""
_NO_WIRE = patterns.compile(
    r"(?:tag|image|registry|repository|digest|password|secret|token|key)\Z", re.IGNORECASE
)
"""Names of values that wire nothing, so that what only the shell knows of them is no matter."""
_FLAGS = """-f --values -s --show-only --set --set-string --set-file --set-json -n --namespace --version --timeout --kube-context
--kubeconfig --repo --description --history-max --ca-file --username --password --name --name-template -o --output"""
_WITH_VALUE = frozenset(_FLAGS.split())
_LEVELS = 3
_MOST_TEXTS = 40
_LONGEST = 200_000


def releases(charts: Sequence[str], files: Files) -> Iterator[Stated]:
    """The releases of charts of this tree that its commands install with values."""
    counted: dict[str, int] = {}
    for source in _texts(charts, files):
        for command in _COMMAND.finditer(source.text):
            found = _release(source, command.start(1), command[1], files)
            if found is None:
                continue
            folder, one = found
            counted[folder] = counted.get(folder, 0) + 1
            if counted[folder] <= MOST:
                yield one


def _texts(charts: Sequence[str], files: Files) -> Iterator[Source]:
    folders = dict.fromkeys(f for chart in charts for f in islice(above(chart), _LEVELS + 1))
    paths: dict[str, None] = {}
    for folder in folders:
        names = [n for n in files.listing(folder) if _TEXTS.search(n.lower())][:_MOST_TEXTS]
        paths.update(dict.fromkeys(join(folder, name) for name in names))
        for below in _BELOW:
            names = [n for n in files.listing(join(folder, below)) if _WORKFLOW.search(n)][:_MOST_TEXTS]
            paths.update(dict.fromkeys(join(folder, f"{below}/{name}") for name in names))
    for path in paths:
        source = files.source(path)
        if source is not None and len(source.text) <= _LONGEST and "helm " in source.text:
            yield source


@frozen
class _Command:
    """The words of a command that are no flags, with their places, and the values of its flags."""

    words: tuple[tuple[int, str], ...]
    given: dict[str, list[str]]

    def of(self, *flags: str) -> list[str]:
        return [value for flag in flags for value in self.given.get(flag, ())]


def _read(command: str) -> _Command:
    given: dict[str, list[str]] = {}
    words: list[tuple[int, str]] = []
    flag = ""
    for match in _WORD.finditer(command):
        word = _QUOTED.sub(r"\1\2", match[0])
        name, equals, value = word.partition("=")
        if flag:
            given.setdefault(flag, []).append(word)
            flag = ""
        elif word.startswith("-") and equals:
            given.setdefault(name, []).append(value)
        elif word.startswith("-"):
            flag = word if word in _WITH_VALUE else ""
        elif word.strip("\\"):
            words.append((match.start(), word))
    return _Command(tuple(words), given)


def _release(source: Source, start: int, text: str, files: Files) -> tuple[str, Stated] | None:
    """What a command installs, and the folder of its chart; nothing where it is not known, or gives no values."""
    command = _read(text)
    if not command.words or command.of("--set-json", "--set-file"):
        return None
    place, chart = command.words[:2][-1]
    name = command.words[0][1] if len(command.words) > 1 else ""
    own = join(chart, "values.yaml")
    named = [p for one in command.of("-f", "--values") for p in one.split(",") if join(".", p) != own]
    given = command.of("--set", "--set-string")
    sets = [one for one in given if "=" in one and not _UNKNOWN.search(one)]
    wires = any(_UNKNOWN.search(one) and not _NO_WIRE.search(one.partition("=")[0]) for one in given)
    if not (named or sets) or wires or any(map(_UNKNOWN.search, (chart, *named))):
        return None
    root = next((r for r in above(parent(source.path)) if files.is_file(join(join(r, chart), CHART))), None)
    if root is None or not all(files.is_file(join(root, path)) for path in named):
        return None
    spaces = [space for space in command.of("-n", "--namespace") if not _UNKNOWN.search(space)]
    begin = start + place
    return join(root, chart), Stated(
        title=f"`helm` release {name}".rstrip(),
        said=Anchor(source, begin, begin + len(chart)),
        path=chart,
        repository=".",
        name=name if _NAME.match(name) else "",
        namespace=spaces[-1] if spaces else "",
        values=tuple(ValuesFile(path, from_root=True) for path in named),
        set=tuple(sets),
    )
