"""Whose certificates count to a managed program: those of public authorities alone, where neither an object nor its start says more.

Traefik dials the addresses of pods, which no authority certifies; a ServersTransport, the annotation of a Service, or `--serversTransport` say
what else counts (traefik: pkg/server/service/transport.go).
"""

from __future__ import annotations

from collections.abc import Sequence

from upstreamlint.graph.index import Index
from upstreamlint.model.kubernetes import Service, Workload
from upstreamlint.programs.managed.model import Backend, ManagedRoute

_ANNOTATION = "traefik.ingress.kubernetes.io/service."
_TOLD = ("insecureSkipVerify", "rootCAs")


def believes(index: Index, owner: ManagedRoute, backend: Backend, services: Sequence[Service]) -> bool:
    """Whether a Traefik in these files believes public authorities alone of the pods behind a backend."""
    if not owner.kind.trusts or backend.trusting or any(_tells(service) for service in services):
        return False
    from upstreamlint.programs.traefik.dotted import field
    from upstreamlint.programs.traefik.static import static

    every = (c for w in index.of(Workload) if not w.meta.patched for c in index.containers(w))
    running = [static(c) for c in every if c.image_name == "traefik"]
    return bool(running) and all(
        one.complete and all(field(one.root, "serversTransport", key) is None for key in _TOLD)
        for one in running
    )


def _tells(service: Service) -> bool:
    """Whether a Service is no Service of pods, or says itself how it is spoken to."""
    keys = service.meta.annotations.entries if service.meta.annotations is not None else ()
    return service.type == "ExternalName" or any(key.startswith(_ANNOTATION) for key in keys)
