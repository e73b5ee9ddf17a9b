"""Services to workloads: selectors, target ports and probes, as the control plane evaluates them."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.facets.forward import judge_forward
from upstreamlint.graph.evidence import Verdict, is_placeholder
from upstreamlint.graph.index import Index
from upstreamlint.graph.kubernetes.nearest_workload import misspelt_workload, nearest_workloads
from upstreamlint.graph.kubernetes.orphaned_ports import held_against
from upstreamlint.graph.kubernetes.serving import named_port, names_port, shows_port
from upstreamlint.graph.kubernetes.variants import settled_selectors, settled_targets
from upstreamlint.graph.likeness import is_misspelt, near_names
from upstreamlint.graph.nodes import Edge, Route
from upstreamlint.graph.pod_labels import POD_NAME
from upstreamlint.graph.references import Candidate, Reference, ServiceSelector, TargetPort
from upstreamlint.model.kubernetes import Autoscaler, Labels, Service, Workload
from upstreamlint.model.kubernetes.meta import integer
from upstreamlint.model.kubernetes.service import ServicePort
from upstreamlint.model.kubernetes.workload import ContainerPort
from upstreamlint.numerals import decimal
from upstreamlint.releases.unnamed import RELEASE
from upstreamlint.values import replace


def link(index: Index) -> Iterator[Route | Edge | Reference]:
    """The hops from each Service port to the pods behind it, and the references on the way."""
    selectors: list[ServiceSelector] = []
    targets: list[TargetPort] = []
    for service in index.of(Service):
        for port in service.ports:
            yield Edge(port, service, port.anchor, f"port {port.number} of Service `{service.title}`")
            if service.type in _LISTENERS:
                yield from _listener(service, port)
        if service.selector is None or service.type == "ExternalName":
            continue
        reference = _selector(index, service, service.selector)
        selectors.append(reference)
        for workload in reference.workloads:
            yield Edge(service, workload, service.selector.anchor, f"selects the pods of `{workload.title}`")
        for port in service.ports:
            targets += _own_file_first([_target(index, service, port, w) for w in reference.workloads])
    yield from settled_selectors(selectors)
    for target in settled_targets(list(held_against(targets, index.ladder))):
        yield target
        yield from judge_forward(index, target)


_LISTENERS = {"NodePort": "node-port", "LoadBalancer": "load-balancer"}
"""The types of Services that take connections from outside the cluster, as a listener is called."""


def _listener(service: Service, port: ServicePort) -> Iterator[Route | Edge]:
    """The way into the cluster that a Service is by itself: a port of every node, or of a load balancer."""
    number = port.number if service.type == "LoadBalancer" else port.node_port
    listener = _LISTENERS[service.type] + (f":{number}" if number else "")
    route = Route("Service", service, listener, "", port.anchor, f"{port.number}")
    yield route
    text = f"Service `{service.title}` takes connections from outside the cluster"
    yield Edge(route, port, port.anchor, text)


def _selector(index: Index, service: Service, selector: Labels) -> ServiceSelector:
    """The selector of a Service (S1): all pairs, pods of its own namespace."""
    workloads = index.selected(service)
    near: tuple[Candidate, ...] = ()
    verdict, assumption = Verdict.FOUND, ""
    if not workloads:
        near = nearest_workloads(index, service)
        maker = index.makers.of_pods(
            (service.meta.name.value, *selector.values.values()), service.meta.namespace
        )
        if maker is not None and maker.known:
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
    if index.in_experiment(values):
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
    platform = namespace == _SYSTEM and not values.items().isdisjoint(_OF_THE_CLUSTER)
    if not ladder.complete and (platform or (not near and _is_elsewhere(index, namespace))):
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


def _target(index: Index, service: Service, port: ServicePort, workload: Workload) -> TargetPort:
    """The pod's port that a Service port leads to (S5, S6): names by name and protocol, numbers as they are."""
    written = port.target or port.written
    containers = workload.containers
    declared = tuple(_port_text(p) for c in containers for p in c.ports)
    name, number = port.target_name, port.target_number
    verdict, evident, assumption = Verdict.FOUND, True, ""
    near: tuple[Candidate, ...] = ()
    if name is not None:
        match = named_port(workload, name, port.protocol)
        if match is not None:
            number = match.number
        elif is_placeholder(name) or workload.meta.patched or service.meta.patched:
            verdict = Verdict.UNKNOWN
        elif workload.finishes or index.pods_are_ambiguous(service):
            # Pods that end serve nothing, and of namesakes in other folders any may be meant.
            verdict = Verdict.UNKNOWN
        else:
            # Clients of a headless Service dial the pods: a port that nobody has hurts nobody who asks for another.
            besides = service.headless and any(
                p is not port and p.target_name and named_port(workload, p.target_name, p.protocol)
                for p in service.ports
            )
            near = _port_candidates(name, port, workload, service)
            slip = bool(near) and is_misspelt(name, near[0].instead)
            verdict = Verdict.UNKNOWN if besides and not slip else Verdict.CONFLICT
            assumption = "somebody asks for the endpoints, not only for the name" if besides else ""
    else:
        told = shows_port(workload, number) or index.configures(workload, number)
        shown = service.meta.patched or told or _of_webhook(service, port)
        evident = shown and not _other_protocol(service, port, number, workload)
    return TargetPort(
        wanted=written.value,
        anchor=written.anchor,
        owner=service,
        verdict=verdict,
        near=near,
        service=service,
        port=port,
        workload=workload,
        number=number,
        declared=declared,
        evident=evident,
        assumption=assumption,
        silent=not declared and number is not None and _is_silent(index, workload, number),
    )


