"""Rules: what one is, and how they are found.

A rule is a module. Its docstring is its page, its file name is its name, and the function that `rule`
decorates is its check. Rules come in packages, named by the entry point group `upstreamlint.rules`;
the built-in ones are such a package like any other.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property, partial

from upstreamlint.errors import UsageError
from upstreamlint.finding import Finding, Severity
from upstreamlint.run.distributions import Brought, brought, count
from upstreamlint.typed import TYPE_CHECKING
from upstreamlint.values import NamedTuple, frozen

if TYPE_CHECKING:
    from upstreamlint.graph import Graph

ENTRY_POINTS = "upstreamlint.rules"
BUILT_IN = "upstreamlint"
BUILT_IN_PACKAGE = "upstreamlint_rules"
ANYTHING = "*"
"""What a rule reads of which nobody knows more: it always runs."""

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

    `group` is the package that it is in. `reads` are the names, as `Graph.holds` has them, of what a graph must
    hold something of for the rule to have anything to say. `page` gives the rest, and imports the rule's module
    for it.
    """

    name: str
    group: str
    reads: frozenset[str]
    page: Callable[[], Page]

    @cached_property
    def _held(self) -> Page:
        return self.page()

    @property
    def severity(self) -> Severity:
        """How certain its findings are."""
        return self._held.severity

    @property
    def since(self) -> str:
        """The version that brought it."""
        return self._held.since

    @property
    def doc(self) -> str:
        """Its page."""
        from inspect import cleandoc

        return cleandoc(self._held.doc)

    @property
    def check(self) -> Check:
        """Its check."""
        return self._held.check

    @property
    def summary(self) -> str:
        """The first line of its page."""
        return self.doc.strip().split("\n", 1)[0]

    def speaks_of(self, graph: Graph) -> bool:
        """Whether it can have findings in a graph."""
        return ANYTHING in self.reads or not self.reads.isdisjoint(graph.holds)


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
    rules = built_in(importlib.import_module(f"{BUILT_IN_PACKAGE}.reads").READS)
    for source in _others():
        for found in _rules_of(source):
            if found.name in rules:
                raise UsageError(f"two rules are named `{found.name}`; one comes from {source.origin}")
            rules[found.name] = found
    return dict(sorted(rules.items()))


def plugins() -> list[str]:
    """The distributions that bring rules, with their versions."""
    return sorted({source.origin for source in brought(ENTRY_POINTS)})


def _others() -> list[Brought]:
    """The packages of rules of other distributions."""
    found = brought(ENTRY_POINTS) if count(ENTRY_POINTS) > 1 else ()
    return [source for source in found if source.name != BUILT_IN]


def modules(package: str) -> list[str]:
    """The names of a package and of all modules in it."""
    import pkgutil

    found = importlib.import_module(package)
    inside = pkgutil.walk_packages(getattr(found, "__path__", ()), f"{package}.")
    return [package, *(module.name for module in inside)]


def built_in(reads: Mapping[str, str]) -> dict[str, Rule]:
    """Our own rules by name, of which nothing is imported: what each reads, by the place of its module."""
    found = (_rule(f"{BUILT_IN_PACKAGE}.{place}", "", asked) for place, asked in reads.items())
    return {rule.name: rule for rule in found}


def _rules_of(source: Brought) -> Iterator[Rule]:
    """The rules of another distribution, imported now, so that a broken one is named."""
    try:
        names = [name for name in modules(source.value) if page(name) is not None]
    except Exception as error:
        raise UsageError(f"the rules of {source.origin} cannot be loaded: {error}") from error
    for name in names:
        yield _rule(name, f"{source.name}/", ANYTHING)


def _rule(module: str, prefix: str, reads: str) -> Rule:
    holder, _, last = module.rpartition(".")
    group = holder.rpartition(".")[2]
    found = partial(_required, module)
    return Rule(prefix + last.replace("_", "-"), group, frozenset(reads.split()), found)


def page(name: str) -> Page | None:
    """What a module holds, if it is a rule."""
    module = importlib.import_module(name)
    for found in vars(module).values():
        marked = getattr(found, "__upstreamlint_rule__", None)
        if marked is not None and getattr(found, "__module__", None) == module.__name__:
            severity, since = marked
            return Page(severity, since, module.__doc__ or "", found)
    return None


def _required(name: str) -> Page:
    found = page(name)
    if found is None:
        raise UsageError(f"the module `{name}` holds no rule")
    return found
