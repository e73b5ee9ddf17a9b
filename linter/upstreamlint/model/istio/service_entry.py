"""ServiceEntry and WorkloadEntry: what the registry holds besides Services."""

from __future__ import annotations

from upstreamlint.documents import Mapping, Scalar
from upstreamlint.model.kubernetes.meta import KubernetesObject, Labels, Meta, integer, labels
from upstreamlint.source import Anchor
from upstreamlint.values import entity


@entity
class EntryPort:
    """A port of a ServiceEntry."""

    number: int
    name: Scalar | None
    protocol: str
    target: int | None
    anchor: Anchor


@entity
class EntryEndpoint:
    """An endpoint of a ServiceEntry, or a WorkloadEntry; its `locality` is empty where none is written."""

    address: Scalar | None
    labels: Labels | None
    has_ports: bool
    anchor: Anchor
    locality: str = ""


@entity
class ServiceEntry(KubernetesObject):
    """A ServiceEntry; `resolution` is NONE, STATIC, DNS, DNS_ROUND_ROBIN or DYNAMIC_DNS."""

    hosts: tuple[Scalar, ...]
    ports: tuple[EntryPort, ...]
    resolution: str
    resolution_written: Scalar | None
    endpoints: tuple[EntryEndpoint, ...]
    workload_selector: Labels | None
    export_to: tuple[Scalar, ...]
    location: str


@entity
class WorkloadEntry(KubernetesObject):
    """A WorkloadEntry: a machine as a mesh workload."""

    endpoint: EntryEndpoint


@entity
class WorkloadGroup(KubernetesObject):
    """A WorkloadGroup: machines that register themselves, so that WorkloadEntries may appear at run time."""


def workload_group(meta: Meta, _root: Mapping) -> WorkloadGroup:
    """A WorkloadGroup from its manifest."""
    return WorkloadGroup(meta)


def service_entry(meta: Meta, root: Mapping) -> ServiceEntry | None:
    """A ServiceEntry from its manifest."""
    spec = root.mapping("spec")
    if spec is None:
        return None
    ports = []
    for item in spec.mappings("ports"):
        number, protocol = integer(item.scalar("number")), item.scalar("protocol")
        if number is not None:
            ports.append(
                EntryPort(
                    number,
                    item.scalar("name"),
                    protocol.value if protocol else "",
                    integer(item.scalar("targetPort")),
                    item.anchor,
                )
            )
    chosen = spec.mapping("workloadSelector")
    resolution = spec.scalar("resolution")
    return ServiceEntry(
        meta,
        tuple(spec.scalars("hosts")),
        tuple(ports),
        resolution.value if resolution else "NONE",
        resolution,
        tuple(_endpoint(e) for e in spec.mappings("endpoints")),
        labels(chosen.get("labels")) if chosen else None,
        tuple(spec.scalars("exportTo")),
        location.value if (location := spec.scalar("location")) else "MESH_EXTERNAL",
    )


def _endpoint(node: Mapping) -> EntryEndpoint:
    locality = node.scalar("locality")
    return EntryEndpoint(
        node.scalar("address"),
        labels(node.get("labels")),
        node.get("ports") is not None,
        node.anchor,
        locality.value if locality is not None else "",
    )


def workload_entry(meta: Meta, root: Mapping) -> WorkloadEntry | None:
    """A WorkloadEntry from its manifest."""
    spec = root.mapping("spec")
    return WorkloadEntry(meta, _endpoint(spec)) if spec else None
