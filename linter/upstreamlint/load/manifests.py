"""Kubernetes manifests: which documents are worth parsing, and the resources in them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from upstreamlint.documents import Document, Mapping
from upstreamlint.files import parent
from upstreamlint.graph.problems import Problem, SyntaxProblem, TemplateProblem
from upstreamlint.model import manifest
from upstreamlint.readers import yaml
from upstreamlint.readers.fault import Fault
from upstreamlint.source import Anchor, Source

_KIND = re.compile(r"^kind:[ \t]*[\"']?([A-Za-z]+)", re.MULTILINE)
_OTHER = re.compile(r"^(?:services|static_resources|include):|\"kind\"[ \t]*:|^apiVersion:|^\{", re.MULTILINE)
_INDENTED = re.compile(
    r"(?:---[^\n]*\n|[ \t]*(?:#[^\n]*)?\r?\n)*+[ \t]+(?:apiVersion|kind|metadata|spec|items):"
)
"""A document that is indented as a whole."""
_FILLED_IN = re.compile(
    r"(?:^|:[ \t])[ \t]*(?:- )?(?:\{[A-Za-z_][\w.\[\]\"'-]*\}|%\(\w+\)s|@\w+@|<[A-Za-z][\w -]*>)",
    re.MULTILINE,
)
"""Placeholders of simple template languages, where a value stands."""
_TEMPLATE = re.compile(r"\{\{|\{%|<%")


def wanted(text: str) -> bool:
    """Whether a document is worth parsing: a modelled kind, a pod template, a list, or no Kubernetes kind at all."""
    kind = _KIND.search(text)
    if kind is None:
        return _OTHER.search(text) is not None or _INDENTED.match(text) is not None
    name = kind.group(1)
    return name in manifest.MODELLED_KINDS or name.endswith("List") or not _is_definition(name, text)


def _is_definition(kind: str, text: str) -> bool:
    """Whether an object says nothing about wiring, however long it is."""
    if kind in _SILENT:
        return True
    return len(text) > _LONG and "containers:" not in text


_LONG = 20_000
_SILENT = frozenset(
    {
        "CustomResourceDefinition",
        "ClusterRole",
        "ClusterRoleBinding",
        "Role",
        "RoleBinding",
        "ServiceAccount",
        "Secret",
        "PersistentVolumeClaim",
        "PersistentVolume",
        "StorageClass",
        "PriorityClass",
        "LimitRange",
        "ResourceQuota",
        "ValidatingWebhookConfiguration",
        "MutatingWebhookConfiguration",
        "APIService",
        "PrometheusRule",
        "ServiceMonitor",
        "PodMonitor",
        "Kustomization",
        "Certificate",
        "Issuer",
        "ClusterIssuer",
    }
)
"""Kinds that neither carry traffic nor make pods."""


def resources(source: Source, namespace: str = "") -> Iterator[manifest.Resource | Problem]:
    """The Kubernetes resources of a file, and what is wrong with it.

    A document that does not parse is one problem, and the others are read. Documents are modelled one by
    one, so that a large file's tree is never held as a whole.
    """
    reading = yaml.read(source, wanted)
    for fault in reading.faults:
        yield _problem(source, fault)
    for document in reading.documents:
        if _is_template(document):
            yield _unrendered(source)
        else:
            yield from manifest.build(document, parent(source.path), namespace)


def _problem(source: Source, fault: Fault) -> Problem:
    """A fault as a problem; text with template actions is unrendered rather than wrong."""
    filled_in = _TEMPLATE.search(source.text) or _FILLED_IN.search(source.text)
    if filled_in and "already set" not in fault.message:
        return _unrendered(source)
    return SyntaxProblem(fault.anchor, fault.message, fault.related)


def _unrendered(source: Source) -> TemplateProblem:
    found = _TEMPLATE.search(source.text) or _FILLED_IN.search(source.text)
    start = found.start() if found else 0
    return TemplateProblem(
        Anchor(source, start, start + 2),
        "this is a template that was not rendered, so nothing in it is checked",
        help="render it and pass the result: `helm template . | upstreamlint check -`",
    )


def _is_template(document: Document) -> bool:
    """Whether braces of a template parsed as YAML by chance: `name: {{ x }}` is a mapping in a mapping."""
    root = document.root
    if not isinstance(root, Mapping):
        return False
    head = root.mapping("metadata")
    kind = root.get("kind")
    return isinstance(kind, Mapping) or (head is not None and isinstance(head.get("name"), Mapping))
