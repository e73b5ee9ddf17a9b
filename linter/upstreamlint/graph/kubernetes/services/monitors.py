"""What monitors of the Prometheus operator scrape: Services or pods by their labels, and ports of those by name.

Much of what is monitored comes from releases that are elsewhere. A selector that finds nothing is broken only where what it means is
beside it: something that misses it by one value, and has the ports that are asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from upstreamlint.documents import Scalar
from upstreamlint.graph.evidence import Verdict, is_placeholder
from upstreamlint.graph.index import Index
from upstreamlint.graph.likeness import near_names
from upstreamlint.graph.references import AMONG_THESE, Candidate, Reference
from upstreamlint.model.kubernetes import Meta, Service, Workload
from upstreamlint.model.kubernetes.meta import Labels
from upstreamlint.model.kubernetes.monitor import Monitor
from upstreamlint.model.kubernetes.nearest import same_namespace
from upstreamlint.values import NamedTuple, entity


@entity(kw_only=True)
class MonitorSelector(Reference):
    """The labels of what a monitor is for."""

    monitor: Monitor


@entity(kw_only=True)
class MonitorPort(Reference):
    """The name of a port that a monitor has scraped."""

    monitor: Monitor


class _Target(NamedTuple):
    """A Service or workload that a monitor may select: its labels, the names of its ports, and the workloads that are scraped."""

    meta: Meta
    title: str
    labels: Labels | None
    ports: tuple[Scalar, ...]
    pods: tuple[Workload, ...] = ()


def link(index: Index) -> Iterator[Reference]:
    """The selector of every monitor, and the ports of what it finds; one that asks for no label is for pods of anywhere."""
    services = [_of_service(index, s) for s in index.of(Service)] if index.of(Monitor) else []
    pods = [_of_workload(w) for w in index.of(Workload)]
    for monitor in index.of(Monitor):
        seen = [t for t in (pods if monitor.of_pods else services) if _is_seen(monitor, t.meta.namespace)]
        selected = [t for t in seen if monitor.selector.matches(t.labels.values if t.labels else {})]
        if not selected:
            yield _missed(index, monitor, seen)
        elif monitor.selector.match_labels is not None and not any(t.meta.patched for t in selected):
            yield from _ports(monitor, selected)
            yield from _pod_ports(monitor, selected)


def _is_seen(monitor: Monitor, namespace: str) -> bool:
    return monitor.namespaces is None or any(same_namespace(n, namespace) for n in monitor.namespaces)


def _of_service(index: Index, service: Service) -> _Target:
    names = tuple(p.name for p in service.ports if p.name is not None)
    title = f"Service `{service.title}`"
    return _Target(service.meta, title, service.meta.labels, names, tuple(index.selected(service)))


def _of_workload(workload: Workload) -> _Target:
    names = tuple(p.name for c in workload.containers for p in c.ports if p.name is not None)
    return _Target(workload.meta, f"`{workload.title}`", workload.template.labels, names, (workload,))


def _missed(index: Index, monitor: Monitor, seen: Sequence[_Target]) -> MonitorSelector:
    """The selector of a monitor that finds nothing among these files."""
    wanted = monitor.selector.match_labels
    near: list[tuple[Candidate, bool]] = []
    if wanted is not None and not monitor.selector.expressions and not monitor.meta.patched:
        near = [found for t in seen if not t.meta.patched and (found := _nearly(monitor, wanted, t))]
    slips = [candidate for candidate, slip in near if slip]
    chosen = slips or [candidate for candidate, _ in near]
    verdict = Verdict.UNKNOWN
    if len({c.instead for c in chosen}) == 1:
        verdict = Verdict.NEAR_MISS
    elif index.ladder.complete:
        verdict = Verdict.ABSENT
    meant = tuple(c._replace(certain=True) for c in chosen[:1]) if verdict is Verdict.NEAR_MISS else ()
    return MonitorSelector(
        wanted=str(monitor.selector),
        anchor=meant[0].at if meant and meant[0].at else monitor.selector.anchor,
        owner=monitor,
        verdict=verdict,
        near=meant,
        assumption="" if slips or verdict is not Verdict.NEAR_MISS else AMONG_THESE,
        monitor=monitor,
    )


def _nearly(monitor: Monitor, wanted: Labels, target: _Target) -> tuple[Candidate, bool] | None:
    """What a monitor misses by one value, and whether that is a slip of the hand; else it must be the monitor's namesake."""
    own = target.labels.values if target.labels else {}
    wrong = [key for key, value in wanted.values.items() if own.get(key) != value]
    ports = {p.value for p in target.ports}
    if len(wrong) != 1 or not all(p.value in ports for p in monitor.ports):
        return None
    (key,) = wrong
    value, has = wanted.values[key], own.get(key, "")
    if is_placeholder(value) or (has and is_placeholder(has)) or target.meta.folder != monitor.meta.folder:
        return None
    slip = bool(has) and bool(near_names(value, [has], words=False))
    names = (f"{monitor.meta.name}-", f"{target.meta.name}-")
    namesake = names[0].startswith(names[1]) or (bool(has) and value == target.meta.name.value)
    if not (slip or namesake):
        return None
    at = wanted.entries[key].anchor
    entry = target.labels.entries.get(key) if target.labels else None
    if entry is None:
        # What has all the others, and the name, lacks a label that only the monitor knows.
        place = target.labels.anchor if target.labels else target.meta.anchor
        return (Candidate(place, f"{target.title} has no label `{key}`", "", at), False) if own else None
    return Candidate(entry.anchor, f"{target.title} has this", f"{key}: {has}", at), slip


