"""Listeners of Gateways that Traefik carries out: each needs an entry point on its port.

The port is that of the entry point, not the one that a Service or a host gives out (traefik: pkg/provider/kubernetes/gateway/kubernetes.go,
`entryPointName`: `Cannot find entryPoint for Gateway: no matching entryPoint for port … and protocol …`).
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import patterns
from upstreamlint.containers.container import Container
from upstreamlint.graph.evidence import Verdict, is_placeholder
from upstreamlint.graph.index import Index
from upstreamlint.graph.references import Candidate, Reference
from upstreamlint.model.gateway_api import GatewayClass, GatewayListener, KubernetesGateway
from upstreamlint.model.kubernetes import Workload
from upstreamlint.model.kubernetes.meta import integer
from upstreamlint.numerals import port as port_number
from upstreamlint.source import Anchor
from upstreamlint.values import entity

_CONTROLLER = "traefik.io/gateway-controller"
_PROVIDER = "--providers.kubernetesgateway"
_ADDRESS = patterns.compile(
    r"(?i:--entrypoints\.[a-z0-9_-]{1,63}\.address)=(?:[^=/\s]{0,100}:)?(?P<port>[0-9]{1,5})(?:/tcp)?\Z"
)
_OTHER_FILES = "/etc/traefik"


@entity(kw_only=True)
class ListenerPort(Reference):
    """A port of a listener that no entry point has."""

    gateway: KubernetesGateway
    listener: GatewayListener


def link(index: Index) -> Iterator[ListenerPort]:
    """Each listener, where one Traefik is in the files and all of its entry points are known."""
    running = [c for w in index.of(Workload) for c in index.containers(w) if _carries_out(c)]
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


def _carries_out(container: Container) -> bool:
    told = any(w.value.lower().startswith(_PROVIDER) for w in container.words)
    return container.image_name == "traefik" and told


def _entry_points(container: Container) -> dict[int, Anchor] | None:
    """The ports of a Traefik's entry points; nothing where a file, a variable or a placeholder may add one."""
    mounts = container.part.mounts if container.part is not None else ()
    by_file = any(str(mount.path).startswith(_OTHER_FILES) for mount in mounts)
    by_words = any(
        w.value.lower().startswith("--configfile") or is_placeholder(w.value) for w in container.words
    )
    by_names = any(name.startswith("TRAEFIK_ENTRYPOINTS") for name in container.environment)
    if container.incomplete or by_file or by_words or by_names:
        return None
    found: dict[int, Anchor] = {}
    for word in container.words:
        match = _ADDRESS.match(word.value)
        number = port_number(match["port"]) if match is not None else None
        if number is not None:
            found.setdefault(number, word.anchor)
    return found
