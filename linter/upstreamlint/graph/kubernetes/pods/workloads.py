"""Workloads: how many pods they ask for, whether they adopt their own, and what scales them (W2, W4, W5)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from upstreamlint.documents import Scalar
from upstreamlint.files.readable import is_beside
from upstreamlint.graph.evidence import Verdict, is_placeholder
from upstreamlint.graph.grouping import grouped
from upstreamlint.graph.index import Index
from upstreamlint.graph.kubernetes.services.names import Absence, absent_service
from upstreamlint.graph.kubernetes.services.nearest_workload import around
from upstreamlint.graph.likeness import is_misspelt, is_slip, near_names, sole
from upstreamlint.graph.references import (
    AMONG_THESE,
    UNREAD,
    AutoscalerTarget,
    Candidate,
    GoverningService,
    ReadinessGate,
    Reference,
    Replicas,
    SharedPods,
    WorkloadSelector,
)
from upstreamlint.model.kubernetes import Autoscaler, LabelSelector, Workload
from upstreamlint.model.kubernetes.nearest import same_namespace
from upstreamlint.releases.unnamed import RELEASE

KNATIVE = "serving.knative.dev"

_REPLICATION = "ReplicationController"

_SCALABLE = frozenset(
    {("apps", "Deployment"), ("apps", "StatefulSet"), ("apps", "ReplicaSet"), ("extensions", "Deployment")}
    | {("", _REPLICATION)}
)
"""Kinds whose absence can be told; others may be made by an operator (W5)."""


def link(index: Index) -> Iterator[Reference]:
    """The references of every workload and autoscaler."""
    lifting = grouped((a for a in index.of(Autoscaler) if a.from_zero), lambda a: a.target.value)
    for workload in index.of(Workload):
        if workload.replicas is not None and workload.scaled_to_zero:
            yield _replicas(workload, workload.replicas, lifting.get(workload.meta.name.value, []))
        if workload.selector is not None and workload.selector_required:
            yield from _shared(index, workload)
        if workload.selector is not None and (
            workload.selector_required or workload.finishes or workload.meta.kind == _REPLICATION
        ):
            yield _selector(index, workload, workload.selector)
        if workload.service_name is not None and workload.meta.kind == "StatefulSet":
            yield _governing(index, workload, workload.service_name)
        for gate in workload.template.readiness_gates:
            yield _gate(index, workload, gate)
    for autoscaler in index.of(Autoscaler):
        yield _target(index, autoscaler)


def _replicas(workload: Workload, replicas: Scalar, lifting: list[Autoscaler]) -> Replicas:
    """Zero replicas conflict with everything that needs the pods, unless something scales from zero (W4)."""
    lifted = any(
        a.target_kind == workload.meta.kind and same_namespace(a.meta.namespace, workload.meta.namespace)
        for a in lifting
    )
    unknown = lifted or workload.meta.patched or workload.meta.group == KNATIVE
    return Replicas(
        wanted=replicas.value,
        anchor=replicas.anchor,
        owner=workload,
        verdict=Verdict.UNKNOWN if unknown else Verdict.CONFLICT,
        workload=workload,
    )


def _selector(index: Index, workload: Workload, selector: LabelSelector) -> WorkloadSelector:
    """The API server refuses a workload whose selector does not match its own template (W2)."""
    values = workload.template.values
    if selector.matches(values):
        verdict = Verdict.FOUND
    elif any(is_placeholder(v) for v in values.values()) or (
        (workload.meta.patched or not values) and not index.ladder.complete
    ):
        verdict = Verdict.UNKNOWN
    else:
        verdict = Verdict.CONFLICT
    anchor, wanted = selector.anchor, str(selector.match_labels or "")
    near: tuple[Candidate, ...] = ()
    if verdict is Verdict.CONFLICT and selector.match_labels is not None:
        for entry in selector.match_labels:
            own = values.get(entry.key.value)
            if own != str(entry.value):
                anchor, wanted = entry.anchor, f"{entry.key}: {entry.value}"
                labels = workload.template.labels
                there = labels.entries.get(entry.key.value) if labels else None
                place = there.anchor if there else workload.template.anchor
                text = (
                    "the pod template has this" if there else f"the pod template has no label `{entry.key}`"
                )
                alike = own is not None and bool(near_names(str(entry.value), [own]))
                near = (
                    Candidate(
                        place, text, f"{entry.key}: {own}" if there else "", entry.anchor, certain=alike
                    ),
                )
                break
    chart = index.ladder.unnamed
    return WorkloadSelector(
        wanted=wanted,
        anchor=anchor,
        owner=workload,
        verdict=verdict,
        near=near,
        assumption=f"the release is not called `{chart}`" if _fits_release(selector, values, chart) else "",
        workload=workload,
    )


def _fits_release(selector: LabelSelector, values: Mapping[str, str], chart: str) -> bool:
    """Whether a selector matches labels in a release that is called like the chart, as many are that nobody names here."""
    wanted = selector.match_labels.values if selector.match_labels is not None else {}
    return bool(chart and wanted) and all(
        value.replace(RELEASE, chart) == values.get(key, "").replace(RELEASE, chart)
        for key, value in wanted.items()
    )


def _governing(index: Index, workload: Workload, name: Scalar) -> GoverningService:
    """The Service that a StatefulSet names: nothing checks that it is there, and its pods have no names without it."""
    namespace, folder = workload.meta.namespace, workload.meta.folder
    found = index.services(name.value, namespace, folder)
    absence = Absence(Verdict.FOUND) if found else absent_service(index, name.value, namespace, folder)
    verdict, near = absence.verdict, absence.near
    if workload.meta.patched and not found:
        verdict = Verdict.UNKNOWN
    elif verdict is Verdict.EXTERNAL and not index.ladder.declared_external((name.value,)):
        near = _own_service(index, workload)
        verdict = Verdict.NEAR_MISS if near else verdict
    elif verdict is Verdict.NEAR_MISS:
        # Pods need no names until somebody dials one: another Service of the application was not meant.
        own = _own_service(index, workload)
        longer = bool(own) and own[0].instead.startswith(f"{name.value}-")
        if longer or not is_misspelt(name.value, near[0].instead):
            near, verdict = own, index.ladder.absent(name.value, folder, near=bool(own))
    slip = bool(near) and is_slip(name.value, near[0].instead)
    return GoverningService(
        wanted=name.value,
        anchor=name.anchor,
        owner=workload,
        verdict=verdict,
        near=near,
        assumption=absence.assumption or (_NAMED if verdict.broken and not slip else ""),
        workload=workload,
    )


_NAMED = "somebody dials the pods by their names"


def _own_service(index: Index, workload: Workload) -> tuple[Candidate, ...]:
    """The Service beside a StatefulSet that selects its pods: the headless one, or the only one."""
    beside = [
        s for s in index.selecting(workload) if s.meta.folder == workload.meta.folder and not s.meta.patched
    ]
    found = [s for s in beside if s.headless] or beside
    if len(found) != 1:
        return ()
    (own,) = found
    return (Candidate(own.anchor, f"Service `{own.title}` selects its pods", own.meta.name.value),)


def _shared(index: Index, workload: Workload) -> Iterator[SharedPods]:
    """The workloads beside this one that claim its pods, and it theirs; each pair once (W3)."""
    selector = workload.selector
    if selector is None or selector.match_labels is None or workload.meta.patched:
        return
    pool = index.carrying_all(selector.match_labels.values, workload.meta.namespace)
    for other in pool if len(pool) <= _SHARING else ():
        if other.selector is None or other.meta.patched or other.meta.folder != workload.meta.folder:
            continue
        if (
            other.meta.name.value == workload.meta.name.value
            or other.anchor.source is not workload.anchor.source
        ):
            continue
        both = selector.matches(other.template.values) and other.selector.matches(workload.template.values)
        if both and other.anchor.start > workload.anchor.start:
            yield SharedPods(
                wanted=other.title,
                anchor=selector.anchor,
                owner=workload,
                verdict=Verdict.CONFLICT,
                workload=workload,
                other=other,
            )


_SHARING = 50
"""A label that more workloads carry names an application; pairs are not sought in it."""

_INJECTED = ("target-health.", "cloud.google.com/load-balancer")
"""Gates that a cloud's controller adds and sets by itself."""


