"""The certificates of Ingresses, and of objects of controllers: Secrets of their own namespace.

ingress-nginx: docs, "TLS/HTTPS", "Default SSL Certificate"; traefik: pkg/provider/kubernetes/ingress/kubernetes.go, `getCertificates`; contour: internal/dag/httpproxy_processor.go,
`SecretNotValid` and `DelegationNotPermitted` (TLSCertificateDelegation); kubernetes-ingress of F5: docs, VirtualServer.TLS ("will break any attempt to establish a TLS connection"). What cert-manager is told to fill by an annotation need not stand anywhere.
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.documents import Scalar
from upstreamlint.finding import Affected
from upstreamlint.graph.certificates import Certificates, ListenerCertificate
from upstreamlint.graph.evidence import Verdict
from upstreamlint.graph.index import Index
from upstreamlint.graph.references import Candidate
from upstreamlint.model.kubernetes import Ingress, Meta, Other
from upstreamlint.model.kubernetes.nearest import same_namespace
from upstreamlint.programs.managed.controllers import Classes, Controller
from upstreamlint.programs.managed.model import ManagedRoute

_ISSUERS = ("cert-manager.io/", "certmanager.k8s.io/", "kubernetes.io/tls-acme")
_OWN = {
    Controller.INGRESS_NGINX: "Kubernetes Ingress Controller Fake Certificate",
    Controller.TRAEFIK: "TRAEFIK DEFAULT CERT",
}
_UNREAD = frozenset({Controller.ALB})
"""Controllers that take certificates from elsewhere."""


def link(index: Index) -> Iterator[ListenerCertificate]:
    """The Secret of every Ingress and every such object, where something tells that it is not there."""
    ingresses = [i for i in index.of(Ingress) if i.secrets and not _issued(i.meta)]
    managed = [m for m in index.of(ManagedRoute) if m.secret is not None and not _issued(m.meta)]
    if not ingresses and not managed:
        return
    held, classes = Certificates(index), Classes(index)
    for ingress in ingresses:
        controller = classes.controller(ingress)
        hits = tuple(Affected(b.host or "*", b.path or "/", 1.0, b.anchor) for b in ingress.backends)
        own = (
            _OWN.get(controller, "the controller's own") if controller is not None else "the controller's own"
        )
        for secret in ingress.secrets if controller not in _UNREAD else ():
            yield _certificate(held, ingress, secret, ingress.meta.namespace, hits, own)
    for found in managed:
        yield from _of_managed(index, held, found)


def _of_managed(index: Index, held: Certificates, owner: ManagedRoute) -> Iterator[ListenerCertificate]:
    hits = tuple(Affected(rule.host, rule.path, 1.0, rule.anchor) for rule in owner.rules)
    delegates = owner.kind.delegates
    if owner.secret is None:
        return
    space, slash, name = owner.secret.value.rpartition("/")
    if not slash or not delegates or same_namespace(space, owner.meta.namespace):
        plain = owner.secret._replace(value=name) if delegates else owner.secret
        yield _certificate(held, owner, plain, owner.meta.namespace, hits, owner.kind.certificate_else)
        return
    permits = [o for o in index.of(Other) if o.meta.kind == delegates and o.meta.namespace == space]
    if not permits and held.known(name, space):
        yield ListenerCertificate(
            wanted=name,
            anchor=owner.secret.anchor,
            owner=owner,
            verdict=Verdict.UNKNOWN if owner.meta.patched else Verdict.CONFLICT,
            near=(Candidate(owner.meta.name.anchor, f"this {owner.meta.kind}", ""),),
            title=f"{owner.meta.kind} `{owner.title}`",
            namespace=space,
            fault=None,
            hits=hits,
        )


def _certificate(
    held: Certificates,
    owner: Ingress | ManagedRoute,
    secret: Scalar,
    namespace: str,
    hits: tuple[Affected, ...],
    instead: str,
) -> ListenerCertificate:
    found = held.look_up(secret, namespace, owner.meta.folder)
    return ListenerCertificate(
        wanted=secret.value,
        anchor=secret.anchor,
        owner=owner,
        verdict=Verdict.UNKNOWN if owner.meta.patched else found.verdict,
        near=found.near,
        title=f"{owner.meta.kind} `{owner.title}`",
        namespace=namespace,
        fault=found.fault,
        hits=hits,
        instead=instead,
    )


def _issued(meta: Meta) -> bool:
    """Whether an annotation has somebody fill the Secret."""
    return meta.annotations is not None and any(key.startswith(_ISSUERS) for key in meta.annotations.entries)
