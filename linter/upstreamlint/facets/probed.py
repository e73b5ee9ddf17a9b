"""What the probes of a pod show its ports to speak: a port that answers the kubelet with TLS speaks TLS.

A probe of plain HTTP shows nothing: some servers take both on one port, and are probed in plain text.
"""

from __future__ import annotations

from upstreamlint.containers.container import Container
from upstreamlint.containers.listening.listen import Evidence, Listen
from upstreamlint.model.kubernetes.meta import integer
from upstreamlint.model.kubernetes.probe import Probe, ProbeAction


def secured(container: Container, number: int) -> Listen | None:
    """The port as the HTTP probes of its container show it, where all of them ask with TLS."""
    part = container.part
    probes = [p for p in part.probes if asks_http(container, p, number)] if part is not None else []
    if not probes or any(probe.scheme != "HTTPS" for probe in probes):
        return None
    return Listen(
        address="",
        port=number,
        anchor=probes[0].anchor,
        text=f"the {probes[0].kind} asks it with HTTPS",
        evidence=Evidence.STATED,
        tls=True,
    )


def grpc(container: Container, number: int) -> Listen | None:
    """The port as the gRPC probes of its container show it, which are sent in plain text; what is asked with HTTP too takes both."""
    part = container.part
    found = [
        p
        for p in (part.probes if part is not None else ())
        if p.action is ProbeAction.GRPC and p.port is not None and integer(p.port) == number
    ]
    if not found or (part is not None and any(asks_http(container, p, number) for p in part.probes)):
        return None
    return Listen(
        address="",
        port=number,
        anchor=found[0].anchor,
        text=f"the {found[0].kind} asks it with gRPC",
        evidence=Evidence.STATED,
        protocol="grpc",
        tls=False,
    )


def asks_http(container: Container, probe: Probe, number: int) -> bool:
    """Whether a probe asks a port with HTTP."""
    if probe.action is not ProbeAction.HTTP or probe.port is None or container.part is None:
        return False
    asked = integer(probe.port)
    names = {p.name.value: p.number for p in container.part.ports if p.name is not None}
    return (names.get(probe.port.value) if asked is None else asked) == number
