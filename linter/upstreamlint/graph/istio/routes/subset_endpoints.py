"""The endpoints of a subset: pods and machines behind the host that carry its labels."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.files.readable import is_beside, parent
from upstreamlint.graph.evidence import Verdict, is_placeholder
from upstreamlint.graph.istio.references.destinations import SubsetLabels
from upstreamlint.graph.istio.registry.hosts import Registered
from upstreamlint.graph.istio.routes.passed_on import passed_on
from upstreamlint.graph.istio.routes.wire import Wire
from upstreamlint.graph.istio.view import Mesh
from upstreamlint.graph.likeness import near_names
from upstreamlint.graph.nodes import Edge
from upstreamlint.graph.pod_labels import standing
from upstreamlint.graph.references import Candidate
from upstreamlint.model.istio import DestinationRule, EntryEndpoint, ServiceEntry, Subset
from upstreamlint.model.kubernetes import Endpoints, Service, Workload
from upstreamlint.model.kubernetes.meta import Labels, integer
from upstreamlint.source import Anchor


def endpoint_links(
    mesh: Mesh, wire: Wire, rule: DestinationRule, subset: Subset, *, dialled: bool
) -> Iterator[Edge | SubsetLabels]:
    """Whether an endpoint carries the labels of a subset; run-time labels are taken as carried.

    `dialled` says that sidecars alone send requests here: to a host without an address of its own they pass them on to
    the address that was dialled, whatever the subset.
    """
    host, found = wire.host, wire.found
    for head in wire.heads:
        yield Edge(subset, head, subset.name.anchor, f"subset `{subset.name}` of `{host.shown}`")
    wanted = _static(subset.labels)
    if not wanted or subset.labels is None or not found:
        return
    if dialled and goes_past(wire, rule, subset):
        return
    verdict, carriers, near = _carried(mesh, found, wanted, rule)
    if rule.meta.patched or any(is_placeholder(v) for v in wanted.values()):
        verdict = Verdict.UNKNOWN
    if verdict.broken and _on_shelf(mesh, wire, rule):
        verdict = Verdict.UNKNOWN
    idle = bool(carriers) and all(_idle(mesh, w) for w in carriers)
    if verdict is Verdict.FOUND and idle and not all(_idle(mesh, w) for w in _behind(mesh, found)):
        verdict = Verdict.CONFLICT
    key = _differing_label(subset.labels, wanted, near)
    yield SubsetLabels(
        wanted=str(subset.labels),
        anchor=key,
        owner=rule,
        verdict=verdict,
        near=near,
        host=host.shown,
        rule=rule,
        subset=subset,
        workloads=carriers,
        scaled_to_zero=idle,
        of_entry=not found.services,
        by_name=not found.services and all(_by_name(e) for e in found.entries),
        **wire.fields,
    )


_SHELF = 3


def _on_shelf(mesh: Mesh, wire: Wire, rule: DestinationRule) -> bool:
    """Whether a rule is one of a shelf of rules of one name, of which each is put in place by hand, after the pods that it is for.

    They stand in one folder, or in a folder for each step, to which the pods are not brought along.
    """
    like = [r.meta.folder for r in mesh.rules.exact(wire.host) if r.meta.id == rule.meta.id]
    own = rule.meta.folder
    if like.count(own) >= _SHELF:
        return True
    beside = sum(parent(folder) == parent(own) for folder in like)
    return beside >= _SHELF and all(w.meta.folder != own for w in _behind(mesh, wire.found))


def goes_past(wire: Wire, rule: DestinationRule, subset: Subset) -> bool:
    """Whether a sidecar asks no subset: it goes on to the address that was dialled."""
    port = integer(wire.destination.port)
    return _passed_on(wire.found) or passed_on(rule, subset, port) is not None


def _passed_on(found: Registered) -> bool:
    """Whether a sidecar's cluster for a host is that of the address that was dialled (`convertResolution`)."""
    return any(s.headless for s in found.services)


def _static(labels: Labels | None) -> dict[str, str]:
    return standing(labels.values) if labels is not None else {}


def _behind(mesh: Mesh, found: Registered) -> tuple[Workload, ...]:
    by_service = [w for s in found.services for w in mesh.index.selected(s)]
    return (*by_service, *(w for e in found.entries for w in entry_endpoints(mesh, e)[0][0]))


