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
    """A Service or workload that a monitor may select: its labels, and the names of its ports."""

    meta: Meta
    title: str
    labels: Labels | None
    ports: tuple[Scalar, ...]


def link(index: Index) -> Iterator[Reference]:
    """The selector of every monitor, and the ports of what it finds."""
    services = [_of_service(s) for s in index.of(Service)]
    pods = [_of_workload(w) for w in index.of(Workload)]
    for monitor in index.of(Monitor):
        seen = [t for t in (pods if monitor.of_pods else services) if _is_seen(monitor, t.meta.namespace)]
        selected = [t for t in seen if monitor.selector.matches(t.labels.values if t.labels else {})]
        if not selected:
            yield _missed(index, monitor, seen)
        elif not any(t.meta.patched for t in selected):
            yield from _ports(monitor, selected)


def _is_seen(monitor: Monitor, namespace: str) -> bool:
    return monitor.namespaces is None or any(same_namespace(n, namespace) for n in monitor.namespaces)


def _of_service(service: Service) -> _Target:
    names = tuple(p.name for p in service.ports if p.name is not None)
    return _Target(service.meta, f"Service `{service.title}`", service.meta.labels, names)


def _of_workload(workload: Workload) -> _Target:
    names = tuple(p.name for c in workload.containers for p in c.ports if p.name is not None)
    return _Target(workload.meta, f"`{workload.title}`", workload.template.labels, names)


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
    if len(wrong) != 1 or wrong[0] not in own or not all(p.value in ports for p in monitor.ports):
        return None
    (key,) = wrong
    if is_placeholder(wanted.values[key]) or is_placeholder(own[key]):
        return None
    slip = bool(near_names(wanted.values[key], [own[key]], words=False))
    namesake = f"{monitor.meta.name}-".startswith(f"{target.meta.name}-")
    if target.meta.folder != monitor.meta.folder or not (slip or namesake):
        return None
    entry = target.labels.entries[key] if target.labels else None
    place = entry.anchor if entry is not None else target.meta.anchor
    at = wanted.entries[key].anchor
    return Candidate(place, f"{target.title} has this", f"{key}: {own[key]}", at), slip


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
