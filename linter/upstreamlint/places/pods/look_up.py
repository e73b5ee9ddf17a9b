"""What `host:port` means for a proxy in a pod: a Service, the pod itself, or what lies elsewhere."""

from __future__ import annotations

from upstreamlint.facets.dial import Caller, Dial
from upstreamlint.facets.judgement import Candidate, Obstacle
from upstreamlint.graph.evidence import Verdict
from upstreamlint.graph.index import Index
from upstreamlint.graph.kubernetes.services.aliases import stands_for
from upstreamlint.graph.kubernetes.services.names import missing_service, other_ports
from upstreamlint.graph.kubernetes.services.serving import names_port, pod_port
from upstreamlint.graph.likeness import is_typed, near_numbers
from upstreamlint.model.kubernetes import Meta, Namespace, Service, Workload
from upstreamlint.model.kubernetes.injected import has_neighbours
from upstreamlint.model.kubernetes.service import ServicePort
from upstreamlint.places.address import is_loopback
from upstreamlint.places.found import Found, HostFound, PortFound
from upstreamlint.places.pods.dns import CLUSTER_DOMAIN, ClusterName, cluster_name, has_cluster_dns, pod_fault
from upstreamlint.values import replace


def look_up(index: Index, workload: Workload, dial: Dial) -> Found:
    """Look up what a program in a pod dials."""
    host = dial.host.lower()
    if is_loopback(host):
        return Found(_loopback(index, dial.caller, workload, dial.port))
    return named(
        index,
        workload.meta,
        host,
        dial.port,
        workload=workload,
        own_resolver=dial.own_resolver,
        defaulted=dial.defaulted,
    )


def from_cluster(index: Index, meta: Meta, dial: Dial) -> Found:
    """Look up what a program of the cluster dials whose pods are not in the files: mostly it may be in any namespace."""
    host = dial.host.lower()
    if ("." not in host.rstrip(".") and not dial.caller.resident) or is_loopback(host):
        return Found(HostFound(verdict=Verdict.UNKNOWN))
    return named(index, meta, host, dial.port, defaulted=dial.defaulted)


def named(
    index: Index,
    meta: Meta,
    host: str,
    port: int | None,
    *,
    workload: Workload | None = None,
    own_resolver: bool = False,
    defaulted: bool = False,
) -> Found:
    """Look up a name that is not the pod itself; `own_resolver` says that it is not the pod's own DNS that does it."""
    meant = cluster_name(index, meta, host)
    if meant is None:
        return Found(HostFound(verdict=Verdict.EXTERNAL))
    services = index.services(meant.service, meant.namespace, meta.folder, meta.anchor.source)
    if not services:
        return Found(_missing(index, meta, workload, meant, host))
    if workload is not None and not own_resolver and not has_cluster_dns(workload):
        return Found(_without_dns(workload, services[0]))
    if meant.pod:
        fault = pod_fault(index, services[0], meant.pod)
        verdict = Verdict.CONFLICT if fault is not None else Verdict.FOUND
        obstacle = Obstacle.POD_NAME if fault is not None else None
        far_end = ((services[0].anchor, fault.value),) if fault is not None else ()
        return Found(HostFound(verdict=verdict, obstacle=obstacle, targets=tuple(services), far_end=far_end))
    answers = () if port is None else tuple(_port(index, s, port, defaulted=defaulted) for s in services)
    unsure = port is not None and index.service_is_ambiguous(
        meant.service,
        meant.namespace,
        meta.folder,
        lambda s: not _port(index, s, port, defaulted=defaulted).verdict.broken,
    )
    if unsure or not all(answer.verdict.broken for answer in answers):
        answers = tuple(replace(a, verdict=Verdict.UNKNOWN) if a.verdict.broken else a for a in answers)
    if own_resolver and not meant.whole:
        service = services[0]
        whole = f"{meant.service}.{service.meta.namespace or 'NAMESPACE'}.svc.{CLUSTER_DOMAIN}"
        text = f"Service `{service.title}` answers to its full name only"
        return Found(
            HostFound(
                verdict=Verdict.CONFLICT,
                obstacle=Obstacle.SHORT_NAME,
                targets=tuple(services),
                far_end=((service.anchor, text),),
                near=(Candidate(service.anchor, text, whole, certain=bool(service.meta.namespace)),),
            ),
            answers,
        )
    return Found(HostFound(verdict=Verdict.FOUND, targets=tuple(services)), answers)


def _without_dns(workload: Workload, service: Service) -> HostFound:
    """A pod that uses the DNS of its node, which knows no Service."""
    template = workload.template
    where = template.dns_policy.anchor if template.dns_policy else workload.anchor
    return HostFound(
        verdict=Verdict.CONFLICT,
        obstacle=Obstacle.NO_DNS,
        targets=(service,),
        far_end=((where, f"the pods of `{workload.title}` do not use the cluster's DNS"),),
    )


def _missing(index: Index, meta: Meta, workload: Workload | None, meant: ClusterName, host: str) -> HostFound:
    verdict, near = missing_service(index, meant.service, meant.namespace, meta.folder)
    if index.ladder.declared_external((host,)):
        verdict = Verdict.EXTERNAL
    assumption = ""
    open_or_absent = verdict in (Verdict.EXTERNAL, Verdict.ABSENT)
    if open_or_absent and not near and not index.ladder.declared_external((host,)):
        near = _other_namespace(index, meant, meta)
        if near:
            verdict, assumption = Verdict.NEAR_MISS, f"there is no namespace `{meant.namespace}`"
    elsewhere = bool(near) and near[0].instead.endswith(f".svc.{CLUSTER_DOMAIN}")
    return HostFound(
        verdict=verdict,
        assumption=assumption,
        obstacle=Obstacle.OTHER_NAMESPACE if elsewhere else Obstacle.UNKNOWN_NAME,
        near=near,
        far_end=((workload.anchor, f"`{workload.title}`, from where the name is looked up"),)
        if workload is not None
        else (),
    )


