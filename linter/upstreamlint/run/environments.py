"""Scopes of a run that see nothing of each other: what each may call absent, and what they find together."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence

from upstreamlint.finding import Affected, Diagnostic
from upstreamlint.graph.kubernetes.controllers.makers import installs
from upstreamlint.model.kubernetes import Meta, Workload
from upstreamlint.model.kubernetes.config import Other
from upstreamlint.model.kubernetes.meta import KubernetesObject
from upstreamlint.releases.unnamed import called
from upstreamlint.source import Anchor
from upstreamlint.typed import TypeVar
from upstreamlint.values import replace

T = TypeVar("T", bound=Hashable)

_LISTED = 5
_CLASSES = frozenset({"IngressClass", "GatewayClass"})


def defined(resources: Iterable[object], unnamed: str = "") -> frozenset[str]:
    """The names of objects; those of a chart that nobody names a release of also as one that is called as the chart has them."""
    metas = (getattr(r, "meta", None) for r in resources)
    names = frozenset(m.name.value for m in metas if isinstance(m, Meta))
    return names | called(names, unnamed) if unnamed else names


def installed(resources: Iterable[object], here: Collection[Anchor]) -> frozenset[str]:
    """The names of applications that objects install from what is not in this tree; those said at `here` are."""
    objects = (r for r in resources if isinstance(r, KubernetesObject) and installs(r))
    return frozenset(r.meta.name.value for r in objects if r.meta.name.anchor not in here)


def filled(resources: Iterable[object], here: Collection[Anchor]) -> frozenset[str]:
    """The namespaces that objects install applications into from what is not in this tree; those said at `here` are."""
    return frozenset(
        r.into for r in resources if isinstance(r, Other) and r.into and r.meta.name.anchor not in here
    )


def labels(resources: Iterable[object]) -> frozenset[tuple[str, str]]:
    """The labels of pods."""
    return frozenset(item for r in resources if isinstance(r, Workload) for item in r.template.values.items())


def platforms(each: Sequence[Sequence[object]]) -> list[tuple[object, ...]]:
    """For each scope the classes of Ingresses and Gateways that others define: a cluster has one set of them.

    One that several define is of several clusters, and nobody knows which of them a scope is put on.
    """
    found: dict[str, list[tuple[int, object]]] = defaultdict(list)
    for number, resources in enumerate(each):
        for resource in resources:
            kind = type(resource).__name__
            if kind in _CLASSES and isinstance(resource, KubernetesObject):
                found[f"{kind} {resource.meta.name}"].append((number, resource))
    single = [by[0] for by in found.values() if len(by) == 1]
    return [tuple(resource for of, resource in single if of != number) for number in range(len(each))]


def ports(each: Sequence[Iterable[object]]) -> dict[Anchor, frozenset[int]]:
    """For each place that declares a port of a container, the numbers that scopes have there.

    A place that declares several in one scope, as a loop does, tells nothing.
    """
    found: dict[Anchor, set[int]] = defaultdict(set)
    loops: set[Anchor] = set()
    for resources in each:
        declared: Counter[Anchor] = Counter()
        for workload in resources:
            for container in workload.containers if isinstance(workload, Workload) else ():
                for port in container.ports:
                    if port.number is not None:
                        declared[port.anchor] += 1
                        found[port.anchor].add(port.number)
        loops |= {anchor for anchor, count in declared.items() if count > 1}
    return {anchor: frozenset(numbers) for anchor, numbers in found.items() if anchor not in loops}


def others(each: Sequence[frozenset[T]]) -> list[frozenset[T]]:
    """For each scope what any other scope has."""
    scopes = Counter(item for own in each for item in own)
    shared = frozenset(item for item, count in scopes.items() if count > 1)
    everything = frozenset(scopes)
    return [(everything - own) | (shared & own) for own in each]


def elsewhere(names: Sequence[frozenset[str]], files: Sequence[frozenset[str]]) -> list[frozenset[str]]:
    """For each scope the names that others define.

    Two scopes that are made from a common file are environments of one thing: what one of them lacks
    is lacking, even if the other has it.
    """
    users: dict[str, set[int]] = defaultdict(set)
    for number, made_from in enumerate(files):
        for path in made_from:
            users[path].add(number)
    definers: dict[str, set[int]] = defaultdict(set)
    for number, own in enumerate(names):
        for name in own:
            definers[name].add(number)
    result = []
    for number, made_from in enumerate(files):
        kin = {number}.union(*(users[path] for path in made_from))
        result.append(frozenset(name for name, by in definers.items() if not by <= kin))
    return result


def merged(found: Mapping[str, Sequence[Diagnostic]]) -> list[Diagnostic]:
    """The diagnostics of all scopes, by the scope's name; one that several share is one, and says where it holds."""
    groups: dict[tuple[str, Anchor, int], list[tuple[str, Diagnostic]]] = defaultdict(list)
    for scope, diagnostics in found.items():
        there: Counter[tuple[str, Anchor]] = Counter()
        for diagnostic in diagnostics:
            place = (diagnostic.rule, diagnostic.finding.primary.anchor)
            groups[*place, there[place]].append((scope, diagnostic))
            there[place] += 1
    return [_one(group) for group in groups.values()]


def _one(group: list[tuple[str, Diagnostic]]) -> Diagnostic:
    scopes = list(dict.fromkeys(scope for scope, _ in group))
    gravest = min((d for _, d in group), key=lambda d: d.severity.rank)
    finding = gravest.finding
    notes = filter(
        None, (finding.note, _where(scopes, finding.primary.anchor), _vague(finding.primary.anchor))
    )
    finding = replace(finding, note="; ".join(notes))
    if len(scopes) == 1:
        return replace(gravest, finding=finding)
    if any(d.finding.fix != finding.fix for _, d in group):
        finding = replace(finding, fix=())
    affects: dict[tuple[Anchor, str, str], Affected] = {}
    for _, diagnostic in group:
        for affected in diagnostic.affects:
            affects.setdefault((affected.anchor, affected.listener, affected.route), affected)
    return replace(gravest, finding=finding, affects=tuple(affects.values()))


def _where(scopes: list[str], anchor: Anchor) -> str:
    """In which scopes a fault is, unless its place says it."""
    if len(scopes) > 1:
        more = f" and {len(scopes) - _LISTED} more" if len(scopes) > _LISTED else ""
        return f"in {len(scopes)} environments: {', '.join(scopes[:_LISTED])}{more}"
    (scope,) = scopes
    inside = scope in ("", ".") or anchor.source.path.startswith(f"{scope}/")
    return "" if inside else f"in {scope}"


def _vague(anchor: Anchor) -> str:
    """What to say of a place that only stands for its file."""
    return "which line of this file it comes from cannot be told" if anchor.end == 0 else ""