def _carried(
    mesh: Mesh, found: Registered, wanted: dict[str, str], rule: DestinationRule
) -> tuple[Verdict, tuple[Workload, ...], tuple[Candidate, ...]]:
    """The workloads of a host that carry labels, and what to say when nothing does."""
    pods: list[Workload] = []
    endpoints: list[EntryEndpoint] = []
    by_hand: list[Endpoints] = []
    open_ended = found.patched
    for service in found.services:
        if service.selector is None and (written := _by_hand(mesh, service)):
            by_hand += written
            continue
        selected = mesh.index.selected(service)
        pods += selected
        if service.selector is not None and selected:
            both = {**wanted, **service.selector.values}
            pods += mesh.index.select(both, service.meta.namespace, rule.meta.folder)
        endpoints += _machines(mesh, service.selector, service.meta.namespace)
        open_ended |= not selected or _made_elsewhere(mesh, service)
    for entry in found.entries:
        chosen, unknown = entry_endpoints(mesh, entry)
        pods += chosen[0]
        endpoints += chosen[1]
        open_ended |= unknown and not _is_its_host(entry)
    hosts = [e for e in found.entries if _is_its_host(e)]
    carriers = tuple(w for w in pods if _has(w.template.values, wanted))
    if carriers or any(e.labels is not None and _has(e.labels.values, wanted) for e in endpoints):
        return Verdict.FOUND, carriers, ()
    if open_ended or any(w.meta.patched for w in pods) or not (pods or endpoints or by_hand or hosts):
        return Verdict.UNKNOWN, (), ()
    if by_hand and not (pods or endpoints):
        text = "addresses that are written by hand carry no labels"
        change = "route to the host without a subset, or give the Service a selector"
        return Verdict.CONFLICT, (), (Candidate(by_hand[0].anchor, text, change),)
    if hosts and not (pods or endpoints):
        text = "without endpoints the host itself is the only one, and has no labels"
        change = "route to the host without a subset, or give the entry endpoints with labels"
        return Verdict.CONFLICT, (), (Candidate(hosts[0].anchor, text, change),)
    if not endpoints and not any(_comparable(w, wanted, rule) for w in pods):
        return Verdict.UNKNOWN, (), ()
    near = _unselected(mesh, found, wanted) or _nearest(pods, endpoints, wanted, _others(rule, wanted))
    return Verdict.CONFLICT, (), (near,)


def _by_name(entry: ServiceEntry) -> bool:
    """Whether proxies look an entry up: a cluster of none is left out (istio: `buildCluster` in `cluster_builder.go`)."""
    return entry.resolution.startswith("DNS")


def _is_its_host(entry: ServiceEntry) -> bool:
    """Whether the host of an entry is its only endpoint (istio: `convertServiceEntryToInstances`)."""
    return _by_name(entry) and not entry.endpoints and entry.workload_selector is None


def _by_hand(mesh: Mesh, service: Service) -> list[Endpoints]:
    """The endpoints of a Service without a selector, if none of them stands for a pod, whose labels it would have."""
    found = mesh.index.endpoints(service)
    made = mesh.index.makers.of_service(service.meta.name.value, service.meta.namespace)
    return [] if made or any(e.of_pods or e.meta.patched for e in found) else found


def _unselected(mesh: Mesh, found: Registered, wanted: dict[str, str]) -> Candidate | None:
    """The workload that is named after a Service and a label of the subset, but that the Service does not take."""
    for service in found.services:
        selector = service.selector.values if service.selector is not None else {}
        for value in wanted.values():
            for workload in mesh.index.workloads_named(
                f"{service.meta.name}-{value}", service.meta.namespace
            ):
                labels = workload.template.labels
                missed = [k for k, v in selector.items() if workload.template.values.get(k) != v]
                if labels is None or not missed or not _has(labels.values, wanted):
                    continue
                key = missed[0]
                place = labels.entries[key].anchor if key in labels.entries else workload.anchor
                text = f"closest: pods of `{workload.title}`, which Service `{service.title}` does not select"
                change = f"give the pods of `{workload.title}` the label `{key}: {selector[key]}`"
                return Candidate(place, text, change)
    return None


def _comparable(workload: Workload, wanted: dict[str, str], rule: DestinationRule) -> bool:
    """Whether pods are of the set that a subset divides: they have its keys, or are deployed beside it."""
    if any(key in workload.template.values for key in wanted):
        return True
    return is_beside(workload.meta.folder, rule.meta.folder)