def _gate(index: Index, workload: Workload, gate: Scalar) -> ReadinessGate:
    injected = gate.value.startswith(_INJECTED)
    absent = index.ladder.absent(gate.value, workload.meta.folder, near=False)
    return ReadinessGate(
        wanted=gate.value,
        anchor=gate.anchor,
        owner=workload,
        verdict=Verdict.UNKNOWN if injected or workload.meta.patched or not absent.broken else absent,
        workload=workload,
    )


def _target(index: Index, autoscaler: Autoscaler) -> AutoscalerTarget:
    """The object that an autoscaler scales: in its namespace, by group, kind and name (W5)."""
    name, namespace = autoscaler.target.value, autoscaler.meta.namespace
    found = [w for w in index.workloads_named(name, namespace) if w.meta.kind == autoscaler.target_kind]
    near: tuple[Candidate, ...] = ()
    assumption = ""
    maker = index.makers.of_pods((name,), namespace)
    if found or (maker is not None and maker.known):
        verdict = Verdict.FOUND if found else Verdict.UNKNOWN
    elif autoscaler.meta.patched or (autoscaler.target_group, autoscaler.target_kind) not in _SCALABLE:
        # What an operator makes has its name with a word more; a slip of the hand is none.
        near = tuple(c for c in _near(index, autoscaler) if is_slip(name, c.instead))
        known = index.ladder.declared_external((name, f"{namespace}/*")) or name in index.ladder.elsewhere
        verdict = Verdict.NEAR_MISS if near and not is_placeholder(name) and not known else Verdict.UNKNOWN
        assumption = UNREAD if autoscaler.meta.patched else ""
    else:
        near = _near(index, autoscaler)
        folder = autoscaler.meta.folder
        verdict = index.ladder.absent(name, folder, near=bool(near), also=(f"{namespace}/*",))
        if maker is not None:
            assumption = f"{maker.title} creates no workload"
        elif near and "/" not in near[0].instead and not is_slip(name, near[0].instead):
            assumption = AMONG_THESE
    return AutoscalerTarget(
        wanted=name,
        anchor=autoscaler.target.anchor,
        owner=autoscaler,
        verdict=verdict,
        near=near,
        assumption=assumption,
        autoscaler=autoscaler,
    )


def _near(index: Index, autoscaler: Autoscaler) -> tuple[Candidate, ...]:
    name, namespace = autoscaler.target.value, autoscaler.meta.namespace
    for workload in index.workloads_named(name, namespace):
        text = f"`{workload.title}` has this name, but is no {autoscaler.target_kind}"
        return (Candidate(workload.anchor, text, workload.title),)
    pool = {
        w.meta.name.value: w
        for w in around(index, namespace)[:_POOL]
        if w.meta.kind == autoscaler.target_kind and is_beside(w.meta.folder, autoscaler.meta.folder)
    }
    like = near_names(name, pool)
    return tuple(
        Candidate(pool[n].anchor, f"`{pool[n].title}` has a similar name", n, certain=sole(name, like))
        for n in like[:1]
    )


_POOL = 500
"""A namespace with more workloads is not searched for look-alikes: the cost would grow with its square."""
