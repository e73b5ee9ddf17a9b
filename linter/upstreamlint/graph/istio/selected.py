"""The pods that objects of the mesh select: filters, policies, Sidecars and DestinationRules.

An object of the root namespace is for pods of all namespaces, and gateways are made by others: neither is looked for, unless the pods of the gateway are among the files, in
another namespace.
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.graph.index import Index
from upstreamlint.graph.istio.view import Mesh
from upstreamlint.graph.policy.meant import elsewhere
from upstreamlint.graph.policy.selectors import PodSelector, pods_of
from upstreamlint.model.istio import (
    AuthorizationPolicy,
    DestinationRule,
    EnvoyFilter,
    PeerAuthentication,
    RequestAuthentication,
    SidecarScope,
)
from upstreamlint.model.kubernetes import LabelSelector
from upstreamlint.model.kubernetes.meta import KubernetesObject
from upstreamlint.typed import TypeAlias

_Selecting: TypeAlias = (
    AuthorizationPolicy | EnvoyFilter | PeerAuthentication | RequestAuthentication | SidecarScope
)
_MADE = ("gateway.networking.k8s.io/", "istio.io/", "istio", "service.istio.io/")
"""How labels begin that istiod, or what installs it, puts on pods."""


def link(mesh: Mesh) -> Iterator[PodSelector]:
    """The selector of each object that has one."""
    index = mesh.index
    owners: tuple[_Selecting, ...] = (
        *index.of(AuthorizationPolicy),
        *index.of(EnvoyFilter),
        *index.of(PeerAuthentication),
        *index.of(RequestAuthentication),
        *index.of(SidecarScope),
    )
    chosen = [(o, o.selector) for o in owners]
    of_clients = [(r, r.workload_selector) for r in index.of(DestinationRule)]
    for owner, labels in (*chosen, *of_clients):
        if labels is None or owner.meta.namespace == mesh.settings.root_namespace:
            continue
        selector = LabelSelector(labels, (), labels.anchor)
        made = any(key.startswith(_MADE) for key in labels.values)
        if not made or elsewhere(index, selector, owner.meta):
            yield pods_of(
                index, owner, owner.meta, selector, peer=False, of_mesh=made or _knows(index, owner)
            )


def _knows(index: Index, owner: KubernetesObject) -> bool:
    """Whether the files hold pods of the namespace of an object."""
    return bool(index.workloads(owner.meta.namespace))
