"""Pods whose calls of a Service AuthorizationPolicies let nobody make: those whose addresses they are given whole.

A client shows the identity of its ServiceAccount through a sidecar, and none without one.
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.documents import Scalar
from upstreamlint.graph.evidence import Verdict, is_placeholder
from upstreamlint.graph.istio.authorization.access import Caller, Policies
from upstreamlint.graph.istio.authorization.gateway_calls import is_stream, pod_ports
from upstreamlint.graph.istio.mesh import is_gateway
from upstreamlint.graph.istio.references.authorization import DeniedCall
from upstreamlint.graph.istio.registry.unregistered import SHOWN, captures
from upstreamlint.graph.istio.view import Mesh
from upstreamlint.graph.kubernetes.pods.hosts import NamedHost, called
from upstreamlint.model.kubernetes import Workload


def link(mesh: Mesh) -> Iterator[DeniedCall]:
    """Each such call, once for each pair of pods."""
    policies = Policies(mesh)
    seen: set[tuple[int, int]] = set()
    for workload, name, value, host in called(mesh.index):
        unsure = workload.meta.patched or is_placeholder(value.value) or captures(workload)
        if unsure or SHOWN.search(name.upper()) or is_gateway(workload):
            continue
        meshed = mesh.injection.certain(workload)
        account = workload.template.service_account
        own = account.value if account is not None else "default"
        if meshed is None or is_placeholder(own) or not workload.meta.namespace:
            continue
        caller = Caller(
            workload.meta.namespace, frozenset({own}), nameless=None if meshed else workload.anchor
        )
        for denied in _denied(mesh, policies, caller, workload, value, host):
            if (id(workload), id(denied.workload)) not in seen:
                seen.add((id(workload), id(denied.workload)))
                yield denied


def _denied(
    mesh: Mesh, policies: Policies, caller: Caller, client: Workload, value: Scalar, host: NamedHost
) -> Iterator[DeniedCall]:
    number = host.port if host.port is not None else host.implied
    named = mesh.expand(host.host, client.meta.namespace)
    found = mesh.registry.find(named, client.meta.folder)
    if number not in found.ports or found.patched:
        return
    for workload in (w for s in found.services for w in mesh.index.selected(s)):
        if workload is client or is_gateway(workload) or mesh.injection.certain(workload) is not True:
            continue
        stream = is_stream(found, number)
        policy = policies.denying(workload, caller, pod_ports(found, number, workload), stream=stream)
        if policy is not None:
            yield DeniedCall(
                wanted=client.title,
                anchor=policy.anchor,
                owner=policy,
                verdict=Verdict.UNKNOWN if policy.meta.patched or workload.meta.patched else Verdict.CONFLICT,
                policy=policy,
                client=client,
                workload=workload,
                call=value.anchor,
                nameless=caller.nameless is not None,
                stream=stream,
            )
            return