def _is_silent(index: Index, workload: Workload, number: int) -> bool:
    """Whether nothing shows pods that declare no ports to serve one: neither their words, nor their files, nor their images."""
    heard = [one for container in index.containers(workload) for one in index.listening(container).on(number)]
    return not (
        workload.meta.patched or names_port(workload, number) or index.configures(workload, number) or heard
    )


_SYSTEM = "kube-system"
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


_WEBHOOK = 9443
"""What a controller serves its webhooks on that is told nothing: `DefaultPort`, controller-runtime `pkg/webhook/server.go`."""


def _of_webhook(service: Service, port: ServicePort) -> bool:
    """Whether a port leads to the webhooks of a controller, by their usual number and its name: many declare no port for them."""
    names = (service.meta.name.value, port.name.value if port.name else "")
    return port.target_number == _WEBHOOK and any("webhook" in name for name in names)


def _port_text(port: ContainerPort) -> str:
    text = str(port.number) if port.protocol == "TCP" else f"{port.number}/{port.protocol}"
    return f"{port.name} ({text})" if port.name else text


def _own_file_first(targets: list[TargetPort]) -> list[TargetPort]:
    """When the workload beside a Service has the port, one in another file that has not may be another variant.

    A pod that nothing makes (a test of a release) is no more than a passer-by where a workload has it, which is as near.
    """
    fitting = [t for t in targets if t.verdict is Verdict.FOUND]
    beside, made = any(map(_beside, fitting)), [t for t in fitting if t.workload.meta.kind != "Pod"]
    made_beside = any(map(_beside, made))

    def passes_by(target: TargetPort) -> bool:
        return target.workload.meta.kind == "Pod" and (made_beside if _beside(target) else bool(made))

    return [
        replace(t, verdict=Verdict.UNKNOWN)
        if t.broken and ((beside and not _beside(t)) or passes_by(t))
        else t
        for t in targets
    ]


def _beside(target: TargetPort) -> bool:
    return target.workload.anchor.source is target.service.anchor.source


def _port_candidates(
    name: str, port: ServicePort, workload: Workload, service: Service
) -> tuple[Candidate, ...]:
    """The port that a missing name was meant to be: a similar name, the number of the Service port, the only one to which nothing leads."""
    ports = [p for c in workload.containers for p in c.ports]
    for other in ports:
        if other.name is not None and other.name.value == name:
            text = f"`{workload.title}` declares port `{name}` for {other.protocol}, not {port.protocol}"
            return (Candidate(other.anchor, text, f"protocol: {other.protocol}"),)
        if name == str(other.number):
            text = f"`{workload.title}` declares port {name}; in quotes it is a name"
            return (Candidate(other.anchor, text, f"targetPort: {name}"),)
    similar = near_names(name, [p.name.value for p in ports if p.name is not None])
    chosen = [p for p in ports if p.name is not None and p.name.value in similar[:1]]
    chosen = chosen or [p for p in ports if p.number == port.number and p.protocol == port.protocol]
    if not chosen and len(ports) == 1 and ports[0].number not in _led_to(service, workload):
        chosen = ports
    return tuple(
        Candidate(
            p.anchor,
            f"`{workload.title}` declares "
            + (f"port `{p.name}`" if p.name else f"port {p.number} without a name"),
            p.name.value if p.name and p.protocol == port.protocol else str(p.number),
            certain=len(chosen) == 1 and len(similar) <= 1 and p.protocol == port.protocol,
        )
        for p in chosen[:1]
    )


def _led_to(service: Service, workload: Workload) -> set[int | None]:
    """The ports of a workload's pods that a Service leads to."""
    named = (named_port(workload, p.target_name, p.protocol) for p in service.ports if p.target_name)
    return {p.target_number for p in service.ports} | {found.number for found in named if found is not None}


def _other_protocol(service: Service, port: ServicePort, number: int | None, workload: Workload) -> bool:
    """Whether a TCP port leads to a number that the pods declare for UDP alone, and no UDP port leads there (S7)."""
    declared = [p.protocol for c in workload.containers for p in c.ports if p.number == number]
    if port.protocol != "TCP" or "TCP" in declared or not declared:
        return False
    return not any(p.protocol != "TCP" and p.target_number == number for p in service.ports)
