"""Rules: what one is, and how they are found.

A rule is a module. Its docstring is its page, its file name is its name, and the function that `rule`
decorates is its check. Rules come in packages, named by the entry point group `upstreamlint.rules`;
the built-in ones are such a package like any other.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from upstreamlint.errors import UsageError
from upstreamlint.finding import Finding, Severity

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint
    from types import ModuleType

    from upstreamlint.graph import Graph

ENTRY_POINTS = "upstreamlint.rules"
BUILT_IN = "upstreamlint"

Check = Callable[["Graph"], Iterator[Finding]]


@dataclass(frozen=True)
class Rule:
    """A rule: its name says the fault and reads well after "ignore"."""

    name: str
    severity: Severity
    since: str
    doc: str
    group: str
    check: Check

    @cached_property
    def summary(self) -> str:
        """The first line of its page."""
        return self.doc.strip().split("\n", 1)[0]


def rule(*, severity: Severity, since: str = "0.1.0") -> Callable[[Check], Check]:
    """Mark a function as the check of the rule that its module is.

    The function takes the graph and yields findings. It is pure: no I/O, no configuration, no severity.
    """

    def mark(check: Check) -> Check:
        check.__upstreamlint_rule__ = (severity, since)  # type: ignore[attr-defined]
        return check

    return mark


def load() -> dict[str, Rule]:
    """Every installed rule by name, sorted.

    Raises:
        UsageError: a plugin cannot be imported, or two rules have one name.
    """
    rules: dict[str, Rule] = {}
    for point in _points():
        for found in _rules_of(point):
            if found.name in rules:
                raise UsageError(f"two rules are named `{found.name}`; one comes from {_origin(point)}")
            rules[found.name] = found
    return dict(sorted(rules.items()))


def plugins() -> list[str]:
    """The distributions that bring rules, with their versions."""
    return sorted({_origin(point) for point in _points()})


def _points() -> list[EntryPoint]:
    """The packages of rules, the built-in one first."""
    from importlib.metadata import entry_points

    return sorted(entry_points(group=ENTRY_POINTS), key=lambda p: (p.name != BUILT_IN, p.name))


def from_module(module: ModuleType, prefix: str = "") -> Rule | None:
    """The rule that a module is, if it is one."""
    for value in vars(module).values():
        marked = getattr(value, "__upstreamlint_rule__", None)
        if marked is not None and getattr(value, "__module__", None) == module.__name__:
            severity, since = marked
            package, _, name = module.__name__.rpartition(".")
            return Rule(
                name=prefix + name.replace("_", "-"),
                severity=severity,
                since=since,
                doc=inspect.cleandoc(module.__doc__ or ""),
                group=package.rpartition(".")[2],
                check=value,
            )
    return None


def _rules_of(point: EntryPoint) -> Iterator[Rule]:
    prefix = "" if point.name == BUILT_IN else f"{point.name}/"
    try:
        package = importlib.import_module(point.value)
        names = [package.__name__]
        if hasattr(package, "__path__"):
            names += [m.name for m in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")]
        modules = [importlib.import_module(name) for name in names]
    except Exception as error:
        raise UsageError(f"the rules of {_origin(point)} cannot be loaded: {error}") from error
    for module in modules:
        found = from_module(module, prefix)
        if found is not None:
            yield found


def _origin(point: EntryPoint) -> str:
    return f"{point.dist.name} {point.dist.version}" if point.dist else point.value
