"""Whose certificates count to a managed program: those of public authorities alone, where neither an object nor its start says more.

Traefik dials the addresses of pods, which no authority certifies; a ServersTransport, the annotation of a Service, or `--serversTransport` say
what else counts (traefik: pkg/server/service/transport.go). The router of OpenShift believes the service CA of its cluster, which certifies Services that ask for it by an annotation
(openshift/router: images/router/haproxy/conf/haproxy-config.template, `DEFAULT_DESTINATION_CA_PATH`; OpenShift docs: "Secured routes").
"""

from __future__ import annotations

from collections.abc import Sequence

from upstreamlint.facets.dial import Dial, Tls
from upstreamlint.facets.judgement import Judgement, Obstacle
from upstreamlint.graph.evidence import Verdict
from upstreamlint.graph.index import Index
from upstreamlint.model.kubernetes import MadeService, Service, Workload
from upstreamlint.programs.managed.model import Backend, ManagedRoute
from upstreamlint.values import replace

_ANNOTATION = "traefik.ingress.kubernetes.io/service."
_TOLD = ("insecureSkipVerify", "rootCAs")


def believes(index: Index, owner: ManagedRoute, backend: Backend, services: Sequence[Service]) -> bool:
    """Whether a Traefik in these files believes public authorities alone of the pods behind a backend."""
    if (
        owner.kind.by != "Traefik"
        or not owner.kind.trusts
        or backend.trusting
        or any(_tells(service) for service in services)
    ):
        return False
    from upstreamlint.programs.traefik.dotted import field
    from upstreamlint.programs.traefik.static import static

    every = (c for w in index.of(Workload) if not w.meta.patched for c in index.containers(w))
    running = [static(c) for c in every if c.image_name == "traefik"]
    return bool(running) and all(
        one.complete and all(field(one.root, "serversTransport", key) is None for key in _TOLD)
        for one in running
    )


def certified_by_cluster(
    owner: ManagedRoute, backend: Backend, services: Sequence[Service], dial: Dial
) -> Judgement | None:
    """A certificate that must be of the service CA, for a Service that asks for none; nothing where the route names its own authority."""
    if owner.kind.kind != "Route" or backend.spoken != "reencrypt" or backend.trusting:
        return None
    service = services[0]
    if isinstance(service, MadeService) or service.meta.patched or owner.meta.patched:
        return None
    keys = service.meta.annotations.entries if service.meta.annotations is not None else ()
    if service.type == "ExternalName" or any(key.endswith(_CERTIFIED) for key in keys):
        return None
    return Judgement(
        wanted=f"{service.meta.name}.{service.meta.namespace or owner.meta.namespace}.svc",
        anchor=backend.service.anchor,
        owner=owner,
        verdict=Verdict.CONFLICT,
        dial=replace(dial, tls=Tls(verifies=True)),
        facet=Obstacle.UNTRUSTED.facet,
        obstacle=Obstacle.UNTRUSTED,
        targets=(service,),
        number=dial.port,
        assumption="the pods get no certificate of the service CA in another way",
        remedy=f"write `destinationCACertificate`, or have the Service ask for one: `service.beta{_CERTIFIED}`",
    )


_CERTIFIED = ".openshift.io/serving-cert-secret-name"


def _tells(service: Service) -> bool:
    """Whether a Service is no Service of pods, or says itself how it is spoken to."""
    keys = service.meta.annotations.entries if service.meta.annotations is not None else ()
    return service.type == "ExternalName" or any(key.startswith(_ANNOTATION) for key in keys)
