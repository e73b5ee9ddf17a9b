"""Rules: what one is, and how they are found.

A rule is a module. Its docstring is its page, its file name is its name, and the function that `rule`
decorates is its check. Rules come in packages, named by the entry point group `upstreamlint.rules`;
the built-in ones are such a package like any other.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import sys
from collections.abc import Callable, Iterator
from functools import cache, partial
from typing import TYPE_CHECKING, NamedTuple

from upstreamlint.errors import UsageError
from upstreamlint.finding import Finding, Severity
from upstreamlint.run.distributions import Brought, brought, count
from upstreamlint.values import frozen

if TYPE_CHECKING:
    from upstreamlint.graph import Graph

ENTRY_POINTS = "upstreamlint.rules"
BUILT_IN = "upstreamlint"
BUILT_IN_PACKAGE = "upstreamlint_rules"

Check = Callable[["Graph"], Iterator[Finding]]


class Page(NamedTuple):
    """What a rule's module holds."""

    severity: Severity
    since: str
    doc: str
    check: Check


@frozen
class Rule:
    """A rule: its name says the fault and reads well after "ignore".

    `group` is the package that it is in. `needs` are the technologies of which a tree must hold one for the
    rule to have anything to say; none means that it always runs. `page` gives the rest, and imports the
    rule's module for it.
    """

    name: str
    group: str
    needs: frozenset[str]
    page: Callable[[], Page]

    @property
    def severity(self) -> Severity:
        """How certain its findings are."""
        return self.page().severity

    @property
    def since(self) -> str:
        """The version that brought it."""
        return self.page().since

    @property
    def doc(self) -> str:
        """Its page."""
        return self.page().doc

    @property
    def check(self) -> Check:
        """Its check."""
        return self.page().check

    @property
    def summary(self) -> str:
        """The first line of its page."""
        return self.doc.strip().split("\n", 1)[0]

    def speaks_of(self, technologies: frozenset[str]) -> bool:
        """Whether it can have findings in a tree that holds these technologies."""
        return not self.needs or not self.needs.isdisjoint(technologies)


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
    own = [Brought(BUILT_IN, BUILT_IN_PACKAGE, BUILT_IN)]
    for source in _sources() if count(ENTRY_POINTS) > 1 else own:
        for found in _rules_of(source):
            if found.name in rules:
                raise UsageError(f"two rules are named `{found.name}`; one comes from {source.origin}")
            rules[found.name] = found
    return dict(sorted(rules.items()))


def plugins() -> list[str]:
    """The distributions that bring rules, with their versions."""
    return sorted({source.origin for source in _sources()})


def _sources() -> list[Brought]:
    """The packages of rules, the built-in one first."""
    return sorted(brought(ENTRY_POINTS), key=lambda source: (source.name != BUILT_IN, source.name))


def _page(name: str) -> Page | None:
    """What a module holds, if it is a rule."""
    module = importlib.import_module(name)
    for found in vars(module).values():
        marked = getattr(found, "__upstreamlint_rule__", None)
        if marked is not None and getattr(found, "__module__", None) == module.__name__:
            severity, since = marked
            return Page(severity, since, inspect.cleandoc(module.__doc__ or ""), found)
    return None


def _rules_of(source: Brought) -> Iterator[Rule]:
    """The rules of a package. Ours are imported when they are needed; those of others now, to name a broken one."""
    own = source.name == BUILT_IN
    try:
        package = importlib.import_module(source.value)
        names = [package.__name__]
        if hasattr(package, "__path__"):
            found = pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
            names += [m.name for m in found if not (own and m.ispkg)]
        if not own:
            names = [name for name in names if _page(name) is not None]
    except Exception as error:
        raise UsageError(f"the rules of {source.origin} cannot be loaded: {error}") from error
    for name in names[1:] if own else names:
        holder, _, last = name.rpartition(".")
        needs: frozenset[str] = getattr(sys.modules.get(holder), "NEEDS", frozenset())
        prefix = "" if own else f"{source.name}/"
        group = holder.rpartition(".")[2]
        yield Rule(prefix + last.replace("_", "-"), group, needs, cache(partial(_required, name)))


def _required(name: str) -> Page:
    page = _page(name)
    if page is None:
        raise UsageError(f"the module `{name}` holds no rule")
    return page
