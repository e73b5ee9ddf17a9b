"""Kubernetes manifests: which documents are worth parsing, and the resources in them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from upstreamlint import patterns
from upstreamlint.documents import Document, Mapping, Scalar
from upstreamlint.files.readable import parent
from upstreamlint.graph.problems import Problem, RepeatedKeyProblem, SyntaxProblem, TemplateProblem
from upstreamlint.load.claim import SILENT, claimed
from upstreamlint.model import manifest
from upstreamlint.readers import yaml
from upstreamlint.readers.fault import Fault
from upstreamlint.run.result import Skipped
from upstreamlint.source import Anchor, Source
from upstreamlint.typed import TYPE_CHECKING
from upstreamlint.values import replace

if TYPE_CHECKING:
    from upstreamlint.readers.compose.faults import LoadFault

UNCLAIMED = "does not parse, and is for none of the programs whose files are read"
STREAM = "a stream of JSON values"

_KIND = patterns.compile(r"^kind:[ \t]*[\"']?([A-Za-z]+)", re.MULTILINE)
_OTHER = patterns.compile(r"^(?:services|static_resources|include|apiVersion):", re.MULTILINE)
_FLOW = patterns.compile(r"\s*[\[{]")
_FLOW_KEYS = ("apiVersion", "static_resources", "staticResources")
_INDENTED = patterns.compile(
    r"(?>(?:---[^\n]*\n|[ \t]*(?:#[^\n]*)?\r?\n)*)[ \t]+(?:apiVersion|kind|metadata|spec|items):"
)
"""A document that is indented as a whole."""
_FILLED_IN = patterns.compile(
    r"^[ \t]*@\w+[ \t]*\r?$|(?:^|:[ \t])[ \t]*(?:- )?(?:\{[A-Za-z_][\w.\[\]\"'-]*\}|%\(\w+\)s|@\w+@|%{1,2}\w+%{1,2}|<[A-Za-z][\w -]*>)",
    re.MULTILINE,
)
"""Placeholders of simple template languages, where a value stands."""
_YTT = patterns.compile(r"^[ \t]*#@ |[ \t]#@ [a-z_.]+\(", re.MULTILINE)
"""Actions of ytt stand in what YAML takes for comments: as it is written, the file is no manifest."""
_VARIABLE = patterns.compile(r"\$\{")
"""What `envsubst` fills in; in a flow mapping it is no YAML before."""
_BLOCK = patterns.compile(r"\$\{\w+\}")
"""A variable alone on its line stands for lines of YAML, which a parser misses at the line after it."""
_TEMPLATE = patterns.compile(r"\{\{|\{%|<%|</?#[a-z]")
_OF_TEMPLATES = patterns.compile(r"(?:\A|/)templates?/")


_PODS = patterns.compile(r"\bpods[\"']?\s*(?:$|[,\]])", re.MULTILINE)
"""Of what a Role allows only changes to pods say anything about wiring: who may make them may set labels."""


def wanted(text: str) -> bool:
    """Whether a document is worth parsing: a modelled kind, a pod template, a list, or no Kubernetes kind at all.

    Of JSON, which many programs keep their data in, only what names its API version or holds an Envoy is.
    """
    kind = _KIND.search(text)
    if kind is None:
        if _FLOW.match(text):
            return any(key in text for key in _FLOW_KEYS)
        return _OTHER.search(text) is not None or _INDENTED.match(text) is not None
    name = kind.group(1)
    if name == "Role":
        return _PODS.search(text) is not None
    return name in manifest.MODELLED_KINDS or name.endswith("List") or not _is_definition(name, text)


def wanted_of_render(text: str) -> bool:
    """Whether a document that a renderer made is."""
    kind = _KIND.search(text)
    return wanted(text) and (kind is None or kind.group(1) not in SILENT)


def _is_definition(kind: str, text: str) -> bool:
    """Whether an object says nothing about wiring, however long it is."""
    if kind in SILENT:
        return True
    return len(text) > _LONG and "containers:" not in text


_LONG = 20_000


def resources(
    source: Source, namespace: str = "", *, kustomized: bool = False, moved: bool = False, version: str = ""
) -> Iterable[manifest.Resource | Problem | Skipped]:
    """The Kubernetes resources of a file, and what is wrong with it; of a source that is kept they are made once."""
    if source.made is None:
        return _resources(source, namespace, kustomized=kustomized, moved=moved, version=version)
    how = ("manifests", namespace, kustomized, moved, version)
    if how not in source.made:
        made = _resources(source, namespace, kustomized=kustomized, moved=moved, version=version)
        source.made[how] = tuple(made)
    return source.made[how]  # type: ignore[return-value]


def _resources(
    source: Source, namespace: str, *, kustomized: bool, moved: bool, version: str
) -> Iterator[manifest.Resource | Problem | Skipped]:
    """The resources and problems of a file.

    A document that does not parse is one problem, and the others are read. Documents are modelled one by
    one, so that a large file's tree is never held as a whole. `kustomized` says that Kustomize reads the file too, `moved` that
    it puts all objects into the namespace, `version` is the minor version of Kubernetes.
    """
    if "#@" in source.text and _YTT.search(source.text):
        if claimed(source.path, source.text):
            yield _unrendered(source)
        return
    reading = yaml.read(source, wanted)
    claims: dict[int, bool] = {}
    for fault in reading.faults:
        start = yaml.chunk_start(source, fault.anchor.start)
        if start not in claims:
            claims[start] = claimed(source.path, yaml.chunk_at(source, start))
        yield _judged(source, fault, is_claimed=claims[start], kustomized=kustomized)
    nameless = [_is_nameless(document) for document in reading.documents]
    pieces = [none or _is_versionless(d) for none, d in zip(nameless, reading.documents, strict=True)]
    excerpt = any(nameless) or 2 * sum(pieces) > len(pieces)
    for document, piece in zip(reading.documents, pieces, strict=True):
        if _is_template(document):
            yield _unrendered(source)
            continue
        for resource in manifest.build(document, parent(source.path), namespace, version, moved=moved):
            unsure = piece or excerpt
            yield replace(resource, meta=replace(resource.meta, patched=True)) if unsure else resource


def _judged(source: Source, fault: Fault, *, is_claimed: bool, kustomized: bool) -> Problem | Skipped:
    """What a fault is to the program that reads the text, if it is one of ours.

    `kubectl` 1.32.4 and Envoy 1.3x take the last of two equal keys; Kustomize 5 refuses the file.
    """
    if not is_claimed:
        return Skipped(source.path, UNCLAIMED)
    if fault.over:
        return SyntaxProblem(fault.anchor, fault.message)
    if _is_json_stream(source.text):
        return Skipped(source.path, STREAM)
    if fault.repeated:
        made = SyntaxProblem if kustomized else RepeatedKeyProblem
        return made(fault.anchor, fault.message, fault.related)
    return broken(source, fault)


@lru_cache(maxsize=4)
def _is_json_stream(text: str) -> bool:
    """Whether it is JSON values one after the other, which `kubectl` reads and YAML does not."""
    at = _next(text, 0)
    if not text.startswith("{", at):
        return False
    from json import JSONDecoder

    decoder = JSONDecoder()
    try:
        while at < len(text):
            at = _next(text, decoder.raw_decode(text, at)[1])
    except (ValueError, RecursionError):
        return False
    return True


def _next(text: str, at: int) -> int:
    """Where the next value starts, behind blanks."""
    while at < len(text) and text[at].isspace():
        at += 1
    return at


def broken(source: Source, fault: Fault | LoadFault) -> Problem:
    """Text that does not parse; with actions of a template language it is unrendered rather than wrong."""
    start = fault.anchor.start
    # YAML begins no value with these, and some tools what they fill in.
    marked = source.text[start : start + 1] in ("@", "%") and _OF_TEMPLATES.search(source.path) is not None
    lines = (source.line(fault.anchor.line), source.line(fault.anchor.line - 1).strip())
    filled_in = _VARIABLE.search(lines[0]) or _BLOCK.fullmatch(lines[1])
    if marked or _action(source.text) or filled_in:
        return _unrendered(source)
    return SyntaxProblem(fault.anchor, fault.message, fault.related)


@lru_cache(maxsize=4)
def _action(text: str) -> re.Match[str] | None:
    """The first action of a template language in a text."""
    return _TEMPLATE.search(text) or _FILLED_IN.search(text)


@lru_cache(maxsize=4)
def _first_action(text: str) -> int:
    found = _action(text) or _VARIABLE.search(text)
    return found.start() if found else 0


def _unrendered(source: Source) -> TemplateProblem:
    start = _first_action(source.text)
    return TemplateProblem(
        Anchor(source, start, start + 2),
        "this is a template that was not rendered, so nothing in it is checked",
        help="render it and pass the result: `helm template . | upstreamlint check -`",
    )


def _is_versionless(document: Document) -> bool:
    """Whether an object with a specification has no API version: an excerpt, which nobody applies."""
    root = document.root
    return isinstance(root, Mapping) and "apiVersion" not in root and _is_specified(root)


def _is_nameless(document: Document) -> bool:
    """Whether an object with a specification has no name, as only a patch may: what stands beside it is one, too."""
    root = document.root
    if not isinstance(root, Mapping):
        return False
    head = root.mapping("metadata")
    named = head is not None and not (head.get("name") is None and head.get("generateName") is None)
    return not named and _is_specified(root)


def _is_specified(root: Mapping) -> bool:
    """Whether it is an object with a specification, whole or not."""
    return isinstance(root.get("kind"), Scalar) and "spec" in root


def _is_template(document: Document) -> bool:
    """Whether braces of a template parsed as YAML by chance: `name: {{ x }}` is a mapping in a mapping."""
    root = document.root
    if not isinstance(root, Mapping):
        return False
    head = root.mapping("metadata")
    kind = root.get("kind")
    return isinstance(kind, Mapping) or (head is not None and isinstance(head.get("name"), Mapping))
