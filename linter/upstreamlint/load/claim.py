"""Which program reads a text, told by as much of it as is intact.

Most YAML and JSON files of a repository are for programs that wire nothing, and some of those programs read what
YAML forbids: comments in JSON, a JSON value a line, template actions. That such a file does not parse is no fault.
"""

from __future__ import annotations

import posixpath
import re

from upstreamlint import patterns
from upstreamlint.model import manifest

SILENT = frozenset(
    {
        "CustomResourceDefinition",
        "ClusterRole",
        "ClusterRoleBinding",
        "RoleBinding",
        "ServiceAccount",
        "PersistentVolumeClaim",
        "PersistentVolume",
        "StorageClass",
        "PriorityClass",
        "LimitRange",
        "ResourceQuota",
        "PrometheusRule",
        "Kustomization",
        "Certificate",
    }
)
"""Kinds that neither carry traffic nor make pods."""

_MAKERS = frozenset(
    {
        "CronJob",
        "DaemonSet",
        "Deployment",
        "Job",
        "List",
        "Pod",
        "PodTemplate",
        "ReplicaSet",
        "ReplicationController",
        "StatefulSet",
    }
)
_KNOWN = manifest.MODELLED_KINDS | SILENT | _MAKERS

_KIND = patterns.compile(r"^kind:[ \t]*[\"']?([A-Za-z]+)|\"kind\"[ \t]*:[ \t]*\"([A-Za-z]+)\"", re.MULTILINE)
_VERSION = patterns.compile(r"^apiVersion\b|\"apiVersion\"[ \t]*:", re.MULTILINE)
_ENVOY = patterns.compile(r"^static_?[rR]esources\b|\"static_?[rR]esources\"", re.MULTILINE)
_SERVICES = patterns.compile(
    r"^services:[ \t]*(?:#[^\n]*)?\n(?>(?:[ \t]*(?:#[^\n]*)?\n)*)[ \t]+[\w.-]+:[ \t]*\n", re.MULTILINE
)
_CONTAINER = patterns.compile(r"^[ \t]+(?:image|build|container_name):", re.MULTILINE)


def claimed(path: str, text: str) -> bool:
    """Whether a document that may not parse is for Kubernetes, Compose or Envoy."""
    if _VERSION.search(text) is not None:
        return any((one or other) in _KNOWN for one, other in _KIND.findall(text))
    if _ENVOY.search(text) is not None:
        return True
    if _SERVICES.search(text) is None:
        return False
    return "compose" in posixpath.basename(path).lower() or _CONTAINER.search(text) is not None
