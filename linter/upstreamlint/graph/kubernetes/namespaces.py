"""The labels of namespaces, with the one that every namespace carries."""

from __future__ import annotations

from upstreamlint.model.kubernetes import Namespace

NAMESPACE_NAME = "kubernetes.io/metadata.name"
"""The label that every namespace carries."""


def labels_of(namespace: Namespace) -> dict[str, str]:
    """The labels of a Namespace, with the one that the API server adds."""
    written = namespace.meta.labels.values if namespace.meta.labels else {}
    return {**written, NAMESPACE_NAME: namespace.meta.name.value}
