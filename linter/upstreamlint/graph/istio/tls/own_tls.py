"""Containers with a sidecar that open TLS themselves to a port which a ServiceEntry declares as HTTP.

The sidecar of the client parses what is sent to such a port as HTTP, whoever is behind it (Istio documentation, "Traffic Management Problems": sending HTTPS to an HTTP port). What is spoken to ports of Services is judged as
every hop is.
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.documents import Scalar
from upstreamlint.graph.evidence import Verdict, is_placeholder
from upstreamlint.graph.istio.references.tls import TlsCall
from upstreamlint.graph.istio.registry.unregistered import SHOWN, captures
from upstreamlint.graph.istio.tls.plain_entries import PLAIN
from upstreamlint.graph.istio.view import Mesh
from upstreamlint.graph.kubernetes.pods.hosts import NamedHost, called
from upstreamlint.graph.references import Candidate
from upstreamlint.model.kubernetes import Workload

_OPEN_TLS = frozenset({"https", "wss", "grpcs"})


def link(mesh: Mesh) -> Iterator[TlsCall]:
    """Each such call that a variable of a container names."""
    for workload, name, value, host in called(mesh.index) if mesh.injection.enabled else ():
        if host.scheme not in _OPEN_TLS or SHOWN.search(name.upper()) or is_placeholder(value.value):
            continue
        if workload.meta.patched or captures(workload) or mesh.injection.certain(workload) is not True:
            continue
        yield from _judged(mesh, workload, value, host)


def _judged(mesh: Mesh, workload: Workload, written: Scalar, call: NamedHost) -> Iterator[TlsCall]:
    number = call.port if call.port is not None else call.implied
    host = mesh.expand(call.host, workload.meta.namespace)
    found = mesh.registry.find(host, workload.meta.folder)
    told = [p for e in found.entries for p in e.ports if p.number == number]
    if number is None or not told or found.services or found.patched:
        return
    if any(p.protocol.upper() not in PLAIN for p in told):
        return
    yield TlsCall(
        wanted=call.host,
        anchor=written.anchor,
        owner=workload,
        verdict=Verdict.CONFLICT,
        near=(Candidate(told[0].anchor, f"the mesh takes port {number} for this", ""),),
        workload=workload,
        number=number,
        protocol=told[0].protocol,
    )
