"""A document to a bootstrap configuration, told by its `static_resources`."""

from __future__ import annotations

from upstreamlint.documents import Document, Mapping
from upstreamlint.programs.envoy.clusters import cluster
from upstreamlint.programs.envoy.fields import count, has, key, mapping, mappings, number
from upstreamlint.programs.envoy.routes import listener
from upstreamlint.programs.envoy.strict import unknown
from upstreamlint.programs.envoy.types import Bootstrap

_PANIC = "upstream.healthy_panic_threshold"


def build(document: Document) -> Bootstrap | None:
    """The bootstrap in a document; nothing when it is none."""
    root = document.root
    if not isinstance(root, Mapping) or "kind" in root or "apiVersion" in root:
        return None
    resources = mapping(root, "static_resources")
    if resources is None:
        return None
    panic = _runtime_panic(root)
    found = (cluster(message, panic) for message in mappings(resources, "clusters"))
    return Bootstrap(
        listeners=tuple(listener(message) for message in mappings(resources, "listeners")),
        clusters=tuple(c for c in found if c is not None),
        dynamic=_comes_from_elsewhere(root, "cds_config", "ads_config", "cds_resources_locator")
        or not _is_plain(resources),
        more_listeners=_comes_from_elsewhere(root, "lds_config", "ads_config"),
        admin_port=count(root, "admin", "address", "socket_address", "port_value"),
        anchor=key(root, "static_resources"),
        unknown=unknown(root),
    )


def _comes_from_elsewhere(root: Mapping, *names: str) -> bool:
    """Whether a file or a server that is asked brings more than what is written here."""
    found = mapping(root, "dynamic_resources")
    return found is not None and any(has(found, name) for name in names)


def _is_plain(resources: Mapping) -> bool:
    """Whether the clusters are listed as they are, and not put there by a template."""
    clusters = resources.get("clusters")
    return clusters is None or not isinstance(clusters, Mapping)


def _runtime_panic(root: Mapping) -> float | None:
    """The panic threshold that the runtime sets for every cluster; the last layer wins."""
    panic = None
    for layer in mappings(root, "layered_runtime", "layers"):
        static = mapping(layer, "static_layer")
        if static is not None:
            given = number(static, _PANIC)
            nested = number(static, "upstream", "healthy_panic_threshold")
            panic = given if given is not None else nested if nested is not None else panic
    return panic
