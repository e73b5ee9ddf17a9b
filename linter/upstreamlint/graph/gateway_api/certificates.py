"""The certificates of listeners that end TLS (G9): Secrets, of another namespace only where that one permits it.

Gateway API, `GatewayTLSConfig.certificateRefs` and ReferenceGrant: `ResolvedRefs: False` with `InvalidCertificateRef` or `RefNotPermitted`;
a listener without a certificate is not programmed. cert-manager fills the Secrets of a Gateway that an annotation gives an issuer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from upstreamlint.finding import Affected
from upstreamlint.graph.certificates import Certificates, ListenerCertificate
from upstreamlint.graph.evidence import Verdict
from upstreamlint.graph.gateway_api.grants import Grants
from upstreamlint.graph.index import Index
from upstreamlint.graph.references import Candidate
from upstreamlint.model.gateway_api import GROUP, BackendRef, GatewayListener, Grant, KubernetesGateway
from upstreamlint.model.kubernetes.nearest import same_namespace
from upstreamlint.values import replace

_ISSUER = "cert-manager.io/"


def listener_certificates(
    index: Index, grants: Grants, taken: Mapping[int, Sequence[Affected]]
) -> Iterator[ListenerCertificate]:
    """Each certificate of each listener; `taken` are the routes of each Gateway."""
    gateways = [g for g in index.of(KubernetesGateway) if any(x.certificates for x in g.listeners)]
    if not gateways:
        return
    held = Certificates(index)
    for gateway in gateways:
        hits = taken.get(id(gateway), ())
        alone = len(gateway.listeners) == 1
        for listener in gateway.listeners:
            for ref in listener.certificates if not listener.passes_through else ():
                if (ref.group, ref.kind) == ("", "Secret"):
                    found = _certificate(index, held, grants, gateway, listener, ref)
                    yield replace(found, hits=tuple(h if alone else h._replace(share=None) for h in hits))


def _certificate(
    index: Index,
    held: Certificates,
    grants: Grants,
    gateway: KubernetesGateway,
    listener: GatewayListener,
    ref: BackendRef,
) -> ListenerCertificate:
    there = [*grants.get(ref.namespace, ()), *grants.get("", ())]
    away = not same_namespace(ref.namespace, gateway.meta.namespace)
    permitted = not away or any(_permits(grant, gateway, ref) for grant in there)
    known = held.known(ref.name.value, ref.namespace)
    found = held.look_up(ref.name, ref.namespace, gateway.meta.folder)
    verdict, near = found.verdict, found.near
    if not permitted:
        near = tuple(Candidate(g.meta.anchor, "this one does not permit it", "") for g in there[:1])
        shown = known or bool(there) or index.ladder.complete
        verdict = Verdict.CONFLICT if shown else Verdict.UNKNOWN
    elif _filled(gateway) and not away and not known:
        verdict = Verdict.FOUND
    written = ref.namespace_written if not permitted and ref.namespace_written is not None else ref.name
    return ListenerCertificate(
        wanted=ref.name.value,
        anchor=written.anchor,
        owner=gateway,
        verdict=Verdict.UNKNOWN if gateway.meta.patched else verdict,
        near=near,
        title=f"listener `{listener.name or listener.port}` of Gateway `{gateway.title}`",
        namespace=ref.namespace,
        fault=found.fault if permitted else None,
    )


def _permits(grant: Grant, gateway: KubernetesGateway, ref: BackendRef) -> bool:
    return (GROUP, "Gateway", gateway.meta.namespace) in grant.origins and any(
        (group, kind) == ("", "Secret") and name in ("", ref.name.value)
        for group, kind, name in grant.targets
    )


def _filled(gateway: KubernetesGateway) -> bool:
    """Whether cert-manager makes what is missing."""
    annotations = gateway.meta.annotations
    return annotations is not None and any(key.startswith(_ISSUER) for key in annotations.entries)
