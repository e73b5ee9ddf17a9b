"""Mutual TLS where no DestinationRule speaks of it: what istiod makes clients speak, and what the pods take.

Clients are told by the policy of the namespace, or of the mesh, whether they speak mutual TLS at all; what a policy
for some pods or ports asks is only known of single endpoints. A host without an address of its own has no endpoints that
sidecars know: all of its pods get mutual TLS, or, where one has no sidecar, none (istio:
`BestEffortInferServiceMTLSMode` in `pilot/pkg/model/push_context.go`, `applyUpstreamTLSSettings`).
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.documents import Scalar
from upstreamlint.finding import Affected, merged
from upstreamlint.graph.evidence import Verdict
from upstreamlint.graph.istio.mesh import is_gateway
from upstreamlint.graph.istio.names import Host
from upstreamlint.graph.istio.references.tls import UnspokenTls
from upstreamlint.graph.istio.registry.destination_rules import Client
from upstreamlint.graph.istio.routes.sent import Sent, sent
from upstreamlint.graph.istio.tls.demands import Demanded, Demands
from upstreamlint.graph.istio.view import Mesh
from upstreamlint.graph.kubernetes.services.serving import pod_port
from upstreamlint.graph.pod_labels import standing
from upstreamlint.model.kubernetes import Service, Workload
from upstreamlint.model.kubernetes.service import ServicePort
from upstreamlint.source import Anchor
from upstreamlint.values import NamedTuple, replace


class _Spoken(NamedTuple):
    """What a client speaks, and what makes it so."""

    mutual: bool
    because: Anchor
    why: str


def link(mesh: Mesh) -> Iterator[UnspokenTls]:
    """Each workload that refuses what clients of a route speak to it."""
    demands = Demands(mesh)
    if not demands:
        return
    found: dict[tuple[int, bool], UnspokenTls] = {}
    for one in (one for ones in sent(mesh).values() for one in ones):
        for told in _refusals(mesh, demands, one):
            key = (id(told.workload), told.mutual)
            found[key] = _joined(found.get(key), told)
    yield from found.values()


def _joined(known: UnspokenTls | None, told: UnspokenTls) -> UnspokenTls:
    """What is known of a workload, with what another route told."""
    if known is None:
        return told
    sure = "" if "" in (known.assumption, told.assumption) else known.assumption
    return replace(known, hits=merged((*known.hits, *told.hits)), assumption=sure)


def _refusals(mesh: Mesh, demands: Demands, one: Sent) -> Iterator[UnspokenTls]:
    host = mesh.expand(one.host, "")
    registered = mesh.registry.find(host, one.folder)
    for service in registered.services:
        ports = [p for p in service.ports if one.port in (None, p.number)]
        if service.meta.patched or len(ports) != 1 or ports[0].protocol != "TCP":
            continue
        for client in sorted(one.clients, key=lambda c: bool(c.assumption)):
            chosen = _chosen(mesh, host, service, one, ports[0], client)
            spoken = _spoken(mesh, demands, service, client) if chosen else None
            if spoken is None:
                continue
            refusing = [
                (w, d) for w in chosen if (d := _refuses(mesh, demands, w, ports[0], spoken)) is not None
            ]
            for workload, demanded in refusing:
                yield _told(one, service, workload, demanded, spoken, client, len(refusing) / len(chosen))
            if refusing:
                break


def _chosen(
    mesh: Mesh, host: Host, service: Service, one: Sent, port: ServicePort, client: Client
) -> list[Workload]:
    """The pods that requests come to; none where a rule says what is spoken to them, or its subset is not known."""
    wanted: dict[str, str] = {}
    defined = not one.subset
    for rule in mesh.rules.applying(host, (service.meta.namespace,), client, one.folder):
        subset = next((s for s in rule.subsets if s.name.value == one.subset), None)
        policies = (rule.policy, subset.policy if subset is not None else None)
        if rule.meta.patched or any(p is not None and p.tls_at(port.number) is not None for p in policies):
            return []
        if subset is not None:
            defined = True
            wanted = standing(subset.labels.values) if subset.labels is not None else {}
    pods = mesh.index.selected(service) if defined else ()
    return [w for w in pods if wanted.items() <= w.template.values.items()]


def _spoken(mesh: Mesh, demands: Demands, service: Service, client: Client) -> _Spoken | None:
    """What a client speaks to all pods of a Service alike; nothing where each is asked what it takes."""
    general = demands.of_namespace(service.meta.namespace, service.meta.folder)
    if general is not None and general[0].value == "DISABLE":
        return _Spoken(False, general[0].anchor, "clients are told to speak no mutual TLS")
    if not service.headless:
        return None
    without = [w for w in mesh.index.selected(service) if mesh.injection.certain(w) is False]
    if without:
        text = f"`{without[0].title}` has no sidecar, so clients speak plain text to the whole Service"
        return _Spoken(False, without[0].anchor, text)
    if client.is_gateway or any(mesh.injection.certain(w) is None for w in mesh.index.selected(service)):
        return None
    return _Spoken(
        True, service.anchor, "of a headless Service, clients speak mutual TLS to every pod and port"
    )


def _refuses(
    mesh: Mesh, demands: Demands, workload: Workload, port: ServicePort, spoken: _Spoken
) -> Demanded | None:
    demanded = demands.mode(workload, pod_port(workload, port))
    refused = "DISABLE" if spoken.mutual else "STRICT"
    if demanded is None or demanded[0].value != refused or workload.meta.patched or is_gateway(workload):
        return None
    return demanded if mesh.injection.in_mesh(workload) else None


def _told(
    one: Sent,
    service: Service,
    workload: Workload,
    demanded: Demanded,
    spoken: _Spoken,
    client: Client,
    part: float,
) -> UnspokenTls:
    mode: Scalar = demanded[0]
    return UnspokenTls(
        wanted=mode.value,
        anchor=mode.anchor,
        owner=demanded[1],
        verdict=Verdict.UNKNOWN if demanded[1].meta.patched else Verdict.CONFLICT,
        service=service,
        workload=workload,
        policy=demanded[1],
        mutual=spoken.mutual,
        because=spoken.because,
        why=spoken.why,
        hits=(_share(one.hit, part),),
        assumption=client.assumption or ("the requests do not go to the other pods" if part < 1 else ""),
    )


def _share(hit: Affected, part: float) -> Affected:
    return hit if hit.share is None or part == 1 else hit._replace(share=hit.share * part)