def _pod_ports(monitor: Monitor, selected: Sequence[_Target]) -> Iterator[MonitorPort]:
    """The ports of containers that are scraped: Prometheus keeps those that a container declares."""
    pods = [w for t in selected for w in t.pods]
    declared = [p for w in pods for c in w.containers for p in c.ports]
    known = {str(p.number): p for p in declared} | {p.name.value: p for p in declared if p.name is not None}
    unsure = not pods or any(w.meta.patched for w in pods) or any(not t.pods for t in selected)
    for port in monitor.pod_ports:
        lost = port.value not in known and not is_placeholder(port.value) and bool(known) and not unsure
        text = "the pods declare this one"
        only = [p for p in declared if len(declared) == 1]
        near = tuple(Candidate(p.anchor, text, str(p.name or p.number), certain=True) for p in only)
        yield MonitorPort(
            wanted=port.value,
            anchor=port.anchor,
            owner=monitor,
            verdict=(Verdict.NEAR_MISS if near else Verdict.CONFLICT) if lost else Verdict.FOUND,
            near=near if lost else (),
            monitor=monitor,
        )


def _ports(monitor: Monitor, selected: Sequence[_Target]) -> Iterator[MonitorPort]:
    """The ports that are scraped, each of which something that is selected must have."""
    names = [p for t in selected for p in t.ports]
    known = {p.value for p in names}
    for port in monitor.ports:
        verdict = Verdict.FOUND
        near: tuple[Candidate, ...] = ()
        if is_placeholder(port.value) or any(is_placeholder(name) for name in known):
            verdict = Verdict.UNKNOWN
        elif port.value not in known:
            # Sidecars that something puts into pods have ports of their own.
            like = near_names(port.value, known)
            verdict = Verdict.UNKNOWN if monitor.of_pods and not like else Verdict.CONFLICT
            near = tuple(
                Candidate(
                    p.anchor, f"{selected[0].title} has port `{p.value}`", p.value, certain=len(known) == 1
                )
                for p in names
                if p.value in like or not like
            )[:1]
        yield MonitorPort(
            wanted=port.value,
            anchor=port.anchor,
            owner=monitor,
            verdict=verdict,
            near=near,
            monitor=monitor,
        )
