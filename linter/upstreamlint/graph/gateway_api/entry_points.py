"""Listeners of Gateways that Traefik carries out: each needs an entry point on its port.

The port is that of the entry point, not the one that a Service or a host gives out (traefik: pkg/provider/kubernetes/gateway/kubernetes.go,
`entryPointName`: `Cannot find entryPoint for Gateway: no matching entryPoint for port … and protocol …`).
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.containers.container import Container
from upstreamlint.graph.evidence import Verdict
from upstreamlint.graph.index import Index
from upstreamlint.graph.references import Candidate, Reference
from upstreamlint.model.gateway_api import GatewayClass, GatewayListener, KubernetesGateway
from upstreamlint.model.kubernetes import Workload
from upstreamlint.model.kubernetes.meta import integer
from upstreamlint.source import Anchor
from upstreamlint.typed import TYPE_CHECKING
from upstreamlint.values import entity

if TYPE_CHECKING:
    from upstreamlint.programs.traefik.static import Static

_CONTROLLER = "traefik.io/gateway-controller"
_PROVIDER = "kubernetesgateway"


@entity(kw_only=True)
class ListenerPort(Reference):
    """A port of a listener that no entry point has."""

    gateway: KubernetesGateway
    listener: GatewayListener


def link(index: Index) -> Iterator[ListenerPort]:
    """Each listener, where one Traefik is in the files and all of its entry points are known."""
    containers = (c for w in index.of(Workload) for c in index.containers(w))
    running = [started for c in containers if (started := _started(c)) is not None]
    ports = _entry_points(running[0]) if len(running) == 1 else None
    if not ports:
        return
    classes = {c.meta.name.value: c.controller for c in index.of(GatewayClass)}
    for gateway in index.of(KubernetesGateway):
        name = gateway.class_name.value if gateway.class_name is not None else ""
        if gateway.meta.patched or classes.get(name, _CONTROLLER if name == "traefik" else "") != _CONTROLLER:
            continue
        for listener in gateway.listeners:
            number = integer(listener.port)
            if listener.port is None or number is None or number in ports or listener.protocol == "UDP":
                continue
            yield ListenerPort(
                wanted=str(number),
                anchor=listener.port.anchor,
                owner=gateway,
                verdict=Verdict.CONFLICT,
                near=tuple(
                    Candidate(at, f"an entry point has port {p}", str(p), certain=len(ports) == 1)
                    for p, at in ports.items()
                ),
                gateway=gateway,
                listener=listener,
            )


def _started(container: Container) -> Static | None:
    """What a Traefik that carries out Gateways is started with; nothing for other programs."""
    if container.image_name != "traefik":
        return None
    from upstreamlint.programs.traefik.dotted import entries
    from upstreamlint.programs.traefik.static import static

    found = static(container)
    providers = (e.key.value.lower() for e in entries(found.root, "providers"))
    return found if not found.complete or _PROVIDER in providers else None


def _entry_points(started: Static) -> dict[int, Anchor] | None:
    """The ports of a Traefik's entry points; nothing where one may not be known."""
    points = [p for p in started.entry_points.values() if not p.udp]
    if not started.complete or any(p.port is None for p in points):
        return None
    return {p.port: (p.address or p.name).anchor for p in points if p.port is not None}
