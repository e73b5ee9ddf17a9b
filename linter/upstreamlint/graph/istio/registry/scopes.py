"""Sidecar scopes: Services that a container is configured to call, but that its proxy does not know."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import patterns
from upstreamlint.graph.evidence import Verdict
from upstreamlint.graph.istio.mesh import REGISTRY_ONLY
from upstreamlint.graph.istio.names import covers
from upstreamlint.graph.istio.references.destinations import HiddenService
from upstreamlint.graph.istio.view import Mesh
from upstreamlint.model.istio import SidecarScope, VirtualService
from upstreamlint.model.kubernetes import Service, Workload
from upstreamlint.model.kubernetes.environment import Variable
from upstreamlint.model.kubernetes.meta import integer
from upstreamlint.numerals import port as port_number

_CALL = patterns.compile(
    r"(?:(?P<scheme>[a-z][a-z0-9+]*)://)?(?:[^/@\s]*@)?(?P<host>[a-z0-9][a-z0-9.-]*?)\.?(?::(?P<port>\d+))?(?:/\S*)?\Z"
)


def link(mesh: Mesh) -> Iterator[HiddenService]:
    """The calls of every workload whose Sidecar leaves out where they go."""
    scopes: dict[str, list[SidecarScope]] = {}
    for scope in mesh.index.of(SidecarScope):
        scopes.setdefault(scope.meta.namespace, []).append(scope)
    if not scopes:
        return
    routed = _routed(mesh)
    for workload in mesh.index.of(Workload):
        found = scope_of(mesh, scopes, workload)
        if found is None or found.egress is None or not mesh.injection.in_mesh(workload):
            continue
        if found.meta.namespace != workload.meta.namespace and _are_apart(mesh, found, workload):
            continue
        written = found.outbound.value if found.outbound is not None else mesh.settings.outbound
        if written != REGISTRY_ONLY:
            continue
        for container in workload.containers:
            for variable in container.env:
                yield from _call(mesh, found, workload, variable, routed)


def scope_of(mesh: Mesh, scopes: dict[str, list[SidecarScope]], workload: Workload) -> SidecarScope | None:
    """The Sidecar that holds for a workload: one that selects it, its namespace's, the root namespace's."""
    own = scopes.get(workload.meta.namespace, [])
    values = workload.template.values
    for scope in own:
        if scope.selector is not None and all(values.get(k) == v for k, v in scope.selector.values.items()):
            return scope
    root = scopes.get(mesh.settings.root_namespace, [])
    return next((s for s in (*own, *root) if s.selector is None), None)


def _are_apart(mesh: Mesh, scope: SidecarScope, workload: Workload) -> bool:
    """Whether they stand in folders that have nothing in common, like the chapters of a book: one may be tried without the other."""
    one, other = scope.meta.folder, workload.meta.folder
    ladder = mesh.index.ladder
    return (
        not (ladder.whole or ladder.complete)
        and one != other
        and "." not in (one, other)
        and one.partition("/")[0] != other.partition("/")[0]
    )


def _routed(mesh: Mesh) -> dict[str, set[str]]:
    """The hosts that the VirtualServices of each namespace lead to: proxies that see one see its hosts."""
    routed: dict[str, set[str]] = {}
    for owner in mesh.index.of(VirtualService):
        targets = routed.setdefault(owner.meta.namespace, set())
        for route in owner.routes:
            targets.update(mesh.expand(d.host.value, owner.meta.namespace).text for d in route.destinations)
    return routed


def _call(
    mesh: Mesh, scope: SidecarScope, workload: Workload, variable: Variable, routed: dict[str, set[str]]
) -> Iterator[HiddenService]:
    match = _CALL.match(variable.value.value)
    if match is None:
        return
    name, _, rest = match["host"].partition(".")
    number = port_number(match["port"]) if match["port"] else _PORTS.get(match["scheme"] or "")
    if not rest and "://" not in variable.value.value and ":" not in variable.value.value:
        return
    space = rest.partition(".")[0] or workload.meta.namespace
    for service in mesh.index.services(name, space, workload.meta.folder):
        if service.meta.namespace != space or _imports(mesh, scope, service, routed, number):
            continue
        own = [port for host, port in scope.ported if host.value.partition("/")[0] in (space, "*")]
        written = [*own, *(scope.egress or ())]
        where = written[0].anchor if written else scope.anchor
        yield HiddenService(
            wanted=variable.value.value,
            anchor=variable.value.anchor,
            owner=workload,
            verdict=Verdict.UNKNOWN if workload.meta.patched or scope.meta.patched else Verdict.CONFLICT,
            workload=workload,
            service=service,
            scope=scope,
            mode=where,
            port=own[0] if own else None,
        )


_PORTS = {"http": 80, "https": 443}


def _imports(
    mesh: Mesh, scope: SidecarScope, service: Service, routed: dict[str, set[str]], number: int | None
) -> bool:
    """Whether a Sidecar lets a Service in at a port, itself or by a VirtualService that leads to it."""
    elsewhere = {
        host.anchor
        for host, port in scope.ported
        if number is not None and integer(port) not in (None, number)
    }
    full = f"{service.meta.name}.{service.meta.namespace}.svc.{mesh.settings.domain}"
    own = scope.meta.namespace
    for written in (h for h in scope.egress or () if h.anchor not in elsewhere):
        space, slash, host = written.value.rpartition("/")
        space = own if space == "." else space
        if not slash or "$" in written.value:
            return True
        if space in ("*", service.meta.namespace) and covers(host, full):
            return True
        spaces = routed if space == "*" else {space: routed.get(space, set())}
        if any(full in targets for targets in spaces.values()):
            return True
    return False
