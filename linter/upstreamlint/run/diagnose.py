"""What rules find in a graph, as diagnostics: one a fault, with a severity and the routes that it hits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from upstreamlint.errors import UsageError
from upstreamlint.finding import Affected, Diagnostic, Finding, Label, merged
from upstreamlint.graph import Graph
from upstreamlint.refusal.refused import Refused
from upstreamlint.rules import Rule
from upstreamlint.settings.config import Config
from upstreamlint.source import Anchor
from upstreamlint.typed import TYPE_CHECKING
from upstreamlint.values import replace

if TYPE_CHECKING:
    from upstreamlint.refusal.standing import Dead

_OF_FILES = "input"
"""The group of the rules about files and texts, which are there whatever is refused."""
_NAMED = 5
_COPIES = 2
"""So many copies of a file beside the first are told with it."""


def diagnose(graph: Graph, rules: Iterable[Rule], config: Config) -> list[Diagnostic]:
    """What the rules find, one diagnostic a fault, sorted by place.

    Raises:
        UsageError: a rule fails.
    """
    diagnostics: list[Diagnostic] = []
    dead = _dead(graph) if graph.nodes(Refused) else None
    for rule in rules:
        if not rule.speaks_of(graph):
            continue
        try:
            findings = list(rule.check(graph))
            if dead is not None and rule.group != _OF_FILES:
                findings = [finding for finding in findings if not dead.explain(finding)]
        except Exception as error:
            raise UsageError(f"the rule `{rule.name}` failed: {type(error).__name__}: {error}") from error
        findings = [_on_shelf(graph, finding) for finding in findings]
        severity = config.severity_of(rule.name, rule.severity) or rule.severity
        diagnostics += [
            Diagnostic(
                rule=rule.name,
                severity=severity.lowered if finding.assumption else severity,
                finding=finding,
                subject=identity(finding.subject),
                affects=_hit(graph, finding),
            )
            for finding in _one_per_fault(graph, findings)
        ]
    return numbered(diagnostics)


def _dead(graph: Graph) -> Dead:
    from upstreamlint.refusal.standing import Dead

    return Dead(graph)


def _on_shelf(graph: Graph, finding: Finding) -> Finding:
    """A finding that joins an object of a shelf to another: it holds for one of the files that may be applied."""
    labels = (finding.primary, *finding.related)
    if finding.assumption or not graph.shelves.hold(label.anchor for label in labels):
        return finding
    return replace(finding, assumption=ONE_OF_A_SHELF)


ONE_OF_A_SHELF = "this one is applied, of several files that hold an object of this name"


def numbered(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Diagnostics sorted by place; equal fingerprints are told apart by a number."""
    seen: Counter[str] = Counter()
    result = []
    for diagnostic in sorted(diagnostics, key=lambda d: d.sort_key):
        fingerprint = diagnostic.fingerprint
        again = seen[fingerprint]
        seen[fingerprint] += 1
        result.append(replace(diagnostic, occurrence=again) if again else diagnostic)
    return result


def one_per_reason(diagnostics: Sequence[Diagnostic]) -> list[Diagnostic]:
    """Diagnostics, with those of many files that have one reason as one: the first place leads, and says how many follow."""
    groups: dict[tuple[str, str], list[Diagnostic]] = {}
    for diagnostic in diagnostics:
        if diagnostic.finding.reason:
            groups.setdefault((diagnostic.rule, diagnostic.finding.reason), []).append(diagnostic)
    told = {id(d) for d in diagnostics if not d.finding.reason}
    leading: dict[int, Diagnostic] = {}
    for group in groups.values():
        files = [d.finding.primary.anchor.source.path for d in group]
        if len(set(files)) <= _FILES:
            told.update(map(id, group))
        else:
            leading[id(group[0])] = _of_many_files(group, files)
    return [leading.get(id(d), d) for d in diagnostics if id(d) in told or id(d) in leading]


def _of_many_files(group: Sequence[Diagnostic], files: Sequence[str]) -> Diagnostic:
    others = list(dict.fromkeys(path for path in files if path != files[0]))
    note = f"the same in {len(others)} more files: {_listed([f'`{path}`' for path in others])}"
    first = group[0]
    finding = replace(first.finding, note="; ".join(filter(None, (first.finding.note, note))), fix=())
    hit = dict.fromkeys(route for d in group for route in d.affects)
    return replace(first, finding=finding, affects=tuple(hit))


