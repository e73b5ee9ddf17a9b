"""An object that configures a managed program: its rules, and the Services that they name."""

from __future__ import annotations

import re
from collections.abc import Iterator

from upstreamlint import patterns
from upstreamlint.documents import Mapping, Node, Scalar, Sequence
from upstreamlint.model.kubernetes.meta import KubernetesObject, Meta
from upstreamlint.numerals import decimal
from upstreamlint.programs.managed.kinds import Kind, Names, kinds
from upstreamlint.readers.compose.tree import part
from upstreamlint.source import Anchor
from upstreamlint.values import entity


@entity
class Backend:
    """A Service that a rule names; `port` is missing where none is written.

    `spoken` is what the rule says that it speaks, in lower case, `checked` where it asks for a health check.
    """

    service: Scalar
    namespace: Scalar | None
    port: Scalar | None
    weight: int
    mirror: bool
    spoken: str = ""
    checked: Anchor | None = None


@entity
class Rule:
    """A host and a path, and where they lead."""

    host: str
    path: str
    backends: tuple[Backend, ...]
    anchor: Anchor


@entity
class ManagedRoute(KubernetesObject):
    """The object, and what its kind says about it. `includes` are objects of the kind that it hands paths to."""

    kind: Kind
    rules: tuple[Rule, ...]
    includes: tuple[Include, ...]
    named: tuple[Named, ...] = ()


@entity
class Include:
    """Another object that takes a part of the requests."""

    name: Scalar
    namespace: Scalar | None
    path: str


@entity
class Named:
    """Something else that an object names; `known` are the names that the object itself defines for it."""

    names: Names
    name: Scalar
    namespace: Scalar | None
    known: tuple[Scalar, ...]


def managed_route(meta: Meta, root: Mapping) -> ManagedRoute | None:
    """The routes of an object; nothing where it is of no kind of the table."""
    kind = kinds().get((meta.group, meta.kind))
    if kind is None:
        return None
    shared = _first(root, kind.root_host)
    rules = [
        rule
        for node in at(root, kind.rules)
        if isinstance(node, Mapping) and (rule := _rule(kind, node, shared)) is not None
    ]
    includes = tuple(_includes(root)) if meta.kind == "HTTPProxy" else ()
    return ManagedRoute(meta, kind, tuple(rules), includes, tuple(_named(kind, root)))


def _named(kind: Kind, root: Mapping) -> Iterator[Named]:
    for names in kind.names:
        known = tuple(n for n in at(root, names.defined) if isinstance(n, Scalar)) if names.defined else ()
        for holder in at(root, names.at):
            name = (
                holder if isinstance(holder, Scalar) else _scalar(holder, names.name) if names.name else None
            )
            space = holder.scalar(names.space) if names.space and isinstance(holder, Mapping) else None
            if name is not None and name.value:
                yield Named(names, name, space, known)


def _rule(kind: Kind, node: Mapping, shared: str) -> Rule | None:
    found = [b for b in at(node, kind.backends) if isinstance(b, Mapping)] if kind.backends else [node]
    backends = tuple(b for one in found if (b := _backend(kind, one, node)) is not None)
    if not backends:
        return None
    path = _taken(_first(node, kind.path), kind.path_pattern) or "/"
    host = shared or _taken(_first(node, kind.host), kind.host_pattern) or "*"
    return Rule(host, f"{kind.path_of} {path}".strip(), backends, backends[0].service.anchor)


def _backend(kind: Kind, node: Mapping, rule: Mapping) -> Backend | None:
    told = node.scalar(kind.backend_kind) if kind.backend_kind else None
    if told is not None and told.value != "Service":
        return None
    if kind.address:
        return _addressed(node.scalar(kind.address), _first(node, kind.spoken))
    service = node.scalar(kind.service)
    if service is None or not service.value:
        return None
    port = _scalar(rule, kind.rule_port) if kind.rule_port else node.scalar(kind.port)
    weight = node.scalar(kind.weight) if kind.weight else None
    mirror = node.scalar(kind.mirror) if kind.mirror else None
    return Backend(
        service=service,
        namespace=node.scalar(kind.namespace) if kind.namespace else None,
        port=port,
        weight=_weight(weight),
        mirror=mirror is not None and mirror.value == "true",
        spoken=(_first(node, kind.spoken) or _first(rule, kind.spoken)).lower(),
        checked=node.key(kind.check) if kind.check and kind.check in node else None,
    )


def _weight(written: Scalar | None) -> int:
    number = decimal(written.value) if written is not None else None
    return 1 if number is None else number


_ADDRESS = patterns.compile(
    r"(?:(?P<scheme>[a-z]{2,6})://)?(?P<name>[a-z0-9](?:[a-z0-9-]{0,62}))(?:\.(?P<namespace>[a-z0-9-]{1,63}))?(?:\.svc[a-z0-9.-]{0,80})?"
    r"(?::(?P<port>\d{1,5}))?/?\Z"
)


def _addressed(written: Scalar | None, context: str) -> Backend | None:
    """`service`, `service.namespace`, with a port behind it, as Emissary writes addresses."""
    match = _ADDRESS.match(written.value) if written is not None else None
    if written is None or match is None:
        return None
    return Backend(
        service=part(written, *match.span("name")),
        namespace=part(written, *match.span("namespace")) if match["namespace"] else None,
        port=part(written, *match.span("port")) if match["port"] else None,
        weight=1,
        mirror=False,
        spoken="https" if match["scheme"] == "https" or context not in ("", "false") else "",
    )


def _includes(root: Mapping) -> Iterator[Include]:
    """Contour's delegation to other HTTPProxies."""
    for item in at(root, "spec.includes[]"):
        name = item.scalar("name") if isinstance(item, Mapping) else None
        if isinstance(item, Mapping) and name is not None:
            yield Include(name, item.scalar("namespace"), _first(item, "conditions[].prefix") or "/")


def at(node: Node, path: str) -> Iterator[Node]:
    """Every node at a path; see `Kind`."""
    if not path:
        yield node
        return
    step, _, rest = path.partition(".")
    found = node.get(step.removesuffix("[]")) if isinstance(node, Mapping) else None
    if found is None:
        return
    if not step.endswith("[]"):
        yield from at(found, rest)
    elif isinstance(found, Sequence):
        for item in found.items:
            yield from at(item, rest)


def _first(node: Node, path: str) -> str:
    scalar = _scalar(node, path) if path else None
    return scalar.value if scalar is not None else ""


def _scalar(node: Node, path: str) -> Scalar | None:
    return next((found for found in at(node, path) if isinstance(found, Scalar)), None)


def _taken(text: str, pattern: str) -> str:
    match = re.search(pattern, text) if pattern else None
    return match[1] if match is not None else "" if pattern else text
