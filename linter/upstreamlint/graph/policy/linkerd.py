"""The hops that Linkerd's policies refuse.

linkerd.io, "Authorization Policy": the Server of a port refuses whom no AuthorizationPolicy or ServerAuthorization of its namespace lets in, as do pods
that are told so by the annotation `config.linkerd.io/default-inbound-policy`. Clients without the proxy show no identity.
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.documents import Scalar
from upstreamlint.graph import Graph
from upstreamlint.graph.evidence import is_placeholder
from upstreamlint.graph.kubernetes.services.serving import named_port
from upstreamlint.graph.nodes import Edge
from upstreamlint.graph.policy.addresses import Outside
from upstreamlint.graph.policy.hops import taken
from upstreamlint.graph.policy.peers import End
from upstreamlint.graph.policy.tunnels import Tunnels
from upstreamlint.graph.references import TargetPort
from upstreamlint.model.kubernetes import Labels, Namespace, Other, Workload
from upstreamlint.model.kubernetes.chart import ChartRelease
from upstreamlint.model.kubernetes.meta import integer
from upstreamlint.model.linkerd import Admission, MeshIdentities, MeshServer, Shown
from upstreamlint.programs.managed.model import ManagedRoute
from upstreamlint.source import Anchor
from upstreamlint.typed import TypeAlias
from upstreamlint.values import entity

DEFAULT_POLICY = "config.linkerd.io/default-inbound-policy"
_OF_CLIENTS_OF_THE_MESH = ("all-authenticated", "cluster-authenticated")


@entity
class RefusedHop:
    """A hop that Linkerd's proxy before the pods refuses.

    `server` is the Server of the port, nothing where what pods are told by default decides; `meshed` says whether the client shows an identity. `closest` is one
    that is let in.
    """

    source: End
    edge: Edge
    target: TargetPort
    number: int
    server: MeshServer | None
    anchor: Anchor
    meshed: bool
    closest: Shown | None
    assumption: str


def refused_hops(graph: Graph) -> tuple[RefusedHop, ...]:
    """Each hop of a route that Linkerd refuses."""
    return graph.once(_refused_hops)


def _refused_hops(graph: Graph) -> tuple[RefusedHop, ...]:
    workloads = graph.nodes(Workload)
    told = (
        *(w.template.annotations for w in workloads),
        *(n.meta.annotations for n in graph.nodes(Namespace)),
    )
    guarded = any(isinstance(o.guard, MeshServer) for o in graph.nodes(Other))
    if not guarded and not any(map(_says, told)) and _default(graph) is None:
        return ()
    return tuple(_hops(graph, _Guards(graph)))


def _says(annotations: Labels | None) -> bool:
    return annotations is not None and DEFAULT_POLICY in annotations.entries


def _default(graph: Graph) -> Scalar | None:
    """What the release of the control plane tells."""
    releases = [r for r in graph.nodes(ChartRelease) if r.chart.value == "linkerd-control-plane"]
    told = releases[0].value("proxy.defaultInboundPolicy") if len(releases) == 1 else None
    return told if isinstance(told, Scalar) else None


def _hops(graph: Graph, guards: _Guards) -> Iterator[RefusedHop]:
    for clients, edge, target, number in taken(graph):
        workload = target.workload
        if guards.tunnels.in_linkerd(workload) is not True or target.port.protocol != "TCP":
            continue
        found = [guards.refuses(end, workload, number) for end in clients.ends]
        first = found[0]
        if first is None or None in found:
            continue
        source = clients.ends[0]
        server, anchor, closest, assumption = first
        meshed = isinstance(source, Workload) and guards.tunnels.in_linkerd(source) is True
        said = clients.assumption or assumption
        yield RefusedHop(source, edge, target, number, server, anchor, meshed, closest, said)


_Refusal: TypeAlias = tuple[MeshServer | None, Anchor, Shown | None, str]


class _Guards:
    """The Servers of a run, and what lets clients in to them."""

    def __init__(self, graph: Graph) -> None:
        self.tunnels = graph.once(Tunnels)
        guards = [o.guard for o in graph.nodes(Other)]
        self._servers = [g for g in guards if isinstance(g, MeshServer)]
        self._admissions = [r for r in graph.nodes(ManagedRoute) if r.admits is not None]
        self._namespaces = {n.meta.name.value: n for n in graph.nodes(Namespace)}
        self._default = _default(graph)
        self._identities = {
            (i.meta.namespace, i.meta.name.value): i for i in guards if isinstance(i, MeshIdentities)
        }

    def refuses(self, end: End, workload: Workload, number: int) -> _Refusal | None:
        """What refuses a client, if something is sure to."""
        guarding = [s for s in self._servers if _guards(s, workload, number)]
        if len(guarding) > 1:
            return None
        if not guarding:
            return self._refuses_by_default(end, workload)
        server = guarding[0]
        if server.meta.patched or not server.denies:
            return None
        letting = [r for r in self._admissions if r.meta.namespace == server.meta.namespace]
        if any(r.meta.patched for r in letting):
            return None
        closest: list[Shown] = []
        for admission in (r.admits for r in letting if r.admits is not None):
            if not _is_for(admission, server):
                continue
            shown = self._shown(admission, server)
            if shown is None or self._shows(end, shown):
                return None
            closest += shown
        if closest:
            return server, closest[0].anchor, closest[0], ""
        return server, server.anchor, None, "nothing outside these files lets clients in"

    def _refuses_by_default(self, end: End, workload: Workload) -> _Refusal | None:
        told = self._told(workload)
        if told is None or told.value not in _OF_CLIENTS_OF_THE_MESH or not self._is_unmeshed(end):
            return None
        return None, told.anchor, None, ""

    def _told(self, workload: Workload) -> Scalar | None:
        """What is told of pods without a Server: by themselves, for their namespace, or for all of the mesh."""
        space = self._namespaces.get(workload.meta.namespace)
        held = (workload.template.annotations, space.meta.annotations if space is not None else None)
        for one in held:
            entry = one.entries.get(DEFAULT_POLICY) if one is not None else None
            if entry is not None:
                return entry.value if isinstance(entry.value, Scalar) else None
        return self._default

    def _is_unmeshed(self, end: End) -> bool:
        """Whether a client is sure to show no identity."""
        if isinstance(end, Workload):
            return self.tunnels.in_linkerd(end) is False or end.template.host_network
        return isinstance(end, Outside)

    def _shown(self, admission: Admission, server: MeshServer) -> list[Shown] | None:
        """The identities one of which must be shown; nothing where it cannot be told, or other clients are let in as well."""
        if admission.target_kind not in ("Server", "Namespace"):
            return None
        if admission.shown is not None:
            return list(admission.shown)
        found: list[Shown] = []
        for required in admission.required:
            if required.kind == "ServiceAccount":
                found.append(Shown(required.name.value, required.namespace, required.name.anchor))
            elif required.kind == "MeshTLSAuthentication":
                held = self._identities.get(
                    (required.namespace or server.meta.namespace, required.name.value)
                )
                if held is None or held.meta.patched:
                    return None
                found += held.shown
        return found or None

    def _shows(self, end: End, shown: list[Shown]) -> bool:
        """Whether a client may show one of some identities."""
        if not isinstance(end, Workload):
            return not isinstance(end, Outside)
        if self._is_unmeshed(end):
            return False
        account = end.template.service_account
        name = account.value if account is not None else "default"
        unsure = end.meta.patched or is_placeholder(name) or not end.meta.namespace
        return unsure or any(one.is_of(name, end.meta.namespace) for one in shown)


def _guards(server: MeshServer, workload: Workload, number: int) -> bool:
    if server.meta.namespace != workload.meta.namespace or server.pods is None or server.port is None:
        return False
    if not server.pods.matches(workload.template.values):
        return False
    own = integer(server.port)
    if own is None:
        named = named_port(workload, server.port.value, "TCP")
        own = named.number if named is not None else None
    return own == number


def _is_for(admission: Admission, server: MeshServer) -> bool:
    if admission.target_kind == "Namespace":
        return admission.target in ("", server.meta.namespace)
    if admission.target_kind != "Server":
        return True
    if admission.servers is not None:
        labels = server.meta.labels
        return admission.servers.matches(dict(labels.values) if labels is not None else {})
    return is_placeholder(admission.target) or admission.target == server.meta.name.value