def _made_elsewhere(mesh: Mesh, service: Service) -> bool:
    """Whether a controller may make more pods behind a Service."""
    return mesh.index.makers.of_pods((service.meta.name.value,), service.meta.namespace) is not None


def entry_endpoints(
    mesh: Mesh, entry: ServiceEntry
) -> tuple[tuple[list[Workload], list[EntryEndpoint]], bool]:
    """The pods and machines behind a ServiceEntry, and whether more may register themselves."""
    if entry.workload_selector is None:
        dynamic = not entry.endpoints
        return ([], list(entry.endpoints)), dynamic
    space = entry.meta.namespace
    pods = mesh.index.select(entry.workload_selector.values, space, entry.meta.folder)
    machines = _machines(mesh, entry.workload_selector, space)
    return (list(pods), machines), mesh.registry.grows(space) or not (pods or machines)


def _machines(mesh: Mesh, selector: Labels | None, namespace: str) -> list[EntryEndpoint]:
    """The WorkloadEntries of a namespace that a selector takes."""
    if selector is None:
        return []
    wanted = selector.values
    return [
        m.endpoint
        for m in mesh.registry.machines(namespace)
        if m.endpoint.labels is not None and _has(m.endpoint.labels.values, wanted)
    ]


def _has(values: dict[str, str], wanted: dict[str, str]) -> bool:
    return all(values.get(k) == v for k, v in wanted.items())


def _idle(mesh: Mesh, workload: Workload) -> bool:
    """Whether a workload runs no pod, and nothing scales it up."""
    if not workload.scaled_to_zero or workload.meta.patched or workload.meta.kind not in _PLAIN:
        return False
    return workload.meta.name.value not in mesh.lifted


_PLAIN = frozenset({"Deployment", "StatefulSet", "ReplicaSet", "ReplicationController"})


def _nearest(
    pods: list[Workload],
    endpoints: list[EntryEndpoint],
    wanted: dict[str, str],
    others: list[dict[str, str]],
) -> Candidate:
    """The pod template or endpoint that shares most labels and is in no other subset, and how it differs."""
    options: list[tuple[str, Labels | None, Anchor]] = [
        (f"pods of `{w.title}`", w.template.labels, w.anchor) for w in pods
    ]
    options += [
        (f"endpoint `{e.address}`" if e.address else "endpoint", e.labels, e.anchor) for e in endpoints
    ]

    def rank(option: tuple[str, Labels | None, Anchor]) -> tuple[int, int, bool]:
        values = option[1].values if option[1] is not None else {}
        same = sum(values.get(k) == v for k, v in wanted.items())
        keyed = sum(k in values for k in wanted)
        return -same, -keyed, any(_has(values, other) for other in others)

    title, labels, anchor = min(options, key=rank)
    values = labels.values if labels is not None else {}
    key = next(k for k, v in wanted.items() if values.get(k) != v)
    entry = labels.entries.get(key) if labels is not None else None
    if entry is None:
        change = f"add the label `{key}: {wanted[key]}` to the {title}"
        return Candidate(anchor, f"closest: {title}, without a label `{key}`", change)
    text = f"closest: {title}, with `{key}: {values[key]}`"
    added = "deploy pods" if pods else "add an endpoint"
    change = f"change the subset's label to `{key}: {values[key]}`, or {added} with `{key}: {wanted[key]}`"
    alike = {other[1].values.get(key, "") for other in options if other[1] is not None}
    certain = near_names(wanted[key], alike) == [values[key]]
    return Candidate(entry.anchor, text, change, certain=certain, change=f"{key}: {values[key]}")


def _others(rule: DestinationRule, wanted: dict[str, str]) -> list[dict[str, str]]:
    """The labels of the other subsets of a rule."""
    every = (_static(subset.labels) for subset in rule.subsets)
    return [labels for labels in every if labels and labels != wanted]


def _differing_label(labels: Labels, wanted: dict[str, str], near: tuple[Candidate, ...]) -> Anchor:
    """The label of the subset that the nearest candidate differs in; the first one when that is not known."""
    for key in wanted:
        if near and f"`{key}" in near[0].text:
            return labels.entries[key].anchor
    return labels.entries[next(iter(wanted))].anchor
