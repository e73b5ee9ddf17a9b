"""Services to workloads: selectors, target ports and probes, as the control plane evaluates them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from upstreamlint.facets.forward import judge_forward
from upstreamlint.graph.evidence import Verdict, is_placeholder
from upstreamlint.graph.index import Index
from upstreamlint.graph.kubernetes.services.nearest_workload import misspelt_workload, nearest_workloads
from upstreamlint.graph.kubernetes.services.operated_labels import label_without_pods, meant_object
from upstreamlint.graph.kubernetes.services.orphaned_ports import held_against
from upstreamlint.graph.kubernetes.services.proxy_headers import judge_headers
from upstreamlint.graph.kubernetes.services.target_ports import target_ports
from upstreamlint.graph.kubernetes.services.tls_ended import judge_ended
from upstreamlint.graph.kubernetes.variants import settled_selectors, settled_targets
from upstreamlint.graph.nodes import Edge, Route
from upstreamlint.graph.pod_labels import POD_NAME
from upstreamlint.graph.references import Candidate, Reference, ServiceSelector, TargetPort
from upstreamlint.model.istio import WorkloadEntry, WorkloadGroup
from upstreamlint.model.kubernetes import Autoscaler, Labels, Service, Workload
from upstreamlint.model.kubernetes.meta import integer
from upstreamlint.model.kubernetes.service import ServicePort
from upstreamlint.numerals import decimal
from upstreamlint.releases.unnamed import RELEASE


def link(index: Index) -> Iterator[Route | Edge | Reference]:
    """The hops from each Service port to the pods behind it, and the references on the way."""
    selectors: list[ServiceSelector] = []
    targets: list[TargetPort] = []
    for service in index.of(Service):
        for port in service.ports:
            yield Edge(port, service, port.anchor, f"port {port.number} of Service `{service.title}`")
            if service.type in _LISTENERS:
                yield from _listener(index, service, port)
        yield from judge_headers(index, service)
        if service.selector is None or service.type == "ExternalName":
            continue
        reference = _selector(index, service, service.selector)
        selectors.append(reference)
        for workload in reference.workloads:
            yield Edge(service, workload, service.selector.anchor, f"selects the pods of `{workload.title}`")
        for port in service.ports:
            targets += target_ports(index, service, port, reference.workloads)
    yield from settled_selectors(selectors)
    for target in settled_targets(list(held_against(targets, index))):
        yield target
        yield from judge_forward(index, target)


_LISTENERS = {"NodePort": "node-port", "LoadBalancer": "load-balancer"}
"""The types of Services that take connections from outside the cluster, as a listener is called."""


def _listener(index: Index, service: Service, port: ServicePort) -> Iterator[Route | Edge | Reference]:
    """The way into the cluster that a Service is by itself: a port of every node, or of a load balancer."""
    number = port.number if service.type == "LoadBalancer" else port.node_port
    listener = _LISTENERS[service.type] + (f":{number}" if number else "")
    route = Route("Service", service, listener, "", port.anchor, f"{port.number}")
    yield route
    text = f"Service `{service.title}` takes connections from outside the cluster"
    yield Edge(route, port, port.anchor, text)
    if service.type == "LoadBalancer":
        yield from judge_ended(index, service, port, route)


def _selector(index: Index, service: Service, selector: Labels) -> ServiceSelector:
    """The selector of a Service (S1): all pairs, pods of its own namespace."""
    workloads = index.selected(service) or _elected(index, service, selector.values)
    near: tuple[Candidate, ...] = ()
    verdict, assumption = Verdict.FOUND, ""
    if not workloads:
        near = nearest_workloads(index, service)
        maker = index.makers.of_pods(
            (service.meta.name.value, *selector.values.values()), service.meta.namespace
        )
        operated = meant_object(index, service) if not service.meta.patched else None
        if operated is not None:
            near, verdict = (operated,), Verdict.NEAR_MISS
            assumption = "" if operated.certain else "no other object of the kind is in this namespace"
        elif (strange := label_without_pods(index, service)) is not None and not service.meta.patched:
            near, verdict = (strange,), Verdict.NEAR_MISS
            assumption = "prometheus-operator is 0.48 or newer"
        elif maker is not None and maker.known:
            verdict = Verdict.UNKNOWN
        else:
            verdict = _unselected(index, service, selector, near=bool(near), patched=service.meta.patched)
            assumption = (
                f"{maker.title} creates no pods"
                if maker is not None
                else _unless_named(index, selector, near)
            )
            misspelt = misspelt_workload(index, service) if not verdict.broken else None
            if misspelt is not None:
                near, verdict = (misspelt,), _unselected(index, service, selector, near=True, patched=False)
                assumption = "nothing that was not read changes these labels"
    elif POD_NAME in selector.values and not service.meta.patched:
        near = _beyond_replicas(index, service, selector.values[POD_NAME], workloads)
        if near:
            verdict, workloads = Verdict.CONFLICT, ()
    return ServiceSelector(
        wanted=str(selector),
        anchor=selector.anchor,
        owner=service,
        verdict=verdict,
        near=near,
        assumption=assumption,
        service=service,
        workloads=workloads,
    )


def _unless_named(index: Index, selector: Labels, near: tuple[Candidate, ...]) -> str:
    """What a selector rests on that only asks for another release of a chart than the one that nobody names."""
    meant = near[0].change.partition(": ") if index.ladder.unnamed and near else ("", "", "")
    written = selector.values.get(meant[0], "")
    return f"the release is not called `{written}`" if meant[2] == RELEASE and written else ""


def _beyond_replicas(
    index: Index, service: Service, pod: str, workloads: tuple[Workload, ...]
) -> tuple[Candidate, ...]:
    """The StatefulSet that never starts the one pod that a selector names (W1); nothing when something scales it."""
    name, _, ordinal = pod.rpartition("-")
    number = decimal(ordinal)
    for workload in workloads:
        if workload.meta.kind != "StatefulSet" or workload.meta.name.value != name or number is None:
            continue
        count = 1 if workload.replicas is None else integer(workload.replicas)
        scaled = any(a.target.value == name for a in index.of(Autoscaler))
        if scaled or workload.meta.patched or not count or number < workload.first_ordinal + count:
            continue
        last = workload.first_ordinal + count - 1
        place = workload.replicas.anchor if workload.replicas else workload.anchor
        entry = service.selector.entries.get(POD_NAME) if service.selector else None
        return (
            Candidate(
                place,
                f"`{workload.title}` starts {count} pods, the last is `{name}-{last}`",
                f"raise the replicas of `{workload.title}`, or remove the Service",
                entry.anchor if entry else None,
            ),
        )
    return ()


def _unselected(index: Index, service: Service, selector: Labels, *, near: bool, patched: bool) -> Verdict:
    """What a selector without pods is worth: labels that only a controller sets cannot be judged."""
    values = selector.values
    if patched or any(is_placeholder(v) for v in values.values()):
        return Verdict.UNKNOWN
    if index.in_experiment(values) or _has_machines(index, service, values):
        return Verdict.UNKNOWN
    if not near and all(map(index.set_at_run_time, values)):
        return Verdict.UNKNOWN
    namespace = service.meta.namespace
    foreign = any("/" in key and not key.startswith("app.kubernetes.io/") for key in values)
    if foreign and not near and not all(index.knows_label(key) for key in values):
        return Verdict.EXTERNAL
    # What is deployed as a whole and has a workload that comes near does not mean another's.
    ladder = index.ladder
    if ladder.carried_elsewhere(values) and not ladder.complete and not (near and ladder.whole):
        return Verdict.EXTERNAL
    shared = values.items() & _OF_THE_CLUSTER
    wherever = namespace in _WHEREVER and len(shared) == len(values)
    if not ladder.complete and (wherever or (namespace == _SYSTEM and shared)):
        return Verdict.UNKNOWN
    if not ladder.complete and not near and _is_elsewhere(index, namespace):
        return Verdict.EXTERNAL
    installed = index.makers.install or ladder.switched_off.may_carry(values)
    if not near and not ladder.complete and installed:
        return Verdict.EXTERNAL
    return ladder.absent(
        service.meta.name.value,
        service.meta.folder,
        near=near,
        also=(service.meta.title, f"{namespace}/*"),
        own=True,
    )


def _has_machines(index: Index, service: Service, wanted: Mapping[str, str]) -> bool:
    """Whether Istio has machines for a Service, or lets them register themselves: they are endpoints as pods are."""
    machines = (m for m in index.of(WorkloadEntry) if m.meta.namespace == service.meta.namespace)
    labels = [m.endpoint.labels.values for m in machines if m.endpoint.labels is not None]
    grows = any(g.meta.namespace == service.meta.namespace for g in index.of(WorkloadGroup))
    return grows or any(wanted.items() <= own.items() for own in labels)


def _elected(index: Index, service: Service, wanted: Mapping[str, str]) -> tuple[Workload, ...]:
    """The workloads whose pods have the labels but for a role, which they give each other at run time, whatever they start with."""
    roles = [key for key, value in wanted.items() if value in _ELECTED]
    rest = {key: value for key, value in wanted.items() if key not in roles}
    untold = {key for key in roles if not index.knows_label(key)}
    carrying = index.carrying_all(rest, service.meta.namespace) if rest and roles else []
    return tuple(
        w for w in carrying if all(k in untold or w.template.values.get(k) in _ELECTED for k in roles)
    )


_ELECTED = frozenset({"leader", "follower", "active", "standby", "primary", "master"})
"""Values of labels that pods give each other when they have chosen one of them."""

_SYSTEM = "kube-system"
_WHEREVER = frozenset({"", "default"})
"""Namespaces of what is put into the one that a command or a release names."""
_OF_THE_CLUSTER = {
    *(("k8s-app", name) for name in ("kube-dns", "kube-proxy", "coredns", "metrics-server")),
    *(("component", f"kube-{name}") for name in ("apiserver", "controller-manager", "scheduler", "proxy")),
    ("component", "etcd"),
}
"""Labels of what a cluster comes with, whoever made it."""


def _is_elsewhere(index: Index, namespace: str) -> bool:
    """Whether nothing runs in a namespace, but in others: a Service there, as in `kube-system`, is for what others put there."""
    spaces = {w.meta.namespace for w in index.of(Workload)}
    return bool(namespace and spaces) and spaces.isdisjoint({namespace, ""})
