"""Hosts outside the cluster that containers are configured to call, and that the registry does not know, where proxies let nothing else through.

Istio documentation, "Accessing External Services": with `outboundTrafficPolicy: REGISTRY_ONLY` what no ServiceEntry is for goes to `BlackHoleCluster`,
or is answered 502.
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import patterns
from upstreamlint.graph.evidence import Verdict, is_placeholder
from upstreamlint.graph.istio.mesh import REGISTRY_ONLY
from upstreamlint.graph.istio.names import covers
from upstreamlint.graph.istio.references.destinations import Unregistered
from upstreamlint.graph.istio.registry.scopes import scope_of
from upstreamlint.graph.istio.view import Mesh
from upstreamlint.graph.kubernetes.pods.hosts import NamedHost, hosts_in
from upstreamlint.model.istio import ServiceEntry, SidecarScope, VirtualService
from upstreamlint.model.kubernetes import PodContainer, Workload
from upstreamlint.model.kubernetes.environment import Variable

_INSIDE = (".local", ".svc", ".localhost", ".test", ".invalid")
SHOWN = patterns.compile(
    r"PUBLIC|EXTERNAL|ORIGIN|CORS|CALLBACK|REDIRECT|SITE|FRONT|ROOT|ISSUER|DOMAIN|ALLOW|TRUST|SELF|BASE|HOSTNAME|APP_URL|WEB_URL|SCHEMA|LINK|LOGO|DOC|IMAGE"
)
"""Variables whose addresses are shown to others, or held against what these say, rather than called."""

_PROXIES = frozenset({"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"})
_CAPTURE = "traffic.sidecar.istio.io/"
_ASSUMED = "no ServiceEntry outside these files names it"


def link(mesh: Mesh) -> Iterator[Unregistered]:
    """The calls of every workload whose proxy lets through what is registered alone."""
    entries = mesh.index.of(ServiceEntry)
    scopes: dict[str, list[SidecarScope]] = {}
    for scope in mesh.index.of(SidecarScope):
        scopes.setdefault(scope.meta.namespace, []).append(scope)
    if REGISTRY_ONLY not in (
        mesh.settings.outbound,
        *(s.outbound.value for held in scopes.values() for s in held if s.outbound is not None),
    ):
        return
    if any(e.meta.patched or any(not _is_abroad(h.value) for h in e.hosts) for e in entries):
        return
    own = [h.value for v in mesh.index.of(VirtualService) for h in v.hosts]
    for workload in mesh.index.of(Workload):
        if mesh.injection.certain(workload) is not True or workload.meta.patched or captures(workload):
            continue
        found = scope_of(mesh, scopes, workload)
        written = found.outbound if found is not None else None
        if (written.value if written is not None else mesh.settings.outbound) != REGISTRY_ONLY:
            continue
        for container in workload.containers:
            yield from _calls(mesh, workload, container, entries, own)


def _is_abroad(host: str) -> bool:
    """Whether a host, or what a wildcard is for, has a domain such as the world has."""
    labels = host.removeprefix("*.").split(".")
    return len(labels) > 1 and all(labels) and len(labels[-1]) > 1 and labels[-1].isalpha()


def captures(workload: Workload) -> bool:
    """Whether pods keep some of what they send from the proxy."""
    annotations = workload.template.annotations
    return annotations is not None and any(key.startswith(_CAPTURE) for key in annotations.entries)


def _calls(
    mesh: Mesh, workload: Workload, container: PodContainer, entries: list[ServiceEntry], own: list[str]
) -> Iterator[Unregistered]:
    if any(v.name.value.upper() in _PROXIES for v in container.env):
        return
    for variable in container.env:
        if SHOWN.search(variable.name.value.upper()) or is_placeholder(variable.value.value):
            continue
        for called in hosts_in(variable.name.value, variable.value.value):
            host = called.host.lower().rstrip(".")
            inside = host.endswith(_INSIDE) or host.split(".")[1:2][0:1] == [workload.meta.namespace]
            if not called.certain or inside or not _is_abroad(host) or _is_space(mesh, host):
                continue
            if not any(covers(one, host) for one in own):
                yield from _judged(workload, variable, called, host, entries)


def _is_space(mesh: Mesh, host: str) -> bool:
    """Whether the second label of a host is a namespace: it may be the name of a Service."""
    return host.split(".")[1] in mesh.index.namespaces


def _judged(
    workload: Workload, variable: Variable, called: NamedHost, host: str, entries: list[ServiceEntry]
) -> Iterator[Unregistered]:
    number = called.port if called.port is not None else called.implied
    for_it = [e for e in entries if any(covers(h.value, host) for h in e.hosts)]
    if any(not e.ports or number is None or number in {p.number for p in e.ports} for e in for_it):
        return
    yield Unregistered(
        wanted=called.host,
        anchor=variable.value.anchor,
        owner=workload,
        verdict=Verdict.CONFLICT,
        workload=workload,
        host=host,
        number=number,
        entry=for_it[0] if for_it else None,
        assumption="" if for_it else _ASSUMED,
    )
