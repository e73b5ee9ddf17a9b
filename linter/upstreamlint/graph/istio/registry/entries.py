"""ServiceEntries whose selector finds nobody, and DestinationRules whose host is nothing."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.finding import merged
from upstreamlint.graph.evidence import Verdict, is_placeholder
from upstreamlint.graph.istio.names import two_part
from upstreamlint.graph.istio.references.destinations import EntryTarget, RuleHost
from upstreamlint.graph.istio.routes.hosts import in_full
from upstreamlint.graph.istio.routes.sent import sent
from upstreamlint.graph.istio.routes.subset_endpoints import entry_endpoints
from upstreamlint.graph.istio.view import Mesh
from upstreamlint.graph.kubernetes.services.names import missing_service
from upstreamlint.graph.kubernetes.services.serving import named_port, shows_port
from upstreamlint.graph.likeness import is_slip, near_names
from upstreamlint.graph.references import AMONG_THESE, Candidate, EntrySelector, Reference, sure
from upstreamlint.model.istio import DestinationRule, ServiceEntry
from upstreamlint.model.kubernetes.meta import Labels


def link(mesh: Mesh) -> Iterator[Reference]:
    """The references of ServiceEntries and DestinationRules to what they are for."""
    for entry in mesh.index.of(ServiceEntry):
        if entry.workload_selector is not None and not entry.endpoints:
            selector = _selector(mesh, entry)
            yield selector
            yield from _targets(mesh, selector)
    for rule in mesh.index.of(DestinationRule):
        yield from _host(mesh, rule)


def _selector(mesh: Mesh, entry: ServiceEntry) -> EntrySelector:
    """The selector of a ServiceEntry: pods and WorkloadEntries of its own namespace."""
    (pods, machines), _ = entry_endpoints(mesh, entry)
    selector = entry.workload_selector
    wanted = selector.values if selector is not None else {}
    space = entry.meta.namespace
    near: tuple[Candidate, ...] = ()
    assumption, verdict = "", Verdict.FOUND
    if not pods and not machines and selector is not None:
        near = _nearest(mesh, entry, selector)
        if (
            entry.meta.patched
            or any(is_placeholder(v) for v in wanted.values())
            or mesh.registry.grows(space)
        ):
            verdict = Verdict.UNKNOWN
        else:
            also = (entry.meta.title, f"{space}/*")
            verdict = mesh.index.ladder.absent(str(selector), entry.meta.folder, near=bool(near), also=also)
        if verdict is Verdict.EXTERNAL and (mesh.index.workloads(space) or mesh.registry.machines(space)):
            verdict, assumption = Verdict.CONFLICT, f"nothing else runs in namespace `{space}`"
    return EntrySelector(
        wanted=str(selector),
        anchor=selector.anchor if selector is not None else entry.anchor,
        owner=entry,
        verdict=verdict,
        near=near,
        entry=entry,
        workloads=tuple(pods),
        alone=not machines and not mesh.registry.grows(space) and not entry.meta.patched,
        assumption=assumption,
    )


def _targets(mesh: Mesh, selector: EntrySelector) -> Iterator[EntryTarget]:
    """The ports of an entry that its pods have neither by name nor by number (`convertWorkloadInstanceToServiceInstance`)."""
    entry, pods = selector.entry, selector.workloads
    if not pods or not selector.alone:
        return
    for port in entry.ports:
        number = port.target if port.target is not None else port.number
        name = port.name.value if port.name is not None else ""
        if port.protocol.upper() == "UDP" or any(
            named_port(w, name, "TCP") or shows_port(w, number) or mesh.index.configures(w, number)
            for w in pods
        ):
            continue
        sole = len(entry.ports) == 1
        asked = (one for host in entry.hosts for one in sent(mesh).get(host.value.lower(), ()))
        yield EntryTarget(
            wanted=str(number),
            anchor=port.anchor,
            owner=entry,
            verdict=Verdict.CONFLICT,
            entry=entry,
            port=port,
            number=number,
            workloads=pods,
            hits=merged(one.hit for one in asked if one.port == port.number or (sole and one.port is None)),
        )


def _nearest(mesh: Mesh, entry: ServiceEntry, selector: Labels) -> tuple[Candidate, ...]:
    """A pod template or WorkloadEntry that misses the selector by one value of nearly the same name."""
    wanted = selector.values
    found: list[Candidate] = []
    space = entry.meta.namespace
    pool = mesh.index.workloads(space)
    options = [(w.template.labels, w.title) for w in pool if len(pool) <= _POOL]
    machines = mesh.registry.machines(space)
    options += [(m.endpoint.labels, f"WorkloadEntry `{m.meta.name}`") for m in machines[:_POOL]]
    for labels, title in options:
        values = labels.values if labels is not None else {}
        differing = [k for k, v in wanted.items() if values.get(k) != v]
        if labels is None or len(differing) != 1 or differing[0] not in values:
            continue
        key = differing[0]
        if len(wanted) > 1 or near_names(wanted[key], [values[key]]):
            text = f"the closest, {title}, has `{key}: {values[key]}`"
            at = selector.entries[key].anchor
            found.append(Candidate(labels.entries[key].anchor, text, f"{key}: {values[key]}", at))
    return sure(found)


_POOL = 200
"""A namespace with more is not searched for look-alikes: the cost would grow with its square."""


def _host(mesh: Mesh, rule: DestinationRule) -> Iterator[RuleHost]:
    """The host of a DestinationRule: a rule for nothing is ignored."""
    host = mesh.rules.expanded[id(rule)]
    written = rule.host.value
    if "*" in written or mesh.registry.find(host, rule.meta.folder):
        return
    near: tuple[Candidate, ...] = ()
    assumption = ""
    if rule.meta.patched or is_placeholder(written):
        verdict = Verdict.UNKNOWN
    elif host.service:
        verdict, near = missing_service(mesh.index, host.service, host.namespace, rule.meta.folder)
        if "." in written:
            verdict, near = in_full(mesh.index.ladder, written, verdict, near, rule.meta.folder)
        if mesh.registry.wildcard(host) is not None:
            verdict = Verdict.UNKNOWN
        if near and not is_slip(host.service, near[0].instead.partition(".")[0]):
            assumption = AMONG_THESE
    elif mesh.registry.wildcard(host) is not None:
        verdict = Verdict.FOUND
    else:
        pair = two_part(written)
        services = mesh.index.services(*pair, rule.meta.folder) if pair is not None else []
        exact = [s for s in services if pair is not None and s.meta.namespace == pair[1]]
        near = tuple(
            Candidate(
                s.anchor,
                "a name with a dot is not completed",
                f"{s.meta.name}.{s.meta.namespace}.svc.{mesh.settings.domain}",
                certain=True,
            )
            for s in exact[:1]
        )
        verdict = mesh.absent(written, rule.meta.folder, near=bool(near), own=False)
    yield RuleHost(
        wanted=written,
        anchor=rule.host.anchor,
        owner=rule,
        verdict=verdict,
        near=near,
        assumption=assumption,
        rule=rule,
        expanded=host.shown,
    )
