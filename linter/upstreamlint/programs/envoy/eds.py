"""A file of cluster load assignments (EDS from a path) to what it says of one cluster."""

from __future__ import annotations

from upstreamlint.documents import Document, Mapping
from upstreamlint.programs.envoy.cluster_types import Assignment
from upstreamlint.programs.envoy.clusters import assigned_endpoints
from upstreamlint.programs.envoy.fields import has, mappings, scalar, text


def assignment(document: Document, wanted: str, *, guessed: bool) -> Assignment | None:
    """What a discovery response says of a resource; nothing when the document is none."""
    root = document.root
    if not isinstance(root, Mapping) or not has(root, "resources"):
        return None
    names, endpoints, anchor = [], None, root.key("resources")
    for resource in mappings(root, "resources"):
        name = scalar(resource, "cluster_name")
        if name is not None:
            names.append(name)
        if text(resource, "cluster_name") == wanted and endpoints is None:
            endpoints = tuple(assigned_endpoints(resource))
            anchor = name.anchor if name is not None else anchor
    return Assignment(wanted=wanted, endpoints=endpoints, names=tuple(names), guessed=guessed, anchor=anchor)