_FILES = 5
"""So many files are told of one by one."""


def _one_per_fault(graph: Graph, findings: Iterable[Finding]) -> Iterator[Finding]:
    """Findings of a rule about the same fault as one: the first place leads, the others are labels.

    So are findings at one place about several subjects: a line of a Dockerfile from which many services are built.
    """
    groups: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        groups.setdefault((identity(finding.subject), finding.fault), []).append(finding)
    places: dict[tuple[Anchor, str], list[Finding]] = {}
    for group in groups.values():
        found = _one(group)
        places.setdefault((found.primary.anchor, found.fault), []).append(found)
    yield from _one_of_copies(
        graph,
        (_one_of_many(graph, shared) if len(shared) > 1 else shared[0] for shared in places.values()),
    )


def _one_of_copies(graph: Graph, findings: Iterable[Finding]) -> Iterator[Finding]:
    """Findings of files of one content as one, where there are several copies: whoever mends one mends them all."""
    alike: dict[tuple[str, int, int, str], list[Finding]] = {}
    for finding in findings:
        at = finding.primary.anchor
        alike.setdefault((finding.message, at.start, at.end, at.source.text), []).append(finding)
    for group in alike.values():
        first, *others = sorted(group, key=lambda f: f.primary.anchor.source.path)
        names = [f"`{other.primary.anchor.source.path}`" for other in others]
        if len(names) < _COPIES:
            yield from group
            continue
        note = f"the same in {len(names)} copies of this file: {_listed(names)}"
        hit = dict.fromkeys(route for one in (first, *others) for route in _hit(graph, one))
        yield replace(first, note="; ".join(filter(None, (first.note, note))), hit=tuple(hit), fix=())


def _one(group: list[Finding]) -> Finding:
    # What rests on nothing leads: one place that is certain makes the fault so.
    first, *others = sorted(
        group, key=lambda f: (bool(f.assumption), f.primary.anchor.source.path, f.primary.anchor.start)
    )
    if not others:
        return first
    places = {first.primary.anchor, *(label.anchor for label in first.related)}
    more = []
    for other in others:
        if other.primary.anchor not in places:
            places.add(other.primary.anchor)
            more.append(Label(other.primary.anchor, "here too"))
    hit = _together([finding for finding in (first, *others) if finding.hit is not None])
    every = all(finding.fix for finding in group)
    fix = tuple(dict.fromkeys(edit for finding in group for edit in finding.fix)) if every else ()
    return replace(first, related=(*first.related, *more), hit=hit, fix=fix)


def _together(group: Iterable[Finding]) -> tuple[Affected, ...] | None:
    """What several places of a fault hit: each of a pool its own part, one that is read more than once the same."""
    places: dict[Anchor, dict[tuple[Anchor, str, str], Affected]] = {}
    for finding in group:
        hits = places.setdefault(finding.primary.anchor, {})
        for hit in finding.hit or ():
            hits.setdefault((hit.anchor, hit.listener, hit.route), hit)
    if not places:
        return None
    return merged(hit for hits in places.values() for hit in hits.values())


def _one_of_many(graph: Graph, shared: list[Finding]) -> Finding:
    first, *others = shared
    names = [f"`{identity(other.subject)}`" for other in others]
    note = f"the same holds for {_listed(names)}"
    each = (_hit(graph, f) for f in shared)
    hit = dict.fromkeys(route for routes in each for route in routes)
    fix = first.fix if all(other.fix == first.fix for other in others) else ()
    return replace(first, note="; ".join(filter(None, (first.note, note))), hit=tuple(hit), fix=fix)


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more


def _hit(graph: Graph, finding: Finding) -> tuple[Affected, ...]:
    """The routes that a finding hits."""
    if finding.hit is not None:
        return finding.hit
    if finding.stops is not None:
        return graph.stopped(finding.stops)
    return graph.affected(finding.subject, port=finding.port)


def identity(subject: object) -> str:
    """What a subject is known by in reports."""
    return str(getattr(subject, "id", subject))
