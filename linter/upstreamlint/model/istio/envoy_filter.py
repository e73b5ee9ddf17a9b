"""EnvoyFilter: what is changed of the proxies of some pods."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.documents import Mapping, Scalar
from upstreamlint.model.kubernetes.meta import KubernetesObject, Labels, Meta, labels
from upstreamlint.values import entity

_HEADER = frozenset({"envoy.filters.listener.proxy_protocol", "envoy.listener.proxy_protocol"})
_GATEWAYS = ("", "ANY", "GATEWAY")


@entity
class HeaderReader:
    """A listener filter that reads PROXY headers off gateways; it takes connections `without` one as well if it is told so.

    `port` is the port of the listeners that it is put into; nothing where it is all of them.
    """

    name: Scalar
    port: Scalar | None
    without: bool


@entity
class EnvoyFilter(KubernetesObject):
    """An EnvoyFilter; no selector means its whole namespace, or the mesh in the root namespace. `targeted` says that it names its targets."""

    selector: Labels | None
    targeted: bool
    headers: tuple[HeaderReader, ...]


def envoy_filter(meta: Meta, root: Mapping) -> EnvoyFilter | None:
    """An EnvoyFilter from its manifest."""
    spec = root.mapping("spec")
    if spec is None:
        return None
    chosen = spec.mapping("workloadSelector")
    return EnvoyFilter(
        meta,
        labels(chosen.get("labels")) if chosen else None,
        spec.get("targetRefs") is not None,
        tuple(reader for change in spec.mappings("configPatches") for reader in _headers(change)),
    )


def _headers(change: Mapping) -> Iterator[HeaderReader]:
    """The readers of PROXY headers that a change of listeners brings."""
    class_, context = change.scalar("applyTo"), change.at("match", "context")
    operation, value = change.at("patch", "operation"), change.at("patch", "value")
    if not isinstance(value, Mapping) or (isinstance(operation, Scalar) and operation.value == "REMOVE"):
        return
    if isinstance(context, Scalar) and context.value not in _GATEWAYS:
        return
    port = change.at("match", "listener", "portNumber")
    of_listener = class_ is not None and class_.value == "LISTENER"
    for item in value.mappings("listener_filters") if of_listener else [value]:
        name, passes = item.scalar("name"), item.at("typed_config", "allow_requests_without_proxy_protocol")
        if name is not None and name.value in _HEADER:
            without = isinstance(passes, Scalar) and passes.value == "true"
            yield HeaderReader(name, port if isinstance(port, Scalar) else None, without)
