"""Containers with a sidecar that open TLS themselves to a port which a ServiceEntry declares as HTTP.

The sidecar of the client parses what is sent to such a port as HTTP, whoever is behind it (Istio documentation, "Traffic Management Problems": sending HTTPS to an HTTP port). What is spoken to ports of Services is judged as
every hop is.
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.graph.evidence import Verdict, is_placeholder
from upstreamlint.graph.istio.plain_entries import PLAIN
from upstreamlint.graph.istio.references.tls import TlsCall
from upstreamlint.graph.istio.unregistered import SHOWN, captures
from upstreamlint.graph.istio.view import Mesh
from upstreamlint.graph.kubernetes.pod_hosts import NamedHost, hosts_in
from upstreamlint.graph.references import Candidate
from upstreamlint.model.kubernetes import Workload
from upstreamlint.model.kubernetes.environment import Variable

_OPEN_TLS = frozenset({"https", "wss", "grpcs"})


def link(mesh: Mesh) -> Iterator[TlsCall]:
    """Each such call that a variable of a container names."""
    for workload in mesh.index.of(Workload) if mesh.injection.enabled else ():
        if workload.meta.patched or captures(workload) or mesh.injection.certain(workload) is not True:
            continue
        for variable in (v for c in workload.containers for v in c.env):
            if SHOWN.search(variable.name.value.upper()) or is_placeholder(variable.value.value):
                continue
            for called in hosts_in(variable.name.value, variable.value.value):
                if called.certain and called.scheme in _OPEN_TLS:
                    yield from _judged(mesh, workload, variable, called)


def _judged(mesh: Mesh, workload: Workload, variable: Variable, called: NamedHost) -> Iterator[TlsCall]:
    number = called.port if called.port is not None else called.implied
    host = mesh.expand(called.host, workload.meta.namespace)
    found = mesh.registry.find(host, workload.meta.folder)
    told = [p for e in found.entries for p in e.ports if p.number == number]
    if number is None or not told or found.services or found.patched:
        return
    if any(p.protocol.upper() not in PLAIN for p in told):
        return
    yield TlsCall(
        wanted=called.host,
        anchor=variable.value.anchor,
        owner=workload,
        verdict=Verdict.CONFLICT,
        near=(Candidate(told[0].anchor, f"the mesh takes port {number} for this", ""),),
        workload=workload,
        number=number,
        protocol=told[0].protocol,
    )
