"""Ports of external hosts that everybody serves with TLS, and that a ServiceEntry declares as plain HTTP.

Sidecars parse what is sent there as HTTP: clients that speak TLS are not understood, and what others send leaves in plain text, unless a
DestinationRule opens TLS (Istio documentation, "Traffic Management Problems": sending HTTPS to an HTTP port; "Egress TLS Origination").
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.graph.evidence import Verdict, is_placeholder
from upstreamlint.graph.istio.names import overlap
from upstreamlint.graph.istio.references.tls import PlainEntryPort
from upstreamlint.graph.istio.view import Mesh
from upstreamlint.model.istio import DestinationRule, ServiceEntry
from upstreamlint.model.istio.service_entry import EntryPort

_TLS_PORT = 443
PLAIN = frozenset({"HTTP", "HTTP2", "GRPC", "GRPC-WEB"})
_OPENS = frozenset({"SIMPLE", "MUTUAL"})
_ASSUMED = "no DestinationRule elsewhere opens TLS to it"


def link(mesh: Mesh) -> Iterator[PlainEntryPort]:
    """Each such port to which no DestinationRule opens TLS."""
    rules = mesh.index.of(DestinationRule)
    for entry in mesh.index.of(ServiceEntry):
        inside = entry.location == "MESH_INTERNAL" or any(e.has_ports for e in entry.endpoints)
        if inside or entry.meta.patched or any(is_placeholder(h.value) for h in entry.hosts):
            continue
        for port in entry.ports:
            dialled = port.target if port.target is not None else port.number
            if dialled != _TLS_PORT or port.protocol.upper() not in PLAIN:
                continue
            if not any(_opens(rule, entry, port) for rule in rules):
                yield _found(mesh, entry, port)


def _opens(rule: DestinationRule, entry: ServiceEntry, port: EntryPort) -> bool:
    """Whether a rule opens TLS to a host of an entry, or may."""
    if not any(overlap(rule.host.value, h.value) for h in entry.hosts):
        return False
    policies = [p for p in (rule.policy, *(s.policy for s in rule.subsets)) if p is not None]
    modes = [p.tls_at(port.number) for p in policies]
    return rule.meta.patched or any(m is not None and m.value in _OPENS for m in modes)


def _found(mesh: Mesh, entry: ServiceEntry, port: EntryPort) -> PlainEntryPort:
    host = entry.hosts[0].value if entry.hosts else entry.title
    return PlainEntryPort(
        wanted=port.protocol,
        anchor=port.anchor,
        owner=entry,
        verdict=Verdict.CONFLICT,
        entry=entry,
        port=port,
        host=host,
        assumption="" if mesh.index.ladder.complete else _ASSUMED,
    )
