"""Whether a listener takes a route: kinds, namespaces, host names (G2 to G4)."""

from __future__ import annotations

from collections.abc import Iterable

from upstreamlint.graph.index import Index
from upstreamlint.graph.kubernetes.namespaces import NAMESPACE_NAME, labels_of
from upstreamlint.model.gateway_api import (
    AllowedRoutes,
    GatewayListener,
    GatewayRoute,
    KubernetesGateway,
    ListenerSet,
)
from upstreamlint.model.kubernetes import LabelSelector
from upstreamlint.model.kubernetes.nearest import same_namespace

_KINDS = {
    "HTTP": ("HTTPRoute", "GRPCRoute"),
    "HTTPS": ("HTTPRoute", "GRPCRoute"),
    "TLS": ("TLSRoute", "TCPRoute"),
    "TCP": ("TCPRoute",),
    "UDP": ("UDPRoute",),
}
_WITHOUT_HOSTS = frozenset({"TCPRoute", "UDPRoute"})


def admits_kind(listener: GatewayListener, kind: str) -> bool:
    """Whether a listener takes routes of a kind; a protocol of an implementation's own takes any."""
    by_protocol = _KINDS.get(listener.protocol)
    if by_protocol is not None and kind not in by_protocol:
        return False
    if listener.passes_through and kind == "TCPRoute":
        return False
    kinds = listener.allowed.kinds if listener.allowed else ()
    return not kinds or kind in kinds


def admits_namespace(
    index: Index, gateway: KubernetesGateway | ListenerSet, listener: GatewayListener, namespace: str
) -> bool | None:
    """Whether a listener takes routes of a namespace; nothing when the namespace's labels are not known."""
    if listener.allowed is None:
        return same_namespace(gateway.meta.namespace, namespace)
    return _admits(index, listener.allowed, gateway.meta.namespace, namespace)


def admits_set(index: Index, gateway: KubernetesGateway, added: ListenerSet) -> bool | None:
    """Whether a Gateway takes a ListenerSet; nothing when the namespace's labels are not known."""
    if gateway.sets is None:
        return False
    return _admits(index, gateway.sets, gateway.meta.namespace, added.meta.namespace)


def _admits(index: Index, allowed: AllowedRoutes, own: str, namespace: str) -> bool | None:
    if allowed.origin == "Same":
        return same_namespace(own, namespace)
    if allowed.origin != "Selector":
        return allowed.origin == "All"
    selector = allowed.namespaces
    return None if selector is None or not namespace else namespace_matches(index, selector, namespace)


def namespace_matches(index: Index, selector: LabelSelector, namespace: str) -> bool | None:
    """Whether a namespace carries labels; nothing when it has no manifest and its name does not decide (N5)."""
    if selector.is_empty:
        return True
    known = index.named_namespaces(namespace)
    if known:
        # Of manifests that differ nobody knows which is applied.
        answers = {selector.matches(labels_of(found)) for found in known}
        return answers.pop() if len(answers) == 1 else None
    own = {NAMESPACE_NAME: namespace}
    keys = {
        *(selector.match_labels.values if selector.match_labels else ()),
        *(e.key.value for e in selector.expressions),
    }
    if keys == {NAMESPACE_NAME} and namespace:
        return selector.matches(own)
    wanted = selector.match_labels.get(NAMESPACE_NAME) if selector.match_labels else None
    return False if wanted is not None and namespace and wanted != namespace else None


def admits_hostname(listener: GatewayListener, route: GatewayRoute) -> bool:
    """Whether any host name of a route is one that the listener serves."""
    if route.meta.kind in _WITHOUT_HOSTS or listener.hostname is None or not route.hostnames:
        return True
    return any(intersect(listener.hostname.value, h.value) for h in route.hostnames)


def served(listeners: Iterable[GatewayListener], hostname: str) -> bool:
    """Whether any of the listeners serves a host name."""
    return any(x.hostname is None or intersect(x.hostname.value, hostname) for x in listeners)


def intersect(one: str, other: str) -> bool:
    """Whether two host names have a request in common; `*.` stands for one label or more (G4)."""
    one, other = one.lower(), other.lower()
    if one.startswith("*.") and other.startswith("*."):
        return one[1:].endswith(other[1:]) or other[1:].endswith(one[1:])
    if one.startswith("*."):
        return other.endswith(one[1:])
    if other.startswith("*."):
        return one.endswith(other[1:])
    return one == other
