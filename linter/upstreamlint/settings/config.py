"""What a run is told: the values of `upstreamlint.yaml`, with the command line's on top."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Sequence
from fnmatch import fnmatchcase

from upstreamlint import patterns
from upstreamlint.errors import UsageError
from upstreamlint.files import asked
from upstreamlint.files.gitignore import glob_expression
from upstreamlint.finding import Severity
from upstreamlint.source import Anchor
from upstreamlint.suggest import did_you_mean
from upstreamlint.typed import TYPE_CHECKING
from upstreamlint.values import NamedTuple, frozen

if TYPE_CHECKING:
    from upstreamlint.containers.data.facts import Row

NAMES = ("upstreamlint.yaml", ".upstreamlint.yaml")
"""What the configuration file may be called; the first that is there is taken."""

OFF = None
"""The severity of a rule that does not run."""


class PathIgnore(NamedTuple):
    """Rules (or globs of their names) whose findings in matching files are not reported."""

    pattern: str
    rules: tuple[str, ...]


class ObjectIgnore(NamedTuple):
    """Rules whose findings about objects are not reported: `Service shop/legacy`, `Deployment batch/*`.

    A name without a namespace is one in any; a service of a Compose project is `service NAME`.
    """

    kind: str
    name: str
    rules: tuple[str, ...]

    def covers(self, subject: str) -> bool:
        """Whether a subject is such an object, or a part of one."""
        found = _OBJECT.match(subject) or _COMPOSE.search(subject)
        if found is None or not fnmatchcase(found["kind"], self.kind):
            return False
        whole = f"{found['space']}/{found['name']}" if "/" in self.name else found["name"]
        return fnmatchcase(whole, self.name)


_OBJECT = patterns.compile(r"(?:(?P<space>[^/#]+)/)?(?P<kind>[A-Z][A-Za-z]+)/(?P<name>[^/#:]+)(?:[:#]|\Z)")
_COMPOSE = patterns.compile(r"(?P<space>)#(?P<kind>service)s\.(?P<name>[^#]+)")


class Expected(NamedTuple):
    """A host and path that must be answered, and where the configuration says so."""

    pattern: str
    anchor: Anchor

    @property
    def host(self) -> str:
        """The host; `*` for routes that name none."""
        return self.pattern.partition("/")[0]

    @property
    def path(self) -> str:
        """The path; `/*` for all."""
        _, slash, path = self.pattern.partition("/")
        return f"/{path}" if slash else "/*"


@frozen(kw_only=True)
class Config:
    """What a run is told; `config.schema.json` says what each value means.

    `base` is the folder that patterns and `scopes` are relative to. `ignore_rules` are the rules that the
    command line turns off, `heed_ignores` is whether comments and `ignore` silence anything.
    """

    base: str = "."
    paths: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    external: tuple[str, ...] = ()
    severity: tuple[tuple[str, Severity | None], ...] = ()
    select: tuple[str, ...] = ()
    ignore: tuple[PathIgnore | ObjectIgnore, ...] = ()
    ignore_rules: tuple[str, ...] = ()
    heed_ignores: bool = True
    fail_on: Severity | None = Severity.ERROR
    strict: bool = False
    complete: bool = False
    expect: tuple[Expected, ...] = ()
    scopes: tuple[tuple[str, ...], ...] = ()
    namespace: str = ""
    kubernetes: str = ""
    nginx_version: str = ""
    flavour: str = ""
    images: tuple[Row, ...] = ()
    servers: tuple[Row, ...] = ()
    show_external: bool = False
    stdin_name: str = "<stdin>"
    helm_values: tuple[str, ...] = ()
    helm_set: tuple[str, ...] = ()
    render: bool = True
    jobs: int = 0
    cache: bool = True

    def runs(self, rule: str) -> bool:
        """Whether a rule is to run."""
        if self.select and not matches(rule, self.select):
            return False
        return not matches(rule, self.ignore_rules) and self.severity_of(rule, Severity.ERROR) is not OFF

    def severity_of(self, rule: str, default: Severity) -> Severity | None:
        """The severity of a rule's findings; nothing when it is off."""
        for name, severity in self.severity:
            if name == rule:
                return severity
        return default

    def ignores(self, path: str, rule: str, subject: str = "") -> bool:
        """Whether a rule's findings in a file (as shown to the user), or about a subject, are silenced."""
        if not self.heed_ignores or not self.ignore:
            return False
        below = os.path.relpath(path, self.base).replace(os.sep, "/")
        return any(
            matches(rule, entry.rules)
            and (
                entry.covers(subject)
                if isinstance(entry, ObjectIgnore)
                else not below.startswith("../") and covers(entry.pattern, below)
            )
            for entry in self.ignore
        )


def covers(pattern: str, path: str) -> bool:
    """Whether a pattern names a file, or a folder that it lies in."""
    expression = glob_expression(pattern)
    parts = path.split("/")
    folders = ("/".join(parts[:n]) + "/" for n in range(1, len(parts)))
    return expression.match(path) is not None or any(map(expression.match, folders))


def matches(rule: str, globs: Iterable[str]) -> bool:
    """Whether a rule's name is one of these, or fits one of these globs."""
    return any(glob == rule or fnmatchcase(rule, glob) for glob in globs)


def check_rules(globs: Iterable[str], known: Collection[str]) -> None:
    """Make sure that each name or glob means a rule.

    Raises:
        UsageError: one does not.
    """
    for glob in globs:
        if not any(matches(name, (glob,)) for name in known):
            raise UsageError(unknown_rule(glob, known))


def unknown_rule(name: str, known: Collection[str]) -> str:
    """The message about a name that is no rule."""
    if any(c in name for c in "*?["):
        return f"no rule matches `{name}`"
    return f"no rule is named `{name}`{did_you_mean(name, known)}"


def find(paths: Sequence[str]) -> str | None:
    """The configuration file of a run over these paths.

    It is looked for from the first path's folder up to the root of the repository. Outside of one, the
    search ends at the working directory or, when the path is not inside that, at once: a stray file in a
    home folder must not steer a run.
    """
    from upstreamlint.files.discover import shown_path
    from upstreamlint.files.levels import ancestors

    start = os.path.abspath(paths[0] if paths else ".")
    folder = start if asked.is_folder(start) else os.path.dirname(start)
    chain = list(ancestors(folder))
    here = os.getcwd()
    last = next((n for n, above in enumerate(chain) if asked.is_there(f"{above}/.git")), None)
    if last is None:
        last = chain.index(here) if here in chain else 0
    for above in chain[: last + 1]:
        for name in NAMES:
            path = os.path.join(above, name)
            if asked.is_file(path):
                inside = path.startswith(here.rstrip("/") + "/")
                return shown_path(path if inside else os.path.relpath(path))
    return None
