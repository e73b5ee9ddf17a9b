"""Gateway API: backends that are objects of implementations, and routes that kgateway hands requests on to.

docs of kgateway, "Route delegation": a backend of kind HTTPRoute, `*` for all of a namespace; Envoy Gateway, "Backend Routing"; the Gateway API
Inference Extension, InferencePool.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from upstreamlint.graph.evidence import Verdict, is_placeholder
from upstreamlint.graph.gateway_api.references import BackendObject, BackendTarget
from upstreamlint.graph.gateway_api.switched_off import switched_off
from upstreamlint.graph.index import Index
from upstreamlint.graph.likeness import near_names, sole
from upstreamlint.graph.nodes import Route
from upstreamlint.graph.references import Candidate
from upstreamlint.model.gateway_api import GROUP, BackendRef, GatewayRoute, RouteRule
from upstreamlint.model.kubernetes import Other
from upstreamlint.model.kubernetes.meta import KubernetesObject
from upstreamlint.model.kubernetes.nearest import nearest, same_namespace, same_tree
from upstreamlint.programs.managed.attached import AttachedPolicy
from upstreamlint.programs.managed.model import ManagedRoute
from upstreamlint.values import replace

_EVERY = "*"
_KINDS = frozenset(
    {
        (GROUP, "HTTPRoute"),
        ("gateway.envoyproxy.io", "Backend"),
        ("gateway.kgateway.dev", "Backend"),
        ("inference.networking.k8s.io", "InferencePool"),
        ("inference.networking.x-k8s.io", "InferencePool"),
    }
)
"""The kinds whose objects nobody but their author makes."""


def backend_object(
    index: Index, route: Route, owner: GatewayRoute, backend: BackendRef, target: BackendTarget
) -> Iterator[BackendObject]:
    """The object that a backend names, where its kind is known."""
    if (backend.group, backend.kind) in _KINDS and backend.name.value != _EVERY:
        yield from _object(index, route, owner, backend, target)


def filter_objects(
    index: Index, route: Route, owner: GatewayRoute, rule: RouteRule
) -> Iterator[BackendObject]:
    """The objects that the filters of a rule name, of whatever kind: Middleware, SnippetsFilter, HTTPRouteFilter, DirectResponse."""
    for ref in rule.extensions:
        if "." in ref.group:
            target = BackendTarget(f"{route.id}>{ref.kind}/{ref.name}", ref.anchor)
            for found in _object(index, route, owner, ref, target):
                yield replace(found, filter=True)


def _object(
    index: Index, route: Route, owner: GatewayRoute, backend: BackendRef, target: BackendTarget
) -> Iterator[BackendObject]:
    name = backend.name
    if is_placeholder(name.value):
        return
    there = [
        o for o in _objects(index, backend) if (o.meta.group, o.meta.kind) == (backend.group, backend.kind)
    ]
    named = [o for o in there if o.meta.name.value == name.value]
    off = switched_off(index, backend)
    if off is None and any(same_namespace(o.meta.namespace, backend.namespace) for o in named):
        return
    near = () if off is not None else _near(owner, backend, there, named)
    verdict = index.ladder.absent(
        name.value, owner.meta.folder, near=bool(near), also=(f"{backend.namespace}/*",)
    )
    away = not same_namespace(backend.namespace, owner.meta.namespace)
    apart = away and not near and not index.ladder.complete
    if off is not None:
        apart, verdict = False, Verdict.CONFLICT
    yield BackendObject(
        wanted=name.value,
        anchor=name.anchor,
        owner=owner,
        verdict=Verdict.UNKNOWN if owner.meta.patched else Verdict.EXTERNAL if apart else verdict,
        near=near,
        route=route,
        target=target,
        backend=backend,
        route_owner=owner,
        elsewhere=bool(named),
        off=off,
    )


def _objects(index: Index, backend: BackendRef) -> Iterable[KubernetesObject]:
    if backend.group == GROUP:
        return index.of(GatewayRoute)
    return (*index.of(Other), *index.of(ManagedRoute), *index.of(AttachedPolicy))


def _near(
    owner: GatewayRoute, backend: BackendRef, there: list[KubernetesObject], named: list[KubernetesObject]
) -> tuple[Candidate, ...]:
    """The same name in another namespace, or a similar one in this."""
    folder = owner.meta.folder
    for other in nearest([o for o in named if same_tree(o.meta.folder, folder)], folder)[:1]:
        text = f"{other.meta.kind} `{other.title}` is in another namespace"
        return (Candidate(other.meta.name.anchor, text, ""),)
    here = {o.meta.name.value: o for o in there if same_namespace(o.meta.namespace, backend.namespace)}
    around = {
        n: o for n, o in here.items() if same_tree(o.meta.folder, folder) and n != owner.meta.name.value
    }
    like = near_names(backend.name.value, around)
    return tuple(
        Candidate(around[n].meta.name.anchor, f"{backend.kind} `{around[n].title}`", n, certain=sole(n, like))
        for n in like[:1]
    )
