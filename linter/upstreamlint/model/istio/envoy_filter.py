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
class FilterPatch:
    """A change: of what (`HTTP_FILTER`, `CLUSTER` …), of which proxies (`GATEWAY`, `SIDECAR_INBOUND` …), where, and what is brought."""

    target: str
    context: str
    match: Mapping | None
    value: Mapping | None
    operation: str

    @property
    def adds(self) -> bool:
        """Whether it brings something of its own, as all that is put in before or behind other things does."""
        return self.operation == "ADD" or self.operation.startswith("INSERT_")

    @property
    def of_gateways(self) -> bool:
        """Whether gateways are changed."""
        return self.context in _GATEWAYS


@entity
class EnvoyFilter(KubernetesObject):
    """An EnvoyFilter; no selector means its whole namespace, or the mesh in the root namespace. `targeted` says that it names its targets."""

    selector: Labels | None
    targeted: bool
    patches: tuple[FilterPatch, ...]

    @property
    def clusters(self) -> Iterator[Scalar]:
        """The names of the clusters that it adds."""
        for patch in self.patches:
            name = patch.value.scalar("name") if patch.target == "CLUSTER" and patch.value else None
            if name is not None and patch.adds:
                yield name

    @property
    def headers(self) -> Iterator[HeaderReader]:
        """The readers of PROXY headers that it brings to gateways."""
        for patch in self.patches:
            if patch.of_gateways and patch.value is not None:
                yield from _headers(patch, patch.value)


def envoy_filter(meta: Meta, root: Mapping) -> EnvoyFilter | None:
    """An EnvoyFilter from its manifest; what is only removed is no change that brings anything."""
    spec = root.mapping("spec")
    if spec is None:
        return None
    chosen = spec.mapping("workloadSelector")
    return EnvoyFilter(
        meta,
        labels(chosen.get("labels")) if chosen else None,
        spec.get("targetRefs") is not None,
        tuple(_patch(change) for change in spec.mappings("configPatches")),
    )


def _patch(change: Mapping) -> FilterPatch:
    target, match, patch = change.scalar("applyTo"), change.mapping("match"), change.mapping("patch")
    context = match.scalar("context") if match is not None else None
    operation = patch.scalar("operation") if patch is not None else None
    removed = operation is not None and operation.value == "REMOVE"
    return FilterPatch(
        target.value if target is not None else "",
        context.value if context is not None else "",
        match,
        patch.mapping("value") if patch is not None and not removed else None,
        operation.value if operation is not None else "",
    )


def _headers(patch: FilterPatch, value: Mapping) -> Iterator[HeaderReader]:
    port = patch.match.at("listener", "portNumber") if patch.match is not None else None
    for item in value.mappings("listener_filters") if patch.target == "LISTENER" else [value]:
        name, passes = item.scalar("name"), item.at("typed_config", "allow_requests_without_proxy_protocol")
        if name is not None and name.value in _HEADER:
            without = isinstance(passes, Scalar) and passes.value == "true"
            yield HeaderReader(name, port if isinstance(port, Scalar) else None, without)