def _other_namespace(index: Index, meant: ClusterName, meta: Meta) -> tuple[Candidate, ...]:
    """The one namespace of the files that a namespace in which nothing is makes by a slip of the hand."""
    wanted = meant.namespace
    if not wanted or wanted in index.namespaces:
        return ()
    like = [name for name in index.namespaces if is_typed(wanted, name)]
    if len(like) != 1:
        return ()
    named = next((n.meta.name.anchor for n in index.of(Namespace) if n.meta.name.value == like[0]), None)
    if named is None and meta.namespace != like[0]:
        return ()
    whole = f"{meant.service}.{like[0]}.svc.{CLUSTER_DOMAIN}"
    return (Candidate(named or meta.name.anchor, f"namespace `{like[0]}` has a similar name", whole),)


def _port(index: Index, service: Service, number: int, *, defaulted: bool) -> PortFound:
    found = service.port(number)
    other = stands_for(index, service) if service.type == "ExternalName" else None
    if other is not None:
        return _port(index, other, number, defaulted=defaulted)
    if service.type == "ExternalName" or not service.ports or service.meta.patched:
        return PortFound(target=found or service, number=number, verdict=Verdict.UNKNOWN)
    if service.headless and service.selector is not None:
        return _headless(index, service, number, found)
    if found is not None:
        return PortFound(target=found, number=number, verdict=Verdict.FOUND)
    meant = next((p for p in service.ports if p.target_number == number), None)
    near = other_ports(service, meant)
    return PortFound(
        target=service,
        number=number,
        verdict=Verdict.CONFLICT,
        obstacle=Obstacle.DEFAULTED if defaulted else Obstacle.NOT_ON_SERVICE,
        near=near,
        far_end=tuple((c.anchor, c.text) for c in near),
    )


def _headless(index: Index, service: Service, number: int, found: ServicePort | None) -> PortFound:
    """A headless Service gives the pods' own addresses: no port is translated (S11)."""
    fine = PortFound(target=found or service, number=number, verdict=Verdict.FOUND)
    if found is None:
        return _on_pods(index, service, number) or fine
    served = {pod_port(w, found) for w in index.selected(service)} or {found.target_number}
    own = min((p for p in served if p is not None), default=number)
    if None in served or number in served:
        return fine
    written = found.target or found.written
    text = f"Service `{service.title}` is headless: the pods serve {own}, and no port is translated"
    return PortFound(
        target=found,
        number=number,
        verdict=Verdict.CONFLICT,
        obstacle=Obstacle.HEADLESS,
        far_end=((written.anchor, text),),
        near=(Candidate(written.anchor, text, str(own), certain=len(served) == 1),),
    )


def _on_pods(index: Index, service: Service, number: int) -> PortFound | None:
    """A number that a headless Service does not have, and its pods serve neither: a slip of one of theirs, or not their program's."""
    pods = index.selected(service)
    declared = {p.number: p for w in pods for c in w.containers for p in c.ports if p.number is not None}
    unknown = any(w.meta.patched or names_port(w, number) or index.configures(w, number) for w in pods)
    if unknown or not declared or number in declared:
        return None
    slips = near_numbers(number, declared)
    heard = [index.listening(c) for w in pods for c in index.containers(w)]
    apart = len(declared) == 1 and all(h.usual >= set(declared) and not h.serves(number) for h in heard)
    meant = slips or (list(declared) if apart else [])
    if len(meant) != 1:
        return None
    port = declared[meant[0]]
    text = f"Service `{service.title}` is headless: its pods serve {port.number}"
    return PortFound(
        target=service,
        number=number,
        verdict=Verdict.CONFLICT,
        obstacle=Obstacle.NOT_ON_SERVICE,
        far_end=((port.anchor, text),),
        near=(Candidate(port.anchor, text, str(port.number), certain=True),),
    )


def _loopback(index: Index, caller: Caller, workload: Workload, port: int | None) -> HostFound:
    """The pod itself: the proxy's own ports, and those of the containers beside it."""
    if port is None or port in caller.listens:
        return HostFound(verdict=Verdict.FOUND)
    own = caller.container
    declared = {p.number for c in workload.containers if c is not own for p in c.ports}
    unread = workload.template.host_network or has_neighbours(workload.template)
    if not caller.alone or unread or port in declared or not caller.complete:
        return HostFound(verdict=Verdict.UNKNOWN, obstacle=Obstacle.LOOPBACK)
    serving = [
        s
        for s in index.of(Service)
        if s.meta.namespace == workload.meta.namespace
        and any(port in (p.number, p.target_number) for p in s.ports)
    ]
    near = tuple(
        Candidate(s.anchor, f"Service `{s.title}` leads to port {port}", s.meta.name.value)
        for s in serving[:1]
    )
    return HostFound(
        verdict=Verdict.CONFLICT,
        obstacle=Obstacle.LOOPBACK,
        near=near,
        far_end=((workload.anchor, f"the pods of `{workload.title}` are what loopback means here"),),
    )
