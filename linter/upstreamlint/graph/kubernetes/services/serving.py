"""Which container of a pod serves a port, as far as the manifest says (R2), and which port that is (S5, S6)."""

from __future__ import annotations

import posixpath
from itertools import dropwhile

from upstreamlint import patterns
from upstreamlint.model.kubernetes import PodContainer, ServicePort, Workload
from upstreamlint.model.kubernetes.container import ContainerPort
from upstreamlint.model.kubernetes.meta import integer
from upstreamlint.numerals import names


def serving_container(workload: Workload, number: int | None) -> PodContainer | None:
    """The container that declares the port, or the only one; nothing when it cannot be told."""
    containers = workload.containers
    declaring = [c for c in containers if any(p.number == number for p in c.ports)]
    if len(declaring) == 1:
        return declaring[0]
    own = [c for c in containers if not c.sidecar and not _idles(c)]
    return own[0] if len(own) == 1 and not declaring else None


_SHELL = frozenset({"sh", "bash", "ash", "-c", "--"})
_LOOP = patterns.compile(r"while (?:true|:); ?do sleep [^ ;]+; ?done;?")


def _idles(container: PodContainer) -> bool:
    """Whether a container only waits to be used by hand, and serves nothing."""
    words = [part for word in container.words for part in word.value.split()]
    program = list(dropwhile(lambda w: posixpath.basename(w) in _SHELL, words))
    text = " ".join(program)
    waits = bool(program) and posixpath.basename(program[0]) in ("sleep", "tail")
    return _LOOP.fullmatch(text) is not None or (waits and not any(c in text for c in ";&|"))


def named_port(workload: Workload, name: str, protocol: str) -> ContainerPort | None:
    """The port of a pod that a name means: of any container or native sidecar, by name and protocol (S6)."""
    for container in workload.containers:
        for port in container.ports:
            if port.name is not None and port.name.value == name and port.protocol == protocol:
                return port
    return None


def pod_port(workload: Workload, port: ServicePort) -> int | None:
    """The number that a Service port is dialled as on the pods of a workload; nothing when the name is none."""
    if port.target_name is None:
        return port.target_number
    found = named_port(workload, port.target_name, port.protocol)
    return found.number if found else None


def declares(workload: Workload, number: int | None) -> bool:
    """Whether a container of a pod declares a port by its number."""
    return any(p.number == number for c in workload.containers for p in c.ports)


_INJECTED = "auto"
"""The image of a proxy that Istio puts in, which listens where Gateways say (istio docs: Installing Gateways)."""


def shows_port(workload: Workload, number: int | None) -> bool:
    """Whether a pod can be taken to serve a port: it declares none, this one, or names it elsewhere."""
    undeclared = not any(c.ports for c in workload.containers)
    injected = any(c.image is not None and c.image.value == _INJECTED for c in workload.containers)
    if number is None or undeclared or injected or workload.meta.patched or declares(workload, number):
        return True
    return names_port(workload, number)


def names_port(workload: Workload, number: int) -> bool:
    """Whether a pod names a port elsewhere than among those that it declares: in words, variables or probes."""
    return any(
        any(names(s.value, number) for s in c.words)
        or any(names(v.value.value, number) for v in c.env)
        or any(p.port is not None and integer(p.port) == number for p in c.probes)
        for c in workload.containers
    )
