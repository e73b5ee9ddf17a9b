"""The outcome of a run: what every report is made from."""

from __future__ import annotations

from collections import Counter

from upstreamlint.finding import Diagnostic, Severity
from upstreamlint.typed import TYPE_CHECKING
from upstreamlint.values import NamedTuple, field, frozen

if TYPE_CHECKING:
    from upstreamlint.rules import Rule


class Skipped(NamedTuple):
    """A file, or a part of one, that was not read, and why; `needed` says that it carries traffic."""

    path: str
    reason: str
    needed: bool = False


class External(NamedTuple):
    """A reference that leaves the files: what it names, who names it, and where."""

    wanted: str
    owner: str
    path: str
    line: int


@frozen(kw_only=True)
class Coverage:
    """What a run looked at, so that silence never hides an empty scan."""

    files: int = 0
    routes: int = 0
    clusters: int = 0
    workloads: int = 0
    external: tuple[External, ...] = ()
    skipped: tuple[Skipped, ...] = ()


@frozen(kw_only=True)
class Result:
    """Diagnostics sorted by (path, line, column, rule), and what was covered.

    `ignored` are those that a comment or the configuration silenced, `baselined` those that the baseline
    holds; neither is in `diagnostics`. `rules` are the rules that ran, by name.
    """

    diagnostics: tuple[Diagnostic, ...]
    coverage: Coverage
    rules: dict[str, Rule] = field(default_factory=dict)
    ignored: tuple[Diagnostic, ...] = ()
    baselined: tuple[Diagnostic, ...] = ()

    def count(self, severity: Severity) -> int:
        """How many diagnostics have this severity."""
        return Counter(d.severity for d in self.diagnostics)[severity]

    def fails(self, fail_on: Severity | None, *, strict: bool = False) -> bool:
        """Whether anything is at or above a severity, never for nothing; or unread though needed, if that counts."""
        if strict and any(skipped.needed for skipped in self.coverage.skipped):
            return True
        return fail_on is not None and any(d.severity.rank <= fail_on.rank for d in self.diagnostics)
