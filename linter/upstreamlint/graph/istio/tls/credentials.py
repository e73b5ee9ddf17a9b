"""The Secrets that `credentialName` of Istio's Gateways names: istiod takes them from the namespace of the gateway's own pods alone.

istio: `pilot/pkg/xds/sds.go`, `pilot/pkg/credentials/kube/secrets.go`; Istio documentation, "Secure Gateways", "Troubleshooting".
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.graph.certificates import Certificates, ListenerCertificate, Unheld
from upstreamlint.graph.evidence import Verdict
from upstreamlint.graph.istio.gateways.pods import served_by
from upstreamlint.graph.istio.view import Mesh
from upstreamlint.model.istio import IstioGateway

_ENDING = frozenset({"SIMPLE", "MUTUAL", "OPTIONAL_MUTUAL"})
_ELSEWHERE = "://"
"""`kubernetes-gateway://` and its like name a namespace, or somebody else who keeps the certificate."""


def link(mesh: Mesh) -> Iterator[ListenerCertificate]:
    """The certificate of every server that ends TLS, once for each namespace in which its gateway runs."""
    gateways = [g for g in mesh.index.of(IstioGateway) if any(s.credential for s in g.servers)]
    if gateways:
        held = Certificates(mesh.index)
        for gateway in gateways:
            yield from _of_gateway(mesh, held, gateway)


def _of_gateway(mesh: Mesh, held: Certificates, gateway: IstioGateway) -> Iterator[ListenerCertificate]:
    hits = served_by(mesh, gateway)
    alone = len(gateway.servers) == 1
    for server in gateway.servers:
        name, mode = server.credential, server.tls_mode
        if name is None or mode is None or mode.value not in _ENDING or _ELSEWHERE in name.value:
            continue
        for client in mesh.gateways.clients(gateway):
            found = held.look_up(name, client.namespace, gateway.meta.folder)
            # Where the gateway runs is not known: only what is beside the Gateway, or is called nearly so there, says something.
            beside = found.space == gateway.meta.namespace or found.fault is Unheld.MISSING
            sure = not client.assumption or (bool(found.near) and beside)
            yield ListenerCertificate(
                wanted=name.value,
                anchor=name.anchor,
                owner=gateway,
                verdict=found.verdict if sure and not gateway.meta.patched else Verdict.UNKNOWN,
                near=found.near,
                title=f"port {server.port} of Gateway `{gateway.title}`",
                namespace=client.namespace,
                fault=found.fault,
                hits=tuple(h if alone else h._replace(share=None) for h in hits),
                assumption=client.assumption,
            )
